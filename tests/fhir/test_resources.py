from typing import Any

import pytest

from cds_hooks.fhir.dates import DateInterval, written
from cds_hooks.fhir.record import Coding, Concept, MedicationKind, Stage
from tests.fhir.charts import US, bundle, coded, condition, drug, observation, procedure, read, read_observation

MCODE = "http://hl7.org/fhir/us/mcode/StructureDefinition/"
FHIR = "http://hl7.org/fhir/StructureDefinition/"
SNOMED, RXNORM = "http://snomed.info/sct", "http://www.nlm.nih.gov/research/umls/rxnorm"
LEFT = Concept((Coding(SNOMED, "7771000"),))
PACLITAXEL = Coding(RXNORM, "224905")


def extension(url: str, concept: dict[str, Any]) -> dict[str, Any]:
    return {"url": url, "valueCodeableConcept": concept}


def one_condition(**members: Any) -> Any:
    record = read(conditions=bundle(condition(**members)))
    assert record.unreadable == ()
    return record.conditions[0]


def one_drug(*others: dict[str, Any], **members: Any) -> Any:
    record = read(requests=bundle(drug(**members), *others))
    assert record.unreadable == ()
    return record.medications[0]


@pytest.mark.parametrize("name", ["mcode-laterality", "mcode-laterality-qualifier", "mcode-laterality-qualifier|2.0.0"])
def test_the_side_is_read_from_the_resource_and_its_body_site(name: str) -> None:
    side = [extension(MCODE + name, coded("7771000", "SNOMED-CT"))]
    site = {"text": "breast", "extension": side}
    assert one_condition(extension=side).laterality == (LEFT,)
    assert one_condition(bodySite=[site]).laterality == (LEFT,)
    assert one_condition(bodySite=[site], extension=side).laterality == (LEFT,)
    assert read_observation(bodySite=site).laterality == (LEFT,)
    assert read(procedures=bundle(procedure(bodySite=[site]))).procedures[0].laterality == (LEFT,)


def test_the_side_is_read_beside_the_code_of_a_diagnosis_or_an_operation() -> None:
    side = {"system": "urn:sides", "code": "L"}
    beside = [{"url": "http://fhir.de/StructureDefinition/seitenlokalisation", "valueCoding": side}]
    breast = coded("254837009", SNOMED)
    breast["coding"][0]["extension"] = beside
    expected = (Concept((Coding("urn:sides", "L"),)),)
    assert one_condition(code=breast).laterality == expected
    assert one_condition(bodySite=[breast]).laterality == expected
    mastectomy = coded("172043006", SNOMED)
    mastectomy["coding"][0]["extension"] = beside
    assert read(procedures=bundle(procedure(code=mastectomy))).procedures[0].laterality == expected


@pytest.mark.parametrize("written", ["L", {"code": 7}, [7], None])
def test_a_side_beside_a_code_that_is_badly_written_says_nothing(written: Any) -> None:
    breast = coded("254837009", SNOMED)
    url = "http://fhir.de/StructureDefinition/seitenlokalisation"
    breast["coding"][0]["extension"] = [{"url": url, "valueCoding": written}, "?"]
    found = read(conditions=bundle(condition(code=breast)))
    assert [c.laterality for c in found.conditions] in ([()], [])
    assert len(found.conditions) + len(found.unreadable) == 1


def test_extensions_of_the_diagnosis_are_read() -> None:
    following = {"url": FHIR + "condition-occurredFollowing", "valueReference": {"reference": "Condition/first"}}
    morphology = extension(MCODE + "mcode-histology-morphology-behavior", coded("82711006", SNOMED))
    found = one_condition(extension=[following, morphology, {"url": "urn:other", "valueString": "x"}])
    assert found.occurred_following == ("Condition/first",)
    assert found.morphology == (Concept((Coding(SNOMED, "82711006"),)),)


def test_what_a_condition_followed_may_be_a_code() -> None:
    following = extension(FHIR + "condition-occurredFollowing", coded("254837009", SNOMED))
    assert one_condition(extension=[following]).occurred_following == (f"{SNOMED}|254837009",)


@pytest.mark.parametrize(
    ("members", "onset", "marks"),
    [
        ({"onsetDateTime": "2019-05", "recordedDate": "2020"}, "2019-05", ()),
        ({"onsetPeriod": {"start": "2019", "end": "2019"}}, "2019", ()),
        ({"recordedDate": "2020"}, "2020", ("dated by recording",)),
        ({"onsetString": "last spring", "recordedDate": "2020"}, "2020", ("dated by recording",)),
        ({"onsetAge": {"value": 50, "unit": "a"}}, None, ()),
        ({}, None, ()),
    ],
)
def test_the_onset_falls_back_to_the_recording(members: dict[str, Any], onset: Any, marks: Any) -> None:
    found = one_condition(**members)
    assert (found.onset, found.origin.marks) == (written(onset), marks)


