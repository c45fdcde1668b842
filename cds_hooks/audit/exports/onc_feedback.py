"""Feedback as a certified EHR must be able to export it: 45 CFR 170.315(b)(11)(ii)(C).

Six things of each report: the intervention, the action taken, the user feedback provided, the user, the date, and the
location. CDS Hooks sends neither user nor location with feedback: they are those of the call that showed the card.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import sqlalchemy as sa

from cds_hooks.audit.exports.scope import Scope, names
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.reading import rows, unsealed
from cds_hooks.audit.tables import entry, reported, shown
from cds_hooks.errors import PayloadForgotten

NOT_STATED = "not stated"
UNKNOWN_CARD = "a card that this journal does not know"
NO_REASON = "no reason given"

COLUMNS = (
    *("intervention", "action_taken", "user_feedback", "user", "date", "location"),
    *("card", "considerations", "accepted", "comment", "decision", "knowledge", "mode", "reported_at"),
)
_CALL, _REPORT = entry.alias("call"), entry.alias("report")
_AT_ONCE = 200  # rows in memory


def columns(_: Scope) -> tuple[str, ...]:
    """The six, and what they rest on."""
    return COLUMNS


def onc_feedback(journal: Journal, scope: Scope) -> Iterator[dict[str, Any]]:
    """Each report once, in the order in which they came, also of cards that this journal does not know. Free text only
    where people are named: it may name them too. Raises JournalUnavailable, PayloadUnreadable.
    """
    with journal.database.reading(at_length=True) as connection:
        streaming = connection.execution_options(stream_results=True, max_row_buffer=_AT_ONCE)
        with streaming.execute(_reports(scope)) as found:
            for row in map(dict, found.mappings()):
                yield {**_told(row), **(_named(journal, row) if scope.identified else {})}


def _reports(scope: Scope) -> sa.Select[Any]:
    of_card = (shown.c.uuid == reported.c.card_uuid) & (shown.c.tenant == reported.c.tenant)
    return (
        sa.select(
            *(reported.c.number, reported.c.outcome, reported.c.reason, reported.c.commented, reported.c.outcome_at),
            *(reported.c.card_uuid, reported.c.suggestions, shown.c.card_id, shown.c.considerations),
            shown.c.suggestions.label("offered"),
            *(_CALL.c.id.label("decision"), _CALL.c.user, _CALL.c.location, _CALL.c.knowledge, _CALL.c.mode),
            *(_REPORT.c.id.label("report"), _REPORT.c.received_at.label("reported_at")),
        )
        .join_from(reported, _REPORT, _REPORT.c.id == reported.c.entry)
        .outerjoin(shown, of_card)
        .outerjoin(_CALL, _CALL.c.id == shown.c.entry)
        .where(
            reported.c.tenant == scope.tenant,
            reported.c.day.between(scope.first.isoformat(), scope.last.isoformat()),
            reported.c.copy == 0,
        )
        .order_by(_REPORT.c.seq, reported.c.number)
    )


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    spoken = msgspec.json.decode(row["considerations"] or "[]")
    offered = msgspec.json.decode(row["offered"] or "{}")
    accepted = msgspec.json.decode(row["suggestions"] or "[]")
    return {
        "intervention": row["card_id"] or UNKNOWN_CARD,
        "action_taken": row["outcome"],
        "user_feedback": row["reason"] or (NO_REASON if row["outcome"] == "overridden" else row["outcome"]),
        "user": row["user"] or NOT_STATED,
        "date": row["outcome_at"] or row["reported_at"],
        "location": row["location"] or NOT_STATED,
        "card": row["card_uuid"],
        "considerations": sorted({one["id"] for one in spoken if one.get("shown", True)}),
        "accepted": sorted({offered.get(uuid, uuid) for uuid in accepted}),
        "comment": "kept sealed" if row["commented"] else None,
        **{name: row[name] for name in ("decision", "knowledge", "mode", "reported_at")},
    }


def _named(journal: Journal, row: Mapping[str, Any]) -> dict[str, Any]:
    """User, place and comment as they were sent; what was shredded stays what it is without."""
    found: dict[str, Any] = {}
    for call in rows(journal, entry.c.id == row["decision"]):
        who = names(journal, call)
        found |= {kind: who[kind] for kind in ("user", "location") if kind in who}
    comment = _comment(journal, row) if row["commented"] else None
    return found if comment is None else {**found, "comment": comment}


def _comment(journal: Journal, row: Mapping[str, Any]) -> str | None:
    (report,) = rows(journal, entry.c.id == row["report"])
    try:
        payload = unsealed(journal, report)
    except PayloadForgotten:
        return None
    return None if payload is None else payload.items[row["number"]].get("userComment")
