"""What differs between two answers to one chart, and how many patients that touches. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from cds_hooks.impact.answers import Answer


class Degree(Enum):
    """How far an answer changed, the deepest first; a changed tier may come with changed cards."""

    TIER = "tier"
    CARDS = "cards"
    WORDS = "wording only"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Change:
    """One patient's answer before and after."""

    patient: str
    before: Answer
    after: Answer

    @property
    def tier_changed(self) -> bool:
        """True if a tumour has another tier, another range, or another reason for having none."""
        return self.before.tiers != self.after.tiers

    @property
    def cards_changed(self) -> bool:
        """True if other cards are shown, in another order, with other considerations, orders or urgency, or if the
        chart is no longer read, or is now. Silence is silence, for whatever reason.
        """
        claims = [[card.claim for card in answer.cards] for answer in (self.before, self.after)]
        return claims[0] != claims[1] or self.before.refused != self.after.refused

    @property
    def degree(self) -> Degree:
        """The deepest change."""
        if self.tier_changed:
            return Degree.TIER
        if self.cards_changed:
            return Degree.CARDS
        same = [card.words for card in self.before.cards] == [card.words for card in self.after.cards]
        return Degree.NOTHING if same else Degree.WORDS

    @property
    def appears(self) -> tuple[tuple[str, str], ...]:
        """Considerations on a card that were on none, or with another verdict."""
        return tuple(sorted(self.after.considerations - self.before.considerations))

    @property
    def disappears(self) -> tuple[tuple[str, str], ...]:
        """Considerations on no card that were on one, or with another verdict."""
        return tuple(sorted(self.before.considerations - self.after.considerations))


@dataclass(frozen=True, slots=True)
class Totals:
    """Of `patients`: how many change, `touched` in tier or cards; neither version could read the charts of `unread`."""

    patients: int
    touched: int
    tier: int
    cards: int
    words: int
    unread: int

    @property
    def unchanged(self) -> int:
        """Those whose chart was read and whose answer is the same."""
        return self.patients - self.touched - self.words - self.unread


def totals(changes: Iterable[Change]) -> Totals:
    """The counts. A patient whose tier and cards change counts in both, and once among `touched`."""
    every = tuple(changes)
    return Totals(
        patients=len(every),
        touched=sum(change.tier_changed or change.cards_changed for change in every),
        tier=sum(change.tier_changed for change in every),
        cards=sum(change.cards_changed for change in every),
        words=sum(change.degree is Degree.WORDS for change in every),
        unread=sum(bool(change.before.refused and change.degree is Degree.NOTHING) for change in every),
    )


def by_consideration(changes: Iterable[Change]) -> tuple[tuple[str, str, int, int], ...]:
    """Id and verdict of each consideration, on how many patients' cards it appears, and from how many it goes."""
    every = tuple(changes)
    appears = Counter(one for change in every for one in change.appears)
    disappears = Counter(one for change in every for one in change.disappears)
    return tuple((*one, appears[one], disappears[one]) for one in sorted({*appears, *disappears}))
