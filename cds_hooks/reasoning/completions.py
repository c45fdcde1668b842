"""Completions: every way in which what is not known could turn out, as far as the given tests can tell them apart.

A finite list stands for all values: a number is probed at each cut of the tests and between neighbouring cuts, a
word takes each word of its vocabulary, a list each selection of the words that are tested.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import combinations, pairwise, product

from cds_hooks.picture.fact import Fact, Interval, Known, Value
from cds_hooks.reasoning.conditions import ListTest, NumberTest, Test, WordTest, usable

_ONE = Decimal(1)


def open_facts(tests: Mapping[str, tuple[Test, ...]], facts: Mapping[str, Fact]) -> dict[str, tuple[Known, ...]]:
    """The facts of these tests that are not exactly known, each with the values it could still have.

    A fact whose possible values these tests cannot tell apart has one completion. Tests of one fact are all of the
    kind of that fact (the knowledge is checked for it at start).
    """
    return {fact: _completed(of, facts.get(fact)) for fact, of in tests.items() if not _exact(of[0], facts.get(fact))}


def each_completion(values: Mapping[str, tuple[Known, ...]]) -> Iterator[dict[str, Known]]:
    """Every combination of one value per fact."""
    for combination in product(*values.values()):
        yield dict(zip(values, combination, strict=True))


def _exact(test: Test, fact: Fact | None) -> bool:
    value = usable(test, fact)
    if isinstance(value, Interval):
        return value.exact is not None
    if isinstance(value, tuple):
        return isinstance(fact, Known) and fact.bounded_why is None
    return value is not None


def _completed(tests: tuple[Test, ...], fact: Fact | None) -> tuple[Known, ...]:
    value = usable(tests[0], fact)
    values: Iterable[Value]
    match tests[0]:
        case NumberTest(whole=whole):
            cuts = {cut for test in tests if isinstance(test, NumberTest) for cut in test.cuts}
            inside = value if isinstance(value, Interval) else Interval(None, None)
            values = _distinct(_numbers(cuts, inside, whole), cuts)
        case WordTest(among=among):
            values = among
        case _:
            tested = {word for test in tests if isinstance(test, ListTest) for word in test.any_of}
            seen = set(value) if isinstance(value, tuple) else set()
            values = _selections(tested, seen)
    return tuple(Known(value) for value in values)


def _numbers(cuts: set[Decimal], inside: Interval, whole: bool) -> list[Decimal]:
    """Numbers inside the interval that stand for every region between the cuts, in ascending order."""
    marks = sorted(cuts | {bound for bound in (inside.low, inside.high) if bound is not None})
    probes = {marks[0] - _ONE, marks[-1] + _ONE, *marks, *((one + next_) / 2 for one, next_ in pairwise(marks))}
    fitting = sorted(probe for probe in probes if _contains(inside, probe))
    if not whole:
        return fitting
    near = {step for mark in marks for step in _neighbours(mark)}
    return sorted(probe for probe in near if _contains(inside, probe)) or fitting


def _neighbours(mark: Decimal) -> tuple[Decimal, ...]:
    floor, ceiling = mark.to_integral_value(ROUND_FLOOR), mark.to_integral_value(ROUND_CEILING)
    return (ceiling - _ONE, floor, ceiling, floor + _ONE)


def _contains(interval: Interval, number: Decimal) -> bool:
    above = interval.low is None or number > interval.low or (number == interval.low and not interval.low_open)
    below = interval.high is None or number < interval.high or (number == interval.high and not interval.high_open)
    return above and below


def _distinct(numbers: list[Decimal], cuts: set[Decimal]) -> list[Interval]:
    """One number for each region between the cuts, the lowest."""
    regions: dict[tuple[int, int], Decimal] = {}
    for number in numbers:
        region = (sum(cut < number for cut in cuts), sum(cut <= number for cut in cuts))
        regions.setdefault(region, number)
    return [Interval.exactly(number) for number in regions.values()]


def _selections(tested: set[str], seen: set[str]) -> Iterator[tuple[str, ...]]:
    free = sorted(tested - seen)
    for size in range(len(free) + 1):
        for chosen in combinations(free, size):
            yield tuple(sorted({*seen, *chosen}))
