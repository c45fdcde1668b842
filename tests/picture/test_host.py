"""The patient."""

from typing import Any

import pytest

from cds_hooks.fhir.record import KeyState, Patient
from tests.picture.charts import concept, condition, origin, picture, procedure, value, visit, when


def patient(**more: Any) -> Patient:
    return Patient(origin("Patient", "p"), **more)


@pytest.mark.parametrize(
    ("born", "age"),
    [
        ("1960-06-30", 65),
        ("1960-07-01", 64),
        ("1960", (64, 65)),
        ("2030-01-01", "not_understood"),
        (None, "not_recorded"),
    ],
)
def test_age_is_counted_to_today(born: str | None, age: Any) -> None:
    assert value(picture(patient=patient(birth_date=when(born))).patient["age"]) == age


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, "no"),
        ({"deceased": False}, "no"),
        ({"deceased": True}, "yes"),
        ({"deceased_on": when("2024-01-01")}, "yes"),
    ],
)
def test_death_is_known_by_flag_or_date(more: dict[str, Any], expected: str) -> None:
    assert value(picture(patient=patient(**more)).patient["deceased"]) == expected


@pytest.mark.parametrize(
    ("gender", "expected"),
    [("female", "female"), ("male", "male"), ("other", "other"), ("unknown", "not_recorded"), (None, "not_recorded")],
)
def test_sex_is_as_recorded(gender: str | None, expected: str) -> None:
    assert value(picture(patient=patient(gender=gender)).patient["sex"]) == expected


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (condition("sct 385763009"), "yes"),
        (procedure("sct 385763009", "2024-01-01"), "yes"),
        (procedure("sct 305336008", None, status="not-done"), "no"),
        (condition("sct 385763009", clinical_status="resolved"), "no"),
        (condition("icd Z51.5"), "no"),
        (visit("sct 305336008", "2025-05-01"), "yes"),
        (visit("sct 1", "2025-05-01", service_type=concept("sct 385763009")), "yes"),
        (visit("sct 1", "2025-05-01", reason=(concept("sct 385763009"),)), "yes"),
        (visit("sct 1", "2025-05-01", discharge=concept("discharge hosp")), "yes"),
        (visit("sct 1", "2025-05-01", discharge=concept("sct 428361000124107"), status=None), "yes"),
        (visit("sct 1", "2025-05-01", discharge=concept("discharge home")), "no"),
        (visit("sct 305336008", "2025-07-20", status="planned"), "no"),
        (visit("sct 305336008", "2025-05-01", status="cancelled"), "no"),
        (visit("sct 1", "2025-05-01", reason=(concept("icd Z51.5"),)), "no"),
    ],
)
def test_hospice_is_coded_and_palliative_care_is_not_it(resource: Any, expected: str) -> None:
    assert value(picture(resource).patient["hospice"]) == expected


@pytest.mark.parametrize("key", ["conditions", "procedures", "encounters"])
def test_hospice_is_not_denied_where_it_may_be_unseen(key: str) -> None:
    assert value(picture(states={key: KeyState.PARTIAL}).patient["hospice"]) == "incomplete_page"
    entered = visit("sct 305336008", "2025-05-01")
    assert value(picture(entered, states={"procedures": KeyState.ABSENT}).patient["hospice"]) == "yes"
