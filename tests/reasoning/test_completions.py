"""Completions: every value of a fact that the tests can tell apart, and no more than that."""

from decimal import Decimal

import pytest

from cds_hooks.picture.fact import Fact, Interval, Known, Why
from cds_hooks.reasoning.completions import each_completion, open_facts
from cds_hooks.reasoning.conditions import AllOf, Condition, ListTest, by_fact, judge
from cds_hooks.reasoning.verdict import Truth
from tests.reasoning.tables import UNKNOWN, between, bounds, is_, number

SIZE = (bounds("size", below="10"), bounds("size", at_least="10", at_most="50"), bounds("size", above="50"))
NODES = (bounds("nodes", whole=True, at_most="0"), bounds("nodes", whole=True, at_least="4"))
SITES = (
    ListTest("sites", ("bone",), ("bone", "liver", "lung")),
    ListTest("sites", ("lung",), ("bone", "liver", "lung")),
)


def numbers(conditions: tuple[Condition, ...], fact: Fact) -> list[Decimal]:
    (completions,) = open_facts(by_fact(conditions), {"size": fact, "nodes": fact}).values()
    values = [completion.value for completion in completions]
    return [value.low for value in values if isinstance(value, Interval) and value.low is not None]


@pytest.mark.parametrize(
    ("fact", "patterns"),
    [
        (UNKNOWN, {"YNN", "NYN", "NNY"}),
        (between("0", "20"), {"YNN", "NYN"}),
        (between("10", "50"), {"NYN"}),
        (between("50", None, above=True), {"NNY"}),
        (between("50", None), {"NYN", "NNY"}),
        (between(None, "10", below=True), {"YNN"}),
        (between("12", "12.5", above=True, below=True), {"NYN"}),
    ],
)
def test_a_bounded_number_meets_exactly_the_columns_inside_its_bounds(fact: Known, patterns: set[str]) -> None:
    found = set()
    for chosen in each_completion(open_facts(by_fact(SIZE), {"size": fact})):
        found.add("".join("Y" if judge(test, chosen).truth is Truth.YES else "N" for test in SIZE))
    assert found == patterns


def test_equal_regions_are_probed_once() -> None:
    assert len(numbers((bounds("size", at_least="10"),), UNKNOWN)) == 3


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        (UNKNOWN, [-1, 0, 1, 4, 5]),
        (between("1", None), [1, 4, 5]),
        (between("3", None, above=True), [4, 5]),
        (between("1", "3"), [1]),
        (between("0.2", "0.8"), [Decimal("0.2")]),
    ],
)
def test_a_count_is_completed_with_whole_numbers_where_there_are_any(fact: Fact, expected: list[Decimal]) -> None:
    assert numbers(NODES, fact) == expected


def test_an_unknown_word_takes_every_word_of_its_vocabulary() -> None:
    found = open_facts(by_fact([is_("her2", "positive", among=("positive", "negative"))]), {})
    assert found == {"her2": (Known("positive"), Known("negative"))}


def test_an_unknown_list_takes_every_selection_of_the_tested_words() -> None:
    found = open_facts(by_fact(SITES), {"sites": UNKNOWN})["sites"]
    assert [known.value for known in found] == [(), ("bone",), ("lung",), ("bone", "lung")]


def test_a_list_that_is_only_a_floor_keeps_what_was_seen() -> None:
    floor = Known(("bone", "liver"), bounded_why=Why.INCOMPLETE_PAGE)
    found = open_facts(by_fact(SITES), {"sites": floor})["sites"]
    assert [known.value for known in found] == [("bone", "liver"), ("bone", "liver", "lung")]


def test_what_is_exactly_known_is_not_completed() -> None:
    facts: dict[str, Fact] = {"size": number("3"), "her2": Known("yes"), "sites": Known(("bone",))}
    assert open_facts(by_fact([*SIZE, is_("her2", "yes"), *SITES]), facts) == {}


def test_every_combination_of_open_facts_is_tried() -> None:
    both = AllOf((is_("one", "yes"), is_("other", "yes")))
    assert len(list(each_completion(open_facts(by_fact([both]), {})))) == 4


def test_without_open_facts_there_is_one_empty_completion() -> None:
    assert list(each_completion({})) == [{}]
