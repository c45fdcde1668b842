"""Each token is used once: its id is inserted in the database that all workers and replicas share, or was there.

The insert decides, not a look before it: of a hundred threads with one token exactly one is let in. Rows whose token
has expired are of no use and are deleted.
"""

import threading
from collections.abc import Callable
from importlib import import_module
from typing import Any

import sqlalchemy as sa

from cds_hooks.audit.database import Database
from cds_hooks.audit.tables import nonce

PRUNE_EVERY = 60.0  # seconds
# A row outlives its token by more than clocks may differ, the leeway of expiry included.
KEPT_AFTER = 120.0  # seconds


class Nonces:
    """The ids of tokens that were used. Safe for threads. `clock` is monotonic."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock
        self._pruned_at = clock()
        self._pruning = threading.Lock()
        # that of this database alone: what SQLAlchemy knows of PostgreSQL takes longest to load
        dialect: Any = import_module(f"sqlalchemy.dialects.{database.engine.dialect.name}")
        self._insert = dialect.insert(nonce).on_conflict_do_nothing().returning(nonce.c.token)

    def spend(self, tenant: str, token: str, expires_at: float, now: float) -> bool:
        """True the first time that this tenant uses the token (a digest of its id), False ever after.

        `expires_at` and `now` are in seconds since 1970. Raises JournalUnavailable: whether it was used is not known.
        """
        row = {"tenant": tenant, "token": token, "expires_at": int(expires_at + KEPT_AFTER)}
        # the lock of this token alone: nobody else waits for it
        # the row of the answer takes it to the disk: no answer is sent before that
        with self._database.writing(f"nonce {tenant} {token}", synced=False) as connection:
            first = bool(self._database.statement(self._insert).ask(connection.connection, row))
            if self._is_time_to_prune():
                connection.execute(sa.delete(nonce).where(nonce.c.expires_at < int(now)))
        return first

    def _is_time_to_prune(self) -> bool:
        with self._pruning:
            due = self._clock() - self._pruned_at >= PRUNE_EVERY
            if due:
                self._pruned_at = self._clock()
        return due
