"""The switch of each tenant: rows of control in the journal that hold its cards back, read by every worker.

A switch can only hold back: what the registry of clients does not allow, no switch gives. It acts without a restart,
because every worker looks for it at most every 15 seconds.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from cds_hooks.audit.database import Database
from cds_hooks.audit.entry import Caller, Entry, Kind
from cds_hooks.audit.identity import new_id
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.payload import Payload, written
from cds_hooks.audit.tables import entry as entries

ACTION = "mode"  # of a row of control; `about` is the mode
LOOK_EVERY = 15.0  # seconds

_LAST = (
    sa.select(entries.c.about)
    .where(
        entries.c.tenant == sa.bindparam("tenant"),
        entries.c.kind == Kind.CONTROL.value,
        entries.c.action == ACTION,
        entries.c.status == 200,
    )
    .order_by(entries.c.seq.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class _Seen:
    mode: str | None
    at: float


class Switches:
    """What the switches are at. Safe for threads. `clock` is monotonic."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock
        self._seen: dict[str, _Seen] = {}
        self._looking = threading.Lock()

    def of(self, tenant: str) -> str | None:
        """The mode that the switch of this tenant was last put to; None if it was never used.

        Raises JournalUnavailable.
        """
        seen = self._seen.get(tenant)
        if seen is not None and self._clock() - seen.at < LOOK_EVERY:
            return seen.mode
        with self._looking:  # whoever comes while it is looked for waits for what is found
            seen, at = self._seen.get(tenant), self._clock()
            if seen is None or at - seen.at >= LOOK_EVERY:
                seen = self._seen[tenant] = _Seen(last_switched(self._database, tenant), at)
        return seen.mode


def last_switched(database: Database, tenant: str) -> str | None:
    """What the journal says now. Raises JournalUnavailable."""
    found = database.ask(_LAST, {"tenant": tenant})
    return found[0][0] if found else None


def switch(journal: Journal, tenant: str, mode: str, by: Mapping[str, str], now: datetime) -> None:
    """Put the switch of a tenant to a mode; `by` says who did it and why, and is sealed. Raises JournalUnavailable."""
    payload = written(Payload({}, dict(by)))
    caller = Caller(tenant, mode=mode)
    journal.record(Entry(new_id(now), Kind.CONTROL, now, 200, 0.0, caller, action=ACTION, about=mode, payload=payload))
