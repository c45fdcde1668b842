"""The journal: every call is committed here before it is answered, each row chained to the one before it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from cds_hooks.audit import schema
from cds_hooks.audit.chain import genesis, row_hash
from cds_hooks.audit.database import Database
from cds_hooks.audit.entry import Entry
from cds_hooks.audit.keyring import Keyring
from cds_hooks.audit.known_cards import known_cards, with_cards
from cds_hooks.audit.rows import Row, card_items, entry_row, reported_rows, shown_rows
from cds_hooks.audit.sealing import DataKey, DataKeys
from cds_hooks.audit.tables import entry as entries
from cds_hooks.audit.tables import origin, reported, shown
from cds_hooks.errors import JournalUnavailable, PayloadUnreadable

_TIP = (
    sa.select(entries.c.seq, entries.c.hash)
    .where(entries.c.tenant == sa.bindparam("tenant"))
    .order_by(entries.c.seq.desc())
    .limit(1)
)
_INSERT, _INSERT_SHOWN = entries.insert(), shown.insert()
_COPIES = (
    sa.select(reported.c.digest, sa.func.count().label("copies"))
    .where(reported.c.tenant == sa.bindparam("tenant"), reported.c.digest.in_(sa.bindparam("digests", expanding=True)))
    .group_by(reported.c.digest)
)


class Journal:
    """A database of calls. Usable from several threads, and from several processes on one database.

    `on_commit`, if set, is called with the tenant after each row; it must not take long.
    """

    def __init__(self, url: str, ring: Keyring, *, as_it_is: bool = False) -> None:
        """Open. A new SQLite file gets its tables, an older one is brought up to date; a PostgreSQL database must be,
        and so must any that is opened `as_it_is`.

        `url` is an SQLAlchemy URL ("sqlite:///journal.sqlite3", "postgresql://…"). Raises JournalUnavailable.
        """
        self.ring = ring
        self.database = Database(url)
        try:
            self.id = self._opened(as_it_is)
        except JournalUnavailable:
            self.close()
            raise
        self.keys = DataKeys(ring)
        self.on_commit: Callable[[str], None] | None = None

    def _opened(self, as_it_is: bool) -> str:
        if self.database.is_sqlite and not as_it_is:
            schema.bring_up_to_date(self.database)
        schema.check(self.database)
        with self.database.reading() as connection:
            return str(connection.execute(sa.select(origin.c.journal)).scalar_one())

    def record(self, entry: Entry) -> None:
        """Commit one call. Raises JournalUnavailable: then it must not be answered."""
        with self.recording(entry):
            pass

    @contextmanager
    def recording(self, entry: Entry) -> Iterator[sa.Connection]:
        """Commit one call together with what is done on the connection, or neither. Raises JournalUnavailable."""
        items = card_items(entry.cards, entry.sent)
        row = {**entry_row(self.ring, entry, items), **self._sealed(entry)}
        with self.database.writing(entry.caller.tenant) as connection:
            self._append(connection, row)
            if items:
                self.database.statement(_INSERT_SHOWN).insert(connection.connection, shown_rows(row, items))
            yield connection
        self._committed(entry.caller.tenant)

    def record_feedback(self, entry: Entry, items: Iterable[Mapping[str, Any]]) -> None:
        """Commit a feedback call and its items (columns of `reported` from `card` to `digest`), all or none.

        An item that is kept already is kept again as its next copy; only copy 0 counts. Raises JournalUnavailable.
        """
        listed = [dict(item) for item in items]
        sealed = self._sealed(entry)
        with self.database.writing(entry.caller.tenant) as connection:
            self._number_copies(connection, entry.caller.tenant, listed)
            row = {**entry_row(self.ring, entry, listed), **sealed, "cards": len(listed)}
            self._append(connection, row)
            if listed:
                cards = known_cards(connection, entry.caller.tenant, [item["card_uuid"] for item in listed])
                connection.execute(reported.insert(), with_cards(reported_rows(row, listed), cards))
        self._committed(entry.caller.tenant)

    def ready(self) -> bool:
        """True if a call could be recorded now."""
        try:
            with self.database.writing("") as connection:
                self.database.statement(_TIP).ask(connection.connection, {"tenant": ""})
        except JournalUnavailable:
            return False
        return True

    def close(self) -> None:
        """Close all connections."""
        self.database.close()

    def _append(self, connection: sa.Connection, row: Row) -> None:
        """Give the row its place in its tenant's chain, which nobody else may write to now, and insert it."""
        tip = self.database.statement(_TIP).ask(connection.connection, {"tenant": row["tenant"]})
        seq, before = tip[0] if tip else (0, genesis(self.ring, self.id, row["tenant"]))
        row["seq"], row["prev"] = seq + 1, before
        row["hash"] = row_hash(self.ring, row)
        self.database.statement(_INSERT).insert(connection.connection, [row])

    def _committed(self, tenant: str) -> None:
        if self.on_commit is not None:
            self.on_commit(tenant)

    def _number_copies(self, connection: sa.Connection, tenant: str, items: list[Row]) -> None:
        asked = {"tenant": tenant, "digests": [item["digest"] for item in items]}
        kept = {row.digest: row.copies for row in connection.execute(_COPIES, asked)} if items else {}
        for item in items:
            item["copy"] = kept.get(item["digest"], 0)
            kept[item["digest"]] = item["copy"] + 1

    def _sealed(self, entry: Entry) -> Row:
        if entry.payload is None:
            return {"data_key": None, "sealed": None}
        key = self._key(entry.caller.tenant, entry.received_at.strftime("%Y-%m"))
        return {"data_key": key.id, "sealed": key.seal(entry.id, entry.payload)}

    def _key(self, tenant: str, month: str) -> DataKey:
        found = self.keys.known(tenant, month)
        if found is not None:
            return found
        try:
            with self.database.writing(tenant) as connection:
                return self.keys.obtain(connection, tenant, month)
        except JournalUnavailable:
            self.keys.forget(tenant, month)
            raise
        except PayloadUnreadable as problem:
            raise JournalUnavailable(f"the journal's keys do not fit it: {problem}") from problem
