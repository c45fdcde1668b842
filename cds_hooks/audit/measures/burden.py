"""How much of a clinician's day the cards take. People are pseudonyms: who is behind one is another question."""

from dataclasses import dataclass

import sqlalchemy as sa

from cds_hooks.audit.entry import Kind
from cds_hooks.audit.measures.statistics import percentile
from cds_hooks.audit.measures.window import Window
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

    `repeats` are answers with cards to the same user about the same patient on the same day as one before.
    """

    clinician_days: int
    median: float | None
    p95: float | None
    most: float | None
    repeats: int
    most_exposed: tuple[Exposed, ...]


def burden(connection: sa.Connection, window: Window) -> Burden:
    """Of the professionals of the window, for what they were sent."""
    sent = sa.case((entry.c.mode == "live", 1), (entry.c.mode == "pilot", 1), else_=0)
    cards = sa.func.sum(sa.func.coalesce(entry.c.cards, 0) * sent)
    conditions = (*window.of(Kind.HOOK), entry.c.user.is_not(None), entry.c.user_type.in_(_PROFESSIONALS))
    chosen = sa.select(entry.c.user, entry.c.day, cards.label("cards")).where(*conditions)
    days = connection.execute(chosen.group_by(entry.c.user, entry.c.day)).all()
    ordered = sorted(int(row.cards) for row in days)
    users: dict[str, list[int]] = {}
    for row in days:
        users.setdefault(row.user, []).append(int(row.cards))
    exposed = sorted((Exposed(user, len(each), sum(each)) for user, each in users.items()), key=_exposure)
    return Burden(
        clinician_days=len(ordered),
        median=percentile(ordered, 50),
        p95=percentile(ordered, 95),
        most=float(ordered[-1]) if ordered else None,
        repeats=_repeats(connection, conditions, sent),
        most_exposed=tuple(exposed[:MOST_EXPOSED]),
    )


def _repeats(
    connection: sa.Connection, conditions: tuple[sa.ColumnElement[bool], ...], sent: sa.ColumnElement[int]
) -> int:
    same = (entry.c.user, entry.c.patient, entry.c.day)
    shown = sa.select(sa.func.count().label("times")).where(*conditions, entry.c.cards > 0, sent == 1).group_by(*same)
    each = shown.subquery()
    return int(connection.execute(sa.select(sa.func.coalesce(sa.func.sum(each.c.times - 1), 0))).scalar_one())


def _exposure(one: Exposed) -> tuple[float, str]:
    return -one.cards, one.user
