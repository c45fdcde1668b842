"""Which cards are shown: at most three, in the order of their claim; what does not fit merges into the third."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from cds_hooks.reasoning.considerations import APPLIES, DOES_NOT_APPLY, CardKind, Considered

MOST_CARDS = 3
# A danger first, then what makes the rest moot, then the tier, then what there is to do, then what was not read.
ORDER = (
    CardKind.SAFETY,
    CardKind.SUSPECTED_RECURRENCE,
    CardKind.METASTATIC,
    CardKind.RECURRENCE_ON_FILE,
    CardKind.TIER,
    CardKind.IN_SITU,
    CardKind.SURVEILLANCE,
    CardKind.TREATMENT,
    CardKind.UNSUPPORTED_DATA,
)


@dataclass(frozen=True, slots=True)
class PlannedCard:
    """One card: its kind, kinds that merged into it, and the considerations on it. The first of these speaks in the
    summary, unless the kind has something to say beside considerations.
    """

    kind: CardKind
    items: tuple[Considered, ...] = ()
    merged: tuple[CardKind, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The cards in their order, and the lines that stand on one of them: `living` for the time after treatment,
    `restraints` for what need not be done, `asking` for what cannot be told for want of facts worth asking for.
    """

    cards: tuple[PlannedCard, ...]
    living: tuple[Considered, ...] = ()
    asking: tuple[Considered, ...] = ()
    restraints: tuple[Considered, ...] = ()

    def lines_on(self, index: int) -> "Plan":
        """The lines on the card with this index: restraints on the surveillance card, the others on the tier card;
        where there is none, on the last.
        """
        here = index == self._place(CardKind.TIER)
        restraints = self.restraints if index == self._place(CardKind.SURVEILLANCE, CardKind.TIER) else ()
        return Plan((), self.living if here else (), self.asking if here else (), restraints)

    def _place(self, *wanted: CardKind) -> int:
        kinds = [card.kind for card in self.cards]
        return next((kinds.index(kind) for kind in wanted if kind in kinds), len(kinds) - 1)


def plan(considered: Iterable[Considered], beside: frozenset[CardKind] = frozenset()) -> Plan:
    """The cards for what was considered, and for what there is to say `beside` (a tier, data that were not read)."""
    every = [one for one in considered if one.outcome is not DOES_NOT_APPLY]
    shown = sorted((one for one in every if one.shown), key=_claim)
    cards = []
    for kind in ORDER:
        items = _of(shown, kind)
        if items or kind in beside:
            cards.append(PlannedCard(kind, items))
    asking = tuple(one for one in every if one.asks)
    return Plan(_merged(cards), _of(shown, CardKind.LIVING_AFTER), asking, _of(shown, CardKind.RESTRAINT))


def _of(shown: Iterable[Considered], kind: CardKind) -> tuple[Considered, ...]:
    return tuple(one for one in shown if one.consideration.card.kind is kind)


def _claim(one: Considered) -> tuple[object, ...]:
    """What is said first on a card: a warning before the rest, then by rank (an examination that was never found keeps
    its rank).
    """
    card = one.consideration.card
    warns = one.outcome is APPLIES and card.indicator == "warning"
    place = -1 if one.episode is None else one.episode
    return (not warns, card.rank, one.none_found, one.consideration.id, place)


def _merged(cards: list[PlannedCard]) -> tuple[PlannedCard, ...]:
    kept, rest = cards[:MOST_CARDS], cards[MOST_CARDS:]
    if rest:
        further = tuple(one for card in rest for one in card.items)
        merged = tuple(card.kind for card in rest)
        kept[-1] = replace(kept[-1], items=(*kept[-1].items, *further), merged=merged)
    return tuple(kept)
