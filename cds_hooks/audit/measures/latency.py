"""How long answers took, at the service itself."""

from bisect import bisect_left
from dataclasses import dataclass
from itertools import accumulate
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
    time, count = entry.c.duration_ms, sa.func.count().label("times")
    chosen = sa.select(time, count).where(*window.of(Kind.HOOK)).group_by(time).order_by(time)
    found = [(row.duration_ms, row.times) for row in connection.execute(chosen)]
    if not found:
        return None
    upto = list(accumulate(times for _, times in found))
    p50, p95, p99 = (found[bisect_left(upto, ceil(upto[-1] * share / 100))][0] for share in _PERCENTILES)
    return Latency(p50, p95, p99, longest=found[-1][0])
