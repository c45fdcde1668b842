"""Positive lymph nodes."""

from decimal import Decimal
from typing import Any

import pytest

from cds_hooks.fhir.record import Range, Ratio
from tests.picture.charts import component, concept, condition, facts, known, mm, number, observation, value

POSITIVE, EXAMINED, WITH_METASTASIS, SENTINEL = "loinc 21893-3", "loinc 21894-1", "loinc 92831-7", "loinc 92832-5"
MACRO, MICRO, ITC, EXAMINED_HERE = "loinc 85343-2", "loinc 85344-0", "loinc 85352-3", "loinc 92833-3"
PN, CN = "loinc 21900-6", "loinc 21906-3"


def nodes(*resources: Any) -> Any:
    return value(facts(*resources)["positive_nodes"])


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Decimal(3), 3),
        (number("0"), 0),
        (mm("2", "{count}"), 2),
        (mm("2", "#"), 2),
        ("0/3", 0),
        ("2/12 LK", 2),
        ("1 of 4", 1),
        (Ratio(number("2"), number("9")), 2),
        (mm("3", "{count}", ">"), (4, None)),
        (mm("1", "{count}", "<"), (None, 0)),
        (number("8.3879"), 8),
        (number("0.4"), (0, 1)),
        ("(0/3)", 0),
        ("3 positive of 12", 3),
        ("1-3", (1, 3)),
        ("3-1", "not_understood"),
        ("None", 0),
        ("negative", 0),
        ("sct 260385009", 0),
        (Decimal(89), 89),
        (Decimal(90), "not_understood"),
        (Decimal(98), "not_understood"),
        ("5/3", "conflicting"),
        ("0/0", "not_recorded"),
        (number("-1"), "not_understood"),
        (mm("2", "mm"), "not_understood"),
        ("a few", "not_understood"),
        (concept("sct 261665006"), "not_recorded"),
    ],
)
def test_a_count_of_positive_nodes_is_read(answer: Any, expected: Any) -> None:
    assert nodes(observation(POSITIVE, answer)) == expected


def test_a_fractional_count_is_marked() -> None:
    assert "fractional count" in known(facts(observation(POSITIVE, number("8.4")))["positive_nodes"]).evidence[0].marks


@pytest.mark.parametrize("examined", [EXAMINED, EXAMINED_HERE, "sct 444025001", "loinc 85347-3"])
def test_examined_nodes_are_never_positive_ones(examined: str) -> None:
    assert nodes(observation(examined, number("14"))) == "not_recorded"


def test_a_parent_without_a_value_reads_nothing_from_the_examined_count() -> None:
    assert nodes(observation(SENTINEL, components=(component(EXAMINED_HERE, number("3")),))) == "not_recorded"


def test_the_weight_of_a_body_is_no_count_of_nodes() -> None:
    assert nodes(observation("loinc 29463-7", "0/3 positive")) == "not_recorded"


def test_more_positive_than_examined_is_an_error_and_no_count() -> None:
    assert nodes(observation(POSITIVE, number("5")), observation(EXAMINED, number("3"))) == "conflicting"


def test_none_of_no_examined_nodes_is_not_none() -> None:
    assert nodes(observation(POSITIVE, number("0")), observation(EXAMINED, number("0"))) == "not_recorded"


def test_a_truth_value_beside_a_count_in_a_component_says_nothing_itself() -> None:
    parts = (component(WITH_METASTASIS, number("2")),)
    assert nodes(observation(WITH_METASTASIS, True, components=parts)) == 2
    assert nodes(observation(WITH_METASTASIS, False)) == "not_recorded"


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({SENTINEL: "0"}, 0),
        ({SENTINEL: "2"}, 2),
        ({SENTINEL: "0", POSITIVE: "0"}, 0),
        ({SENTINEL: "2", POSITIVE: "3"}, (3, 5)),
        ({SENTINEL: "1", POSITIVE: "0"}, 1),
        ({MACRO: "2"}, (2, None)),
        ({MACRO: "0"}, "not_recorded"),
        ({MICRO: "1"}, (1, None)),
        ({MACRO: "2", MICRO: "1"}, 3),
        ({MACRO: "0", MICRO: "0"}, 0),
        ({MACRO: "0", MICRO: "0", ITC: "2"}, 0),
        ({ITC: "2"}, "not_recorded"),
        ({POSITIVE: "3", MACRO: "2"}, 3),
        ({POSITIVE: "0", MACRO: "2"}, "conflicting"),
        ({SENTINEL: "1", MICRO: "2"}, "conflicting"),
    ],
)
def test_counts_of_several_kinds_are_combined_so_that_the_bounds_hold(counts: dict[str, str], expected: Any) -> None:
    assert nodes(*(observation(code, number(n)) for code, n in counts.items())) == expected


