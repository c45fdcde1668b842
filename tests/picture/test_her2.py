"""HER2 of the tumour."""

from decimal import Decimal
from typing import Any

import pytest

from cds_hooks.fhir.record import Quantity, Ratio
from tests.picture.charts import component, concept, facts, known, mm, number, observation, value

OVERALL, IHC, ISH, RATIO, COPIES = "loinc 48676-1", "loinc 85319-2", "loinc 85318-4", "loinc 49683-6", "loinc 74860-8"
POSITIVE, NEGATIVE, EQUIVOCAL = "sct 10828004", "sct 260385009", "sct 42425007"
ZERO, ONE, TWO, THREE = "loinc LA6111-4", "loinc LA11841-6", "loinc LA11842-4", "loinc LA11843-2"


def her2(*observations: Any) -> Any:
    return value(facts(*observations)["her2"])


@pytest.mark.parametrize(
    ("overall", "ihc", "ish", "expected"),
    [
        (None, ZERO, None, "negative"),
        (None, ONE, None, "negative"),
        (None, TWO, None, "equivocal"),
        (None, THREE, None, "positive"),
        (None, POSITIVE, None, "positive"),
        (None, NEGATIVE, None, "negative"),
        (None, TWO, POSITIVE, "positive"),
        (None, TWO, NEGATIVE, "negative"),
        (None, TWO, EQUIVOCAL, "equivocal"),
        (None, ZERO, POSITIVE, "positive"),
        (None, THREE, NEGATIVE, "conflicting"),
        (None, POSITIVE, NEGATIVE, "conflicting"),
        (None, None, POSITIVE, "positive"),
        (None, None, NEGATIVE, "negative"),
        (None, None, EQUIVOCAL, "equivocal"),
        (POSITIVE, None, None, "positive"),
        (NEGATIVE, None, None, "negative"),
        (EQUIVOCAL, None, None, "equivocal"),
        (NEGATIVE, TWO, None, "negative"),
        (NEGATIVE, THREE, None, "conflicting"),
        (NEGATIVE, None, POSITIVE, "conflicting"),
        (POSITIVE, ONE, None, "positive"),
        (POSITIVE, None, NEGATIVE, "conflicting"),
        (EQUIVOCAL, ONE, None, "equivocal"),
        (None, ONE, EQUIVOCAL, "equivocal"),
        (None, THREE, EQUIVOCAL, "positive"),
        (TWO, None, NEGATIVE, "negative"),
        (None, "3+", None, "positive"),
        (None, "1+", None, "negative"),
        (None, Decimal(2), None, "equivocal"),
        (None, mm("3", "{score}"), None, "positive"),
        (None, mm("0", "{score}"), None, "negative"),
        (None, mm("2.5", "{score}"), None, "not_understood"),
        (None, "+++", None, "positive"),
        (None, "+", None, "not_understood"),
        (None, "Neg.", None, "negative"),
        (None, "loinc LA11840-8", None, "equivocal"),
        (None, NEGATIVE, "less than 1.8", "negative"),
        (None, POSITIVE, "greater than 1.8", "positive"),
        (None, TWO, "less than 1.8", "equivocal"),
        (None, None, "less than 1.8", "not_understood"),
        (None, None, "greater than 2.2", "not_understood"),
        (None, None, None, "not_recorded"),
    ],
)
def test_the_tests_of_her2_are_weighed(overall: Any, ihc: Any, ish: Any, expected: str) -> None:
    asked = {OVERALL: overall, IHC: ihc, ISH: ish}
    assert her2(*(observation(code, said) for code, said in asked.items() if said is not None)) == expected


def test_a_positive_ish_over_a_negative_ihc_shows_the_conflict() -> None:
    fact = known(facts(observation(IHC, ONE), observation(ISH, POSITIVE))["her2"])
    assert fact.notes == ("another test says negative",)


@pytest.mark.parametrize("serum", ["loinc 32996-1", "loinc 42914-2", "loinc 51981-9"])
def test_serum_her2_is_never_the_tumour(serum: str) -> None:
    assert her2(observation(serum, POSITIVE)) == "not_recorded"


def test_a_result_coded_both_overall_and_by_ihc_is_one_ihc_result() -> None:
    assert her2(observation(concept(OVERALL, IHC), TWO)) == "equivocal"
    assert her2(observation(concept(OVERALL, IHC), ONE), observation(ISH, POSITIVE)) == "positive"


def test_a_score_beside_the_word_positive_is_three_plus() -> None:
    assert her2(observation(IHC, POSITIVE, number("3"))) == "positive"
    assert her2(observation(IHC, POSITIVE, number("3")), observation(ISH, NEGATIVE)) == "conflicting"


@pytest.mark.parametrize(
    ("said", "expected"),
    [("3+ (positive)", "positive"), ("HER2: negative (score 1+)", "negative"), ("IHC, 2+, equivocal", "equivocal")],
)
def test_an_answer_in_parts_is_read_if_every_part_is(said: str, expected: str) -> None:
    assert her2(observation(IHC, said)) == expected
    assert her2(observation(IHC, f"{said}, of the biopsy")) == "not_understood"


def test_two_values_that_disagree_are_in_conflict() -> None:
    assert her2(observation(IHC, NEGATIVE, number("3"))) == "conflicting"


@pytest.mark.parametrize("display", ["Ki-67", "PD-L1", "LI-RADS", "HER2 in DCIS"])
def test_the_her2_code_used_for_something_else_is_not_used(display: str) -> None:
    assert her2(observation(concept(IHC, display=display), NEGATIVE)) == "conflicting"
    assert her2(observation(concept(IHC, display=display), POSITIVE), observation(OVERALL, NEGATIVE)) == "negative"


@pytest.mark.parametrize(
    ("ratio", "copies", "expected"),
    [
        ("2.0", "4.0", "positive"),
        ("1.9", "3.9", "negative"),
        ("2.5", "3.0", "equivocal"),
        ("1.5", "6.5", "equivocal"),
        ("2.5", None, "not_understood"),
        (None, "7", "not_understood"),
        (None, "2", "not_understood"),
    ],
)
def test_ish_numbers_are_an_interpretation_only_together(ratio: str | None, copies: str | None, expected: str) -> None:
    parts = [(RATIO, ratio), (COPIES, copies)]
    told = tuple(component(code, number(n)) for code, n in parts if n is not None)
    assert her2(observation("loinc 74885-5", components=told)) == expected


def test_a_reported_ish_interpretation_governs_over_its_numbers() -> None:
    parts = (component(RATIO, number("2.5")), component(COPIES, number("7")))
    assert her2(observation(ISH, NEGATIVE), observation("loinc 74885-5", components=parts)) == "negative"


def test_a_ratio_beside_a_coded_answer_does_not_disturb_it() -> None:
    nonsense = Ratio(Quantity(Decimal(1), comparator=">="), Quantity(Decimal(100), comparator=">="))
    assert her2(observation(ISH, nonsense, POSITIVE)) == "positive"


def test_the_share_of_stained_membranes_is_no_score() -> None:
    assert her2(observation("loinc 85328-3", mm("0", "%"))) == "not_recorded"


def test_a_retest_long_after_governs_and_the_change_is_told() -> None:
    fact = known(facts(observation(IHC, ONE, on="2020-01-01"), observation(IHC, THREE))["her2"])
    assert value(fact) == "positive"
    assert any("changed" in note for note in fact.notes)


def test_two_ihc_results_of_one_work_up_that_disagree_are_in_conflict() -> None:
    assert her2(observation(IHC, ONE), observation(IHC, THREE)) == "conflicting"
