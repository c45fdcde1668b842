from typing import Any

import pytest

from cds_hooks.errors import WrongPatient
from cds_hooks.fhir.record import LeftOut
from tests.fhir.charts import PATIENT, bundle, condition, drug, observation, read

UUID = "0f4c2ab6-6c2c-4f53-9d8e-3a3a8f6f0001"
OTHER_UUID = "0f4c2ab6-6c2c-4f53-9d8e-3a3a8f6f0002"
KEPT = "85337-4"
NOT_KEPT = "8480-6"

OURS = [
    "Patient/p",
    "/Patient/p",
    "Patient/p/_history/3",
    "https://ehr.example/fhir/Patient/p",
    "http://x/Patient/p/_history/1",
]
OTHERS = [
    "Patient/q",
    "Patient/P",
    "Patient/q/",
    "https://ehr.example/fhir/Patient/q",
    "Patient/q/_history/1",
    "https://ehr.example/fhir/Patient/q/_history/p",
]
UNTOLD = [
    ...,
    None,
    {},
    {"display": "Jane"},
    {"identifier": {"value": "q"}},
    {"reference": "q"},
    {"reference": "p"},
    {"reference": "#q"},
    {"reference": f"urn:uuid:{OTHER_UUID}"},
    {"reference": "Patient?identifier=q"},
    {"reference": 7},
    "Patient/q",
]


@pytest.mark.parametrize("reference", OURS)
def test_every_form_of_our_patient_is_ours(reference: str) -> None:
    record = read(receptors=bundle(observation(subject={"reference": reference})))
    assert record.observations[0].origin.marks == ()


@pytest.mark.parametrize("code", [KEPT, NOT_KEPT])
@pytest.mark.parametrize("reference", OTHERS)
def test_every_form_of_another_patient_is_refused_also_where_nothing_is_kept(reference: str, code: str) -> None:
    with pytest.raises(WrongPatient) as refused:
        read(receptors=bundle(observation("ours"), observation(code=code, subject={"reference": reference})))
    assert refused.value.where == "prefetch.receptors"
    assert reference not in refused.value.text


@pytest.mark.parametrize("subject", UNTOLD)
def test_a_subject_that_does_not_tell_is_used_and_marked(subject: Any) -> None:
    record = read(receptors=bundle(observation(subject=subject)))
    assert record.observations[0].origin.marks == ("subject not stated",)


@pytest.mark.parametrize("subject", ["Group/p", "Device/p", "https://ehr.example/fhir/Location/p"])
def test_what_is_about_no_patient_is_left_out(subject: str) -> None:
    record = read(receptors=bundle(observation(subject={"reference": subject})))
    assert record.observations == ()
    assert record.left_out == (LeftOut("Observation/er", "its subject is not a patient"),)


@pytest.mark.parametrize("reference", [f"urn:uuid:{UUID}", f"urn:uuid:{UUID.upper()}"])
def test_a_urn_with_the_patients_id_is_ours(reference: str) -> None:
    patient = {**PATIENT, "id": UUID}
    record = read(UUID, patient=patient, receptors=bundle(observation(subject={"reference": reference})))
    assert record.observations[0].origin.marks == ()


def test_a_urn_with_the_id_of_the_context_is_ours_though_the_patient_has_none() -> None:
    patient = {name: value for name, value in PATIENT.items() if name != "id"}
    ours = observation(subject={"reference": f"urn:uuid:{UUID}"})
    assert read(UUID, patient=patient, receptors=bundle(ours)).observations[0].origin.marks == ()


@pytest.mark.parametrize(("own_id", "context"), [("p", "p"), (UUID, UUID)])
def test_a_urn_that_is_the_full_url_of_our_patient_is_ours(own_id: str, context: str) -> None:
    patient = bundle({"fullUrl": f"urn:uuid:{OTHER_UUID}", "resource": {**PATIENT, "id": own_id}})
    ours = observation(subject={"reference": f"urn:uuid:{OTHER_UUID}"})
    assert read(context, patient=patient, receptors=bundle(ours)).observations[0].origin.marks == ()


def test_another_patient_anywhere_is_refused() -> None:
    stranger = {"fullUrl": f"urn:uuid:{OTHER_UUID}", "resource": {**PATIENT, "id": "q"}}
    for key in ("patient", "receptors"):
        with pytest.raises(WrongPatient):
            read(**{key: bundle(stranger)})


def test_an_included_patient_is_checked_too() -> None:
    stranger = {"resource": {**PATIENT, "id": "q"}, "search": {"mode": "include"}}
    with pytest.raises(WrongPatient):
        read(receptors=bundle(stranger))


def test_a_prefetched_patient_of_another_id_is_refused() -> None:
    with pytest.raises(WrongPatient) as refused:
        read("q")
    assert refused.value.where == "prefetch.patient"


def test_a_patient_without_an_id_is_taken_for_the_one_in_the_context() -> None:
    patient = {name: value for name, value in PATIENT.items() if name != "id"}
    assert read(patient=patient).patient.origin.marks == ("subject not stated",)


def test_the_member_patient_is_a_subject_too() -> None:
    old = condition(subject=..., patient={"reference": "Patient/q"})
    with pytest.raises(WrongPatient):
        read(conditions=bundle(old))
    assert read(conditions=bundle({**old, "patient": {"reference": "Patient/p"}})).conditions[0].origin.marks == ()


def test_one_of_two_subjects_is_enough_to_be_wrong() -> None:
    with pytest.raises(WrongPatient):
        read(receptors=bundle(observation(patient={"reference": "Patient/q"})))
    with pytest.raises(WrongPatient):
        read(receptors=bundle(observation(subject=[{"reference": "Patient/p"}, {"reference": "Patient/q"}])))


@pytest.mark.parametrize("wrong_key", ["conditions", "tumour", "procedures", "given"])
def test_a_type_that_no_reader_wants_is_checked_too(wrong_key: str) -> None:
    allergy = {"resourceType": "AllergyIntolerance", "patient": {"reference": "Patient/q"}}
    with pytest.raises(WrongPatient):
        read(**{wrong_key: bundle(allergy)})


def test_the_same_id_of_another_type_is_not_the_patient() -> None:
    record = read(requests=bundle(drug(subject={"reference": "Group/p"})))
    assert record.medications == ()