def test_counts_of_two_operations_lie_between_the_larger_and_the_sum() -> None:
    assert nodes(observation(POSITIVE, number("1")), observation(POSITIVE, number("3"), on="2024-05-01")) == (3, 4)


def test_the_same_count_told_twice_is_one_count() -> None:
    assert nodes(observation(POSITIVE, number("2")), observation(POSITIVE, number("2"), on="2024-03-20")) == 2


@pytest.mark.parametrize(
    ("question", "category", "expected"),
    [
        (PN, "pN0", 0),
        (PN, "pN0(i+)", 0),
        (PN, "pN0(sn)", 0),
        (PN, "pN1mi", (1, 3)),
        (PN, "pN1", (1, 3)),
        (PN, "pN1a", (1, 3)),
        (PN, "pN1b", (1, None)),
        (PN, "pN1c", (1, None)),
        (PN, "pN2", (4, 9)),
        (PN, "pN2a", (4, 9)),
        (PN, "pN2b", (1, None)),
        (PN, "pN3a", (10, None)),
        (PN, "pN3c", (1, None)),
        (PN, "pNX", "not_recorded"),
        (CN, "cN0", "clinical_only"),
        (CN, "cN1", (1, None)),
        (CN, "cN3", (1, None)),
        (CN, "cNX", "not_recorded"),
        ("sct 277206009", "N0", "clinical_only"),
        ("sct 277206009", "N2", (1, None)),
    ],
)
def test_an_n_category_proves_what_it_proves(question: str, category: str, expected: Any) -> None:
    assert nodes(observation(question, f"ajcc {category}")) == expected


def test_pathology_governs_over_the_clinical_category() -> None:
    fact = known(facts(observation(CN, "ajcc cN1"), observation(PN, "ajcc pN0"))["positive_nodes"])
    assert value(fact) == 0
    assert fact.set_aside


@pytest.mark.parametrize("question", [POSITIVE, WITH_METASTASIS])
@pytest.mark.parametrize("said", [True, False])
def test_a_bare_yes_or_no_is_no_count(question: str, said: bool) -> None:
    assert nodes(observation(question, said)) == "not_recorded"


def test_a_category_narrows_a_count_that_is_only_a_bound() -> None:
    assert nodes(observation(MACRO, number("2")), observation(PN, "ajcc pN1a")) == (2, 3)


@pytest.mark.parametrize(("count", "category"), [("0", "pN1"), ("2", "pN2a"), ("1", "pN0")])
def test_a_count_that_contradicts_the_category_is_a_conflict(count: str, category: str) -> None:
    assert nodes(observation(POSITIVE, number(count)), observation(PN, f"ajcc {category}")) == "conflicting"


def test_a_coded_axillary_metastasis_proves_a_positive_node() -> None:
    assert nodes(condition(), condition("icd C77.3")) == (1, None)


def test_a_coded_axillary_metastasis_beside_a_count_of_none_is_a_conflict() -> None:
    assert nodes(condition(), condition("icd C77.3"), observation(POSITIVE, number("0"))) == "conflicting"


def test_a_node_code_with_the_text_of_perineural_invasion_is_not_used() -> None:
    assert nodes(observation(concept(POSITIVE, display="Perineural invasion"), number("0"))) == "conflicting"


def test_a_fractional_bound_is_taken_down_too() -> None:
    assert nodes(observation(POSITIVE, Range(number("2.5"), number("4")))) == (2, 4)


def test_a_ratio_of_bounds_is_no_count() -> None:
    assert nodes(observation(POSITIVE, Ratio(mm("1", None, ">="), number("9")))) == "not_understood"


def test_an_examined_count_that_is_not_exact_refutes_nothing() -> None:
    assert nodes(observation(POSITIVE, number("2")), observation(EXAMINED, mm("1", None, ">"))) == 2


def test_an_n_category_that_is_not_understood_is_told() -> None:
    assert nodes(observation(CN, "palpable nodes")) == "not_understood"


def test_an_isolated_cell_answer_that_is_no_number_says_nothing() -> None:
    assert nodes(observation(ITC, "some")) == "not_recorded"