def test_the_asserted_date_comes_before_the_recorded_date() -> None:
    asserted = {"url": FHIR + "condition-assertedDate", "valueDateTime": "2018-07"}
    assert one_condition(extension=[asserted], recordedDate="2020").onset == written("2018-07")


def test_stage_abatement_category_and_body_site_are_read() -> None:
    found = one_condition(
        stage=[
            {"summary": {"text": "IIA"}, "type": {"text": "clinical"}, "assessment": [{"reference": "Observation/s"}]}
        ],
        abatementDateTime="2021",
        category=[{"text": "problem"}],
        bodySite=[{"text": "left breast"}],
    )
    assert found.stage == (Stage(Concept(text="IIA"), Concept(text="clinical"), ("Observation/s",)),)
    assert found.abatement == written("2021")
    assert (found.category, found.body_site) == ((Concept(text="problem"),), (Concept(text="left breast"),))


@pytest.mark.parametrize(
    ("members", "effective", "marks"),
    [
        ({"effectiveDateTime": "2020-01"}, written("2020-01"), ()),
        ({"effectiveInstant": "2020-01-02T03:04:05Z"}, written("2020-01-02"), ()),
        ({"effectivePeriod": {"start": "2020-01-02", "end": "2020-01-05"}}, ("2020-01-02", "2020-01-05"), ()),
        ({"issued": "2020-02-03T10:00:00Z"}, written("2020-02-03"), ("dated by issue",)),
        ({"issued": "soon"}, None, ()),
        ({"effectiveTiming": {"event": ["2020"]}}, None, ()),
    ],
)
def test_a_result_is_dated_by_its_specimen_or_else_its_issue(members: Any, effective: Any, marks: Any) -> None:
    found = read_observation(**members)
    expected = period_of(*effective) if isinstance(effective, tuple) else effective
    assert (found.effective, found.origin.marks) == (expected, marks)


def period_of(start: str, end: str) -> DateInterval:
    first, last = written(start), written(end)
    assert first
    assert last
    return DateInterval(first.earliest, last.latest)


@pytest.mark.parametrize(
    ("reference", "told"),
    [
        ("Condition/c", "Condition/c"),
        ("https://ehr.example/fhir/Condition/c/_history/2", "Condition/c"),
        ("urn:uuid:AAAA", "Condition/c"),
        ("urn:uuid:bbbb", "urn:uuid:dddd"),
        ("urn:uuid:cccc", "urn:uuid:cccc"),
        ("http://example.org/no-rest", "Condition/c2"),
        ("#inside", "#inside"),
    ],
)
def test_references_have_one_form(reference: str, told: str) -> None:
    entries = [
        {"fullUrl": "urn:uuid:aaaa", "resource": condition()},
        {"fullUrl": "http://example.org/no-rest", "resource": condition("c2")},
    ]
    found = read(conditions=bundle(*entries), receptors=bundle(observation(focus=[{"reference": reference}])))
    expected = reference if told.startswith("urn:") else told
    assert found.observations[0].focus == (expected,)


def test_a_full_url_of_two_resources_names_neither() -> None:
    entries = [{"fullUrl": "urn:uuid:1", "resource": condition(own_id)} for own_id in ("a", "b")]
    found = read(conditions=bundle(*entries), receptors=bundle(observation(focus=[{"reference": "urn:uuid:1"}])))
    assert found.observations[0].focus == ("urn:uuid:1",)


def test_the_rest_of_an_observation_is_read() -> None:
    found = read_observation(
        method={"text": "IHC"},
        dataAbsentReason={"text": "unknown"},
        specimen={"reference": "Specimen/1"},
        hasMember=[{"reference": "Observation/2"}, {"display": "unnamed"}],
        derivedFrom=[{"reference": "Observation/3"}],
    )
    assert (found.method, found.data_absent_reason) == (Concept(text="IHC"), Concept(text="unknown"))
    assert (found.specimen, found.has_member, found.derived_from) == (
        "Specimen/1",
        ("Observation/2",),
        ("Observation/3",),
    )


