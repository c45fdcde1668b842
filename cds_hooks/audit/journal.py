"""The journal: every answer is committed here before it is sent, and feedback is kept beside it."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from cds_hooks.audit.entry import Entry
from cds_hooks.audit.pseudonym import check_key, pseudonym
from cds_hooks.audit.tables import card, decision, feedback, metadata
from cds_hooks.errors import JournalUnavailable

BUSY_TIMEOUT_MS = 5000  # how long a writer waits for another process's commit

# sqlite3.Error: a pragma at connect fails outside SQLAlchemy's wrapping; UnicodeError: text no database takes
_FAILURES = (SQLAlchemyError, sqlite3.Error, UnicodeError)


class Feedback(Protocol):
    """What the journal keeps of one feedback item (`protocol.feedback.FeedbackItem` has it)."""

    @property
    def card(self) -> str:
        """The card's uuid."""

    @property
    def outcome(self) -> str:
        """`accepted` or `overridden`."""

    @property
    def accepted_suggestions(self) -> tuple[str, ...]:
        """Uuids of the suggestions that were accepted."""

    @property
    def reason(self) -> Mapping[str, Any] | None:
        """The override reason's Coding."""

    @property
    def comment(self) -> str | None:
        """The user's comment."""

    @property
    def outcome_timestamp(self) -> str:
        """When the user acted, as sent."""


class Journal:
    """A database of decisions. Usable from several threads, and from several processes on one SQLite file."""

    def __init__(self, url: str, pseudonym_key: bytes) -> None:
        """Open, and create the tables if they are missing.

        `url` is an SQLAlchemy URL ("sqlite:///journal.sqlite3"). Raises SettingsBroken for a short key,
        JournalUnavailable if the database cannot be opened.
        """
        self._key = check_key(pseudonym_key)
        try:
            self._engine = sa.create_engine(url)
        except (SQLAlchemyError, ImportError) as error:  # ImportError: the URL's driver is not installed
            raise JournalUnavailable(f"the journal cannot be opened: {type(error).__name__}") from error
        if self._engine.dialect.name == "sqlite":  # pragma: no branch (the tests have SQLite alone)
            sa.event.listen(self._engine, "connect", _prepare_sqlite)
            sa.event.listen(self._engine, "begin", _begin_writing)
        with self._transaction() as connection:
            metadata.create_all(connection)

    def record(self, entry: Entry) -> None:
        """Commit one answer. Raises JournalUnavailable: then the answer must not be sent."""
        row = {
            "decision_id": entry.decision_id,
            "received_at": _utc(entry.received_at),
            "service": entry.service,
            "status": entry.status,
            "duration_ms": entry.duration_ms,
            "hook": entry.hook,
            "hook_instance": entry.hook_instance,
            "patient": None if entry.patient_id is None else pseudonym(self._key, "patient", entry.patient_id),
            "user_type": None if entry.user_id is None else entry.user_id.partition("/")[0],
            "user": None if entry.user_id is None else pseudonym(self._key, "user", entry.user_id),
            "knowledge": entry.knowledge,
            "silence": entry.silence,
        }
        cards = [
            {
                "card_uuid": shown.uuid,
                "decision_id": entry.decision_id,
                "card_id": shown.card_id,
                "considerations": json.dumps(shown.considerations),
            }
            for shown in entry.cards
        ]
        with self._transaction() as connection:
            connection.execute(decision.insert(), row)
            if cards:
                connection.execute(card.insert(), cards)

    def keep_feedback(self, items: Iterable[Feedback], received_at: datetime) -> None:
        """Commit feedback items, all or none; an item that is kept already is kept once. Raises JournalUnavailable."""
        received = _utc(received_at)
        with self._transaction() as connection:
            for item in items:
                connection.execute(self._insert_once(_feedback_row(item, received)))

    def ready(self) -> bool:
        """True if an answer could be recorded now."""
        try:
            with self._transaction() as connection:
                connection.execute(sa.select(decision.c.decision_id).limit(1))
        except JournalUnavailable:
            return False
        return True

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def _transaction(self) -> Iterator[sa.Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except _FAILURES as error:
            # the kind alone: the message of a database error quotes the row
            raise JournalUnavailable(f"the journal could not commit: {type(error).__name__}") from error

    def _insert_once(self, row: Mapping[str, Any]) -> sa.Insert:
        known = sa.exists().where(card.c.card_uuid == row["card_uuid"])
        insert = sqlite.insert if self._engine.dialect.name == "sqlite" else postgresql.insert
        return insert(feedback).values(**row, card_known=known).on_conflict_do_nothing()


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # the driver must not begin by itself: _begin_writing does
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",  # a committed answer survives a power cut
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_writing(connection: sa.Connection) -> None:
    # taking the write lock first lets the busy timeout work; an upgrade from reading would fail at once
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _feedback_row(item: Feedback, received: str) -> dict[str, Any]:
    content = {
        "card_uuid": item.card,
        "outcome": item.outcome,
        "reason": None if item.reason is None else json.dumps(item.reason, sort_keys=True),
        "comment": item.comment,
        "accepted_suggestions": json.dumps(item.accepted_suggestions) if item.accepted_suggestions else None,
        "outcome_timestamp": item.outcome_timestamp,
    }
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return {**content, "digest": digest, "received_at": received}


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
