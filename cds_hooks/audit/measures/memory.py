"""Days that have ended are counted once: rows are only ever added, and none of a day long past."""

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from threading import Lock
from typing import Any, TypeVar

import sqlalchemy as sa

from cds_hooks.audit.entry import Kind
from cds_hooks.audit.measures.volume import ANSWERED
from cds_hooks.audit.measures.window import Window
from cds_hooks.audit.tables import entry

MOST = 20_000  # days of one thing of a tenant that are kept
AT_ONCE = 30  # days counted by one statement: PostgreSQL ends one that takes seconds, and what others counted stays
SETTLED = timedelta(days=2)  # before the last day of a window: whatever was received then has been committed

Words = Mapping[str, int]
_Value = TypeVar("_Value")
_Key = tuple[str, tuple[str, ...], str, str]
Count = Callable[[sa.Connection, Window], Mapping[str, _Value]]


class Remembered:
    """What was counted of days, in the memory of this process. Safe for threads."""

    def __init__(self) -> None:
        self._days: OrderedDict[_Key, Any] = OrderedDict()
        self._lock = Lock()

    def by_day(self, connection: sa.Connection, window: Window, name: str, count: Count[_Value]) -> dict[str, _Value]:
        """What `count` finds of each day of the window. It gives a value for all days of its own window, and is asked
        from the first day that is not known, AT_ONCE days at a time; `name` tells one thing that is counted from
        another.
        """
        found: dict[str, _Value] = self._known(window, name)
        missing = [day for day in window.days() if day not in found]
        if missing:
            for part in _parts(replace(window, first=date.fromisoformat(missing[0]))):
                counted = count(connection, part)
                found |= counted
                self._keep(window, name, counted)
        return found

    def words_by_day(
        self, connection: sa.Connection, window: Window, column: sa.ColumnElement[str]
    ) -> dict[str, Words]:
        """How many answers of each day of the window have each word of the column."""
        return self.by_day(connection, window, f"words of {column.key}", partial(_count, column))

    def _known(self, window: Window, name: str) -> dict[str, Any]:
        with self._lock:
            keys = {day: (window.tenant, window.modes, name, day) for day in window.days()}
            return {day: self._days[key] for day, key in keys.items() if key in self._days}

    def _keep(self, window: Window, name: str, counted: Mapping[str, Any]) -> None:
        settled = (window.last - SETTLED).isoformat()
        with self._lock:
            for day, value in counted.items():
                if day <= settled:
                    self._days[window.tenant, window.modes, name, day] = value
            while len(self._days) > MOST:
                self._days.popitem(last=False)


def _parts(window: Window) -> Iterator[Window]:
    first = window.first
    while first <= window.last:
        part = replace(window, first=first, last=min(first + timedelta(days=AT_ONCE - 1), window.last))
        yield part
        first = part.last + timedelta(days=1)


def _count(column: sa.ColumnElement[str], connection: sa.Connection, window: Window) -> dict[str, Words]:
    chosen = sa.select(entry.c.day, column.label("words"), sa.func.count().label("times")).where(
        *window.of(Kind.HOOK), entry.c.status == ANSWERED, column.is_not(None)
    )
    found: dict[str, Counter[str]] = {day: Counter() for day in window.days()}
    for row in connection.execute(chosen.group_by(entry.c.day, column)):
        for word in row.words.split():
            found[row.day][word] += row.times
    return dict(found)
