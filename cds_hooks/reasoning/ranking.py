"""Which cards are shown: at most three, in the order of their claim; what does not fit merges into the third."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from cds_hooks.reasoning.considerations import CardKind, Considered, Outcome

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
_STANDS_ON: Mapping[CardKind, CardKind] = MappingProxyType({CardKind.RESTRAINT: CardKind.SURVEILLANCE})


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
    """The cards in their order. `living` are lines for the time after treatment, `asking` what cannot be told for want
    of facts that are worth asking for: both stand on the card with the index `host`.
    """

    cards: tuple[PlannedCard, ...]
    living: tuple[Considered, ...] = ()
    asking: tuple[Considered, ...] = ()

    @property
    def host(self) -> int:
        """The tier card, else the last."""
        kinds = [card.kind for card in self.cards]
        return kinds.index(CardKind.TIER) if CardKind.TIER in kinds else len(kinds) - 1


def plan(considered: Iterable[Considered], beside: frozenset[CardKind] = frozenset()) -> Plan:
    """The cards for what was considered, and for what there is to say `beside` (a tier, data that were not read)."""
    every = tuple(considered)
    shown = sorted((one for one in every if one.shown), key=_claim)
    cards = []
    for kind in ORDER:
        items = tuple(one for one in shown if _card_of(one) is kind)
        if items or kind in beside:
            cards.append(PlannedCard(kind, items))
    living = tuple(one for one in shown if _card_of(one) is CardKind.LIVING_AFTER)
    return Plan(_merged(cards), living, tuple(one for one in every if one.asks))


def _card_of(one: Considered) -> CardKind:
    kind = one.consideration.card.kind
    return _STANDS_ON.get(kind, kind)


def _claim(one: Considered) -> tuple[object, ...]:
    """What is said first on a card: a warning before the rest, then by rank (an examination that was never found keeps
    its rank), and last what need not be done.
    """
    card = one.consideration.card
    warns = one.outcome is Outcome.APPLIES and card.indicator == "warning"
    place = -1 if one.episode is None else one.episode
    return (not warns, card.kind is CardKind.RESTRAINT, card.rank, one.none_found, one.consideration.id, place)


def _merged(cards: list[PlannedCard]) -> tuple[PlannedCard, ...]:
    kept, rest = cards[:MOST_CARDS], cards[MOST_CARDS:]
    if rest:
        further = tuple(one for card in rest for one in card.items)
        merged = tuple(card.kind for card in rest)
        kept[-1] = replace(kept[-1], items=(*kept[-1].items, *further), merged=merged)
    return tuple(kept)
