"""Conditions over facts, judged in three-valued logic (Kleene's strong logic).

An unknown fact makes a test UNKNOWN, never NO. A number known only within bounds settles every test that no number
inside the bounds could turn round: "above 50" on 0-20 is NO, "below 10" on it is UNKNOWN. There is no test for "is
unknown": learning more may settle a verdict, never flip it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain

from cds_hooks.picture.fact import Fact, Interval, Known, Value
from cds_hooks.reasoning.intervals import apart, whole_numbers, within
from cds_hooks.reasoning.verdict import Because, Truth, Verdict

_OPPOSITE = {Truth.YES: Truth.NO, Truth.NO: Truth.YES, Truth.UNKNOWN: Truth.UNKNOWN}


@dataclass(frozen=True, slots=True)
class NumberTest:
    """Bounds on a number, in the fact's unit; those that are given must all hold. `whole`: the fact is a count or a
    grade, so nothing lies between 3 and 4.

    What follows from the bounds is made with the test, because every judgement needs it: `allowed` are the bounds as
    two intervals, `impossible` says that together they leave no number, `verdicts` are the three that it can have.
    """

    fact: str
    at_least: Decimal | None = None
    above: Decimal | None = None
    at_most: Decimal | None = None
    below: Decimal | None = None
    whole: bool = False
    allowed: tuple[Interval, Interval] = field(init=False, repr=False, compare=False)
    impossible: bool = field(init=False, repr=False, compare=False)
    verdicts: Mapping[Truth, Verdict] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        closed, open_ = Interval(self.at_least, self.at_most), Interval(self.above, self.below, True, True)
        object.__setattr__(self, "allowed", (closed, open_))
        object.__setattr__(self, "impossible", apart(closed, open_))
        object.__setattr__(self, "verdicts", _verdicts(self))

    @property
    def cuts(self) -> tuple[Decimal, ...]:
        """The numbers at which the test can change its answer."""
        bounds = (self.at_least, self.above, self.at_most, self.below)
        return tuple(bound for bound in bounds if bound is not None)


@dataclass(frozen=True, slots=True)
class WordTest:
    """The fact's word is one of `one_of`; `among` are all words that the fact can take."""

    fact: str
    one_of: tuple[str, ...]
    among: tuple[str, ...]
    verdicts: Mapping[Truth, Verdict] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "verdicts", _verdicts(self))


