"""Days that have ended are counted once: rows are only ever added, and none of a day long past."""

from collections import Counter, OrderedDict
from collections.abc import Mapping
from datetime import date, timedelta
from threading import Lock

import sqlalchemy as sa

from cds_hooks.audit.entry import Kind
from cds_hooks.audit.measures.volume import ANSWERED
from cds_hooks.audit.measures.window import Window
from cds_hooks.audit.tables import entry

MOST = 20_000  # days of a column of a tenant that are kept
SETTLED = timedelta(days=2)  # before the last day of a window: whatever was received then has been committed

Words = Mapping[str, int]
_Key = tuple[str, tuple[str, ...], str, str]


class Remembered:
    """The words of columns by day, in the memory of this process. Safe for threads."""

    def __init__(self) -> None:
        self._days: OrderedDict[_Key, Words] = OrderedDict()
        self._lock = Lock()

    def words_by_day(
        self, connection: sa.Connection, window: Window, column: sa.ColumnElement[str]
    ) -> dict[str, Words]:
        """How many answers of each day of the window have each word of the column."""
        found = self._known(window, column.key or "")
        missing = [day for day in window.days() if day not in found]
        if missing:
            counted = _count(connection, window, column, missing[0])
            found |= counted
            self._keep(window, column.key or "", counted)
        return found

    def _known(self, window: Window, column: str) -> dict[str, Words]:
        with self._lock:
            keys = {day: (window.tenant, window.modes, column, day) for day in window.days()}
            return {day: self._days[key] for day, key in keys.items() if key in self._days}

    def _keep(self, window: Window, column: str, counted: Mapping[str, Words]) -> None:
        settled = (window.last - SETTLED).isoformat()
        with self._lock:
            for day, words in counted.items():
                if day <= settled:
                    self._days[window.tenant, window.modes, column, day] = words
            while len(self._days) > MOST:
                self._days.popitem(last=False)


def _count(connection: sa.Connection, window: Window, column: sa.ColumnElement[str], first: str) -> dict[str, Words]:
    """The days from `first` on, also those without any."""
    asked = Window(window.tenant, date.fromisoformat(first), window.last, window.modes)
    chosen = sa.select(entry.c.day, column.label("words"), sa.func.count().label("times")).where(
        *asked.of(Kind.HOOK), entry.c.status == ANSWERED, column.is_not(None)
    )
    found: dict[str, Counter[str]] = {day: Counter() for day in asked.days()}
    for row in connection.execute(chosen.group_by(entry.c.day, column)):
        for word in row.words.split():
            found[row.day][word] += row.times
    return dict(found)
