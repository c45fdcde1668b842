"""Random tampering with a journal in SQLite, as somebody would who owns the database and not the keys.

The constraints of the tables are taken away first: an owner can do that.
"""

import sqlite3
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

Change = Callable[[sqlite3.Connection, Random], str]

_TABLES = ("entry", "shown", "reported", "data_key", "knowledge")
_CLEAR = "id tenant seq kind mode patient user encounter received_at day duration_ms service hook status tier missing"
_REST = "items cards knowledge input_digest output_digest data_key sealed prev hash"
_COLUMNS = {
    table: tuple(names.split())
    for table, names in {
        "entry": f"{_CLEAR} {_REST}",
        "shown": "uuid entry tenant day card_id indicator sent considerations suggestions",
        "reported": "entry tenant day card_uuid outcome reason commented suggestions outcome_at digest copy"
        " card_day card_id considerations user_type",
        "data_key": "id tenant month wrapped",
        "knowledge": "fingerprint files",
    }.items()
}


def without_constraints(file: Path) -> None:
    """Copy every table into one without keys, in the same place."""
    connection = sqlite3.connect(file, isolation_level=None)
    for table in _TABLES:
        connection.execute(f"create table free as select * from {table}")  # noqa: S608
        connection.execute(f"drop table {table}")
        connection.execute(f"alter table free rename to {table}")
    connection.execute("pragma journal_mode=delete")
    connection.close()


def edit(connection: sqlite3.Connection, random: Random) -> str:
    """Change one value."""
    table = random.choice(_TABLES)
    column = random.choice(_COLUMNS[table])
    row, old = random.choice(connection.execute(f"select rowid, {column} from {table}").fetchall())  # noqa: S608
    connection.execute(f"update {table} set {column} = ? where rowid = ?", (_other(old, random), row))  # noqa: S608
    return f"edit {table}.{column} of {row}"


def _other(old: Any, random: Random) -> Any:
    if isinstance(old, bytes):
        place = random.randrange(len(old))
        return old[:place] + bytes([old[place] ^ (1 << random.randrange(8))]) + old[place + 1 :]
    if isinstance(old, int | float):
        return old + random.choice((-1, 1, 7))
    if old is None:
        return "put in"
    place = random.randrange(len(old) + 1)
    return old[:place] + random.choice("0Zé ") + old[place:]


def delete(connection: sqlite3.Connection, random: Random) -> str:
    """Take out one row, anywhere."""
    table = random.choice(_TABLES)
    row = random.choice(connection.execute(f"select rowid from {table}").fetchall())[0]  # noqa: S608
    connection.execute(f"delete from {table} where rowid = ?", (row,))  # noqa: S608
    return f"delete {table} {row}"


def swap(connection: sqlite3.Connection, random: Random) -> str:
    """Let two calls change places, or two payloads."""
    column = random.choice(("seq", "sealed", "received_at", "patient"))
    rows = connection.execute(f"select rowid, {column} from entry where {column} is not null").fetchall()  # noqa: S608
    (one, first), (other, second) = random.sample(rows, 2)
    if first == second:
        return swap(connection, random)
    for row, value in ((one, second), (other, first)):
        connection.execute(f"update entry set {column} = ? where rowid = ?", (value, row))  # noqa: S608
    return f"swap entry.{column} of {one} and {other}"


def fork(connection: sqlite3.Connection, random: Random) -> str:
    """Put in a second row after one: a copy, with another id, chained and hashed as well as can be without keys."""
    names = [column[1] for column in connection.execute("pragma table_info(entry)")]
    row = dict(zip(names, random.choice(connection.execute("select * from entry").fetchall()), strict=True))
    row |= {"id": f"forged-{random.random()}", "hash": sha256(row["prev"] + row["hash"]).digest(), "items": None}
    connection.execute(f"insert into entry values ({','.join('?' * len(names))})", list(row.values()))  # noqa: S608
    return f"fork at {row['seq']}"


def cut(connection: sqlite3.Connection, random: Random) -> str:
    """Cut off the newest rows with all that belongs to them, and leave no trace in the database."""
    (last,) = connection.execute("select max(seq) from entry").fetchone()
    least = random.randint(1, last)
    gone = "select id from entry where seq >= ?"
    for table in ("shown", "reported"):
        connection.execute(f"delete from {table} where entry in ({gone})", (least,))  # noqa: S608
    connection.execute("delete from entry where seq >= ?", (least,))
    return f"cut from {least}"


CHANGES: tuple[Change, ...] = (edit, edit, edit, delete, swap, fork, cut)


def tamper(file: Path, random: Random) -> str:
    """One random change; what it was."""
    connection = sqlite3.connect(file, isolation_level=None)
    try:
        return random.choice(CHANGES)(connection, random)
    finally:
        connection.close()
