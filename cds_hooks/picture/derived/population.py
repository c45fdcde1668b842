"""Whether a tumour belongs to the patients from whom a score was derived. A score says nothing of anybody else."""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal

from cds_hooks.picture.bounds import most_telling
from cds_hooks.picture.fact import Evidence, Fact, Interval, Known, Unknown, Why

Words = Mapping[str, Collection[str]]
Bounds = Mapping[str, Interval]

# What every score of an early cancer asks: invasive, operable, measured before systemic therapy, not back, not spread.
EARLY: Words = {
    "invasive": ("invasive",),
    "metastatic": ("no",),
    "recurrence": ("no",),
    "systemic_therapy_first": ("no",),
    "local_extension": ("no",),
    "size_below_t_category": ("no",),
}


def barred(facts: Mapping[str, Fact], words: Words, bounds: Bounds) -> Unknown | None:
    """Why nothing is said: certainly outside the population, or not known to be in it; None for whom it is meant."""
    doubts: list[tuple[Why, Fact]] = []
    for name in (*words, *bounds):
        fact = facts[name]
        why = _why_not_word(fact, words[name]) if name in words else _why_not_within(fact, bounds[name])
        if why is Why.OUTSIDE_POPULATION:
            return Unknown(why, fact.evidence)
        if why is not None:
            doubts.append((why, fact))
    return _unknown(doubts) if doubts else None


def within(value: Interval, bounds: Interval) -> bool:
    """True if no number of value lies outside the bounds."""
    from_below = bounds.low is None or (
        value.low is not None
        and (value.low > bounds.low or (value.low == bounds.low and (value.low_open or not bounds.low_open)))
    )
    to_above = bounds.high is None or (
        value.high is not None
        and (value.high < bounds.high or (value.high == bounds.high and (value.high_open or not bounds.high_open)))
    )
    return from_below and to_above


def _unknown(doubts: Iterable[tuple[Why, Fact]]) -> Unknown:
    """Unknown, for the most telling of these reasons, pointing to all that was looked at."""
    every = list(doubts)
    return Unknown(most_telling(why for why, _ in every), evidence_of_facts(fact for _, fact in every))


def ends(fact: Fact) -> tuple[Decimal, Decimal | None] | None:
    """The smallest and the largest number that the fact can be, the largest None where it has no end; None where the
    fact is not known, or nothing limits it downwards.
    """
    value = fact.value if isinstance(fact, Known) else None
    return (value.low, value.high) if isinstance(value, Interval) and value.low is not None else None


def not_exact(facts: Iterable[Fact]) -> Unknown:
    """Unknown, because these facts are not known exactly, or not at all."""
    wide = [fact for fact in facts if (found := ends(fact)) is None or found[0] != found[1]]
    return _unknown((_why_open(fact), fact) for fact in wide)


def evidence_of_facts(facts: Iterable[Fact]) -> tuple[Evidence, ...]:
    """What all these facts rest on."""
    return tuple(sorted({evidence for fact in facts for evidence in fact.evidence}))


def _why_open(fact: Fact) -> Why:
    """Why a fact is not known well enough."""
    return fact.why if isinstance(fact, Unknown) else fact.bounded_why or Why.EQUIVOCAL


def _why_not_word(fact: Fact, words: Collection[str]) -> Why | None:
    if isinstance(fact, Unknown):
        return fact.why
    return None if fact.value in words else Why.OUTSIDE_POPULATION


def _why_not_within(fact: Fact, bounds: Interval) -> Why | None:
    value = fact.value if isinstance(fact, Known) else None
    if not isinstance(value, Interval):
        return _why_open(fact)
    if _above(value, bounds) or _above(bounds, value):
        return Why.OUTSIDE_POPULATION
    return None if within(value, bounds) else _why_open(fact)


def _above(one: Interval, other: Interval) -> bool:
    """True if every number of one is larger than every number of the other."""
    if one.low is None or other.high is None:
        return False
    return one.low > other.high or (one.low == other.high and (one.low_open or other.high_open))
