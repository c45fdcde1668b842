"""Operations on the breast and the axilla."""

from dataclasses import replace
from typing import Any

import pytest

from cds_hooks.fhir.record import KeyState
from tests.picture.charts import concept, condition, facts, known, picture, procedure, value

LUMPECTOMY, MASTECTOMY, AMBIGUOUS, BIOPSY = "sct 392021009", "sct 172043006", "sct 69031006", "sct 122548005"
LEFT_MASTECTOMY, RIGHT_MASTECTOMY, BOTH = "sct 428571003", "sct 429400009", "sct 27865001"
SENTINEL, DISSECTION, NODE = "sct 396487001", "sct 79544006", "sct 234262008"
LEFT, RIGHT = (concept("sct 80248007"),), (concept("sct 73056007"),)


def surgery(*resources: Any, **more: Any) -> Any:
    return value(facts(*resources, **more)["breast_surgery"])


def axilla(*resources: Any) -> Any:
    return value(facts(*resources)["axillary_surgery"])


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ([LUMPECTOMY], "breast_conserving"),
        ([MASTECTOMY], "mastectomy"),
        ([LUMPECTOMY, MASTECTOMY], "mastectomy"),
        ([AMBIGUOUS], "equivocal"),
        ([AMBIGUOUS, LUMPECTOMY], "equivocal"),
        ([AMBIGUOUS, MASTECTOMY], "mastectomy"),
        ([BIOPSY], "not_recorded"),
        (["sct 33496007"], "not_recorded"),
        (["sct 392022002"], "not_recorded"),
        ([LEFT_MASTECTOMY], "mastectomy"),
        ([RIGHT_MASTECTOMY], "not_recorded"),
        ([BOTH], "mastectomy"),
        ([LUMPECTOMY, RIGHT_MASTECTOMY], "breast_conserving"),
        (["sct 451211000124109"], "mastectomy"),
        (["sct 451201000124106"], "not_recorded"),
        ([], "not_recorded"),
    ],
)
def test_the_most_extensive_operation_on_this_side_counts(codes: list[str], expected: str) -> None:
    assert surgery(*(procedure(code, "2024-03-01") for code in codes)) == expected


@pytest.mark.parametrize(
    "more",
    [
        {"status": "not-done"},
        {"status": "preparation"},
        {"status": "in-progress"},
        {"status": "stopped"},
        {"body_site": RIGHT},
        {"laterality": (concept("sct 24028007"),)},
        {"reason": (concept("icd Z40.01"),)},
        {"intent": (concept("sct 360271000"),)},
    ],
)
def test_what_was_not_done_or_not_for_this_breast_is_no_operation_of_it(more: Any) -> None:
    assert surgery(procedure(MASTECTOMY, "2024-03-01", **more)) == "not_recorded"


def test_an_operation_planned_for_a_day_to_come_was_not_done() -> None:
    assert surgery(procedure(MASTECTOMY, "2025-07-01")) == "not_recorded"


def test_a_mass_excised_from_the_breast_is_a_conserving_operation() -> None:
    assert surgery(procedure("sct 392022002", "2024-03-01", body_site=LEFT)) == "breast_conserving"


def test_an_operation_long_before_the_diagnosis_was_for_something_else() -> None:
    assert surgery(procedure(LUMPECTOMY, "2019-03-01")) == "not_recorded"
    assert surgery(procedure(LUMPECTOMY, "2023-12-01")) == "breast_conserving"


def test_an_operation_for_another_disease_is_not_of_this_tumour() -> None:
    colon = condition("sct 93761005", name="colon")
    unsided = procedure(LUMPECTOMY, "2024-03-01", reason_reference=("Condition/colon",))
    assert surgery(condition(), colon, unsided) == "not_recorded"


def test_an_unsided_operation_settles_neither_of_two_tumours() -> None:
    both = (condition(), condition("icd C50.911"))
    seen = picture(*both, procedure(MASTECTOMY, "2024-03-01"))
    assert {value(e.facts["breast_surgery"]) for e in seen.episodes} == {"conflicting"}


def test_each_of_two_tumours_has_the_operation_of_its_side() -> None:
    both = (condition(), condition("icd C50.911"))
    done = (procedure(LUMPECTOMY, "2024-03-01", body_site=LEFT), procedure(RIGHT_MASTECTOMY, "2024-03-01"))
    seen = {e.side: value(e.facts["breast_surgery"]) for e in picture(*both, *done).episodes}
    assert seen == {"left": "breast_conserving", "right": "mastectomy"}


def test_operations_on_both_sides_leave_a_tumour_without_a_side_open() -> None:
    done = (procedure(LUMPECTOMY, "2024-03-01", body_site=LEFT), procedure(RIGHT_MASTECTOMY, "2024-03-01"))
    assert surgery(condition("sct 254837009"), *done) == "conflicting"
    assert surgery(condition("sct 254837009"), done[0]) == "breast_conserving"


def test_a_text_settles_a_code_that_can_mean_either() -> None:
    coded = replace(procedure(AMBIGUOUS, "2024-03-01"), code=concept(AMBIGUOUS, display="Mastectomy"))
    assert surgery(coded) == "mastectomy"


