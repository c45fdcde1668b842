"""The notary: signs checkpoints in the background, so that no answer waits for one."""

import contextlib
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from cds_hooks.audit.checkpoints import Head, append
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.tables import entry
from cds_hooks.errors import JournalUnavailable

QUIET = 0.5  # seconds without a new row after which the last one is signed
AT_LATEST = 60.0  # seconds after which a row is signed although more keep coming
AT_MOST = 1000  # rows that may wait for a signature
AGAIN = 5.0  # seconds until a checkpoint that could not be written is tried again


class Notary:
    """Watches a journal of this process. The thread starts with the first row, after any fork."""

    def __init__(self, journal: Journal, path: Path, clock: Callable[[], datetime]) -> None:
        self._journal, self._path, self._clock = journal, path, clock
        self._changed = threading.Condition()
        self._waiting: dict[str, int] = {}
        self._stopped = False
        self._thread: threading.Thread | None = None
        self._signed: dict[str, int] = {}
        self.failing = False
        journal.on_commit = self.note

    def note(self, tenant: str) -> None:
        """A row was committed for this tenant."""
        with self._changed:
            self._waiting[tenant] = self._waiting.get(tenant, 0) + 1
            if self._thread is None and not self._stopped:
                self._thread = threading.Thread(target=self._watch, name="notary", daemon=True)
                self._thread.start()
            self._changed.notify()

    def close(self) -> None:
        """Sign what is waiting, and stop."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _watch(self) -> None:
        while not self._stopped or self._waiting:
            tenants = self._settled()
            if tenants and not self._sign(tenants):
                if self._stopped:
                    return
                with self._changed:
                    for tenant in tenants:
                        self._waiting.setdefault(tenant, 0)
                    self._changed.wait(AGAIN)

    def _settled(self) -> set[str]:
        """The tenants with new rows, once it is quiet, or it has been long, or there are many."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or bool(self._waiting))
            waits = AT_LATEST / QUIET
            while not self._stopped and waits > 0 and sum(self._waiting.values()) < AT_MOST:
                if not self._changed.wait(QUIET):
                    break
                waits -= 1
            tenants, self._waiting = set(self._waiting), {}
            return tenants

    def _sign(self, tenants: set[str]) -> bool:
        self.failing = True
        with contextlib.suppress(JournalUnavailable, OSError):
            heads = [head for head in self._heads(tenants) if head.seq > self._signed.get(head.tenant, 0)]
            if heads:
                append(self._path, self._journal.ring, self._journal.id, heads, self._clock())
            self._signed.update({head.tenant: head.seq for head in heads})
            self.failing = False
        return not self.failing

    def _heads(self, tenants: set[str]) -> list[Head]:
        newest = sa.select(entry.c.tenant, sa.func.max(entry.c.seq).label("seq")).group_by(entry.c.tenant).subquery()
        chosen = sa.select(entry.c.tenant, entry.c.seq, entry.c.hash).join(
            newest, (entry.c.tenant == newest.c.tenant) & (entry.c.seq == newest.c.seq)
        )
        with self._journal.database.reading() as connection:
            found = connection.execute(chosen.where(entry.c.tenant.in_(sorted(tenants))))
            return [Head(row.tenant, row.seq, row.hash) for row in found]
