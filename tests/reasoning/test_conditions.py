"""Every word of the condition language, in three values."""

import pytest

from cds_hooks.picture.fact import Fact, Known, Why
from cds_hooks.reasoning.conditions import (
    AllOf,
    AnyOf,
    AtLeast,
    Condition,
    Judge,
    ListTest,
    NoneOf,
    NumberTest,
    each_test,
    facts_in,
    in_words,
    judge,
)
from cds_hooks.reasoning.verdict import Because, Truth
from tests.reasoning.tables import UNKNOWN, between, bounds, is_, number

Y, N, U = Truth.YES, Truth.NO, Truth.UNKNOWN
FACTS: dict[Truth, Fact] = {Y: Known("yes"), N: Known("no"), U: UNKNOWN}
ORGANS = ("bone", "liver", "lung")


def truths(*values: Truth) -> tuple[tuple[Condition, ...], dict[str, Fact]]:
    """Conditions that come out as asked, and the facts that make them do so."""
    parts = tuple(is_(f"fact{place}", "yes") for place in range(len(values)))
    return parts, {f"fact{place}": FACTS[value] for place, value in enumerate(values)}


@pytest.mark.parametrize(
    ("one", "other", "all_", "any_", "none"),
    [
        (Y, Y, Y, Y, N),
        (Y, U, U, Y, N),
        (Y, N, N, Y, N),
        (U, U, U, U, U),
        (U, N, N, U, U),
        (N, N, N, N, Y),
    ],
)
def test_all_any_and_none_follow_kleene(one: Truth, other: Truth, all_: Truth, any_: Truth, none: Truth) -> None:
    for pair in ((one, other), (other, one)):
        parts, facts = truths(*pair)
        found = [judge(operator(parts), facts).truth for operator in (AllOf, AnyOf, NoneOf)]
        assert found == [all_, any_, none]


@pytest.mark.parametrize(
    ("n", "values", "expected"),
    [
        (2, (Y, Y, N), Y),
        (2, (Y, Y, U), Y),
        (2, (Y, U, N), U),
        (2, (U, U, N), U),
        (2, (Y, N, N), N),
        (2, (U, N, N), N),
        (4, (Y, Y, Y), N),
    ],
)
def test_at_least_n_counts_what_holds_and_what_still_may(n: int, values: tuple[Truth, ...], expected: Truth) -> None:
    parts, facts = truths(*values)
    assert judge(AtLeast(n, parts), facts).truth is expected


@pytest.mark.parametrize(
    ("test", "nine", "ten", "eleven"),
    [
        (bounds("size", at_least="10"), N, Y, Y),
        (bounds("size", above="10"), N, N, Y),
        (bounds("size", at_most="10"), Y, Y, N),
        (bounds("size", below="10"), Y, N, N),
        (bounds("size", at_least="10", at_most="10.5"), N, Y, N),
        (bounds("size", above="9", below="11"), N, Y, N),
    ],
)
def test_a_number_is_tested_by_its_bounds(test: NumberTest, nine: Truth, ten: Truth, eleven: Truth) -> None:
    assert [judge(test, {"size": number(n)}).truth for n in ("9", "10", "11")] == [nine, ten, eleven]


@pytest.mark.parametrize(
    ("value", "test", "expected"),
    [
        (between("0", "20"), bounds("size", above="50"), N),
        (between("0", "20"), bounds("size", below="10"), U),
        (between("0", "20"), bounds("size", at_most="20"), Y),
        (between("0", "20"), bounds("size", below="20"), U),
        (between("0", "20", below=True), bounds("size", below="20"), Y),
        (between("20", None), bounds("size", at_least="20"), Y),
        (between("20", None), bounds("size", above="20"), U),
        (between("20", None, above=True), bounds("size", above="20"), Y),
        (between("20", None, above=True), bounds("size", at_most="20"), N),
        (between(None, "20", below=True), bounds("size", at_least="20"), N),
        (between("20", None), bounds("size", at_most="20"), U),
        (between("0", "20"), bounds("size", at_least="20"), U),
        (between("20", None), bounds("size", at_most="19"), N),
        (between("20", None), bounds("size", at_most="60"), U),
        (between(None, None), bounds("size", at_least="1"), U),
        (between(None, None), bounds("size", at_least="9", below="9"), N),
        (between("9", "60"), bounds("size", at_least="10", at_most="50"), U),
        (between("11", "49"), bounds("size", at_least="10", at_most="50"), Y),
    ],
)
def test_a_bounded_number_settles_only_what_every_number_inside_settles(
    value: Known, test: NumberTest, expected: Truth
) -> None:
    assert judge(test, {"size": value}).truth is expected


