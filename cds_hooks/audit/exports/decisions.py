"""Decisions as rows: what stands in the clear of every call of the service, refusals and silence too."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from cds_hooks.audit.entry import Kind
from cds_hooks.audit.exports.scope import PEOPLE, Scope, names
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.reading import each_row
from cds_hooks.audit.tables import entry

_WORDS = ("missing", "considerations", "codes", "units")
_LEFT_OUT = ("kind", "action", "about", "token", "items", "data_key", "sealed", "prev", "hash")  # of `entry`
_CLEAR = tuple(column.name for column in entry.c if column.name not in _LEFT_OUT)
_NAMED = tuple(f"{kind}_named" for kind in PEOPLE)


def columns(scope: Scope) -> tuple[str, ...]:
    """The names of the columns, as `docs/audit.md` has them; `…_named` are people as they were sent."""
    return (*_CLEAR, *(_NAMED if scope.identified else ()))


def decisions(journal: Journal, scope: Scope) -> Iterator[dict[str, Any]]:
    """Each call, oldest first. Raises JournalUnavailable, PayloadUnreadable."""
    for row in each_row(journal, *scope.of(Kind.HOOK)):
        yield {**_clear(row), **(_named(journal, row) if scope.identified else {})}


def _clear(row: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value.hex() if isinstance(value, bytes) else value for name, value in row.items() if name in _CLEAR}
    kept["phases"] = msgspec.json.decode(row["phases"]) if row["phases"] else {}
    return {**kept, **{name: (row[name] or "").split() for name in _WORDS}}


def _named(journal: Journal, row: Mapping[str, Any]) -> dict[str, str | None]:
    who = names(journal, row)
    return {f"{kind}_named": who.get(kind) for kind in PEOPLE}
