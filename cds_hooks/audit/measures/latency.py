"""How long answers took, at the service itself."""

from dataclasses import dataclass
from math import ceil

import sqlalchemy as sa

from cds_hooks.audit.entry import Kind
from cds_hooks.audit.measures.window import Window
from cds_hooks.audit.tables import entry

_PERCENTILES = (50, 95, 99)


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds that half, 95 % and 99 % of the calls did not exceed (nearest rank), and the longest."""

    p50: float
    p95: float
    p99: float
    longest: float


def latency(connection: sa.Connection, window: Window) -> Latency | None:
    """Of all calls of the hook; None without any."""
    conditions = window.of(Kind.HOOK)
    count = connection.execute(sa.select(sa.func.count()).select_from(entry).where(*conditions)).scalar_one()
    if not count:
        return None
    place = sa.func.row_number().over(order_by=entry.c.duration_ms).label("place")
    ordered = sa.select(entry.c.duration_ms, place).where(*conditions).subquery()
    ranks = [ceil(count * percent / 100) for percent in _PERCENTILES]
    chosen = sa.select(ordered.c.place, ordered.c.duration_ms).where(ordered.c.place.in_({*ranks, count}))
    at = {row.place: row.duration_ms for row in connection.execute(chosen)}
    return Latency(*(at[rank] for rank in (*ranks, count)))
