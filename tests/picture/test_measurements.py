"""Measurements: the latest governs, in its unit, and what cannot be read hides nothing."""

from decimal import Decimal
from typing import Any

import pytest

from cds_hooks.fhir.record import KeyState, Observation, Quantity, Range
from cds_hooks.picture.fact import Fact, Known
from tests.picture.charts import concept, mm, number, observation, picture, value

UCUM = "http://unitsofmeasure.org"
CODES = {
    "t_score": "loinc 38267-1",
    "lvef": "loinc 10230-1",
    "qtc": "loinc 8636-3",
    "egfr": "loinc 33914-3",
    "creatinine_clearance": "loinc 2164-2",
    "bmi": "loinc 39156-5",
}
WRITTEN = {
    "t_score": number("-2.5"),
    "lvef": mm("55", "%"),
    "qtc": mm("455", "ms"),
    "egfr": mm("45", "mL/min/1.73m2"),
    "creatinine_clearance": mm("35", "mL/min"),
    "bmi": mm("31.9", "kg/m2"),
}
BOUNDS = {
    "t_score": ("-10", "10"),
    "lvef": ("5", "90"),
    "qtc": ("200", "800"),
    "egfr": ("0", "250"),
    "creatinine_clearance": ("0", "300"),
    "bmi": ("8", "100"),
}


def fact(name: str, *observations: Observation, **more: Any) -> Fact:
    return picture(*observations, **more).patient[name]


def measured(name: str, answer: Any, on: str | None = "2024-03-01", **more: Any) -> Observation:
    return observation(CODES[name], answer, on=on, **more)


def unit(name: str) -> str | None:
    written = WRITTEN[name]
    return written.unit


@pytest.mark.parametrize("name", CODES)
def test_a_measurement_is_read_in_its_unit(name: str) -> None:
    assert value(fact(name, measured(name, WRITTEN[name]))) == float(WRITTEN[name].value or 0)
    assert value(fact(name)) == "not_recorded"


@pytest.mark.parametrize("name", [name for name in CODES if name != "t_score"])
def test_a_number_without_its_unit_is_no_measurement(name: str) -> None:
    assert value(fact(name, measured(name, number("50")))) == "unit_missing"
    assert value(fact(name, measured(name, mm("50", "mm")))) == "not_understood"


@pytest.mark.parametrize(
    ("name", "answer", "expected"),
    [
        ("t_score", Quantity(Decimal("-1.5"), "{T-score}", UCUM, "{T-score}"), -1.5),
        ("t_score", mm("-1.5", "SD"), -1.5),
        ("t_score", Quantity(Decimal("-1.5"), "1", UCUM, "1"), -1.5),
        ("t_score", mm("0.9", "g/cm2"), "not_understood"),
        ("lvef", Range(mm("55", "%"), mm("60", "%")), (55, 60)),
        ("lvef", mm("50", "%", "<"), (None, 50)),
        ("lvef", mm("0.55", "1"), "not_understood"),
        ("qtc", mm("0.455", "s"), 455),
        ("egfr", Quantity(Decimal(83), "mL/min", UCUM, "mL/min"), 83),
        ("egfr", Quantity(Decimal(83), "mL/min/{1.73_m2}", UCUM, "mL/min/{1.73_m2}"), 83),
        ("egfr", Quantity(Decimal(83), "mL/min", UCUM, "mL/min/{1.73_m2}"), 83),
        ("egfr", mm("60", "mL/min/1.73 m2", ">"), (60, None)),
        ("creatinine_clearance", mm("35", "mL/min/1.73m2"), "not_understood"),
        ("bmi", mm("31", "kg"), "not_understood"),
    ],
)
def test_units_are_taken_in_the_spellings_of_charts_and_no_others(name: str, answer: Any, expected: Any) -> None:
    assert value(fact(name, measured(name, answer))) == expected


