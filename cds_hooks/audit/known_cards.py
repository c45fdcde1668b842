"""What is known of a card when it is reported on: kept in the row of the report, so that figures need not seek it.

A report whose card was not known or not sent when it came has none of these columns; the card may be recorded later.
"""

from collections.abc import Iterable, Mapping

import msgspec
import sqlalchemy as sa

from cds_hooks.audit.rows import Row
from cds_hooks.audit.tables import entry, shown
from cds_hooks.protocol.canonical import canonical

UNKNOWN: Row = dict.fromkeys(("card_day", "card_id", "considerations", "user_type"))

_SENT = (
    sa.select(
        *(shown.c.uuid, shown.c.tenant, shown.c.day.label("card_day"), shown.c.card_id, shown.c.considerations),
        entry.c.user_type,
    )
    .join_from(shown, entry, entry.c.id == shown.c.entry)
    .where(shown.c.sent == 1)
)


def known_cards(connection: sa.Connection, tenant: str, uuids: Iterable[str] | sa.Select[tuple[str]]) -> dict[str, Row]:
    """For each of the cards that this tenant was sent, the columns of UNKNOWN: its day and id, what it showed, and the
    kind of user that it was shown to. A card that was changed so that this cannot be read is not known.
    """
    # by their own key alone: SQLite, told the tenant of several, would read all cards of the tenant
    found: dict[str, Row] = {}
    for row in connection.execute(_SENT.where(shown.c.uuid.in_(uuids))).mappings():
        considerations = _by_id(row["considerations"])
        if row["tenant"] == tenant and considerations is not None:
            found[row["uuid"]] = {**{name: row[name] for name in UNKNOWN}, "considerations": considerations}
    return found


def with_cards(rows: Iterable[Row], cards: Mapping[str, Row]) -> list[Row]:
    """Rows of `reported` with what is known of their cards; a row that has it already keeps it."""
    return [
        row if any(row.get(name) is not None for name in UNKNOWN) else {**row, **cards.get(row["card_uuid"], UNKNOWN)}
        for row in rows
    ]


def shown_on(considerations: str) -> set[str]:
    """The ids of the considerations that a card showed, from the column of `shown` or that of `reported`."""
    return {each["id"] for each in msgspec.json.decode(considerations) if each.get("shown", True)}


def _by_id(considerations: str) -> str | None:
    """The ids alone; None where it is not what the service writes."""
    try:
        ids = sorted(shown_on(considerations))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return canonical([{"id": id_} for id_ in ids]).decode()
