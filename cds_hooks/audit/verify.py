"""Proving that nobody changed the record: every row, the chain, what was derived from it, and the checkpoints.

Found is any edit, deletion, swap or fork of rows, and rows cut off at the end since a checkpoint. A row's hash needs
the ring of keys: whoever has the database alone cannot make one that fits.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import msgspec
import sqlalchemy as sa

from cds_hooks.audit.chain import genesis, row_hash
from cds_hooks.audit.checkpoints import Checkpoint, Head, read
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.known_cards import known_cards, with_cards
from cds_hooks.audit.rows import Row, reported_rows, shown_rows
from cds_hooks.audit.tables import entry, reported, shown
from cds_hooks.audit.verify_keys import check_keys, check_knowledge

_AT_ONCE = 500  # rows


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was written: where, and what."""

    where: str
    what: str


@dataclass(slots=True)
class Verified:
    """What was looked at, and what was found."""

    findings: list[Finding] = field(default_factory=list)
    rows: Counter[str] = field(default_factory=Counter)
    checkpoints: int = 0
    newest_checkpoint: str = ""


def verify(journal: Journal, checkpoint_file: Path) -> Verified:
    """Look at everything, also while the journal is being written to. Raises JournalUnavailable, OSError.

    The checkpoints are read first: whatever they name has been committed before the database is looked at.
    """
    done = Verified()
    marks = _checkpoints(done, journal, checkpoint_file)
    with journal.database.reading(at_length=True) as connection:
        for tenant in _tenants(connection):
            _chain(done, journal, connection, tenant, marks.pop(tenant, []))
        for tenant, left in marks.items():
            highest = max(mark.head.seq for mark in left)
            done.findings.append(Finding(tenant, f"no row is left, but {highest} were signed for"))
        done.findings += [Finding(*found) for found in _strays(connection)]
        done.findings += [Finding(*found) for found in check_keys(journal, connection)]
        done.findings += [Finding(*found) for found in check_knowledge(connection)]
    return done


def _checkpoints(done: Verified, journal: Journal, path: Path) -> dict[str, list[Checkpoint]]:
    marks: dict[str, list[Checkpoint]] = defaultdict(list)
    for mark in read(path, journal.ring):
        done.checkpoints += 1
        done.newest_checkpoint = max(done.newest_checkpoint, mark.at)
        if mark.problem is not None:
            done.findings.append(Finding(f"{path.name}, line {mark.line}", mark.problem))
        elif mark.journal != journal.id:
            done.findings.append(Finding(f"{path.name}, line {mark.line}", "it is of another journal than this one"))
        if mark.head.seq and mark.journal == journal.id:
            marks[mark.head.tenant].append(mark)
    return marks


def _tenants(connection: sa.Connection) -> list[str]:
    return list(connection.execute(sa.select(entry.c.tenant).distinct().order_by(entry.c.tenant)).scalars())


def _chain(
    done: Verified, journal: Journal, connection: sa.Connection, tenant: str, marks: Iterable[Checkpoint]
) -> None:
    """One tenant's rows in their order; what is found at one row is said once, and the next is compared with it."""
    signed: dict[int, list[Checkpoint]] = defaultdict(list)
    for mark in marks:
        signed[mark.head.seq].append(mark)
    tip = Head(tenant, 0, genesis(journal.ring, journal.id, tenant))
    for row, complete in _rows(connection, tenant):
        done.rows[tenant] += 1
        where = f"{tenant}, row {row['seq']} ({row['id']})"
        done.findings += [Finding(where, what) for what in _row_problems(journal, row, tip, signed.pop(row["seq"], []))]
        if not complete:
            done.findings.append(Finding(where, "its cards or feedback are not those that were written with it"))
        tip = Head(tenant, row["seq"], row["hash"])
    for seq, lost in sorted(signed.items()):
        lines = ", ".join(str(mark.line) for mark in lost)
        done.findings.append(Finding(f"{tenant}, row {seq}", f"it is gone: checkpoint line {lines} was signed for it"))


def _row_problems(journal: Journal, row: Row, tip: Head, marks: Iterable[Checkpoint]) -> Iterator[str]:
    if row["seq"] == tip.seq:
        yield "there are two rows of this number: the chain was forked"
    elif row["seq"] != tip.seq + 1:
        yield f"rows {tip.seq + 1} to {row['seq'] - 1} are missing before it"
    elif row["prev"] != tip.hash:
        yield "it does not follow the row before it"
    if row_hash(journal.ring, row) != row["hash"]:
        yield "it was changed after it was written"
    if any(mark.head.hash != row["hash"] for mark in marks):
        yield "it is not the row that a checkpoint was signed for"


def _rows(connection: sa.Connection, tenant: str) -> Iterator[tuple[Row, bool]]:
    """The rows, and whether what is kept beside each is what should be."""
    after = sa.select(entry).where(entry.c.tenant == tenant).order_by(entry.c.seq, entry.c.id)
    with connection.execution_options(stream_results=True).execute(after) as result:
        for chunk in result.mappings().partitions(_AT_ONCE):
            ids = [row["id"] for row in chunk]
            told = sa.select(reported.c.card_uuid).where(reported.c.entry.in_(ids))
            cards = known_cards(connection, tenant, told)
            kept = _children(connection, ids, cards)
            for row in chunk:
                yield dict(row), sorted(kept.get(row["id"], [])) == sorted(_expected(dict(row), cards))


def _children(connection: sa.Connection, ids: list[str], cards: Mapping[str, Row]) -> dict[str, list[str]]:
    """What is kept. A report that says nothing of its card is as good: figures seek the card, which is looked at."""
    found: dict[str, list[str]] = {}
    for table in (shown, reported):
        chosen = sa.select(table).where(table.c.entry.in_(ids)).order_by(table.c.entry)
        rows = [dict(row) for row in connection.execute(chosen).mappings()]
        for id_, group in groupby(rows if table is shown else with_cards(rows, cards), key=lambda one: one["entry"]):
            found.setdefault(str(id_), []).extend(map(_text, group))
    return found


def _expected(row: Row, cards: Mapping[str, Row]) -> list[str]:
    try:
        items = msgspec.json.decode(row["items"] or "[]")
        of_feedback = row["kind"] == "feedback"
        made = with_cards(reported_rows(row, items), cards) if of_feedback else shown_rows(row, items)
    except (ValueError, KeyError, TypeError, AttributeError):
        return ["unreadable"]
    return [_text(one) for one in made]


def _text(row: Row) -> str:
    return msgspec.json.encode(row, order="sorted").decode()


def _strays(connection: sa.Connection) -> Iterator[tuple[str, str]]:
    for table in (shown, reported):
        alone = sa.select(sa.func.count()).select_from(table.outerjoin(entry, table.c.entry == entry.c.id))
        if count := connection.execute(alone.where(entry.c.id.is_(None))).scalar():
            yield table.name, f"{count} rows belong to no call"
