"""A worse result that does not govern moves no factor, and is never read over: LOW is not said beside it."""

from typing import Any

import pytest

from tests.picture.charts import concept, condition, facts, number, observation, procedure, value

GRADE, ER, HER2, NODES, PN, CN = (
    "sct 371469007",
    "loinc 85337-4",
    "loinc 48676-1",
    "loinc 21893-3",
    "loinc 21900-6",
    "loinc 21906-3",
)
POSITIVE, NEGATIVE = "sct 10828004", "sct 260385009"
BEFORE, AFTER = "2024-03-01", "2024-08-01"


def found(*resources: Any) -> Any:
    return value(facts(condition(), *resources)["worse_result_on_record"])


@pytest.mark.parametrize(
    ("earlier", "later", "expected"),
    [
        (observation(HER2, POSITIVE, on=BEFORE), observation(HER2, NEGATIVE, on=AFTER), "yes"),
        (observation(HER2, NEGATIVE, on=BEFORE), observation(HER2, POSITIVE, on=AFTER), "no"),
        (observation(ER, NEGATIVE, on=BEFORE), observation(ER, POSITIVE, on=AFTER), "yes"),
        (observation(ER, POSITIVE, on=BEFORE), observation(ER, NEGATIVE, on=AFTER), "no"),
        (observation(HER2, POSITIVE, on=BEFORE, status="preliminary"), observation(HER2, NEGATIVE, on=AFTER), "no"),
        (observation(HER2, NEGATIVE, on=BEFORE), observation(HER2, NEGATIVE, on=AFTER), "no"),
    ],
)
def test_an_older_result_that_is_worse_is_noted(earlier: Any, later: Any, expected: str) -> None:
    assert found(earlier, later) == expected


@pytest.mark.parametrize(("biopsy", "expected"), [("54102005", "no"), ("61026006", "yes")])
def test_a_biopsy_of_a_higher_grade_is_noted(biopsy: str, expected: str) -> None:
    operation = procedure("sct 392021009", "2024-04-01")
    core, specimen = observation(GRADE, f"sct {biopsy}"), observation(GRADE, "sct 54102005", on="2024-04-01")
    told = facts(condition(), operation, core, specimen)
    assert (value(told["grade"]), value(told["worse_result_on_record"])) == (1, expected)


@pytest.mark.parametrize(("clinical", "expected"), [("cN0", "no"), ("cN1", "yes"), ("cNX", "no")])
def test_nodes_felt_before_the_operation_are_noted_beside_none_found(clinical: str, expected: str) -> None:
    told = facts(condition(), observation(NODES, number("0")), observation(CN, f"ajcc {clinical}"))
    assert (value(told["positive_nodes"]), value(told["worse_result_on_record"])) == (0, expected)


@pytest.mark.parametrize(
    ("stage", "expected"), [("1", "no"), ("1A", "no"), ("1B", "yes"), ("2A", "yes"), ("3C", "yes"), ("0", "no")]
)
@pytest.mark.parametrize("question", ["21902-2", "21908-9"])
def test_a_stage_above_one_a_is_noted(question: str, stage: str, expected: str) -> None:
    assert found(observation(f"loinc {question}", f"ajcc {stage}")) == expected


def test_a_diagnosis_coded_as_her2_positive_is_noted_beside_a_negative_test() -> None:
    coded = condition(concept("sct 427685000"))
    assert value(facts(coded, observation(HER2, NEGATIVE))["worse_result_on_record"]) == "yes"
    assert value(facts(coded)["worse_result_on_record"]) == "no"


@pytest.mark.parametrize(("again", "expected"), [("2024-03-01", "no"), ("2026-01-10", "yes"), (None, "no")])
def test_a_second_diagnosis_of_the_breast_long_after_the_first_is_noted(again: str | None, expected: str) -> None:
    assert value(facts(condition(), condition(on=again))["worse_result_on_record"]) == expected
