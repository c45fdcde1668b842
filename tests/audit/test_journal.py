"""The journal: committed before the answer, keyed pseudonyms alone, feedback kept once."""

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from uuid import uuid4

import pytest

from cds_hooks.audit.entry import CardShown, Entry, cards_shown
from cds_hooks.audit.journal import Journal
from cds_hooks.errors import JournalUnavailable, SettingsBroken

KEY = b"k" * 32
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Item:
    card: str = "c1"
    outcome: str = "overridden"
    accepted_suggestions: tuple[str, ...] = ()
    reason: dict[str, str] | None = None
    comment: str | None = None
    outcome_timestamp: str = "2026-01-02T12:00:05Z"


def entry(**changes: object) -> Entry:
    plain = Entry(
        decision_id=str(uuid4()),
        received_at=NOON,
        service="breast-cancer-recurrence",
        status=200,
        duration_ms=12.5,
        hook="patient-view",
        patient_id="patient-4711",
        user_id="Practitioner/dr-0815",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite3"


@pytest.fixture
def journal(file: Path) -> Journal:
    return Journal(f"sqlite:///{file}", KEY)


def rows(file: Path, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(file)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_an_answer_is_there_for_another_connection_when_record_returns(journal: Journal, file: Path) -> None:
    journal.record(entry(decision_id="d1", cards=(CardShown("c1", "tier", ("tier",)),)))
    assert rows(file, "select decision_id, status, hook from decision") == [("d1", 200, "patient-view")]
    assert rows(file, "select card_uuid, decision_id, card_id, considerations from card") == [
        ("c1", "d1", "tier", '["tier"]')
    ]


def test_a_silent_answer_keeps_its_reason(journal: Journal, file: Path) -> None:
    journal.record(entry(silence="metastatic"))
    assert rows(file, "select silence from decision") == [("metastatic",)]


def test_times_are_kept_in_utc(journal: Journal, file: Path) -> None:
    journal.record(entry(received_at=NOON.astimezone(timezone(timedelta(hours=5)))))
    assert rows(file, "select received_at from decision") == [("2026-01-02T12:00:00.000000+00:00",)]


def test_no_raw_patient_or_user_id_is_anywhere_on_disk(journal: Journal, file: Path) -> None:
    journal.record(entry())
    on_disk = b"".join(path.read_bytes() for path in file.parent.iterdir())
    assert b"4711" not in on_disk
    assert b"0815" not in on_disk
    assert b"breast-cancer-recurrence" in on_disk


def test_the_same_patient_has_the_same_pseudonym_and_another_patient_another(journal: Journal, file: Path) -> None:
    for patient in ("patient-4711", "patient-4711", "patient-4712"):
        journal.record(entry(patient_id=patient))
    assert rows(file, "select count(*) from decision group by patient order by 1") == [(1,), (2,)]


def test_a_call_without_patient_or_user_is_recorded(journal: Journal, file: Path) -> None:
    journal.record(entry(patient_id=None, user_id=None, status=400))
    assert rows(file, "select patient, user, user_type, status from decision") == [(None, None, None, 400)]


def test_a_decision_cannot_be_recorded_twice_and_leaves_no_card_behind(journal: Journal, file: Path) -> None:
    journal.record(entry(decision_id="d1"))
    with pytest.raises(JournalUnavailable):
        journal.record(entry(decision_id="d1", cards=(CardShown("c2", "tier"),)))
    assert rows(file, "select * from card") == []


def test_a_failure_message_quotes_nothing_of_the_row(journal: Journal) -> None:
    journal.record(entry(decision_id="d1"))
    with pytest.raises(JournalUnavailable) as caught:
        journal.record(entry(decision_id="d1"))
    assert str(caught.value) == "the journal could not commit: IntegrityError"


def test_text_that_no_database_takes_makes_the_journal_unavailable(journal: Journal) -> None:
    with pytest.raises(JournalUnavailable):
        journal.record(entry(hook_instance="\ud800"))


def test_a_folder_that_is_missing_makes_the_journal_unavailable(tmp_path: Path) -> None:
    with pytest.raises(JournalUnavailable):
        Journal(f"sqlite:///{tmp_path}/nowhere/journal.sqlite3", KEY)


@pytest.mark.parametrize("url", ["not a url", "nosuchdatabase://x/y"])
def test_a_url_that_names_no_database_makes_the_journal_unavailable(url: str) -> None:
    with pytest.raises(JournalUnavailable):
        Journal(url, KEY)


def test_a_file_that_is_not_a_database_makes_the_journal_unavailable(file: Path) -> None:
    file.write_bytes(b"this is no database, but it is long enough to be read as one" * 20)
    with pytest.raises(JournalUnavailable):
        Journal(f"sqlite:///{file}", KEY)


def test_a_short_key_opens_no_journal(file: Path) -> None:
    with pytest.raises(SettingsBroken, match="31 bytes"):
        Journal(f"sqlite:///{file}", b"k" * 31)


def test_a_journal_that_can_write_is_ready(journal: Journal) -> None:
    assert journal.ready()


def test_a_journal_without_its_tables_is_not_ready(journal: Journal, file: Path) -> None:
    rows(file, "drop table decision")
    assert not journal.ready()


def test_sqlite_runs_with_wal_and_full_synchronous(file: Path, journal: Journal) -> None:
    with journal._transaction() as connection:
        settings = [connection.exec_driver_sql(f"pragma {p}").scalar() for p in ("journal_mode", "synchronous")]
    assert settings == ["wal", 2]


def test_feedback_on_our_card_is_known_and_on_any_other_is_kept_and_flagged(journal: Journal, file: Path) -> None:
    journal.record(entry(cards=(CardShown("c1", "tier"),)))
    journal.keep_feedback([Item("c1"), Item("elsewhere")], NOON)
    assert rows(file, "select card_uuid, card_known from feedback order by 1") == [("c1", 1), ("elsewhere", 0)]


def test_the_same_feedback_twice_is_kept_once(journal: Journal, file: Path) -> None:
    journal.keep_feedback([Item(), Item()], NOON)
    journal.keep_feedback([Item()], NOON + timedelta(minutes=1))
    assert rows(file, "select count(*) from feedback") == [(1,)]


@pytest.mark.parametrize(
    "other",
    [Item(comment="seen"), Item(reason={"code": "done"}), Item(outcome_timestamp="2026-01-02T12:00:06Z"),
     Item(outcome="accepted", accepted_suggestions=("s1",))],
)  # fmt: skip
def test_feedback_that_differs_is_kept_beside_the_first(journal: Journal, file: Path, other: Item) -> None:
    journal.keep_feedback([Item(), other], NOON)
    assert rows(file, "select count(*) from feedback") == [(2,)]


def test_feedback_keeps_reason_comment_and_suggestions(journal: Journal, file: Path) -> None:
    journal.keep_feedback([Item(reason={"system": "s", "code": "c"}, comment="no", accepted_suggestions=("x",))], NOON)
    assert rows(file, "select reason, comment, accepted_suggestions from feedback") == [
        ('{"code": "c", "system": "s"}', "no", '["x"]')
    ]


def test_feedback_that_cannot_be_committed_is_an_error(journal: Journal, file: Path) -> None:
    rows(file, "drop table feedback")
    with pytest.raises(JournalUnavailable):
        journal.keep_feedback([Item()], NOON)


def test_several_threads_record_at_once(journal: Journal, file: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: journal.record(entry()), range(40)))
    assert rows(file, "select count(*) from decision") == [(40,)]


def test_several_processes_open_and_record_at_once(file: Path) -> None:
    program = (
        "import sys, uuid, datetime as d\n"
        "from cds_hooks.audit.entry import Entry\nfrom cds_hooks.audit.journal import Journal\n"
        "j = Journal(sys.argv[1], b'k' * 32)\n"
        "for _ in range(5): j.record(Entry(str(uuid.uuid4()), d.datetime.now(d.UTC), 's', 200, 1.0))\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", program, f"sqlite:///{file}"]) for _ in range(3)]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    assert rows(file, "select count(*) from decision") == [(15,)]


def test_a_closed_journal_lets_go_of_its_file(journal: Journal, file: Path) -> None:
    journal.record(entry())
    journal.close()
    assert not file.with_name(file.name + "-wal").exists()


def test_cards_are_read_from_the_answer_itself() -> None:
    about = {"id": "tier", "version": 1, "considerations": [{"id": "tier", "verdict": "applies"}]}
    answer = [{"uuid": "c1", "extension": {"org.recurrence-cds.card": about}}]
    assert cards_shown(answer) == (CardShown("c1", "tier", ("tier",)),)
