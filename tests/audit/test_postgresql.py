"""The journal on a real PostgreSQL: the service's role, two processes on one chain, a server that is gone."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import monotonic

import psycopg
import pytest
from click.testing import CliRunner

from cds_hooks.__main__ import main
from cds_hooks.audit import schema, snapshots
from cds_hooks.audit.database import Database
from cds_hooks.audit.entry import CardShown, Kind
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.reading import decisions, rows
from cds_hooks.audit.shredding import ACTION, shred, tenants_with_keys_before
from cds_hooks.audit.verify import verify
from cds_hooks.errors import JournalUnavailable
from cds_hooks.knowledge.load import load_knowledge
from tests.audit.sample import CARD, NOON, RING, entry, item, report
from tests.support import postgres
from tests.support.postgres import SERVICE, Server

WITHIN = 2.0  # seconds; the journal gives up after half a second, the rest is for a busy machine


@pytest.fixture
def journal(server: Server, database: str) -> Iterator[Journal]:
    """A journal as the service opens it, after its owner has made the tables."""
    owner = Database(server.url(database))
    schema.bring_up_to_date(owner)
    schema.grant(owner, SERVICE)
    owner.close()
    opened = Journal(server.url(database, SERVICE), RING)
    yield opened
    opened.close()


def test_what_is_recorded_can_be_read_verified_and_opened(journal: Journal, tmp_path: Path) -> None:
    snapshots.keep(journal, knowledge := load_knowledge())
    journal.record(entry(cards=(CardShown(CARD, "tier"),), knowledge=knowledge.fingerprint, duration_ms=0.1))
    report(journal, item(comment="seen"), item())
    (stored,) = decisions(journal)
    assert [kept.item and kept.item.get("userComment") for kept in stored.feedback] == ["seen", None]  # type: ignore[union-attr]
    done = verify(journal, tmp_path / "none")
    assert (done.findings, dict(done.rows)) == ([], {"default": 2})


def test_the_service_does_not_start_on_tables_that_are_not_there(server: Server, database: str) -> None:
    needed = r"no tables yet, \d+ is needed: run `recurrence-cds migrate`"
    with pytest.raises(JournalUnavailable, match=needed):
        Journal(server.url(database, SERVICE), RING)


def test_the_owner_migrates_and_lets_the_service_in(
    server: Server, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECURRENCE_CDS_DATABASE_URL", server.url(database))
    for _ in range(2):
        assert CliRunner().invoke(main, ["migrate", "--grant", SERVICE]).exit_code == 0
    with closing(Journal(server.url(database, SERVICE), RING)) as journal:
        journal.record(entry())


@pytest.mark.parametrize(
    "statement",
    ["UPDATE entry SET status = 500", "DELETE FROM entry", "DELETE FROM data_key", "TRUNCATE entry CASCADE",
     "DROP TABLE entry CASCADE", "UPDATE shown SET sent = 0", "UPDATE origin SET journal = ''", "CREATE TABLE x ()",
     "INSERT INTO origin VALUES ('x')", "UPDATE alembic_version SET version_num = '0'"],
)  # fmt: skip
def test_the_services_role_can_only_insert_and_select(
    server: Server, database: str, journal: Journal, statement: str
) -> None:
    journal.record(entry())
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        server.execute(statement, database, SERVICE)


def test_the_owner_can_shred(server: Server, database: str, journal: Journal, tmp_path: Path) -> None:
    journal.record(entry())
    owner = Journal(server.url(database), RING)
    act = entry(kind=Kind.CONTROL, action=ACTION, about="2026-02", received_at=NOON.replace(month=3))
    assert tenants_with_keys_before(owner, "2026-02") == {"default": 1}
    assert shred(owner, act) == 1
    assert verify(journal, tmp_path / "none").findings == []
    with pytest.raises(JournalUnavailable):
        shred(journal, entry(kind=Kind.CONTROL, action=ACTION, about="2027-01"))
    owner.close()


def test_processes_on_one_database_write_one_chain_without_a_fork(
    server: Server, database: str, journal: Journal, tmp_path: Path
) -> None:
    program = (
        "import sys\nfrom concurrent.futures import ThreadPoolExecutor\n"
        "from cds_hooks.audit.journal import Journal\nfrom tests.audit.sample import RING, entry, insist\n"
        "j = Journal(sys.argv[1], RING)\n"
        "with ThreadPoolExecutor(4) as pool: list(pool.map(lambda _: insist(j, entry()), range(40)))\n"
    )
    command = [sys.executable, "-c", program, server.url(database, SERVICE)]
    running = [subprocess.Popen(command) for _ in range(2)]
    assert [process.wait(60) for process in running] == [0, 0]
    assert [row["seq"] for row in rows(journal)] == list(range(1, 81))
    assert verify(journal, tmp_path / "none").findings == []


def test_a_locked_chain_makes_the_journal_unavailable_within_its_time(
    server: Server, database: str, journal: Journal
) -> None:
    with psycopg.connect(host=str(server.folder), dbname=database, user=SERVICE) as other:
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended('default', 0))")
        started = monotonic()
        with pytest.raises(JournalUnavailable):
            journal.record(entry(payload=None))
        assert monotonic() - started < WITHIN
    journal.record(entry())


def test_a_server_that_stops_makes_the_journal_unavailable_until_it_is_back() -> None:
    with postgres.running() as server:
        with closing(Database(server.url(name := server.new_database()))) as owner:
            schema.bring_up_to_date(owner)
        journal = Journal(server.url(name), RING)
        journal.record(entry())
        server.stop("immediate")
        started = monotonic()
        with pytest.raises(JournalUnavailable):
            journal.record(entry())
        assert monotonic() - started < WITHIN
        assert not journal.ready()
        server.start()
        journal.record(entry())
        assert [row["seq"] for row in rows(journal)] == [1, 2]
        journal.close()


def test_what_may_take_minutes_is_not_cut_off_and_an_answer_is(journal: Journal) -> None:
    asked = "SELECT current_setting('statement_timeout')"
    with journal.database.reading(at_length=True) as connection:
        assert connection.exec_driver_sql(asked).scalar() == "0"
    with journal.database.reading() as connection:
        assert connection.exec_driver_sql(asked).scalar() == "5s"


def test_text_with_nul_makes_the_journal_unavailable(journal: Journal) -> None:
    with pytest.raises(JournalUnavailable):
        journal.record(entry(action="\0"))
