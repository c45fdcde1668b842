"""Pages of rows, the latest first. A page ends at a row, and the next begins after it, whatever was added meanwhile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from cds_hooks.audit.tables import entry

LATEST_FIRST = (entry.c.received_at.desc(), entry.c.seq.desc())


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of `entry`; `after` is where the next page begins, None on the last."""

    rows: tuple[Mapping[str, Any], ...]
    after: str | None


def page_of(rows: Sequence[sa.RowMapping], size: int) -> Page:
    """The page, from one row more than it has place for."""
    shown = tuple(dict(row) for row in rows[:size])
    return Page(shown, f"{shown[-1]['received_at']}~{shown[-1]['seq']}" if len(rows) > size else None)


def beyond(after: str | None) -> tuple[sa.ColumnElement[bool], ...]:
    """The conditions for the rows after the end of a page; none for the first page, and for what is no such end."""
    received, _, seq = (after or "").partition("~")
    if not (seq.isascii() and seq.isdigit() and len(seq) < 16):
        return ()
    earlier = entry.c.received_at < received
    return (entry.c.received_at <= received, earlier | (entry.c.seq < int(seq)))