def test_a_code_and_a_text_that_name_different_operations_are_a_conflict() -> None:
    coded = replace(procedure(MASTECTOMY, "2024-03-01"), code=concept(MASTECTOMY, display="Lumpectomy"))
    assert surgery(coded) == "conflicting"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("icd Z90.12", "mastectomy"),
        ("icd Z90.13", "mastectomy"),
        ("icd Z90.11", "not_recorded"),
        ("icd Z90.10", "conflicting"),
    ],
)
def test_an_absent_breast_on_file_is_a_mastectomy(code: str, expected: str) -> None:
    assert surgery(condition(), condition(code, on="2024-09-01")) == expected


@pytest.mark.parametrize("state", [KeyState.ABSENT, KeyState.FAILED, KeyState.PARTIAL])
def test_a_conserving_operation_is_not_the_last_word_where_procedures_are_missing(state: KeyState) -> None:
    states = {"procedures": state}
    assert surgery(procedure(LUMPECTOMY, "2024-03-01"), states=states) in ("not_loaded", "incomplete_page")
    assert surgery(procedure(MASTECTOMY, "2024-03-01"), states=states) == "mastectomy"


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ([SENTINEL], "sentinel"),
        ([DISSECTION], "dissection"),
        ([SENTINEL, DISSECTION], "dissection"),
        ([NODE], "equivocal"),
        (["sct 406505007"], "dissection"),
        (["sct 66398006"], "equivocal"),
        ([MASTECTOMY], "not_recorded"),
        ([], "not_recorded"),
    ],
)
def test_the_axilla_is_read_as_sentinel_biopsy_or_dissection(codes: list[str], expected: str) -> None:
    assert axilla(*(procedure(code, "2024-03-01") for code in codes)) == expected


def test_a_sentinel_biopsy_of_the_other_side_is_not_of_this_one() -> None:
    assert axilla(procedure(SENTINEL, "2024-03-01", body_site=RIGHT)) == "not_recorded"


@pytest.mark.parametrize(
    ("on", "years", "months"),
    [
        ("2024-06-30", (0.99, 1), (11.9, 12)),
        ("2024-06", (0.99, 1.08), (11.9, 13)),
        ("2024", (0.49, 1.5), (5.9, 18)),
        (None, "not_recorded", "not_recorded"),
    ],
)
def test_the_time_since_surgery_has_the_bounds_of_its_date(on: str | None, years: Any, months: Any) -> None:
    found = facts(procedure(MASTECTOMY, on))
    assert value(found["years_since_surgery"]) == years
    assert value(found["months_since_surgery"]) == months


def test_the_mastectomy_and_not_the_lumpectomy_before_it_is_the_definitive_operation() -> None:
    done = (procedure(LUMPECTOMY, "2024-01-30"), procedure(MASTECTOMY, "2024-06-30"))
    assert value(facts(*done)["years_since_surgery"]) == (0.99, 1)


def test_a_second_operation_without_a_date_leaves_the_time_open_to_above() -> None:
    done = (procedure(MASTECTOMY, None), procedure(MASTECTOMY, "2024-06-30"))
    assert value(facts(*done)["years_since_surgery"]) == (0.99, None)


def test_an_absent_breast_was_removed_between_diagnosis_and_its_recording() -> None:
    found = facts(condition(on="2024-01-01"), condition("icd Z90.12", on="2024-06-30"))
    assert value(found["years_since_surgery"]) == (0.99, 1.5)


def test_a_mastectomy_on_record_tells_more_of_its_day_than_the_absent_breast() -> None:
    found = facts(
        condition(on="2024-01-01"), procedure(MASTECTOMY, "2024-06-30"), condition("icd Z90.12", on="2025-01-30")
    )
    assert value(found["years_since_surgery"]) == (0.99, 1)


def test_the_time_since_surgery_is_unknown_where_procedures_are_missing() -> None:
    found = facts(procedure(MASTECTOMY, "2024-06-30"), states={"procedures": KeyState.PARTIAL})
    assert value(found["years_since_surgery"]) == "incomplete_page"


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ([procedure(BOTH, "2024-03-01")], "yes"),
        ([procedure(LEFT_MASTECTOMY, "2024-03-01"), procedure(RIGHT_MASTECTOMY, "2020-03-01")], "yes"),
        ([procedure(LEFT_MASTECTOMY, "2024-03-01"), condition("icd Z90.11")], "yes"),
        ([condition("icd Z90.13")], "yes"),
        ([procedure(LEFT_MASTECTOMY, "2024-03-01")], "not_recorded"),
        ([procedure(BOTH, "2024-03-01", status="not-done")], "not_recorded"),
        ([procedure(MASTECTOMY, "2024-03-01"), procedure(MASTECTOMY, "2024-04-01")], "not_recorded"),
    ],
)
def test_both_breasts_are_gone_if_each_was_removed(resources: list[Any], expected: str) -> None:
    assert value(picture(condition(), *resources).patient["mastectomy_bilateral"]) == expected


def test_an_operation_set_aside_says_why() -> None:
    done = (procedure(LUMPECTOMY, "2024-03-01"), procedure(RIGHT_MASTECTOMY, "2024-03-01"))
    assert "on the other side" in {aside.why for aside in known(facts(*done)["breast_surgery"]).set_aside}
