"""What clinicians wrote about cards, the latest first: sealed in the journal, and opened for those who may read it."""

from dataclasses import dataclass, field

import sqlalchemy as sa

from cds_hooks.audit.journal import Journal
from cds_hooks.audit.measures.window import Window
from cds_hooks.audit.paging import LATEST_FIRST, beyond, page_of
from cds_hooks.audit.reading import rows, unsealed
from cds_hooks.audit.tables import entry, reported, shown
from cds_hooks.errors import PayloadForgotten

PAGE = 30  # calls


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment, None if its key was shredded; `card_id` and `decision` are None if the card is not known."""

    received_at: str
    outcome: str
    reason: str | None
    card_id: str | None
    decision: str | None
    comment: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Comments:
    """A page of them; `after` is where the next one begins, None on the last."""

    rows: tuple[Comment, ...]
    after: str | None


def commented(connection: sa.Connection, window: Window) -> int:
    """How many reports have a comment."""
    chosen = sa.select(sa.func.count()).select_from(reported).where(*window.of_reports(), reported.c.commented == 1)
    return int(connection.execute(chosen).scalar_one())


def comments(journal: Journal, window: Window, after: str | None = None) -> Comments:
    """Those of one page of calls; `after` is that of the page before. Raises JournalUnavailable, PayloadUnreadable."""
    of_call = sa.select(entry.c.id, entry.c.seq, entry.c.received_at).join_from(
        reported, entry, reported.c.entry == entry.c.id
    )
    calls = of_call.where(*window.of_reports(), reported.c.commented == 1, *beyond(after)).distinct()
    with journal.database.reading() as connection:
        found = connection.execute(calls.order_by(*LATEST_FIRST).limit(PAGE + 1)).mappings().all()
        page = page_of(found, PAGE)
        told = _reports(connection, window, [call["id"] for call in page.rows])
    opened = {row["id"]: (row, _items(journal, row)) for row in rows(journal, entry.c.id.in_(list(told)))}
    written = (_comment(opened[call["id"]], report) for call in page.rows for report in told[call["id"]])
    return Comments(tuple(written), page.after)


def _reports(connection: sa.Connection, window: Window, calls: list[str]) -> dict[str, list[sa.RowMapping]]:
    of_card = (shown.c.uuid == reported.c.card_uuid) & (shown.c.tenant == reported.c.tenant)
    chosen = (
        sa.select(reported, shown.c.card_id, shown.c.entry.label("decision"))
        .join_from(reported, shown, of_card, isouter=True)
        .where(*window.of_reports(), reported.c.commented == 1, reported.c.entry.in_(calls))
        .order_by(reported.c.number)
    )
    found: dict[str, list[sa.RowMapping]] = {}
    for row in connection.execute(chosen).mappings():
        found.setdefault(row["entry"], []).append(row)
    return found


def _items(journal: Journal, row: dict[str, object]) -> list[dict[str, str]] | None:
    try:
        payload = unsealed(journal, row)
    except PayloadForgotten:
        return None
    return None if payload is None else payload.items


def _comment(call: tuple[dict[str, str], list[dict[str, str]] | None], report: sa.RowMapping) -> Comment:
    row, items = call
    return Comment(
        received_at=row["received_at"],
        outcome=report["outcome"],
        reason=report["reason"],
        card_id=report["card_id"],
        decision=report["decision"],
        comment=None if items is None else items[report["number"]].get("userComment"),
    )
