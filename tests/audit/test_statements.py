"""Statements of every answer are made once, and are as strict about their values as those that are made anew."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from cds_hooks.audit import schema
from cds_hooks.audit.database import Database
from cds_hooks.audit.tables import nonce
from cds_hooks.errors import JournalUnavailable
from tests.support.postgres import Server

INSERT = nonce.insert()
FIND = sa.select(nonce.c.token, nonce.c.expires_at).where(
    nonce.c.tenant == sa.bindparam("tenant"), nonce.c.expires_at > 1
)
ROWS = [{"tenant": "a", "token": token, "expires_at": number} for number, token in enumerate(["x", "y", "100%"])]


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """With its tables."""
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("server")
        url = server.url(server.new_database())
    else:
        url = f"sqlite:///{tmp_path / 'database'}"
    with closing(Database(url)) as opened:
        schema.bring_up_to_date(opened)
        yield opened


def insert(database: Database, *rows: dict[str, Any]) -> None:
    with database.writing("a") as connection:
        database.statement(INSERT).insert(connection.connection, rows)


def test_what_is_inserted_is_found_under_the_constants_of_the_statement(database: Database) -> None:
    insert(database, *ROWS)
    assert database.ask(FIND, {"tenant": "a"}) == [("100%", 2)]
    assert database.ask(FIND, {"tenant": "b"}) == []


@pytest.mark.parametrize("row", [{"tenant": "a", "token": "x"}, {**ROWS[0], "expired_at": 1}])
def test_a_row_that_lacks_a_column_or_has_one_too_many_is_not_written(database: Database, row: dict[str, Any]) -> None:
    with pytest.raises(KeyError, match="expire"):
        insert(database, ROWS[2], row)
    assert database.ask(FIND, {"tenant": "a"}) == []


def test_who_asks_without_a_value_is_not_told_that_there_is_nothing(database: Database) -> None:
    with pytest.raises(KeyError, match="tenant"):
        database.ask(FIND, {})


def test_a_row_that_breaks_a_rule_of_its_table_leaves_none_behind(database: Database) -> None:
    with pytest.raises(JournalUnavailable, match=r"IntegrityError|UniqueViolation"):
        insert(database, ROWS[2], ROWS[2])
    assert database.ask(FIND, {"tenant": "a"}) == []


def test_a_database_that_cannot_be_asked_is_told(tmp_path: Path) -> None:
    with closing(Database(f"sqlite:///{tmp_path / 'empty'}")) as empty, pytest.raises(JournalUnavailable):
        empty.ask(FIND, {"tenant": "a"})
