"""Each token is used once, in the database that all share."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa

from cds_hooks.audit import schema
from cds_hooks.audit.database import Database
from cds_hooks.audit.nonces import KEPT_AFTER, PRUNE_EVERY, Nonces
from cds_hooks.audit.tables import nonce
from cds_hooks.errors import JournalUnavailable

NOW = 1_770_000_000.0


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'journal.sqlite3'}")
    schema.bring_up_to_date(opened)
    yield opened
    opened.close()


def kept(database: Database) -> set[str]:
    with database.reading() as connection:
        return set(connection.execute(sa.select(nonce.c.token)).scalars())


def spend(database: Database, clock: Callable[[], float] = lambda: 0.0) -> Callable[[str, str], bool]:
    nonces = Nonces(database, clock)
    return lambda tenant, token: nonces.spend(tenant, token, NOW + 300, NOW)


def test_a_token_is_new_once_for_each_tenant(database: Database) -> None:
    spent = spend(database)
    assert [spent("a", "1"), spent("a", "1"), spent("b", "1"), spent("a", "2")] == [True, False, True, True]


def test_another_process_sees_what_was_used(database: Database) -> None:
    assert spend(database)("a", "1")
    assert not spend(database)("a", "1")


def test_of_many_threads_exactly_one_is_first(database: Database) -> None:
    one, other, here, found = spend(database), spend(database), Barrier(12), []

    def run(spent: Callable[[str, str], bool]) -> None:
        here.wait(10)
        found.append(spent("a", "1"))

    threads = [Thread(target=run, args=((one, other)[number % 2],)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [*[False] * 11, True]


def test_a_token_is_kept_until_nobody_could_use_it_any_more(database: Database) -> None:
    clock = [0.0]
    nonces = Nonces(database, lambda: clock[0])
    nonces.spend("a", "old", NOW, NOW)
    nonces.spend("a", "older", NOW - 1, NOW)
    clock[0] = PRUNE_EVERY
    nonces.spend("a", "new", NOW + 300, NOW + KEPT_AFTER)
    assert kept(database) == {"old", "new"}
    clock[0] += PRUNE_EVERY - 1
    nonces.spend("a", "newer", NOW + 300, NOW + 1000)
    assert kept(database) == {"old", "new", "newer"}


def test_a_database_that_fails_is_told(database: Database) -> None:
    with database.writing("x") as connection:
        connection.execute(sa.text("DROP TABLE nonce"))
    with pytest.raises(JournalUnavailable):
        spend(database)("a", "1")
