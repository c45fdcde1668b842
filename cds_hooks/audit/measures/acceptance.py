"""What became of the cards: accepted, overridden and why, or nothing told.

CDS Hooks never reports that a card was ignored, so a share of the cards with feedback says less than it seems: both it
and the share of all cards shown are given.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import sqlalchemy as sa

from cds_hooks.audit.entry import Kind
from cds_hooks.audit.known_cards import shown_on
from cds_hooks.audit.measures.memory import Remembered
from cds_hooks.audit.measures.volume import Counted
from cds_hooks.audit.measures.window import SHOWN_IN, Window
from cds_hooks.audit.tables import entry, reported, shown

NO_REASON = "no reason given"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Cards that were sent, and how many of them were reported accepted and overridden; a card may be both."""

    shown: int = 0
    told: int = 0
    accepted: int = 0
    overridden: int = 0

    @property
    def of_told(self) -> float | None:
        """The share accepted of the cards with feedback; None without any."""
        return self.accepted / self.told if self.told else None

    @property
    def of_shown(self) -> float | None:
        """The share accepted of the cards shown; None without any."""
        return self.accepted / self.shown if self.shown else None

    @property
    def override_rate(self) -> float | None:
        """The share overridden of the reports that took a side; None without any."""
        sides = self.accepted + self.overridden
        return self.overridden / sides if sides else None


def acceptance(connection: sa.Connection, window: Window) -> Acceptance:
    """Of the cards that were sent in the window."""
    return together(acceptance_by_card(connection, window).values())


def acceptance_by_card(connection: sa.Connection, window: Window) -> dict[str, Acceptance]:
    """The same by the id of the card, the most overridden first."""
    card = shown.c.card_id.label("word")
    # by day too: the order of the index, in which rows are counted as they come
    by_day = (shown.c.day, shown.c.sent, card)
    chosen = sa.select(card, sa.func.count().label("cards")).where(*window.of_cards()).group_by(*by_day)
    return _by(_sent(connection, chosen), _outcomes(connection, window, "card_id"))


def acceptance_by_consideration(
    connection: sa.Connection, window: Window, memory: Remembered | None = None
) -> dict[str, Acceptance]:
    """The same by consideration, the most overridden first: the answers whose cards showed it, and what became of the
    cards that did.
    """
    sent: Counter[str] = Counter()
    shown_to_some = replace(window, modes=window.modes or SHOWN_IN)
    for words in (memory or Remembered()).words_by_day(connection, shown_to_some, entry.c.considerations).values():
        sent.update(words)
    told: dict[str, Acceptance] = {}
    for listed, one in _outcomes(connection, window, "considerations").items():
        for id_ in shown_on(listed) & set(sent):
            told[id_] = together((told.get(id_, Acceptance()), one))
    return _by(sent, told)


def acceptance_by_user_type(
    connection: sa.Connection, window: Window, memory: Remembered | None = None
) -> dict[str, Acceptance]:
    """The same by the kind of user that the card was shown to, "" where the call named none."""
    sent: Counter[str] = Counter()
    for cards in (memory or Remembered()).by_day(connection, window, "cards of user types", _cards_of_types).values():
        sent.update(cards)
    return _by(sent, _outcomes(connection, window, "user_type"))


def reasons(connection: sa.Connection, window: Window) -> tuple[Counted, ...]:
    """Why cards were overridden, the most frequent first, by the day of the report."""
    reason = sa.func.coalesce(reported.c.reason, NO_REASON).label("word")
    count = sa.func.count().label("times")
    chosen = (
        sa.select(reason, count)
        .where(*window.of_reports(), reported.c.outcome == "overridden")
        .group_by(reason)
        .order_by(count.desc(), reason)
    )
    return tuple(Counted(row.word, row.times) for row in connection.execute(chosen))


def unknown_cards(connection: sa.Connection, window: Window) -> int:
    """Reports about cards that this journal does not know."""
    chosen = sa.select(sa.func.count()).select_from(reported).where(*of_unknown_cards(window))
    return int(connection.execute(chosen).scalar_one())


