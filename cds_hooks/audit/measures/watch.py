"""Malfunction watch: what fires, what has stopped firing, and whether what the charts are made of has changed.

A rule that silently stops firing is the malfunction that nobody reports (Wright and others, JAMIA 2016); charts per
day with Shewhart's limits find most of them (Kassakian and others, JAMIA 2017: sensitivity 95 %, predictive value 29 %,
so a signal is a question, not a finding).
"""

from collections import Counter
from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from cds_hooks.audit.entry import Kind
from cds_hooks.audit.measures.memory import Remembered, Words
from cds_hooks.audit.measures.statistics import ControlChart, p_chart, u_chart
from cds_hooks.audit.measures.volume import Counted, Volume
from cds_hooks.audit.measures.window import Window
from cds_hooks.audit.tables import entry


def charts_of_volume(volumes: Mapping[str, Volume]) -> dict[str, ControlChart]:
    """Silence, refusals and failures as shares of the calls, cards per answer; by day."""
    return {
        "cards per answer": u_chart((day, one.cards, one.answered) for day, one in volumes.items()),
        "silence": p_chart((day, one.silent, one.answered) for day, one in volumes.items()),
        "refused": p_chart((day, one.refused, one.calls) for day, one in volumes.items()),
        "failed": p_chart((day, one.failed, one.calls) for day, one in volumes.items()),
    }


def slow(connection: sa.Connection, window: Window, volumes: Mapping[str, Volume], limit_ms: float) -> ControlChart:
    """The share of the calls that took longer, by day."""
    chosen = sa.select(entry.c.day, sa.func.count().label("times")).where(
        *window.of(Kind.HOOK), entry.c.duration_ms > limit_ms
    )
    found = {row.day: row.times for row in connection.execute(chosen.group_by(entry.c.day))}
    return p_chart(_days(found, {day: one.calls for day, one in volumes.items()}))


def firing(
    connection: sa.Connection, window: Window, answered: Mapping[str, int], memory: Remembered | None = None
) -> dict[str, ControlChart]:
    """For each consideration the share of the answers that showed it, by day. `answered` has the answers of a day."""
    return _shares(connection, window, entry.c.considerations, answered, memory)


def missing(
    connection: sa.Connection, window: Window, answered: Mapping[str, int], memory: Remembered | None = None
) -> dict[str, ControlChart]:
    """For each fact the share of the answers whose tier it kept open, by day."""
    return _shares(connection, window, entry.c.missing, answered, memory)


def codes(
    connection: sa.Connection, window: Window, answered: Mapping[str, int], memory: Remembered | None = None
) -> dict[str, ControlChart]:
    """For each fact with the code that it was read from, the share of the answers, by day: a feed that changes its
    codes shows here before anything else does.
    """
    return _shares(connection, window, entry.c.codes, answered, memory)


def units(
    connection: sa.Connection, window: Window, answered: Mapping[str, int], memory: Remembered | None = None
) -> dict[str, ControlChart]:
    """For each fact with its unit, the share of the answers, by day."""
    return _shares(connection, window, entry.c.units, answered, memory)


def considerations(connection: sa.Connection, window: Window, memory: Remembered | None = None) -> tuple[Counted, ...]:
    """What was shown, the most frequent first."""
    by_day = (memory or Remembered()).words_by_day(connection, window, entry.c.considerations)
    return tuple(Counted(word, times) for word, times in _most(by_day).items())


def stopped(charts: Mapping[str, ControlChart], days: int = 1) -> tuple[str, ...]:
    """What has not been found on the last days with any answer although its limits did not allow for that."""
    return tuple(name for name, chart in charts.items() if _has_stopped(chart, days))


def _has_stopped(chart: ControlChart, days: int) -> bool:
    last = [point for point in chart.points if point.rate is not None][-days:]
    return len(last) == days and all(point.rate == 0 and point.out for point in last)


def _shares(
    connection: sa.Connection,
    window: Window,
    column: sa.ColumnElement[str],
    answered: Mapping[str, int],
    memory: Remembered | None,
) -> dict[str, ControlChart]:
    by_day = (memory or Remembered()).words_by_day(connection, window, column)
    most = _most(by_day)
    return {word: p_chart((day, by_day[day].get(word, 0), of) for day, of in answered.items()) for word in most}


def _most(by_day: Mapping[str, Words]) -> dict[str, int]:
    """How often each word was found, the most frequent first."""
    total: Counter[str] = Counter()
    for words in by_day.values():
        total.update(words)
    return dict(sorted(total.items(), key=lambda one: (-one[1], one[0])))


def _days(hits: Mapping[str, int], answered: Mapping[str, int]) -> Iterable[tuple[str, int, int]]:
    return ((day, hits.get(day, 0), of) for day, of in answered.items())