@dataclass(frozen=True, slots=True)
class ListTest:
    """The fact's list includes at least one of `any_of`; `among` are all words that the list can hold."""

    fact: str
    any_of: tuple[str, ...]
    among: tuple[str, ...]
    verdicts: Mapping[Truth, Verdict] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "verdicts", _verdicts(self))


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every one of the conditions holds."""

    of: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of the conditions holds."""

    of: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class NoneOf:
    """None of the conditions holds."""

    of: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least `n` of the conditions hold."""

    n: int
    of: tuple["Condition", ...]


Test = NumberTest | WordTest | ListTest
Condition = Test | AllOf | AnyOf | NoneOf | AtLeast


class Judge:
    """Judges conditions over one set of facts; a fact that is not in the mapping is unknown.

    Considerations share most of their conditions (`knowledge.sharing` makes equal ones the same value), so each is
    judged once.
    """

    def __init__(self, facts: Mapping[str, Fact]) -> None:
        self.facts = facts
        # by identity, which is quick; the condition is kept beside its verdict, for its id is its own while it lives
        self._judged: dict[int, tuple[Condition, Verdict]] = {}

    def verdict(self, condition: Condition) -> Verdict:
        """The verdict on a condition with its reasons."""
        known = self._judged.get(id(condition))
        if known is None:
            known = self._judged[id(condition)] = (condition, self._judge(condition))
        return known[1]

    def _judge(self, condition: Condition) -> Verdict:
        match condition:
            case AllOf(of):
                return self._at_least(len(of), of)
            case AnyOf(of):
                return self._at_least(1, of)
            case NumberTest() | WordTest() | ListTest():
                return condition.verdicts[_truth(condition, self.facts.get(condition.fact))]
            case AtLeast(n, of):
                return self._at_least(n, of)
            case _:
                some = self._at_least(1, condition.of)
                return Verdict(_OPPOSITE[some.truth], some.because, some.missing)

    def _at_least(self, n: int, of: tuple["Condition", ...]) -> Verdict:
        held: list[Verdict] = []
        against: list[Verdict] = []
        open_: list[Verdict] = []
        for part in of:
            verdict = self.verdict(part)
            (held if verdict.truth is Truth.YES else against if verdict.truth is Truth.NO else open_).append(verdict)
        if len(held) >= n:
            return _joined(Truth.YES, held)
        if len(held) + len(open_) < n:
            return _joined(Truth.NO, against)
        return _joined(Truth.UNKNOWN, open_)


def judge(condition: Condition, facts: Mapping[str, Fact]) -> Verdict:
    """The verdict on one condition."""
    return Judge(facts).verdict(condition)


def each_test(condition: Condition) -> tuple[Test, ...]:
    """Every test of a condition, in the order written."""
    if isinstance(condition, NumberTest | WordTest | ListTest):
        return (condition,)
    return tuple(test for part in condition.of for test in each_test(part))


def facts_in(condition: Condition) -> tuple[str, ...]:
    """The ids of the facts that a condition tests, each once, in the order written."""
    return tuple(dict.fromkeys(test.fact for test in each_test(condition)))


def usable(test: Test, fact: Fact | None) -> Value | None:
    """The fact's value as this test can take it; None when it is unknown, of another kind, or a word that the fact
    cannot take (a reader's mistake must not be read as "no").
    """
    if not isinstance(fact, Known):
        return None
    value = fact.value
    match test, value:
        case NumberTest(), Interval():
            return whole_numbers(value) if test.whole else value
        case WordTest(), str() if value in test.among:
            return value
        case ListTest(), tuple() if set(value) <= set(test.among):
            return value
        case _:
            return None


def in_words(test: Test) -> str:
    """The test as a reader sees it: "at least 4", "is positive", "includes bone or liver"."""
    match test:
        case NumberTest():
            bounds = {"at least": test.at_least, "above": test.above, "at most": test.at_most, "below": test.below}
            return " and ".join(f"{name} {bound}" for name, bound in bounds.items() if bound is not None)
        case WordTest():
            return "is " + " or ".join(test.one_of)
        case _:
            return "includes " + " or ".join(test.any_of)


def _verdicts(test: Test) -> Mapping[Truth, Verdict]:
    """The three verdicts that a test can have, each with the test in words as its reason."""
    words = in_words(test)
    return {
        truth: Verdict(truth, (Because(test.fact, words, truth),), (test.fact,) if truth is Truth.UNKNOWN else ())
        for truth in Truth
    }


def _truth(test: Test, fact: Fact | None) -> Truth:
    value = usable(test, fact)
    match test, value:
        case NumberTest(), Interval():
            return _number(test, value)
        case WordTest(), str():
            return Truth.YES if value in test.one_of else Truth.NO
        case ListTest(), tuple():
            if set(value) & set(test.any_of):
                return Truth.YES
            # a list that is only a floor may hold more than was seen
            return Truth.UNKNOWN if isinstance(fact, Known) and fact.bounded_why else Truth.NO
        case _:
            return Truth.UNKNOWN


def _number(test: NumberTest, value: Interval) -> Truth:
    if all(within(value, bounds) for bounds in test.allowed):
        return Truth.YES
    return Truth.NO if test.impossible or any(apart(value, bounds) for bounds in test.allowed) else Truth.UNKNOWN


def _joined(truth: Truth, verdicts: Sequence[Verdict]) -> Verdict:
    if len(verdicts) == 1:
        return verdicts[0]  # every reason of it is a reason of the whole
    because = tuple(dict.fromkeys(chain.from_iterable([v.because for v in verdicts])))
    if truth is not Truth.UNKNOWN:
        return Verdict(truth, because)
    return Verdict(truth, because, tuple(dict.fromkeys(chain.from_iterable([v.missing for v in verdicts]))))
