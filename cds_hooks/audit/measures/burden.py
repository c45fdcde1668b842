"""How much of a clinician's day the cards take. People are pseudonyms: who is behind one is another question."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import sqlalchemy as sa

from cds_hooks.audit.entry import Kind
from cds_hooks.audit.measures.memory import Remembered
from cds_hooks.audit.measures.statistics import percentile
from cds_hooks.audit.measures.window import LONGEST, Window
from cds_hooks.audit.tables import entry

_PROFESSIONALS = ("Practitioner", "PractitionerRole")
MOST_EXPOSED = 10


@dataclass(frozen=True, slots=True)
class Exposed:
    """A user (a pseudonym), the days on which the service was asked for them, and the cards that they were shown."""

    user: str
    days: int
    cards: int

    @property
    def per_day(self) -> float:
        """Cards a day."""
        return self.cards / self.days


@dataclass(frozen=True, slots=True)
class Burden:
    """Cards per clinician-day: a day on which the service was asked for a clinician, also if it was silent.

    `repeats` are answers with cards to the same user about the same patient within 24 hours of the one before.
    """

    clinician_days: int
    median: float | None
    p95: float | None
    most: float | None
    repeats: int
    most_exposed: tuple[Exposed, ...]


def burden(connection: sa.Connection, window: Window, memory: Remembered | None = None) -> Burden:
    """Of the professionals of the window, for what they were sent."""
    memory = memory or Remembered()
    days = memory.by_day(connection, window, "cards of users", _cards_of_users).values()
    repeats = memory.by_day(connection, window, "repeats", _repeats).values()
    ordered = sorted(cards for day in days for cards in day.values())
    users: dict[str, list[int]] = {}
    for day in days:
        for user, cards in day.items():
            users.setdefault(user, []).append(cards)
    exposed = sorted((Exposed(user, len(each), sum(each)) for user, each in users.items()), key=_exposure)
    return Burden(
        clinician_days=len(ordered),
        median=percentile(ordered, 50),
        p95=percentile(ordered, 95),
        most=float(ordered[-1]) if ordered else None,
        repeats=sum(repeats),
        most_exposed=tuple(exposed[:MOST_EXPOSED]),
    )


def _of_professionals(window: Window) -> tuple[sa.ColumnElement[bool], ...]:
    return (*window.of(Kind.HOOK), entry.c.user.is_not(None), entry.c.user_type.in_(_PROFESSIONALS))


def _cards_of_users(connection: sa.Connection, window: Window) -> dict[str, dict[str, int]]:
    """Day by day, the cards of each user for whom the service was asked."""
    cards = sa.func.sum(sa.case((window.sent, sa.func.coalesce(entry.c.cards, 0)), else_=0)).label("cards")
    chosen = sa.select(entry.c.user, entry.c.day, cards).where(*_of_professionals(window))
    found: dict[str, dict[str, int]] = {day: {} for day in window.days()}
    for row in connection.execute(chosen.group_by(entry.c.user, entry.c.day)):
        found[row.day][row.user] = int(row.cards)
    return found


def _repeats(connection: sa.Connection, window: Window) -> dict[str, int]:
    """By the day of the later answer; the one before may be of the day before the window.

    Neighbours in time are found by the database, and counted by the pair of their days: no database is asked to
    calculate with our times, which are texts.
    """
    before = replace(window, first=window.first - timedelta(days=1)) if window.length < LONGEST else window
    moment = entry.c.received_at
    lag = sa.func.lag(moment).over(partition_by=(entry.c.user, entry.c.patient), order_by=moment).label("before")
    pairs = sa.select(moment, lag).where(*_of_professionals(before), before.sent, entry.c.cards > 0).subquery()
    was, now = sa.func.substr(pairs.c.before, 1, 10).label("was"), sa.func.substr(pairs.c.received_at, 1, 10)
    later = sa.func.substr(pairs.c.received_at, 11) < sa.func.substr(pairs.c.before, 11)
    earlier_in_day = sa.case((later, 1), else_=0).label("earlier_in_day")
    chosen = (
        sa.select(was, now.label("now"), earlier_in_day, sa.func.count().label("times"))
        .where(pairs.c.before.is_not(None))
        .group_by(was, now, earlier_in_day)
    )
    found = dict.fromkeys(window.days(), 0)
    for row in connection.execute(chosen):
        if row.now in found and _within_a_day(row):
            found[row.now] += row.times
    return found


def _within_a_day(pair: sa.Row[tuple[str, str, int, int]]) -> bool:
    apart = date.fromisoformat(pair.now) - date.fromisoformat(pair.was)
    return not apart.days or (apart.days == 1 and bool(pair.earlier_in_day))


def _exposure(one: Exposed) -> tuple[float, str]:
    return -one.cards, one.user
