"""How the journal stands: how long each chain is, how much of it is signed for, and who looked at it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from cds_hooks.audit.checkpoints import newest
from cds_hooks.audit.entry import Kind
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.paging import LATEST_FIRST, Page, beyond, page_of
from cds_hooks.audit.tables import entry

PAGE = 50


@dataclass(frozen=True, slots=True)
class Standing:
    """The chain of a tenant: its rows, when the newest came, and the row and time of its last checkpoint."""

    tenant: str
    rows: int
    newest: str | None
    signed_rows: int
    signed_at: str | None


def standings(journal: Journal, checkpoints: Path, tenants: Iterable[str]) -> list[Standing]:
    """How the chains of these tenants stand. Raises JournalUnavailable, OSError."""
    signed = newest(checkpoints)
    found = []
    with journal.database.reading() as connection:
        for tenant in tenants:
            chosen = sa.select(entry.c.seq, entry.c.received_at).where(entry.c.tenant == tenant)
            tip = connection.execute(chosen.order_by(entry.c.seq.desc()).limit(1)).first()
            mark = signed.get(tenant)
            found.append(
                Standing(
                    tenant,
                    rows=tip.seq if tip else 0,
                    newest=tip.received_at if tip else None,
                    signed_rows=mark.head.seq if mark else 0,
                    signed_at=mark.at if mark else None,
                )
            )
    return found


def looks(journal: Journal, tenant: str, after: str | None = None) -> Page:
    """Who looked at what in the console, the latest first; `after` is that of the page before. Raises
    JournalUnavailable.
    """
    columns = (entry.c.seq, entry.c.received_at, entry.c.user, entry.c.action, entry.c.about, entry.c.status)
    of_console = (entry.c.tenant == tenant, entry.c.kind == Kind.CONSOLE.value)
    chosen = sa.select(*columns).where(*of_console, *beyond(after)).order_by(*LATEST_FIRST).limit(PAGE + 1)
    with journal.database.reading() as connection:
        return page_of(connection.execute(chosen).mappings().all(), PAGE)
