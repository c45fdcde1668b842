"""Finding decisions by what stands in the clear, a page at a time, the latest first."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from cds_hooks.audit.entry import Kind
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.measures.window import Window
from cds_hooks.audit.paging import LATEST_FIRST, Page, beyond, page_of
from cds_hooks.audit.rows import opaque
from cds_hooks.audit.tables import entry, shown

PAGE = 50

Condition = sa.ColumnElement[bool]


def find(journal: Journal, window: Window, criteria: Mapping[str, str], after: str | None = None) -> Page:
    """Decisions of the window that meet all criteria, without what is sealed. They are chosen by what an index holds,
    and only those of the page are read.

    `criteria` maps names of CRITERIA to what is sought; `after` is that of the page before this one.
    Raises KeyError for a criterion that there is not, JournalUnavailable.
    """
    met = (CRITERIA[name](journal, window.tenant, sought) for name, sought in criteria.items())
    columns = [column for column in entry.c if column.name not in ("sealed", "prev", "hash", "data_key")]
    met_all = sa.select(entry.c.id).where(*window.of(Kind.HOOK), *met, *beyond(after))
    chosen = sa.select(*columns).where(entry.c.id.in_(met_all.order_by(*LATEST_FIRST).limit(PAGE + 1)))
    with journal.database.reading() as connection:
        rows = connection.execute(chosen.order_by(*LATEST_FIRST)).mappings().all()
    return page_of(rows, PAGE)


def _is(column: sa.Column[Any]) -> Callable[[Journal, str, str], Condition]:
    return lambda _journal, _tenant, sought: column == sought


def _has_word(column: sa.Column[Any]) -> Callable[[Journal, str, str], Condition]:
    """The column holds words between blanks; what is sought is a word, whatever it holds."""
    return lambda _journal, _tenant, sought: column.contains(f" {sought} ", autoescape=True)


def _status(_journal: Journal, _tenant: str, sought: str) -> Condition:
    return entry.c.status == int(sought) if sought.isascii() and sought.isdigit() else sa.false()


def _of_card(_journal: Journal, tenant: str, sought: str) -> Condition:
    of_card = sa.select(shown.c.entry).where(shown.c.uuid == sought.lower(), shown.c.tenant == tenant)
    return entry.c.id.in_(of_card)


def _instance(journal: Journal, tenant: str, sought: str) -> Condition:
    return entry.c.hook_instance == opaque(journal.ring, tenant, sought)


def _person(kind: str) -> Callable[[Journal, str, str], Condition]:
    """A pseudonym as it stands in the journal, or the id of somebody as their EHR has it."""

    def condition(journal: Journal, tenant: str, sought: str) -> Condition:
        return entry.c[kind].in_((sought, journal.ring.pseudonym(tenant, kind, sought)))

    return condition


CRITERIA: Mapping[str, Callable[[Journal, str, str], Condition]] = {
    "decision": _is(entry.c.id),
    "card": _of_card,
    "instance": _instance,
    "patient": _person("patient"),
    "user": _person("user"),
    "tier": _is(entry.c.tier),
    "silence": _is(entry.c.silence),
    "missing": _has_word(entry.c.missing),
    "consideration": _has_word(entry.c.considerations),
    "status": _status,
    "error": _is(entry.c.error),
    "mode": _is(entry.c.mode),
    "knowledge": _is(entry.c.knowledge),
}


def words_in_use(journal: Journal, window: Window, column: str) -> Iterable[str]:
    """The values of a column in the window, for choosing among them."""
    chosen = sa.select(entry.c[column]).where(*window.of(Kind.HOOK), entry.c[column].is_not(None)).distinct()
    with journal.database.reading() as connection:
        return sorted(connection.execute(chosen).scalars())
