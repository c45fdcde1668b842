"""Old knowledge kept as data: whatever a row rests on can be read again, whatever the folder holds by now."""

import zlib
from collections.abc import Iterable

import sqlalchemy as sa

from cds_hooks.audit.journal import Journal
from cds_hooks.audit.tables import knowledge as snapshots
from cds_hooks.errors import NotInJournal
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.knowledge.load import MoreChecks, knowledge_of
from cds_hooks.protocol.canonical import canonical
from cds_hooks.protocol.strict_json import decode

_LEVEL = 1  # of zlib: a start of the service should not wait for the next


def keep(journal: Journal, knowledge: Knowledge) -> None:
    """Keep this knowledge, if it is not kept yet. Raises JournalUnavailable."""
    chosen = sa.select(snapshots.c.fingerprint).where(snapshots.c.fingerprint == knowledge.fingerprint)
    with journal.database.writing("knowledge") as connection:
        if connection.execute(chosen).first() is None:
            content = canonical({path: file.decode("utf-8") for path, file in knowledge.files.items()})
            row = {"fingerprint": knowledge.fingerprint, "files": zlib.compress(content, _LEVEL)}
            connection.execute(snapshots.insert(), row)


def kept(journal: Journal) -> tuple[str, ...]:
    """The fingerprints of all knowledge that is kept. Raises JournalUnavailable."""
    with journal.database.reading() as connection:
        return tuple(connection.execute(sa.select(snapshots.c.fingerprint).order_by(snapshots.c.fingerprint)).scalars())


def files(journal: Journal, fingerprint: str) -> dict[str, bytes]:
    """The files of kept knowledge by their path. Raises NotInJournal, JournalUnavailable."""
    chosen = sa.select(snapshots.c.files).where(snapshots.c.fingerprint == fingerprint)
    with journal.database.reading() as connection:
        stored = connection.execute(chosen).scalar()
    if stored is None:
        raise NotInJournal(f"the journal does not hold the knowledge {fingerprint}")
    return files_of(stored)


def files_of(stored: bytes) -> dict[str, bytes]:
    """The files of a snapshot by their path. Raises zlib.error or NotJson if it was changed."""
    return {path: text.encode() for path, text in decode(zlib.decompress(stored)).items()}


class Snapshots:
    """The knowledge that is kept in a journal, each version read once."""

    def __init__(self, journal: Journal, more_checks: Iterable[MoreChecks] = ()) -> None:
        self._journal = journal
        self._checks = tuple(more_checks)
        self._read: dict[str, Knowledge] = {}

    def get(self, fingerprint: str) -> Knowledge:
        """Raises NotInJournal, JournalUnavailable, and KnowledgeBroken if this program cannot read it any more."""
        if fingerprint not in self._read:
            self._read[fingerprint] = knowledge_of(files(self._journal, fingerprint), self._checks)
        return self._read[fingerprint]
