"""Conditions over facts, judged in three-valued logic (Kleene's strong logic).

An unknown fact makes a test UNKNOWN, never NO. A number known only within bounds settles every test that no number
inside the bounds could turn round: "above 50" on 0-20 is NO, "below 10" on it is UNKNOWN. There is no test for "is
unknown": learning more may settle a verdict, never flip it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from cds_hooks.picture.fact import Fact, Interval, Known, Value
from cds_hooks.reasoning.verdict import Because, Truth, Verdict

_OPPOSITE = {Truth.YES: Truth.NO, Truth.NO: Truth.YES, Truth.UNKNOWN: Truth.UNKNOWN}
_WHOLE = Decimal(1)


@dataclass(frozen=True, slots=True)
class NumberTest:
    """Bounds on a number, in the fact's unit; those that are given must all hold. `whole`: the fact is a count or a
    grade, so nothing lies between 3 and 4.
    """

    fact: str
    at_least: Decimal | None = None
    above: Decimal | None = None
    at_most: Decimal | None = None
    below: Decimal | None = None
    whole: bool = False

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


@dataclass(frozen=True, slots=True)
class ListTest:
    """The fact's list includes at least one of `any_of`; `among` are all words that the list can hold."""

    fact: str
    any_of: tuple[str, ...]
    among: tuple[str, ...]


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


def judge(condition: Condition, facts: Mapping[str, Fact]) -> Verdict:
    """The verdict on a condition with its reasons; a fact that is not in the mapping is unknown."""
    match condition:
        case NumberTest() | WordTest() | ListTest():
            return _leaf(condition, facts.get(condition.fact))
        case AllOf(of):
            return _at_least(len(of), of, facts)
        case AnyOf(of):
            return _at_least(1, of, facts)
        case AtLeast(n, of):
            return _at_least(n, of, facts)
        case _:
            some = _at_least(1, condition.of, facts)
            return replace(some, truth=_OPPOSITE[some.truth])


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
    match test:
        case NumberTest():
            return _tightened(value, test.whole) if isinstance(value, Interval) else None
        case WordTest():
            return value if isinstance(value, str) and value in test.among else None
        case _:
            return value if isinstance(value, tuple) and set(value) <= set(test.among) else None


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


def _leaf(test: Test, fact: Fact | None) -> Verdict:
    truth = _truth(test, fact)
    because = (Because(test.fact, in_words(test), truth),)
    return Verdict(truth, because, (test.fact,) if truth is Truth.UNKNOWN else ())


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
    allowed = (
        Interval(test.at_least, test.at_most),
        Interval(test.above, test.below, low_open=True, high_open=True),
    )
    if all(_within(value, bounds) for bounds in allowed):
        return Truth.YES
    return Truth.NO if any(_apart(value, bounds) for bounds in allowed) or _empty(test) else Truth.UNKNOWN


def _empty(test: NumberTest) -> bool:
    """True if the bounds together leave no number."""
    return _apart(Interval(test.at_least, test.at_most), Interval(test.above, test.below, True, True))


def _within(inner: Interval, outer: Interval) -> bool:
    low = outer.low is None or (
        inner.low is not None
        and (inner.low > outer.low or (inner.low == outer.low and (inner.low_open or not outer.low_open)))
    )
    high = outer.high is None or (
        inner.high is not None
        and (inner.high < outer.high or (inner.high == outer.high and (inner.high_open or not outer.high_open)))
    )
    return low and high


def _apart(one: Interval, other: Interval) -> bool:
    return _before(one, other) or _before(other, one)


def _before(one: Interval, other: Interval) -> bool:
    """True if every number of `one` is less than every number of `other`."""
    if one.high is None or other.low is None:
        return False
    return one.high < other.low or (one.high == other.low and (one.high_open or other.low_open))


def _tightened(value: Interval, whole: bool) -> Interval:
    """The whole numbers inside the bounds, if the fact is one that is counted; "more than 3" is "at least 4". An
    interval without a whole number inside is left as it is: the chart is then wrong, but not ours to mend.
    """
    if not whole:
        return value
    low, high = value.low, value.high
    if low is not None:
        low = low.to_integral_value(ROUND_FLOOR) + _WHOLE if value.low_open else low.to_integral_value(ROUND_CEILING)
    if high is not None:
        high = (
            high.to_integral_value(ROUND_CEILING) - _WHOLE if value.high_open else high.to_integral_value(ROUND_FLOOR)
        )
    return value if low is not None and high is not None and low > high else Interval(low, high)


def _at_least(n: int, of: tuple[Condition, ...], facts: Mapping[str, Fact]) -> Verdict:
    verdicts = [judge(part, facts) for part in of]
    held = [v for v in verdicts if v.truth is Truth.YES]
    open_ = [v for v in verdicts if v.truth is Truth.UNKNOWN]
    if len(held) >= n:
        return _joined(Truth.YES, held)
    if len(held) + len(open_) < n:
        return _joined(Truth.NO, [v for v in verdicts if v.truth is Truth.NO])
    return _joined(Truth.UNKNOWN, open_)


def _joined(truth: Truth, verdicts: list[Verdict]) -> Verdict:
    because = dict.fromkeys(reason for v in verdicts for reason in v.because)
    missing = dict.fromkeys(fact for v in verdicts for fact in v.missing)
    return Verdict(truth, tuple(because), tuple(missing) if truth is Truth.UNKNOWN else ())
