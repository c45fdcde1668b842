"""Forgetting: after the time of retention the keys of whole months are deleted, and what they sealed is gone.

The rows stay, with their pseudonyms and words of our own, and so does the chain. That months were forgotten is a row of
its own in each tenant's chain. On PostgreSQL this needs the owner's role; backups and archived logs that still hold the
wrapped keys must be destroyed too, or the ring rotated and the old key destroyed with them.
"""

from datetime import datetime

import sqlalchemy as sa

from cds_hooks.audit.entry import Caller, Entry, Kind
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.tables import data_key, entry

ACTION = "shred"


def tenants_with_keys_before(journal: Journal, month: str) -> dict[str, int]:
    """How many months' keys each tenant has before `month` ("2026-01"). Raises JournalUnavailable."""
    chosen = sa.select(data_key.c.tenant, sa.func.count()).where(data_key.c.month < month).group_by(data_key.c.tenant)
    with journal.database.reading() as connection:
        return dict(iter(connection.execute(chosen)))


def act(id_: str, now: datetime, caller: Caller, month: str) -> Entry:
    """The row that says that the months before `month` were forgotten."""
    return Entry(id_, Kind.CONTROL, now, 200, 0.0, caller, action=ACTION, about=month)


def shred(journal: Journal, call: Entry) -> int:
    """Delete the keys of a tenant's months before `call.about` with a row about it; the number of keys deleted.

    `call` is made by `act`. Raises JournalUnavailable: then nothing is forgotten.
    """
    old = sa.delete(data_key).where(data_key.c.tenant == call.caller.tenant, data_key.c.month < call.about)
    with journal.recording(call) as connection:
        gone = connection.execute(old).rowcount
    journal.database.forget_deleted()
    return gone


def shredded_before(connection: sa.Connection) -> dict[str, str]:
    """For each tenant the month before which its keys were shredded."""
    chosen = (
        sa.select(entry.c.tenant, sa.func.max(entry.c.about))
        .where(entry.c.kind == Kind.CONTROL.value, entry.c.action == ACTION)
        .group_by(entry.c.tenant)
    )
    return dict(iter(connection.execute(chosen)))
