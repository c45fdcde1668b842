"""Time since diagnosis and since primary treatment, and the age then."""

from dataclasses import replace
from typing import Any

import pytest

from cds_hooks.fhir.record import KeyState, Patient
from tests.picture.charts import condition, facts, known, origin, picture, procedure, value, when
from tests.picture.courses import dose, lasting, ordered

MASTECTOMY, RADIOTHERAPY, PACLITAXEL, CHEMOTHERAPY = "sct 172043006", "sct 1217123003", "rxnorm 56946", "sct 367336001"


def recorded(on: str) -> Any:
    return replace(condition(on=on), origin=origin("Condition", None, "dated by recording"))


def since(*resources: Any, **more: Any) -> Any:
    return value(facts(*resources, **more)["years_since_diagnosis"])


def treated(*resources: Any, **more: Any) -> Any:
    return value(facts(*resources, **more)["years_since_primary_treatment"])


@pytest.mark.parametrize(
    ("diagnoses", "expected"),
    [
        ([condition(on="2024-06-30")], (0.99, 1)),
        ([condition(on="2024-06")], (0.99, 1.08)),
        ([condition(on="2024")], (0.49, 1.5)),
        ([condition(on="2024-06-30"), condition(on="2022-06-30")], (3, 3.01)),
        ([condition(on=None)], "not_recorded"),
        ([recorded("2024-06-30")], (0.99, None)),
        ([recorded("2024-06-30"), condition(on="2022-06-30")], (3, 3.01)),
        ([recorded("2020-06-30"), condition(on="2022-06-30")], (4.99, None)),
    ],
)
def test_the_years_since_diagnosis_count_from_the_first_onset(diagnoses: list[Any], expected: Any) -> None:
    assert since(*diagnoses) == expected


def test_a_day_of_recording_alone_is_said_to_be_one() -> None:
    assert known(facts(recorded("2024-06-30"))["years_since_diagnosis"]).notes


def test_an_earlier_diagnosis_may_be_unseen_where_conditions_are_missing() -> None:
    assert since(condition(on="2024-06-30"), states={"conditions": KeyState.PARTIAL}) == (0.99, None)


@pytest.mark.parametrize(
    ("born", "on", "expected"),
    [
        ("1960-05-05", "2024-05-04", 63),
        ("1960-05-05", "2024-05-05", 64),
        ("1960", "2024-05-05", (63, 64)),
        ("1960-05-05", "2024", (63, 64)),
        (None, "2024-05-05", "not_recorded"),
        ("1960-05-05", None, "not_recorded"),
        ("2024-05-06", "2024-05-05", "not_understood"),
    ],
)
def test_the_age_at_diagnosis_has_the_bounds_of_both_dates(born: str | None, on: str | None, expected: Any) -> None:
    patient = Patient(origin("Patient", "p"), "female", when(born))
    assert value(facts(condition(on=on), patient=patient)["diagnosis_age"]) == expected


def test_the_age_at_a_diagnosis_that_was_only_recorded_is_an_upper_bound() -> None:
    assert value(facts(recorded("2024-05-05"))["diagnosis_age"]) == (0, 64)


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ([procedure(MASTECTOMY, "2022-06-30")], (3, 3.01)),
        ([procedure(MASTECTOMY, "2022-06-30"), lasting(RADIOTHERAPY, "2022-09-01", "2022-12-31")], (2.49, 2.5)),
        ([procedure(MASTECTOMY, "2022-06-30"), dose(PACLITAXEL, "2022-12-31")], (2.49, 2.5)),
        ([procedure(MASTECTOMY, "2022-06-30"), lasting(CHEMOTHERAPY, "2022-02-01", "2022-05-31")], (3, 3.01)),
        ([procedure(MASTECTOMY, "2022-06-30"), dose(PACLITAXEL, "2025-03-31")], (3, 3.01)),
        ([procedure(MASTECTOMY, "2022-06-30"), ordered("rxnorm 10324", "2022-12-31")], (3, 3.01)),
        (
            [procedure(MASTECTOMY, "2022-06-30"), lasting(RADIOTHERAPY, "2022-09-01", "2022-12-31", status="not-done")],
            (3, 3.01),
        ),
        ([procedure(MASTECTOMY, "2022-06-30"), ordered(PACLITAXEL, "2022-12-31", "completed")], (1.5, 2.5)),
        ([procedure(MASTECTOMY, "2022-06")], (3, 3.09)),
        ([dose(PACLITAXEL, "2022-06-30")], (0, 3.01)),
        ([], (0, 3.5)),
    ],
)
def test_primary_treatment_ends_with_surgery_chemotherapy_or_irradiation(resources: list[Any], expected: Any) -> None:
    assert treated(condition(on="2022-01-01"), *resources) == expected


def test_a_later_end_may_be_unseen_where_records_are_missing() -> None:
    chart = (condition(on="2022-01-01"), procedure(MASTECTOMY, "2022-06-30"))
    assert treated(*chart, states={"medicationRequests": KeyState.PARTIAL}) == (0, 3.01)


def test_treatment_of_the_other_breast_is_none_of_this_tumour() -> None:
    both = (condition(on="2022-01-01"), condition("icd C50.911", on="2022-01-01"))
    seen = picture(*both, procedure("sct 428571003", "2022-06-30"))
    found = {e.side: value(e.facts["years_since_primary_treatment"]) for e in seen.episodes}
    assert found == {"left": (3, 3.01), "right": (0, 3.5)}
