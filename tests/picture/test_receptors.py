"""Oestrogen and progesterone receptor."""

from typing import Any

import pytest

from cds_hooks.fhir.record import Coding, Concept
from tests.picture.charts import (
    component,
    concept,
    condition,
    facts,
    known,
    mm,
    number,
    observation,
    preliminary,
    value,
)

ER, ER_PERCENT, PR = "loinc 85337-4", "loinc 85329-1", "loinc 85339-0"
POSITIVE, NEGATIVE, EQUIVOCAL, UNKNOWN = "sct 10828004", "sct 260385009", "sct 42425007", "sct 261665006"


def er(*resources: Any) -> Any:
    return value(facts(*resources)["er"])


def percent(text: str, comparator: str | None = None) -> Any:
    return mm(text, "%", comparator)


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        (ER, POSITIVE, "positive"),
        (ER, "loinc LA6577-6", "negative"),
        (ER, "sct 52101004", "positive"),
        (ER, "sct 416053008", "positive"),
        (ER, "Positive", "positive"),
        (ER, True, "positive"),
        (ER, concept("sct 10828004", display="Positive (qualifier value)"), "positive"),
        (ER_PERCENT, percent("95"), "positive"),
        (ER_PERCENT, percent("1"), "positive"),
        (ER_PERCENT, percent("0.5"), "negative"),
        (ER_PERCENT, percent("0"), "negative"),
        (ER_PERCENT, percent("1", "<"), "negative"),
        (ER_PERCENT, percent("10", ">"), "positive"),
        (ER_PERCENT, "95 %", "positive"),
        (ER, percent("80"), "positive"),
        (ER_PERCENT, percent("5", "<"), "equivocal"),
        (ER_PERCENT, number("95"), "unit_missing"),
        (ER, "Positive (95%)", "positive"),
        (ER, "Negative, <1%", "negative"),
        (ER, "ER: low positive, 1-10 %", "positive"),
        (ER, "Positive (0%)", "conflicting"),
        (ER, "Negative (95%)", "conflicting"),
        (ER, "Positive, negative", "conflicting"),
        (ER, "Positive (in the DCIS)", "not_understood"),
        (ER, concept(text="Positive (90 %)"), "positive"),
        (ER, EQUIVOCAL, "equivocal"),
        (ER, UNKNOWN, "not_recorded"),
        (ER, "sct 416237000", "not_recorded"),
        (ER, "Synthetic result", "not_recorded"),
        (ER, "see comment", "not_understood"),
        (ER, "sct 260413007", "not_understood"),
        ("loinc 10480-2", POSITIVE, "not_recorded"),
        ("loinc 85310-1", POSITIVE, "not_recorded"),
    ],
)
def test_a_receptor_is_positive_negative_or_unknown_with_its_reason(question: str, answer: Any, expected: str) -> None:
    assert er(observation(question, answer)) == expected


@pytest.mark.parametrize(("share", "low"), [("1", True), ("10", True), ("11", False)])
def test_one_to_ten_percent_is_marked_low_positive(share: str, low: bool) -> None:
    fact = known(facts(observation(ER_PERCENT, percent(share)))["er"])
    assert ("low positive" in fact.evidence[0].marks) is low


def test_a_percentage_beside_its_word_is_marked_low_positive_too() -> None:
    fact = known(facts(observation(ER, "Positive (5%)"))["er"])
    assert ("low positive",) in [proof.marks for proof in fact.evidence]


@pytest.mark.parametrize("reason", ["absent error", "absent unknown"])
@pytest.mark.parametrize("question", [ER, PR])
def test_a_value_beside_the_reason_for_none_is_not_used(question: str, reason: str) -> None:
    both = observation(question, POSITIVE, data_absent_reason=concept(reason))
    assert value(facts(both)["er" if question == ER else "pr"]) == "conflicting"
    assert er(both, observation(ER, NEGATIVE)) == "negative"


def test_a_percentage_in_a_component_is_read() -> None:
    assert er(observation("loinc 22637-3", components=(component(ER_PERCENT, percent("90")),))) == "positive"


def test_the_interpretation_speaks_only_where_no_value_stands() -> None:
    positive = (concept("interpretation POS"),)
    assert er(observation(ER, interpretation=positive)) == "positive"
    assert er(observation(ER, NEGATIVE, interpretation=positive)) == "negative"


def test_an_interpretation_of_abnormal_is_no_status() -> None:
    assert er(observation(ER, interpretation=(concept("interpretation A"),))) == "not_recorded"


