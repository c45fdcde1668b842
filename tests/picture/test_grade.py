"""The grade of the tumour."""

from decimal import Decimal
from typing import Any

import pytest

from tests.picture.charts import concept, facts, known, number, observation, preliminary, procedure, value

NOTTINGHAM, SNOMED, NCIT_TOTAL = "loinc 44648-4", "sct 371469007", "sct 1287461000"
G1, G2, G3 = "loinc LA27823-6", "loinc LA27824-4", "loinc LA27825-1"


def grade(*observations: Any) -> Any:
    return value(facts(*observations)["grade"])


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        (NOTTINGHAM, G1, 1),
        (NOTTINGHAM, G2, 2),
        (NOTTINGHAM, G3, 3),
        (SNOMED, "sct 1286893008", 2),
        (SNOMED, "sct 1155707008", 3),
        ("sct 372276001", "sct 369790002", 1),
        (NOTTINGHAM, "Grade 2", 2),
        (NOTTINGHAM, Decimal(3), 3),
        (NOTTINGHAM, number("1"), 1),
        (NCIT_TOTAL, Decimal(3), 1),
        (NCIT_TOTAL, Decimal(5), 1),
        (NCIT_TOTAL, Decimal(6), 2),
        (NCIT_TOTAL, Decimal(7), 2),
        (NCIT_TOTAL, number("8"), 3),
        (NCIT_TOTAL, number("9"), 3),
        (NOTTINGHAM, Decimal(5), 1),
        (NOTTINGHAM, number("7"), 2),
        ("sct 372276001", Decimal(8), 3),
        (NOTTINGHAM, "Nottingham Grade 2 (score 6)", 2),
        (NOTTINGHAM, "6/9", 2),
        (SNOMED, "G3 - poorly differentiated", 3),
        (SNOMED, "Grade II/III", 2),
        (SNOMED, "sct 373377004", 2),
    ],
)
def test_a_grade_is_read(question: str, answer: Any, expected: int) -> None:
    assert grade(observation(question, answer)) == expected


@pytest.mark.parametrize(
    ("question", "answer", "why"),
    [
        (NCIT_TOTAL, Decimal(2), "not_understood"),
        (NCIT_TOTAL, Decimal(10), "not_understood"),
        (NOTTINGHAM, Decimal(4), "not_understood"),
        (NOTTINGHAM, Decimal(10), "not_understood"),
        (SNOMED, Decimal(7), "not_understood"),
        (SNOMED, "Grade 2 (score 8)", "conflicting"),
        (SNOMED, "Grade 2, of the DCIS", "not_understood"),
        (SNOMED, "sct 258245003", "not_understood"),
        (SNOMED, "sct 1228845001", "not_recorded"),
        (NOTTINGHAM, "Grade 2 at biopsy, grade 3 at surgery", "not_understood"),
        ("loinc 85321-8", Decimal(1), "not_recorded"),
        ("loinc 85300-2", Decimal(1), "not_recorded"),
        ("sct 2890001000004108", "sct 1155708003", "not_recorded"),
    ],
)
def test_what_is_no_grade_is_unknown_with_its_reason(question: str, answer: Any, why: str) -> None:
    assert grade(observation(question, answer)) == why


def test_two_grades_of_one_work_up_are_in_conflict_and_both_are_named() -> None:
    seen = [observation(NOTTINGHAM, G1, on="2024-03-01"), observation(SNOMED, "sct 1155707008", on="2024-03-20")]
    fact = facts(*seen)["grade"]
    assert value(fact) == "conflicting"
    assert {e.reference for e in fact.evidence} == {s.origin.reference for s in seen}


def test_the_surgical_specimen_governs_over_the_biopsy() -> None:
    operation = procedure("sct 392021009", "2024-03-10")
    biopsy, surgical = observation(NOTTINGHAM, G2, on="2024-03-01"), observation(NOTTINGHAM, G3, on="2024-03-10")
    fact = known(facts(operation, biopsy, surgical)["grade"])
    assert value(fact) == 3
    assert [aside.reference for aside in fact.set_aside] == [biopsy.origin.reference]


def test_a_much_later_grade_governs_and_the_change_is_told() -> None:
    fact = known(facts(observation(NOTTINGHAM, G1, on="2023-01-01"), observation(NOTTINGHAM, G2))["grade"])
    assert value(fact) == 2
    assert fact.notes


def test_an_undated_grade_loses_against_a_dated_one() -> None:
    assert grade(observation(NOTTINGHAM, G1, on=None), observation(NOTTINGHAM, G2)) == 2


def test_a_final_grade_governs_over_a_later_preliminary_one() -> None:
    assert grade(observation(NOTTINGHAM, G2), preliminary(observation(NOTTINGHAM, G1, on="2024-09-01"))) == 2


def test_a_preliminary_grade_alone_is_used_and_marked() -> None:
    fact = known(facts(preliminary(observation(NOTTINGHAM, G2)))["grade"])
    assert fact.evidence[0].marks == ("preliminary",)


def test_a_stage_code_used_for_the_grade_is_not_used() -> None:
    misused = concept("loinc 21908-9", display="Histologic grade")
    assert value(facts(observation(misused, "ajcc 4"))["metastatic"]) == "no"


def test_an_answer_whose_display_contradicts_its_code_is_in_conflict() -> None:
    assert grade(observation(NOTTINGHAM, concept(G1, display="Grade 3"))) == "conflicting"


@pytest.mark.parametrize(
    ("answer", "expected"), [("sct 369791003", 2), ("Grade 2", "not_understood"), (None, "not_recorded")]
)
def test_a_total_score_answered_in_another_way(answer: Any, expected: Any) -> None:
    assert grade(observation(NCIT_TOTAL, *([answer] if answer else []))) == expected


def test_a_grade_code_with_the_text_of_a_stage_is_not_used() -> None:
    assert grade(observation(concept(NOTTINGHAM, text="Stage group"), G1)) == "conflicting"