def of_unknown_cards(window: Window) -> tuple[sa.ColumnElement[bool], ...]:
    """The conditions on `reported` for reports about cards that this journal does not know."""
    known = sa.exists().where(shown.c.uuid == reported.c.card_uuid, shown.c.tenant == reported.c.tenant)
    early = reported.c.card_day.is_(None)  # a report that says something of its card knew it: it need not be sought
    return (*window.of_reports(), early, ~known)


def _cards_of_types(connection: sa.Connection, window: Window) -> dict[str, dict[str, int]]:
    """Day by day, the cards that each kind of user was sent."""
    user = sa.func.coalesce(entry.c.user_type, "").label("word")
    chosen = sa.select(entry.c.day, user, sa.func.sum(entry.c.cards).label("cards")).where(
        *window.of(Kind.HOOK), window.sent, entry.c.cards > 0
    )
    found: dict[str, dict[str, int]] = {day: {} for day in window.days()}
    for row in connection.execute(chosen.group_by(entry.c.day, user)):
        found[row.day][row.word] = int(row.cards)
    return found


def _sent(connection: sa.Connection, chosen: sa.Select[tuple[str, int]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in connection.execute(chosen):
        found[row.word] += int(row.cards)
    return found


def _outcomes(connection: sa.Connection, window: Window, name: str) -> dict[str, Acceptance]:
    """What was told of the cards of the window, by a column of `reported` about the card. A card counts once, whatever
    was told of it and how often.
    """

    def told(outcome: str) -> sa.ColumnElement[int]:
        return sa.func.max(sa.case((reports.c.outcome == outcome, 1), else_=0)).label(outcome)

    reports = sa.union_all(_reports(window, name), _early_reports(window, name)).subquery()
    word = sa.func.coalesce(sa.func.max(reports.c.word), "").label("word")
    cards = sa.select(word, told("accepted"), told("overridden")).group_by(reports.c.card_uuid).subquery()
    accepted, overridden = sa.func.sum(cards.c.accepted), sa.func.sum(cards.c.overridden)
    columns = (cards.c.word, sa.func.count().label("told"), accepted.label("accepted"), overridden.label("overridden"))
    return {
        row.word: Acceptance(0, row.told, int(row.accepted), int(row.overridden))
        for row in connection.execute(sa.select(*columns).group_by(cards.c.word))
    }


def _reports(window: Window, name: str) -> sa.Select[tuple[str, str, str]]:
    """Reports that came after their card."""
    return sa.select(reported.c.card_uuid, reported.c.outcome, reported.c[name].label("word")).where(
        reported.c.tenant == window.tenant,
        reported.c.card_day >= window.first.isoformat(),
        reported.c.card_day <= window.last.isoformat(),
        reported.c.copy == 0,
    )


def _early_reports(window: Window, name: str) -> sa.Select[tuple[str, str, str]]:
    """Reports that came before the row of their card: it is sought for each, as no plan of a join is sure to do."""
    earliest = (window.first - timedelta(days=1)).isoformat()
    word = sa.func.coalesce(entry.c.user_type, "") if name == "user_type" else shown.c[name]
    of_card = sa.select(word).where(shown.c.uuid == reported.c.card_uuid, *window.of_cards())
    if name == "user_type":
        of_card = of_card.join_from(shown, entry, entry.c.id == shown.c.entry)
    early = (
        sa.select(reported.c.card_uuid, reported.c.outcome, of_card.scalar_subquery().label("word"))
        .where(
            reported.c.tenant == window.tenant,
            reported.c.card_day.is_(None),
            reported.c.day >= earliest,
            reported.c.copy == 0,
        )
        .subquery()
    )
    return sa.select(early).where(early.c.word.is_not(None))


def _by(sent: Mapping[str, int], told: Mapping[str, Acceptance]) -> dict[str, Acceptance]:
    """What was sent and what became of it, by a word, the most overridden first."""
    found = {word: replace(told.get(word, Acceptance()), shown=count) for word, count in sent.items()}
    return dict(sorted(found.items(), key=lambda one: (-one[1].overridden, -one[1].shown, one[0])))


def together(parts: Iterable[Acceptance]) -> Acceptance:
    """All of them."""
    every = list(parts)
    return Acceptance(*(sum(getattr(one, name) for one in every) for name in Acceptance.__slots__))
