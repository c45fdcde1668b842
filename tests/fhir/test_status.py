from typing import Any

import pytest

from cds_hooks.fhir.record import LeftOut
from tests.fhir.charts import bundle, coded, condition, drug, observation, procedure, read

VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"


def found_in(key: str, resource: dict[str, Any]) -> tuple[Any, ...]:
    record = read(**{key: bundle(resource)})
    assert (*record.unreadable, *record.left_out) == ()
    return (*record.conditions, *record.observations, *record.procedures, *record.medications)


@pytest.mark.parametrize(
    ("key", "resource", "why"),
    [
        ("receptors", observation(status="entered-in-error"), "entered in error"),
        ("receptors", observation(status="cancelled"), "cancelled"),
        ("procedures", procedure(status="entered-in-error"), "entered in error"),
        ("procedures", procedure(status="not-done"), "not done"),
        ("requests", drug(status="entered-in-error"), "entered in error"),
        ("requests", drug(status="cancelled"), "cancelled"),
        ("given", drug("MedicationAdministration", status="not-done"), "not done"),
        ("given", drug("MedicationAdministration", status="entered-in-error"), "entered in error"),
        ("stated", drug("MedicationStatement", status="not-taken"), "not taken"),
        ("conditions", condition(verificationStatus=coded("refuted", VERIFICATION)), "refuted"),
        ("conditions", condition(verificationStatus=coded("entered-in-error", VERIFICATION)), "entered in error"),
        ("conditions", condition(verificationStatus={"coding": [{"code": "refuted"}]}), "refuted"),
        ("conditions", condition(verificationStatus="refuted"), "refuted"),
    ],
)
def test_what_was_withdrawn_is_left_out_with_the_reason(key: str, resource: dict[str, Any], why: str) -> None:
    record = read(**{key: bundle(resource)})
    assert record.left_out == (LeftOut(f"{resource['resourceType']}/{resource['id']}", why),)
    assert (*record.conditions, *record.observations, *record.procedures, *record.medications) == ()
    assert record.unreadable == ()


def test_what_was_withdrawn_need_not_be_readable() -> None:
    record = read(receptors=bundle(observation(status="entered-in-error", valueQuantity="x")))
    assert record.unreadable == ()


@pytest.mark.parametrize(
    ("status", "marks"),
    [
        ("final", ()),
        ("amended", ()),
        ("corrected", ()),
        ("preliminary", ("preliminary",)),
        ("registered", ("registered",)),
        ("unknown", ("status unknown",)),
        (..., ("status missing",)),
        (None, ("status missing",)),
        ("", ("status missing",)),
    ],
)
def test_a_result_that_is_not_final_is_marked(status: Any, marks: tuple[str, ...]) -> None:
    assert found_in("receptors", observation(status=status))[0].origin.marks == marks


@pytest.mark.parametrize("status", ["finalised", "Final", "entered_in_error", "ENTERED-IN-ERROR", 7, ["final"]])
def test_a_status_that_is_not_understood_may_mean_anything(status: Any) -> None:
    record = read(receptors=bundle(observation(status=status)))
    assert record.observations == ()
    assert record.unreadable[0].why == "status not understood"
    assert record.unreadable[0].codes


@pytest.mark.parametrize("status", ["preparation", "in-progress", "completed", "stopped", "on-hold", "aborted"])
def test_a_procedure_keeps_its_status_for_the_reader(status: str) -> None:
    assert found_in("procedures", procedure(status=status))[0].status == status


@pytest.mark.parametrize("status", ["active", "draft", "stopped", "ended", "completed"])
def test_a_request_keeps_its_status_for_the_reader(status: str) -> None:
    assert found_in("requests", drug(status=status))[0].status == status


@pytest.mark.parametrize(
    ("verification", "marks"),
    [("confirmed", ()), ("provisional", ("provisional",)), ("differential", ("differential",)), (None, ())],
)
def test_an_unproven_diagnosis_is_marked(verification: str | None, marks: tuple[str, ...]) -> None:
    status = coded(verification, VERIFICATION) if verification else None
    found = found_in("conditions", condition(verificationStatus=status))[0]
    assert (found.verification_status, found.origin.marks) == (verification, marks)


@pytest.mark.parametrize(
    "verification",
    [
        {"text": "Refuted"},
        coded("refuted", "urn:local"),
        coded("ruled-out", VERIFICATION),
        {"coding": [{"system": VERIFICATION, "code": "confirmed"}, {"system": VERIFICATION, "code": "refuted"}]},
        "denied",
        ["refuted"],
    ],
)
def test_a_verification_that_is_not_understood_may_be_a_refutation(verification: Any) -> None:
    record = read(conditions=bundle(condition(verificationStatus=verification)))
    assert record.conditions == ()
    assert record.unreadable[0].why == "verification status not understood"


@pytest.mark.parametrize(
    ("clinical", "read_as", "marks"),
    [
        (coded("relapse", CLINICAL), "relapse", ()),
        (coded("active", "http://hl7.org/fhir/condition-clinical"), "active", ()),
        ("recurrence", "recurrence", ()),
        ({"text": "back again"}, None, ("clinical status not understood",)),
        (coded("worse", CLINICAL), None, ("clinical status not understood",)),
        (..., None, ()),
    ],
)
def test_the_clinical_status_is_read_or_marked(clinical: Any, read_as: str | None, marks: tuple[str, ...]) -> None:
    found = found_in("conditions", condition(clinicalStatus=clinical))[0]
    assert (found.clinical_status, found.origin.marks) == (read_as, marks)
