"""What became of the cards: accepted, overridden and why, or nothing told.

CDS Hooks never reports that a card was ignored, so a share of the cards with feedback says less than it seems: both it
and the share of all cards shown are given.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

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
    return _together(_outcomes(connection, window))


def acceptance_by_card(connection: sa.Connection, window: Window) -> dict[str, Acceptance]:
    """The same by the id of the card, the most overridden first."""
    found: dict[str, list[_Outcome]] = {}
    for one in _outcomes(connection, window):
        found.setdefault(one.card_id, []).append(one)
    return _most_overridden({card: _together(iter(outcomes)) for card, outcomes in found.items()})


def acceptance_by_consideration(connection: sa.Connection, window: Window) -> dict[str, Acceptance]:
    """The same by consideration, each counting every card that showed it, the most overridden first."""
    found: dict[str, list[_Outcome]] = {}
    for one in _outcomes(connection, window):
        for consideration in _shown_on(one.considerations):
            found.setdefault(consideration, []).append(one)
    return _most_overridden({each: _together(iter(outcomes)) for each, outcomes in found.items()})


def acceptance_by_user_type(connection: sa.Connection, window: Window) -> dict[str, Acceptance]:
    """The same by the kind of user that the card was shown to."""
    found: dict[str, list[_Outcome]] = {}
    for one in _outcomes(connection, window):
        found.setdefault(one.user_type, []).append(one)
    return _most_overridden({each: _together(iter(outcomes)) for each, outcomes in found.items()})


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
    """So many cards of one kind, shown to one kind of user, with one outcome."""

    card_id: str
    considerations: str
    user_type: str
    accepted: bool
    overridden: bool
    cards: int


def _outcomes(connection: sa.Connection, window: Window) -> Iterator[_Outcome]:
    def told(outcome: str) -> sa.ColumnElement[int]:
        found = (
            sa.exists()
            .where(
                reported.c.tenant == shown.c.tenant,
                reported.c.card_uuid == shown.c.uuid,
                reported.c.copy == 0,
                reported.c.outcome == outcome,
            )
            .correlate(shown)
        )
        return sa.case((found, 1), else_=0)

    accepted, overridden = told("accepted").label("accepted"), told("overridden").label("overridden")
    user = sa.func.coalesce(entry.c.user_type, "").label("user_type")
    columns = (shown.c.card_id, shown.c.considerations, user, accepted, overridden)
    chosen = (
        sa.select(*columns, sa.func.count().label("cards"))
        .join_from(shown, entry, shown.c.entry == entry.c.id)
        .where(*window.of_cards(), entry.c.kind == Kind.HOOK.value)
        .group_by(*columns)
    )
    for row in connection.execute(chosen):
        yield _Outcome(
            row.card_id, row.considerations, row.user_type, bool(row.accepted), bool(row.overridden), row.cards
        )


def _together(outcomes: Iterator[_Outcome]) -> Acceptance:
    counts: Counter[str] = Counter()
    for one in outcomes:
        counts["shown"] += one.cards
        counts["told"] += one.cards * (one.accepted or one.overridden)
        counts["accepted"] += one.cards * one.accepted
        counts["overridden"] += one.cards * one.overridden
    return Acceptance(counts["shown"], counts["told"], counts["accepted"], counts["overridden"])


def _most_overridden(found: dict[str, Acceptance]) -> dict[str, Acceptance]:
    return dict(sorted(found.items(), key=lambda one: (-one[1].overridden, -one[1].shown, one[0])))


def _shown_on(considerations: str) -> set[str]:
    return {each["id"] for each in msgspec.json.decode(considerations) if each.get("shown", True)}