@pytest.mark.parametrize(
    ("value", "test", "expected"),
    [
        (between("3", None, above=True), bounds("nodes", whole=True, at_least="4"), Y),
        (between("2.5", None), bounds("nodes", whole=True, at_least="3"), Y),
        (between(None, "4", below=True), bounds("nodes", whole=True, at_most="3"), Y),
        (between("0", "3.5"), bounds("nodes", whole=True, at_most="3"), Y),
        (between("3.2", "3.8"), bounds("nodes", whole=True, at_most="3"), N),
    ],
)
def test_between_two_counts_there_is_nothing(value: Known, test: NumberTest, expected: Truth) -> None:
    assert judge(test, {"nodes": value}).truth is expected


@pytest.mark.parametrize(("value", "expected"), [("bone", Y), ("liver", Y), ("lung", N)])
def test_a_word_is_one_of_those_named(value: str, expected: Truth) -> None:
    assert judge(is_("site", "bone", "liver", among=ORGANS), {"site": Known(value)}).truth is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(("bone", "lung"), Y), (("lung",), N), ((), N)],
)
def test_a_list_includes_any_of_those_named(value: tuple[str, ...], expected: Truth) -> None:
    assert judge(ListTest("sites", ("bone", "liver"), ORGANS), {"sites": Known(value)}).truth is expected


def test_a_list_that_is_only_a_floor_may_hold_more() -> None:
    floor = Known(("lung",), bounded_why=Why.INCOMPLETE_PAGE)
    assert judge(ListTest("sites", ("bone",), ORGANS), {"sites": floor}).truth is U
    assert judge(ListTest("sites", ("lung",), ORGANS), {"sites": floor}).truth is Y


@pytest.mark.parametrize(
    ("test", "fact"),
    [
        (bounds("fact", at_least="1"), Known("yes")),
        (is_("fact", "no"), number("1")),
        (is_("fact", "no"), Known("equivocal")),
        (ListTest("fact", ("bone",), ORGANS), Known("bone")),
        (ListTest("fact", ("bone",), ORGANS), Known(("brain",))),
        (is_("fact", "no"), UNKNOWN),
        (is_("fact", "no"), None),
    ],
)
def test_what_cannot_be_used_is_unknown_and_never_no(test: Condition, fact: Fact | None) -> None:
    verdict = judge(test, {} if fact is None else {"fact": fact})
    assert (verdict.truth, verdict.missing) == (U, ("fact",))


def test_a_verdict_names_the_tests_that_settled_it() -> None:
    parts, facts = truths(Y, N, U)
    assert judge(AllOf(parts), facts).because == (Because("fact1", "is yes", N),)
    assert judge(AnyOf(parts), facts).because == (Because("fact0", "is yes", Y),)
    assert judge(NoneOf(parts), facts).because == (Because("fact0", "is yes", Y),)
    assert judge(AtLeast(2, parts), facts).because == (Because("fact2", "is yes", U),)


def test_only_an_open_verdict_names_what_is_missing() -> None:
    parts, facts = truths(N, U, U)
    assert judge(AnyOf(parts), facts).missing == ("fact1", "fact2")
    assert judge(AllOf(parts), facts).missing == ()
    assert judge(NoneOf((AnyOf(parts), *parts)), facts).missing == ("fact1", "fact2")


@pytest.mark.parametrize(
    ("test", "words"),
    [
        (bounds("size", at_least="4"), "at least 4"),
        (bounds("size", above="1.5", below="9"), "above 1.5 and below 9"),
        (bounds("size", at_most="3"), "at most 3"),
        (is_("site", "bone", "liver", among=ORGANS), "is bone or liver"),
        (ListTest("sites", ("bone", "lung"), ORGANS), "includes bone or lung"),
    ],
)
def test_a_test_reads_as_words(test: NumberTest | ListTest, words: str) -> None:
    assert in_words(test) == words


def test_the_facts_of_a_condition_are_named_once_in_order() -> None:
    nested = AllOf((is_("b", "yes"), AnyOf((is_("a", "yes"), NoneOf((is_("b", "no"),))))))
    assert facts_in(nested) == ("b", "a")
    assert [test.fact for test in each_test(nested)] == ["b", "a", "b"]


def test_a_condition_is_judged_once() -> None:
    parts, facts = truths(U, U)
    judge, both = Judge(facts), AllOf(parts)
    assert judge.verdict(both) is judge.verdict(both)


def test_no_two_conditions_are_taken_for_each_other_when_one_is_gone() -> None:
    judge = Judge({"fact": Known("yes")})
    found = [judge.verdict(is_("fact", word)).truth for word in ("yes", "no") * 50]
    assert found == [Y, N] * 50