@pytest.mark.parametrize("name", CODES)
def test_a_number_beyond_belief_is_not_used(name: str) -> None:
    least, most = (Decimal(bound) for bound in BOUNDS[name])
    for number_, believed in ((least, True), (least - 1, False), (most, True), (most + 1, False)):
        found = value(fact(name, measured(name, Quantity(number_, unit(name)))))
        assert (found != "not_understood") is believed


def test_an_uncorrected_qt_interval_is_not_read() -> None:
    assert value(fact("qtc", observation("loinc 8634-8", mm("480", "ms")))) == "not_recorded"


def test_the_latest_governs_and_its_date_is_shown_with_what_was_set_aside() -> None:
    newer = measured("lvef", mm("45", "%"), on="2025-03-01")
    older = measured("lvef", mm("60", "%"), on="2025-02-20")
    found = fact("lvef", older, newer)
    assert isinstance(found, Known)
    assert (value(found), found.evidence[0].date) == (45, "2025-03-01")
    assert [aside.reference for aside in found.set_aside] == [older.origin.reference]


def test_several_results_of_one_day_leave_the_bounds_between_them() -> None:
    found = fact("qtc", measured("qtc", mm("440", "ms")), measured("qtc", mm("470", "ms")))
    assert isinstance(found, Known)
    assert (value(found), found.notes) == ((440, 470), ("several results of the latest day",))


def test_a_date_known_in_part_may_be_the_latest() -> None:
    assert value(fact("lvef", measured("lvef", mm("60", "%"), on="2024-03"), measured("lvef", mm("45", "%")))) == (
        45,
        60,
    )


def test_an_undated_result_loses_against_a_dated_one_and_counts_alone() -> None:
    undated = measured("lvef", mm("30", "%"), on=None)
    assert value(fact("lvef", undated)) == 30
    assert value(fact("lvef", undated, measured("lvef", mm("60", "%")))) == 60


@pytest.mark.parametrize("unread", [number("45"), "about half", mm("450", "%"), concept("sct 371857005")])
def test_a_newer_result_that_cannot_be_read_is_not_passed_over_for_an_older_one(unread: Any) -> None:
    older = measured("lvef", mm("60", "%"), on="2024-01-01")
    assert value(fact("lvef", older, measured("lvef", unread))) in ("unit_missing", "not_understood")
    assert value(fact("lvef", measured("lvef", unread, on="2023-01-01"), older)) == 60


def test_a_newer_order_without_a_result_changes_nothing() -> None:
    unknown = measured("lvef", concept("sct 261665006"), on="2025-01-01")
    assert value(fact("lvef", measured("lvef", mm("60", "%")), unknown)) == 60
    unanswered = observation(CODES["lvef"], on="2025-01-01", data_absent_reason=concept("absent not-performed"))
    assert value(fact("lvef", measured("lvef", mm("60", "%")), unanswered)) == 60


def test_bone_is_judged_by_the_lowest_site_of_the_latest_work_up() -> None:
    spine, hip = measured("t_score", number("-1.9")), observation("loinc 38264-8", number("-2.7"), on="2024-02-20")
    long_ago = measured("t_score", number("-3.5"), on="2020-01-01")
    found = fact("t_score", spine, hip, long_ago)
    assert isinstance(found, Known)
    assert (value(found), found.evidence[0].reference) == (-2.7, hip.origin.reference)
    assert {aside.why for aside in found.set_aside} == {"a lower T-score governs", "older result"}


@pytest.mark.parametrize(("state", "why"), [(KeyState.PARTIAL, "incomplete_page"), (KeyState.ABSENT, "not_loaded")])
@pytest.mark.parametrize("name", CODES)
def test_where_a_later_result_may_be_unseen_none_is_believed(name: str, state: KeyState, why: str) -> None:
    assert value(fact(name, measured(name, WRITTEN[name]), states={"obsHost": state})) == why


def test_neither_order_nor_repetition_changes_a_measurement() -> None:
    seen = [measured("t_score", number(n), on=on) for n, on in (("-1", "2024-01-01"), ("-2", "2024-01-20"))]
    assert fact("t_score", *seen) == fact("t_score", *reversed(seen), *seen)
