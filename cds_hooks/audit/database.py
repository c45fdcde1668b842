"""The database under the journal: SQLite in a file, or PostgreSQL. How it is opened, locked and brought up to date."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from cds_hooks.audit.statements import Statement, Values
from cds_hooks.errors import JournalUnavailable

SCHEMA = "0004"  # the newest revision in migrations/versions
BUSY_MS = 500  # how long a writer waits for another's commit before the answer is given up

_REVISION = sa.text("SELECT version_num FROM alembic_version")
_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:tenant, 0))")


class Database:
    """An engine with the rules of the journal. Usable from several threads, and from several processes at once."""

    def __init__(self, url: str) -> None:
        """Raises JournalUnavailable if the URL names no database that can be reached."""
        try:
            chosen = sa.make_url(url)
            if chosen.drivername in ("postgresql", "postgres"):
                chosen = chosen.set(drivername="postgresql+psycopg")
            self.is_sqlite = chosen.get_backend_name() == "sqlite"
            self.engine = sa.create_engine(chosen, **({} if self.is_sqlite else _POSTGRESQL))
        except (SQLAlchemyError, ImportError) as error:  # ImportError: the URL's driver is not installed
            raise JournalUnavailable(f"the journal cannot be opened: {type(error).__name__}") from error
        # the driver's own: what is executed by it alone; UnicodeError: text that no database takes
        self._failures = (SQLAlchemyError, self.engine.dialect.loaded_dbapi.Error, UnicodeError)
        self._statements: dict[sa.ClauseElement, Statement] = {}
        # SQLite has one writer: threads wait here, fairly, and not in its busy loop. PostgreSQL lets them queue itself.
        self._turn = threading.BoundedSemaphore(1 if self.is_sqlite else _CONNECTIONS)
        if self.is_sqlite:
            sa.event.listen(self.engine, "connect", _prepare_sqlite)

    def statement(self, clause: sa.ClauseElement) -> Statement:
        """The statement for this kind of database, made once; `clause` must live as long as the program."""
        made = self._statements.get(clause)
        if made is None:
            made = self._statements[clause] = Statement(clause, self.engine.dialect)
        return made

    def ask(self, clause: sa.ClauseElement, values: Values) -> list[tuple[Any, ...]]:
        """What one statement finds; it is a consistent view by itself. Raises JournalUnavailable."""
        try:
            with closing(self.engine.raw_connection()) as connection:
                return self.statement(clause).ask(connection, values)
        except self._failures as error:
            raise JournalUnavailable(f"the journal cannot be read: {type(error).__name__}") from error

    @contextmanager
    def reading(self, *, at_length: bool = False) -> Iterator[sa.Connection]:
        """A consistent view; `at_length` for what may take minutes. Raises JournalUnavailable."""
        try:
            with self.engine.connect() as connection:
                if self.is_sqlite:
                    connection.exec_driver_sql("BEGIN")
                else:
                    connection = connection.execution_options(isolation_level="REPEATABLE READ")  # noqa: PLW2901
                if at_length:
                    self.take_time(connection)
                yield connection
                connection.rollback()
        except self._failures as error:
            raise JournalUnavailable(f"the journal cannot be read: {type(error).__name__}") from error

    @contextmanager
    def writing(self, tenant: str, *, synced: bool = True) -> Iterator[sa.Connection]:
        """A transaction that is the only one to write for its tenant. Raises JournalUnavailable: nothing is written.

        On PostgreSQL the lock is taken under READ COMMITTED: a statement after it sees what the last holder wrote.
        One that is not `synced` does not wait for the disk. All see it at once, and the next one that is synced takes
        it along; a power cut before that may lose it.
        """
        if not self._turn.acquire(timeout=BUSY_MS / 1000):
            raise JournalUnavailable("the journal could not commit: another call is writing")
        try:
            with self.engine.begin() as connection:
                if self.is_sqlite:
                    _begin_sqlite(connection, "FULL" if synced else "NORMAL")
                else:
                    if not synced:
                        connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")
                    connection.execute(_LOCK, {"tenant": tenant})
                yield connection
        except self._failures as error:
            # the kind alone: the message of a database error quotes the row
            raise JournalUnavailable(f"the journal could not commit: {type(error).__name__}") from error
        finally:
            self._turn.release()

    def take_time(self, connection: sa.Connection) -> None:
        """Let the statements of this transaction take as long as they need: no answer waits for them."""
        if not self.is_sqlite:
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")

    def forget_deleted(self) -> None:
        """Take what was deleted off the disk, as far as the database lets us: SQLite overwrites deleted content, and
        its log of writes is emptied here; PostgreSQL frees the rows.
        """
        forget = "PRAGMA wal_checkpoint(TRUNCATE)" if self.is_sqlite else "VACUUM data_key"
        try:
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql(forget)
        except self._failures as error:
            raise JournalUnavailable(f"what was deleted may still be on disk: {type(error).__name__}") from error

    def revision(self) -> str | None:
        """The revision of the schema; None if there is none."""
        try:
            with self.engine.connect() as connection:
                if not sa.inspect(connection).has_table("alembic_version"):
                    return None
                return str(connection.execute(_REVISION).scalar())
        except self._failures as error:
            raise JournalUnavailable(f"the journal cannot be opened: {type(error).__name__}") from error

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


# lock_timeout: a writer waits no longer than on SQLite; a statement that hangs ends soon after
_CONNECTIONS = 15  # of one process
_POSTGRESQL: dict[str, Any] = {
    "pool_size": 5,
    "max_overflow": _CONNECTIONS - 5,
    "pool_pre_ping": True,  # a connection of before a restart is replaced, not failed on
    "pool_timeout": BUSY_MS / 1000,
    "connect_args": {
        "connect_timeout": 2,  # seconds; the least that libpq takes
        "tcp_user_timeout": 4 * BUSY_MS,  # for a server whose machine or network is gone and answers nothing
        "options": f"-c lock_timeout={BUSY_MS} -c statement_timeout={10 * BUSY_MS}",
    },
}


def _begin_sqlite(connection: sa.Connection, synchronous: str) -> None:
    """Taking the write lock first lets the busy timeout work; an upgrade from reading fails at once."""
    with closing(connection.connection.cursor()) as cursor:
        cursor.execute(f"PRAGMA synchronous={synchronous}")
        cursor.execute("BEGIN IMMEDIATE")


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # the driver must not begin by itself
    for pragma in (
        f"busy_timeout={BUSY_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",  # a committed answer survives a power cut
        "foreign_keys=ON",
        "secure_delete=ON",  # what is shredded is overwritten
    ):
        connection.execute(f"PRAGMA {pragma}")
