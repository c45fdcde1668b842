import json
from typing import Any

import pytest

from cds_hooks.errors import NotAHookRequest, NotJson
from cds_hooks.fhir.bundle import prefetch_of
from cds_hooks.fhir.prefetch import PrefetchKey
from cds_hooks.fhir.read import read_record
from cds_hooks.fhir.record import Record
from tests.fhir.charts import KEYS, PATIENT, SIEVE, bundle, coded, condition, drug, observation, raw

OTHER = {**PATIENT, "id": "q"}
CHART = (PATIENT, condition(), observation(), observation("size", "21889-1"), observation("bp", "8480-6"), drug())


def read(document: Any, patient_id: str | None = None) -> Record:
    found, prefetch = prefetch_of(raw(document), KEYS, patient_id)
    return read_record(prefetch, KEYS, SIEVE, found)


def names(record: Record) -> dict[str, set[str]]:
    """What was found under each key."""
    found: dict[str, set[str]] = {}
    resources: list[Any] = [*record.conditions, *record.observations, *record.medications]
    for resource in resources:
        found.setdefault(resource.origin.key, set()).add(resource.origin.reference)
    return found


WHOLE = {
    "conditions": {"Condition/c"},
    "receptors": {"Observation/er"},
    "tumour": {"Observation/size"},
    "requests": {"MedicationRequest/rx"},
}


@pytest.mark.parametrize("kind", ["collection", "transaction", "searchset"])
def test_a_bundle_answers_each_key_by_its_template(kind: str) -> None:
    assert names(read({**bundle(*CHART), "type": kind})) == WHOLE


@pytest.mark.parametrize("document", [list(CHART), json.dumps(list(CHART), indent=1).encode()])
def test_a_bare_list_is_read_like_a_bundle(document: Any) -> None:
    assert names(read(document)) == WHOLE


def test_the_prefetch_holds_only_what_the_template_asks_for() -> None:
    _, prefetch = prefetch_of(raw(bundle(*CHART)), KEYS, None)
    assert b"8480-6" not in b"".join(value or b"" for value in prefetch.values())
    assert prefetch.keys() == {key.name for key in KEYS}


def test_resources_of_other_people_are_not_among_the_patients() -> None:
    theirs = observation("theirs", subject={"reference": "Patient/q"})
    groups = observation("groups", subject={"reference": "Group/p"})
    assert names(read(bundle(*CHART, OTHER, theirs, groups), "p")) == WHOLE


def test_several_patients_need_a_name() -> None:
    with pytest.raises(NotAHookRequest):
        read(bundle(PATIENT, OTHER))
    assert read(bundle(PATIENT, OTHER), "q").patient.origin.reference == "Patient/q"


def test_a_document_without_a_patient_is_refused() -> None:
    with pytest.raises(NotAHookRequest):
        read(bundle(condition()))


def test_subjects_may_be_the_full_url_of_the_patient() -> None:
    ours = observation(subject={"reference": "urn:uuid:1"})
    stranger = observation("theirs", subject={"reference": "urn:uuid:2"})
    people = [{"fullUrl": "urn:uuid:1", "resource": PATIENT}, {"fullUrl": "urn:uuid:2", "resource": OTHER}]
    record = read(bundle(*people, ours, stranger), "p")
    assert [(o.origin.reference, o.origin.marks) for o in record.observations] == [("Observation/er", ())]


def test_medications_come_along_with_their_requests() -> None:
    medication = {"resourceType": "Medication", "id": "m", "code": coded("224905", "RxNorm")}
    request = drug(medicationReference={"reference": "Medication/m"})
    assert read(bundle(PATIENT, medication, request)).medications[0].drug.codings[0].code == "224905"


@pytest.mark.parametrize(
    ("template", "answered"),
    [
        ("Observation?patient={{context.patientId}}", True),
        ("Observation?patient={{context.patientId}}&code=1,85337-4", True),
        ("Observation?code=http://loinc.org|85337-4", True),
        ("Observation?code=http://snomed.info/sct|85337-4", False),
        ("Observation?code=85337", False),
        ("Observation?category=laboratory&status=final,amended", True),
        ("Observation?category=imaging", False),
        ("Observation?status=preliminary", False),
        ("Observation?code=85337-4&_count=200&date=ge2030", True),
        ("Condition?patient={{context.patientId}}", False),
    ],
)
def test_templates_search_by_token(template: str, answered: bool) -> None:
    key = PrefetchKey("key", template.partition("?")[0], template)
    document = bundle(PATIENT, observation(category=[coded("laboratory")]))
    _, prefetch = prefetch_of(raw(document), (key,), None)
    assert (b"85337-4" in (prefetch["key"] or b"")) is answered


def test_a_hook_request_gives_its_own_prefetch() -> None:
    sent = {"patient": PATIENT, "conditions": None, "receptors": bundle(observation())}
    request = {"hook": "patient-view", "context": {"patientId": "Patient/p"}, "prefetch": sent}
    patient_id, prefetch = prefetch_of(raw(request), KEYS, None)
    assert patient_id == "p"
    assert prefetch == {"patient": raw(PATIENT), "conditions": None, "receptors": raw(sent["receptors"])}
    assert prefetch_of(raw({**request, "prefetch": {}}), KEYS, "x") == ("x", {})


@pytest.mark.parametrize(
    ("document", "error"),
    [
        (b"{", NotJson),
        (b"[1", NotJson),
        (b"", NotJson),
        (b'"x"', NotAHookRequest),
        (b"[1]", NotAHookRequest),
        (raw(PATIENT), NotAHookRequest),
        (b'{"hook":"patient-view"}', NotAHookRequest),
        (b'{"hook":"patient-view","context":{}}', NotAHookRequest),
        (b'{"hook":"patient-view","hook":"x","context":{"patientId":"p"}}', NotJson),
    ],
)
def test_what_is_none_of_the_three_is_refused(document: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        prefetch_of(document, KEYS, None)
