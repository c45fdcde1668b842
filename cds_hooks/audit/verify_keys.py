"""The keys of the sealed parts, and the knowledge that rows rest on: there, and unchanged."""

import zlib
from collections.abc import Iterator

import sqlalchemy as sa

from cds_hooks.audit.journal import Journal
from cds_hooks.audit.shredding import shredded_before
from cds_hooks.audit.snapshots import files_of
from cds_hooks.audit.tables import data_key, entry, knowledge
from cds_hooks.errors import NotJson, PayloadUnreadable
from cds_hooks.knowledge.fingerprint import fingerprint


def check_keys(journal: Journal, connection: sa.Connection) -> Iterator[tuple[str, str]]:
    """Where and what is wrong. A key may be gone if its month was shredded."""
    for row in connection.execute(sa.select(data_key)):
        try:
            journal.keys.check(row)
        except PayloadUnreadable as problem:
            yield f"{row.tenant}, key of {row.month}", str(problem)
    limits = shredded_before(connection)
    month = sa.func.substr(entry.c.day, 1, 7).label("month")
    without = (
        sa.select(entry.c.tenant, month, sa.func.count().label("sealed"))
        .select_from(entry.outerjoin(data_key, entry.c.data_key == data_key.c.id))
        .where(entry.c.data_key.is_not(None), data_key.c.id.is_(None))
        .group_by(entry.c.tenant, month)
    )
    for row in connection.execute(without):
        if row.month >= limits.get(row.tenant, ""):
            yield (
                f"{row.tenant}, key of {row.month}",
                f"it is gone, and {row.sealed} rows were sealed with it",
            )


def check_knowledge(connection: sa.Connection) -> Iterator[tuple[str, str]]:
    """Every snapshot is the one that its fingerprint names, and every row's is kept."""
    kept = set()
    for row in connection.execute(sa.select(knowledge)):
        kept.add(row.fingerprint)
        try:
            sound = fingerprint(files_of(row.files)) == row.fingerprint
        except (zlib.error, NotJson, AttributeError, UnicodeError):
            sound = False
        if not sound:
            yield f"knowledge {row.fingerprint}", "it was changed after it was kept"
    named = connection.execute(sa.select(entry.c.knowledge).distinct().where(entry.c.knowledge.is_not(None)))
    for missing in sorted(set(named.scalars()) - kept):
        yield f"knowledge {missing}", "it is not kept, but rows rest on it"
