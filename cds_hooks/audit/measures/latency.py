"""How long answers took, at the service itself."""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from itertools import accumulate
from math import ceil

import sqlalchemy as sa

from cds_hooks.audit.entry import Kind
from cds_hooks.audit.measures.memory import Remembered
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


def latency(connection: sa.Connection, window: Window, memory: Remembered | None = None) -> Latency | None:
    """Of all calls of the hook; None without any."""
    every: Counter[float] = Counter()
    for times in (memory or Remembered()).by_day(connection, window, "answer times", _times).values():
        every.update(times)
    if not every:
        return None
    found = sorted(every.items())
    upto = list(accumulate(times for _, times in found))
    p50, p95, p99 = (found[bisect_left(upto, ceil(upto[-1] * share / 100))][0] for share in _PERCENTILES)
    return Latency(p50, p95, p99, longest=found[-1][0])


def _times(connection: sa.Connection, window: Window) -> dict[str, dict[float, int]]:
    """Day by day, how many calls took how long: tenths of milliseconds are kept, so a day has few that differ."""
    day, time = entry.c.day, entry.c.duration_ms
    chosen = sa.select(day, time, sa.func.count().label("times")).where(*window.of(Kind.HOOK)).group_by(day, time)
    found: dict[str, dict[float, int]] = {each: {} for each in window.days()}
    for row in connection.execute(chosen):
        found[row.day][row.duration_ms] = row.times
    return found
