"""What became of the synthetic patient: no figure about patients counts it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from cds_hooks.audit.entry import Kind
from cds_hooks.audit.rows import utc
from cds_hooks.audit.tables import entry


@dataclass(frozen=True, slots=True)
class Beats:
    """The heartbeats of the last 24 hours: how many, how many with the tier that they must have, when the last one was
    and how long the longest took (milliseconds); the last two are None without any.
    """

    count: int
    right: int
    last: str | None
    longest: float | None


def beats(connection: sa.Connection, tenant: str, expected: str, now: datetime) -> Beats:
    """Of all processes. `tenant` is the chain in which they are, `expected` the tier."""
    right = sa.func.sum(sa.case((entry.c.tier == expected, 1), else_=0))
    chosen = sa.select(
        sa.func.count().label("times"),
        right.label("right"),
        sa.func.max(entry.c.received_at).label("last"),
        sa.func.max(entry.c.duration_ms).label("longest"),
    ).where(
        entry.c.tenant == tenant,
        entry.c.kind == Kind.HEARTBEAT.value,
        entry.c.received_at >= utc(now - timedelta(days=1)),
    )
    row = connection.execute(chosen).one()
    return Beats(row.times, int(row.right or 0), row.last, row.longest)
