"""What became of the cards: accepted, overridden and why, or nothing told.

CDS Hooks never reports that a card was ignored, so a share of the cards with feedback says less than it seems: both it
and the share of all cards shown are given.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

import msgspec
import sqlalchemy as sa

from cds_hooks.audit.entry import Kind
from cds_hooks.audit.measures.volume import Counted
from cds_hooks.audit.measures.window import Window
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
    chosen = sa.select(shown.c.card_id, sa.func.count().label("cards")).where(*window.of_cards())
    sent = {row.card_id: row.cards for row in connection.execute(chosen.group_by(shown.c.card_id))}
    return _by(sent, ((one.card_id, one) for one in _outcomes(connection, window)))


def acceptance_by_consideration(connection: sa.Connection, window: Window) -> dict[str, Acceptance]:
    """The same by consideration, the most overridden first: the answers whose cards showed it, and what became of the
    cards that did.
    """
    words, count = entry.c.considerations.label("words"), sa.func.count().label("times")
    chosen = sa.select(words, count).where(*window.of(Kind.HOOK), window.sent, words.is_not(None)).group_by(words)
    sent: Counter[str] = Counter()
    for row in connection.execute(chosen):
        sent.update(dict.fromkeys(row.words.split(), row.times))
    told = ((id_, one) for one in _outcomes(connection, window) for id_ in _shown_on(one.considerations) & set(sent))
    return _by(sent, told)


def acceptance_by_user_type(connection: sa.Connection, window: Window) -> dict[str, Acceptance]:
    """The same by the kind of user that the card was shown to, "" where the call named none."""
    user = sa.func.coalesce(entry.c.user_type, "").label("user_type")
    chosen = sa.select(user, sa.func.sum(entry.c.cards).label("cards")).where(
        *window.of(Kind.HOOK), window.sent, entry.c.cards > 0
    )
    sent = {row.user_type: int(row.cards) for row in connection.execute(chosen.group_by(user))}
    return _by(sent, ((one.user_type, one) for one in _outcomes(connection, window)))


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
    known = sa.exists().where(shown.c.uuid == reported.c.card_uuid, shown.c.tenant == reported.c.tenant)
    chosen = sa.select(sa.func.count()).select_from(reported).where(*window.of_reports(), ~known)
    return int(connection.execute(chosen).scalar_one())


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What was told of one card."""

    card_id: str
    considerations: str
    user_type: str
    accepted: bool
    overridden: bool


def _outcomes(connection: sa.Connection, window: Window) -> Iterator[_Outcome]:
    """Each card of the window of which something was told; a report may come before the row of its card."""

    def told(outcome: str) -> sa.ColumnElement[int]:
        return sa.func.max(sa.case((reported.c.outcome == outcome, 1), else_=0)).label(outcome)

    earliest = (window.first - timedelta(days=1)).isoformat()
    reports = (
        sa.select(reported.c.card_uuid, told("accepted"), told("overridden"))
        .where(reported.c.tenant == window.tenant, reported.c.day >= earliest, reported.c.copy == 0)
        .group_by(reported.c.card_uuid)
        .subquery()
    )
    user = sa.func.coalesce(entry.c.user_type, "").label("user_type")
    chosen = (
        sa.select(shown.c.card_id, shown.c.considerations, user, reports.c.accepted, reports.c.overridden)
        .join_from(reports, shown, shown.c.uuid == reports.c.card_uuid)
        .join(entry, entry.c.id == shown.c.entry)
        .where(*window.of_cards())
    )
    for row in connection.execute(chosen):
        yield _Outcome(row.card_id, row.considerations, row.user_type, bool(row.accepted), bool(row.overridden))


def _by(sent: Mapping[str, int], outcomes: Iterable[tuple[str, _Outcome]]) -> dict[str, Acceptance]:
    """What was sent and what became of it, by a word, the most overridden first."""
    told: Counter[str] = Counter()
    accepted: Counter[str] = Counter()
    overridden: Counter[str] = Counter()
    for word, one in outcomes:
        told[word] += 1
        accepted[word] += one.accepted
        overridden[word] += one.overridden
    found = {word: Acceptance(count, told[word], accepted[word], overridden[word]) for word, count in sent.items()}
    return dict(sorted(found.items(), key=lambda one: (-one[1].overridden, -one[1].shown, one[0])))


def together(parts: Iterable[Acceptance]) -> Acceptance:
    """All of them."""
    every = list(parts)
    return Acceptance(*(sum(getattr(one, name) for one in every) for name in Acceptance.__slots__))


def _shown_on(considerations: str) -> set[str]:
    return {each["id"] for each in msgspec.json.decode(considerations) if each.get("shown", True)}