def test_a_data_absent_reason_is_not_recorded() -> None:
    assert er(observation(ER, data_absent_reason=concept("absent not-performed"))) == "not_recorded"


@pytest.mark.parametrize("display", ["Ki-67", "AI diagnosis", "Genomic panel", "Androgen receptor"])
def test_a_receptor_code_with_another_display_is_conflicting_coding(display: str) -> None:
    fact = facts(observation(concept(ER, display=display), NEGATIVE))["er"]
    assert value(fact) == "conflicting"
    assert "conflicting coding" in fact.evidence[0].marks


def test_a_misused_code_beside_a_true_result_is_set_aside() -> None:
    misused = observation(concept(ER, display="Ki-67"), NEGATIVE)
    fact = known(facts(misused, observation(ER, POSITIVE))["er"])
    assert (value(fact), len(fact.set_aside)) == ("positive", 1)


def test_a_foreign_display_contradicts_nothing() -> None:
    assert er(observation(concept(ER, display="Östrogenrezeptor"), POSITIVE)) == "positive"


def test_an_answer_without_a_system_is_no_code() -> None:
    assert er(observation(ER, Concept((Coding(None, "260385009"),)))) == "not_understood"


def test_results_two_days_apart_are_in_conflict() -> None:
    assert er(observation(ER, NEGATIVE, on="2024-03-01"), observation(ER, POSITIVE, on="2024-03-03")) == "conflicting"


def test_a_retest_long_after_governs_and_the_change_is_told() -> None:
    fact = known(facts(observation(ER, POSITIVE, on="2020-03-01"), observation(ER, NEGATIVE))["er"])
    assert value(fact) == "negative"
    assert fact.notes


def test_a_preliminary_result_yields_to_the_final_one() -> None:
    assert er(preliminary(observation(ER, NEGATIVE)), observation(ER, POSITIVE)) == "positive"


def test_a_presence_and_a_percentage_that_disagree_are_in_conflict() -> None:
    assert er(observation(ER, POSITIVE), observation(ER_PERCENT, percent("0"))) == "conflicting"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("icd Z17.0", ("positive", "not_recorded", "not_recorded")),
        ("icd Z17.1", ("negative", "not_recorded", "not_recorded")),
        ("icd Z17.22", ("not_recorded", "negative", "not_recorded")),
        ("icd Z17.31", ("not_recorded", "not_recorded", "positive")),
        ("icd Z17.411", ("not_recorded", "not_recorded", "negative")),
    ],
)
def test_a_status_coded_as_a_diagnosis_is_read(code: str, expected: tuple[str, ...]) -> None:
    found = facts(condition(), condition(code))
    assert tuple(value(found[name]) for name in ("er", "pr", "her2")) == expected


def test_tissue_governs_over_a_status_coded_as_a_diagnosis() -> None:
    assert er(condition(), condition("icd Z17.1"), observation(ER, POSITIVE)) == "positive"


@pytest.mark.parametrize(
    ("er_answer", "pr_answer", "expected"),
    [
        (POSITIVE, POSITIVE, "positive"),
        (POSITIVE, NEGATIVE, "positive"),
        (NEGATIVE, POSITIVE, "positive"),
        (POSITIVE, UNKNOWN, "positive"),
        (NEGATIVE, NEGATIVE, "negative"),
        (NEGATIVE, UNKNOWN, "not_recorded"),
        (NEGATIVE, EQUIVOCAL, "equivocal"),
        (UNKNOWN, UNKNOWN, "not_recorded"),
    ],
)
def test_hormone_receptor_is_positive_if_either_is_and_negative_only_if_both_are(
    er_answer: str, pr_answer: str, expected: str
) -> None:
    found = facts(observation(ER, er_answer), observation(PR, pr_answer))
    assert value(found["hormone_receptor"]) == expected


@pytest.mark.parametrize(("code", "expected"), [("icd Z17.410", "positive"), ("icd Z17.421", "negative")])
def test_hormone_receptor_may_be_coded_as_one(code: str, expected: str) -> None:
    assert value(facts(condition(), condition(code))["hormone_receptor"]) == expected


@pytest.mark.parametrize(("undated", "governs"), [(NEGATIVE, "conflicting"), (POSITIVE, "positive")])
def test_an_undated_result_loses_unless_it_is_worse(undated: Any, governs: str) -> None:
    dated = observation("loinc 85337-4", POSITIVE, on="2024-01-10")
    assert value(facts(dated, observation("loinc 85337-4", undated, on=None))["er"]) == governs
