"""What the tests of the journal share: entries, feedback, and a look at the tables from outside."""

import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from cds_hooks.audit.entry import Entry, Kind, Who
from cds_hooks.audit.feedback import Reasons, items_of, told
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.keyring import Keyring
from cds_hooks.audit.payload import Payload, written
from cds_hooks.errors import JournalUnavailable
from cds_hooks.protocol.feedback import FeedbackItem

RING = Keyring.of(b"k" * 32)
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
CARD = str(uuid4())
CODES = ("done_or_planned", "discussed_declined", "awaiting_result")
REASONS = Reasons("urn:recurrence-cds:override-reason", frozenset(CODES))


def entry(**changes: object) -> Entry:
    """A call of the service."""
    plain = Entry(
        id=str(uuid4()),
        kind=Kind.HOOK,
        received_at=NOON,
        status=200,
        duration_ms=12.5,
        who=Who("patient-4711", "Practitioner/dr-0815"),
        service="breast-cancer-recurrence",
        hook="patient-view",
        payload=b'{"form":1,"request":{},"who":{"patient":"patient-4711"}}',
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def item(**changes: object) -> FeedbackItem:
    """A dismissal of a card."""
    return replace(FeedbackItem(CARD, "overridden", "2026-01-02T12:00:05Z"), **changes)  # type: ignore[arg-type]


def insist(journal: Journal, kept: Entry) -> None:
    """Record, again and again while others are writing: a busy machine keeps them waiting for longer than they may."""
    while True:
        try:
            journal.record(kept)
        except JournalUnavailable:
            continue
        return


def report(journal: Journal, *items: FeedbackItem, **changes: object) -> None:
    """Record a feedback call with these items."""
    payload = written(Payload({}, {}, items=[told(item) for item in items]))
    call = entry(kind=Kind.FEEDBACK, payload=payload, **changes)
    journal.record_feedback(call, items_of(journal.ring, call.caller.tenant, items, REASONS))


def select(file: Path, query: str, values: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """The rows of a query, committed, on a connection of its own."""
    connection = sqlite3.connect(file)
    try:
        found = connection.execute(query, values or {}).fetchall()
        connection.commit()
        return found
    finally:
        connection.close()
