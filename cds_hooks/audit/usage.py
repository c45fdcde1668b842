"""Which knowledge was in use when, and what another version would have decided of the same calls."""

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from cds_hooks.audit.entry import Kind
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.reading import StoredDecision, opened, rows
from cds_hooks.audit.snapshots import kept
from cds_hooks.audit.tables import entry
from cds_hooks.errors import PayloadForgotten


@dataclass(frozen=True, slots=True)
class Usage:
    """A version of the knowledge, and its first and last decision for a tenant, None if it has none."""

    fingerprint: str
    first: str | None
    last: str | None


def usages(journal: Journal, tenant: str) -> list[Usage]:
    """Every version that is kept, the last used first. Raises JournalUnavailable."""
    found = []
    for fingerprint in kept(journal):
        moments = sa.select(entry.c.received_at).where(entry.c.tenant == tenant, entry.c.knowledge == fingerprint)
        with journal.database.reading() as connection:
            first = connection.execute(moments.order_by(entry.c.received_at).limit(1)).scalar()
            last = connection.execute(moments.order_by(entry.c.received_at.desc()).limit(1)).scalar()
        found.append(Usage(fingerprint, first, last))
    return sorted(found, key=lambda one: one.last or "", reverse=True)


def latest(journal: Journal, tenant: str, count: int) -> Iterator[StoredDecision]:
    """The latest decisions that came to an answer under some knowledge, oldest first; those whose key was shredded are
    left out. Raises JournalUnavailable, PayloadUnreadable.
    """
    conditions = (entry.c.tenant == tenant, entry.c.kind == Kind.HOOK.value, entry.c.knowledge.is_not(None))
    chosen = sa.select(entry.c.id).where(*conditions).order_by(entry.c.seq.desc()).limit(count)
    with journal.database.reading() as connection:
        ids = list(connection.execute(chosen).scalars())
    for row in rows(journal, entry.c.id.in_(ids)):
        try:
            yield opened(journal, row)
        except PayloadForgotten:
            continue
