"""A report says what its card showed: acceptance is counted from it alone. The index of calls says what they showed."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column, String, Text

revision = "0004"
down_revision = "0003"

_AT_ONCE = 1000  # rows
_BY_TIME = (
    *("tenant", "kind", "received_at", "day", "mode", "status", "cards", "duration_ms", "tier", "silence", "error"),
    *("user_type", "user", "patient", "missing", "id"),
)
_KNOWN = sa.text(
    """SELECT r.entry, r.number, s.day AS card_day, s.card_id, s.considerations, e.user_type FROM reported r
    JOIN shown s ON s.uuid = r.card_uuid AND s.tenant = r.tenant AND s.sent = 1 JOIN entry e ON e.id = s.entry
    WHERE r.entry > :entry OR (r.entry = :entry AND r.number > :number) ORDER BY r.entry, r.number LIMIT :most"""
)
_SET = sa.text(
    """UPDATE reported SET card_day = :card_day, card_id = :card_id, considerations = :considerations,
    user_type = :user_type WHERE entry = :entry AND number = :number"""
)


def upgrade() -> None:
    """Add the columns, fill them from the cards that are there, and make the indexes."""
    for column in (
        Column("card_day", String(10)),
        Column("card_id", String(32)),
        Column("considerations", Text),
        Column("user_type", String(32)),
    ):
        op.add_column("reported", column)
    _fill(op.get_bind())
    op.create_index(
        "reported_by_card_day",
        "reported",
        ["tenant", "card_day", "day", "copy", "card_uuid", "outcome", "card_id", "user_type", "considerations"],
    )
    op.drop_index("entry_by_time", "entry")
    op.create_index("entry_by_time", "entry", [*_BY_TIME, "seq", "considerations"])


def _fill(connection: sa.Connection) -> None:
    after: dict[str, Any] = {"entry": "", "number": -1}
    while found := connection.execute(_KNOWN, {**after, "most": _AT_ONCE}).mappings().all():
        connection.execute(_SET, [{**row, "considerations": _ids(row["considerations"])} for row in found])
        after = {"entry": found[-1]["entry"], "number": found[-1]["number"]}


def _ids(considerations: str) -> str:
    shown = sorted({one["id"] for one in json.loads(considerations) if one.get("shown", True)})
    return json.dumps([{"id": id_} for id_ in shown], separators=(",", ":"), ensure_ascii=False)