def test_a_procedure_is_read() -> None:
    found = read(
        procedures=bundle(
            procedure(
                performedPeriod={"start": "2020-01", "end": "2020-02"},
                reasonCode=[{"text": "cancer"}],
                reasonReference=[{"reference": "Condition/c"}],
                extension=[extension(MCODE + "mcode-procedure-intent", coded("373808002", SNOMED))],
            )
        )
    ).procedures[0]
    assert found.performed == period_of("2020-01", "2020-02")
    assert (found.reason, found.reason_reference) == ((Concept(text="cancer"),), ("Condition/c",))
    assert found.intent == (Concept((Coding(SNOMED, "373808002"),)),)


@pytest.mark.parametrize(
    ("key", "kind", "members", "when", "marks"),
    [
        ("requests", "MedicationRequest", {"authoredOn": "2020-01"}, "2020-01", ()),
        ("given", "MedicationAdministration", {"effectiveDateTime": "2020-01"}, "2020-01", ()),
        ("given", "MedicationAdministration", {}, None, ()),
        ("stated", "MedicationStatement", {"effectiveDateTime": "2020-01", "dateAsserted": "2021"}, "2020-01", ()),
        ("stated", "MedicationStatement", {"dateAsserted": "2021"}, "2021", ("dated by statement",)),
    ],
)
def test_a_drug_is_dated_by_what_its_resource_says(key: str, kind: str, members: Any, when: Any, marks: Any) -> None:
    found = read(**{key: bundle(drug(kind, **members))}).medications[0]
    assert found.kind is MedicationKind(kind)
    assert (found.when, found.origin.marks) == (written(when), marks)


def test_a_request_keeps_its_intent_and_that_it_forbids() -> None:
    found = one_drug(intent="plan", doNotPerform=True)
    assert (found.intent, found.do_not_perform, found.drug) == ("plan", True, Concept((PACLITAXEL,)))


MEDICATION = {"resourceType": "Medication", "id": "m", "code": {**coded("224905", RXNORM), "text": "Paclitaxel"}}
BY_INGREDIENT = {
    "resourceType": "Medication",
    "id": "m",
    "ingredient": [{"itemCodeableConcept": coded("224905", RXNORM)}],
}


def included(medication: dict[str, Any]) -> dict[str, Any]:
    return {"fullUrl": "urn:uuid:77", "resource": medication, "search": {"mode": "include"}}


@pytest.mark.parametrize("medication", [MEDICATION, BY_INGREDIENT])
@pytest.mark.parametrize("reference", ["Medication/m", "https://x/fhir/Medication/m/_history/1", "urn:uuid:77"])
def test_a_drug_is_found_in_an_included_medication(reference: str, medication: dict[str, Any]) -> None:
    found = one_drug(included(medication), medicationReference={"reference": reference})
    assert (found.drug.codings, found.drug_unresolved) == ((PACLITAXEL,), None)


@pytest.mark.parametrize("medication", [MEDICATION, BY_INGREDIENT])
def test_a_drug_is_found_in_a_contained_medication(medication: dict[str, Any]) -> None:
    contained = [{"resourceType": "Practitioner", "id": "x"}, medication]
    found = one_drug(contained=contained, medicationReference={"reference": "#m"})
    assert (found.drug.codings, found.drug_unresolved) == ((PACLITAXEL,), None)


def test_an_included_medication_that_nobody_wants_drops_its_request() -> None:
    aspirin = {**MEDICATION, "code": coded("1191", RXNORM)}
    record = read(requests=bundle(drug(medicationReference={"reference": "Medication/m"}), included(aspirin)))
    assert record.medications == ()


@pytest.mark.parametrize(
    "others",
    [
        {},
        {"resource": {**MEDICATION, "code": "paclitaxel"}, "search": {"mode": "include"}},
        {"resource": {**MEDICATION, "id": "other"}, "search": {"mode": "include"}},
    ],
)
def test_a_drug_that_cannot_be_found_is_named_by_its_reference(others: dict[str, Any]) -> None:
    reference = {"reference": "Medication/m", "display": "Taxol"}
    found = one_drug(*([others] if others else []), medicationReference=reference)
    assert (found.drug, found.drug_unresolved) == (Concept(text="Taxol"), "Medication/m")


def test_two_different_medications_of_one_name_name_nothing() -> None:
    other = {**MEDICATION, "code": coded("1191", RXNORM)}
    found = one_drug(included(MEDICATION), included(other), medicationReference={"reference": "Medication/m"})
    assert found.drug_unresolved == "Medication/m"


def test_a_reference_without_an_address_has_only_its_display() -> None:
    found = one_drug(medicationReference={"display": "Taxol"})
    assert (found.drug, found.drug_unresolved) == (Concept(text="Taxol"), None)


def test_the_subject_is_not_read_twice() -> None:
    assert one_drug(subject={**US, "reference": "Patient/p", "colour": "red"}).origin.marks == ()
