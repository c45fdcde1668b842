"""Each token is used once, in the database that all share."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa

from cds_hooks.audit import schema
from cds_hooks.audit.database import Database
from cds_hooks.audit.nonces import KEPT_AFTER, PRUNE_EVERY, Nonces
from cds_hooks.audit.tables import nonce
from cds_hooks.errors import JournalUnavailable
from tests.support.postgres import SERVICE, Server

NOW = 1_770_000_000.0
Both = tuple[Database, Database]


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def databases(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Both]:
    """The same database as two processes open it; on PostgreSQL in the service's role."""
    url = f"sqlite:///{tmp_path / 'journal.sqlite3'}"
    if request.param == "PostgreSQL":
        server: Server = request.getfixturevalue("server")
        name = request.getfixturevalue("database")
        url = server.url(name, SERVICE)
        with closing(Database(server.url(name))) as owner:
            schema.bring_up_to_date(owner)
            schema.grant(owner, SERVICE)
    with closing(Database(url)) as one, closing(Database(url)) as other:
        if one.is_sqlite:
            schema.bring_up_to_date(one)
        yield one, other


def kept(database: Database) -> set[str]:
    with database.reading() as connection:
        return set(connection.execute(sa.select(nonce.c.token)).scalars())


def spend(database: Database, clock: Callable[[], float] = lambda: 0.0) -> Callable[[str, str], bool]:
    nonces = Nonces(database, clock)
    return lambda tenant, token: nonces.spend(tenant, token, NOW + 300, NOW)


def test_a_token_is_new_once_for_each_tenant(databases: Both) -> None:
    spent = spend(databases[0])
    assert [spent("a", "1"), spent("a", "1"), spent("b", "1"), spent("a", "2")] == [True, False, True, True]


def test_another_process_sees_what_was_used(databases: Both) -> None:
    assert spend(databases[0])("a", "1")
    assert not spend(databases[1])("a", "1")


def test_of_many_threads_exactly_one_is_first(databases: Both) -> None:
    (one, other), here, found = map(spend, databases), Barrier(12), []

    def run(spent: Callable[[str, str], bool]) -> None:
        here.wait(10)
        found.append(spent("a", "1"))

    threads = [Thread(target=run, args=((one, other)[number % 2],)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [*[False] * 11, True]


def test_a_token_is_kept_until_nobody_could_use_it_any_more(databases: Both) -> None:
    clock, database = [0.0], databases[0]
    nonces = Nonces(database, lambda: clock[0])
    nonces.spend("a", "old", NOW, NOW)
    nonces.spend("a", "older", NOW - 1, NOW)
    clock[0] = PRUNE_EVERY
    nonces.spend("a", "new", NOW + 300, NOW + KEPT_AFTER)
    assert kept(database) == {"old", "new"}
    clock[0] += PRUNE_EVERY - 1
    nonces.spend("a", "newer", NOW + 300, NOW + 1000)
    assert kept(database) == {"old", "new", "newer"}


def test_a_used_token_does_not_wait_for_the_disk_but_every_row_does(databases: Both) -> None:
    (database, _), found = databases, []
    for synced in (False, True, False, True):
        with database.writing("a", synced=synced) as connection:
            ask = "PRAGMA synchronous" if database.is_sqlite else "SHOW synchronous_commit"
            found.append(connection.exec_driver_sql(ask).scalar())
    assert found == ([1, 2, 1, 2] if database.is_sqlite else ["off", "on", "off", "on"])


def test_a_database_that_fails_is_told(tmp_path: Path) -> None:
    with closing(Database(f"sqlite:///{tmp_path / 'empty.sqlite3'}")) as empty, pytest.raises(JournalUnavailable):
        spend(empty)("a", "1")
