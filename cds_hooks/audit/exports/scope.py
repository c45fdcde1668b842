"""What an export is about: one tenant, from one day to another, under pseudonyms or not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from cds_hooks.audit.entry import Caller, Entry, Kind
from cds_hooks.audit.identity import new_id
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.payload import Payload, written
from cds_hooks.audit.reading import unsealed
from cds_hooks.audit.tables import entry
from cds_hooks.errors import NotInJournal, PayloadForgotten

ACTION = "export"  # of a row of control; `about` is what was exported
PEOPLE = ("patient", "user", "encounter", "location")


@dataclass(frozen=True, slots=True)
class Scope:
    """The days from `first` to `last`, both included, in UTC. `identified`: people are named as they were sent. `key`
    makes the pseudonyms that are the export's alone.
    """

    tenant: str
    first: date
    last: date
    identified: bool = False
    key: bytes = b""

    def of(self, *kinds: Kind) -> tuple[sa.ColumnElement[bool], ...]:
        """The conditions on `entry` for calls of these kinds."""
        received, end = entry.c.received_at, (self.last + timedelta(days=1)).isoformat()
        days = (received >= self.first.isoformat(), received < end)  # of this column there is an index
        return (entry.c.tenant == self.tenant, entry.c.kind.in_([kind.value for kind in kinds]), *days)


def announce(journal: Journal, scope: Scope, kind: str, why: Mapping[str, str], now: datetime) -> str:
    """Journal that this is exported, by whom and why as far as they said; the id of the row.

    Nothing may be read for an export before that. Raises JournalUnavailable.
    """
    days = {"since": scope.first.isoformat(), "until": scope.last.isoformat()}
    told = {**days, "people": "named" if scope.identified else "pseudonyms", **why}
    id_, payload = new_id(now), written(Payload({}, told))
    act = Entry(id_, Kind.CONTROL, now, 200, 0.0, Caller(scope.tenant), action=ACTION, about=kind, payload=payload)
    journal.record(act)
    return id_


def tenant_of(journal: Journal, asked: str | None) -> str:
    """The tenant that was asked for, or the only one there is. Raises NotInJournal if neither can be."""
    with journal.database.reading() as connection:
        found = list(connection.execute(sa.select(entry.c.tenant).distinct().order_by(entry.c.tenant)).scalars())
    if asked is None and len(found) == 1:
        return str(found[0])
    if asked in found:
        return str(asked)
    there_are = ", ".join(found) or "none yet"
    raise NotInJournal(f"which client? the journal has rows of: {there_are} (--tenant)")


def names(journal: Journal, row: Mapping[str, Any]) -> Mapping[str, str]:
    """The people of a call as sent; empty if its key was shredded. Raises PayloadUnreadable."""
    try:
        payload = unsealed(journal, row)
    except PayloadForgotten:
        return {}
    return {} if payload is None else payload.who
