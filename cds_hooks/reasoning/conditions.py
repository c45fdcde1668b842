"""Conditions over facts, judged in three-valued logic (Kleene's strong logic).

An unknown fact makes a test UNKNOWN, never NO. A number known only within bounds settles every test that no number
inside the bounds could turn round: "above 50" on 0-20 is NO, "below 10" on it is UNKNOWN. There is no test for "is
unknown": learning more may settle a verdict, never flip it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from msgspec import Struct

from cds_hooks.picture.fact import Fact, Interval, Known, Value
from cds_hooks.reasoning.intervals import apart, overlap, whole_numbers, within
from cds_hooks.reasoning.verdict import NO, UNKNOWN, YES, Because, Truth, Verdict, each_once

_OPPOSITE = {YES: NO, NO: YES, UNKNOWN: UNKNOWN}


class Answers(Struct, frozen=True):
    """The three verdicts that a test can have, each with the test in words as its reason. They are made with the test,
    because every judgement gives one of them.
    """

    yes: Verdict
    no: Verdict
    unknown: Verdict


@dataclass(frozen=True, slots=True)
class NumberTest:
    """Bounds on a number, in the fact's unit; those that are given must all hold. `whole`: the fact is a count or a
    grade, so nothing lies between 3 and 4. `allowed` are the bounds as one interval, `impossible` says that they leave
    no number.
    """

    fact: str
    at_least: Decimal | None = None
    above: Decimal | None = None
    at_most: Decimal | None = None
    below: Decimal | None = None
    whole: bool = False
    allowed: Interval = field(init=False, repr=False, compare=False)
    impossible: bool = field(init=False, repr=False, compare=False)
    answers: Answers = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        closed, open_ = Interval(self.at_least, self.at_most), Interval(self.above, self.below, True, True)
        object.__setattr__(self, "allowed", overlap(closed, open_))
        object.__setattr__(self, "impossible", apart(closed, open_))
        object.__setattr__(self, "answers", _answers(self))

    @property
    def cuts(self) -> tuple[Decimal, ...]:
        """The numbers at which the test can change its answer."""
        bounds = (self.at_least, self.above, self.at_most, self.below)
        return tuple(bound for bound in bounds if bound is not None)

    def judged_by(self, judge: "Judge") -> Verdict:
        """YES or NO only if no number inside the bounds of the fact could turn it round."""
        fact = judge.facts.get(self.fact)
        if not isinstance(fact, Known) or not isinstance(fact.value, Interval):
            return self.answers.unknown
        value = whole_numbers(fact.value) if self.whole else fact.value
        if within(value, self.allowed):
            return self.answers.yes
        return self.answers.no if self.impossible or apart(value, self.allowed) else self.answers.unknown


@dataclass(frozen=True, slots=True)
class WordTest:
    """The fact's word is one of `one_of`; `among` are all words that the fact can take. `by_word` has the verdict for
    each of these.
    """

    fact: str
    one_of: tuple[str, ...]
    among: tuple[str, ...]
    answers: Answers = field(init=False, repr=False, compare=False)
    by_word: Mapping[object, Verdict] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        answers = _answers(self)
        object.__setattr__(self, "answers", answers)
        by_word = {word: answers.yes if word in self.one_of else answers.no for word in self.among}
        object.__setattr__(self, "by_word", by_word)

    def judged_by(self, judge: "Judge") -> Verdict:
        """A word that the fact cannot take is a reader's mistake, and must not be read as "no"."""
        fact = judge.facts.get(self.fact)
        return self.by_word.get(fact.value, self.answers.unknown) if isinstance(fact, Known) else self.answers.unknown


@dataclass(frozen=True, slots=True)
class ListTest:
    """The fact's list includes at least one of `any_of`; `among` are all words that the list can hold."""

    fact: str
    any_of: tuple[str, ...]
    among: tuple[str, ...]
    answers: Answers = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "answers", _answers(self))

    def judged_by(self, judge: "Judge") -> Verdict:
        """A list that is only a floor may hold more than was seen: of it nothing is known to be absent."""
        fact = judge.facts.get(self.fact)
        value = usable(self, fact)
        if not isinstance(value, tuple):
            return self.answers.unknown
        if not set(value).isdisjoint(self.any_of):
            return self.answers.yes
        return self.answers.unknown if isinstance(fact, Known) and fact.bounded_why else self.answers.no


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every one of the conditions holds."""

    of: tuple["Condition", ...]

    def judged_by(self, judge: "Judge") -> Verdict:
        """As many as there are."""
        return _at_least(len(self.of), self.of, judge)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of the conditions holds."""

    of: tuple["Condition", ...]

    def judged_by(self, judge: "Judge") -> Verdict:
        """One is enough."""
        return _at_least(1, self.of, judge)


@dataclass(frozen=True, slots=True)
class NoneOf:
    """None of the conditions holds."""

    of: tuple["Condition", ...]

    def judged_by(self, judge: "Judge") -> Verdict:
        """The opposite of one being enough, for the same reasons."""
        some = _at_least(1, self.of, judge)
        return Verdict(_OPPOSITE[some.truth], some.because)


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least `n` of the conditions hold."""

    n: int
    of: tuple["Condition", ...]

    def judged_by(self, judge: "Judge") -> Verdict:
        """As many as asked for."""
        return _at_least(self.n, self.of, judge)


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
            known = self._judged[id(condition)] = (condition, condition.judged_by(self))
        return known[1]


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


def by_fact(conditions: Iterable[Condition]) -> dict[str, tuple[Test, ...]]:
    """The tests of these conditions, those of one fact together."""
    found: dict[str, tuple[Test, ...]] = {}
    for condition in conditions:
        for test in each_test(condition):
            found[test.fact] = (*found.get(test.fact, ()), test)
    return found


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


def _answers(test: Test) -> Answers:
    words = in_words(test)
    yes, no, unknown = (Verdict(truth, (Because(test.fact, words, truth),)) for truth in (YES, NO, UNKNOWN))
    return Answers(yes, no, unknown)


def _at_least(n: int, of: tuple[Condition, ...], judge: Judge) -> Verdict:
    """Whether at least `n` of the conditions hold. What settled it are those that hold, or those that do not."""
    held: list[Verdict] = []
    against: list[Verdict] = []
    open_: list[Verdict] = []
    for part in of:
        verdict = judge.verdict(part)
        (held if verdict.truth is YES else against if verdict.truth is NO else open_).append(verdict)
    if len(held) >= n:
        return _joined(YES, held)
    if len(held) + len(open_) < n:
        return _joined(NO, against)
    return _joined(UNKNOWN, open_)


def _joined(truth: Truth, verdicts: Sequence[Verdict]) -> Verdict:
    if len(verdicts) == 1:
        return verdicts[0]  # every reason of it is a reason of the whole
    return Verdict(truth, each_once([verdict.because for verdict in verdicts]))
