"""The journal: committed before the answer, keyed pseudonyms alone, what was sent sealed, feedback kept."""

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta, timezone
from pathlib import Path
from uuid import uuid4

import pytest

from cds_hooks.audit.entry import Caller, CardShown, Kind, Spoken, Summary, Who
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.keyring import Keyring
from cds_hooks.audit.reading import rows, stored_decision, unsealed
from cds_hooks.errors import JournalUnavailable
from cds_hooks.protocol.feedback import FeedbackItem
from tests.audit.sample import CARD, NOON, RING, entry, insist, item, report, select

SHOWN = CardShown(CARD, "tier", considerations=(Spoken("tier", "applies"),), suggestions={"s1": "tier"})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite3"


@pytest.fixture
def journal(file: Path) -> Journal:
    return Journal(f"sqlite:///{file}", RING)


def test_a_call_is_there_for_another_connection_when_record_returns(journal: Journal, file: Path) -> None:
    kept = entry(cards=(SHOWN,))
    journal.record(kept)
    assert select(file, "select id, kind, status, hook, cards, seq from entry") == [
        (kept.id, "hook", 200, "patient-view", 1, 1)
    ]
    assert select(file, "select uuid, entry, card_id, indicator, sent from shown") == [
        (CARD, kept.id, "tier", "info", 1)
    ]


def test_a_card_keeps_what_it_spoke_of_and_whose_its_suggestions_are(journal: Journal, file: Path) -> None:
    journal.record(entry(cards=(SHOWN,)))
    assert select(file, "select considerations, suggestions from shown") == [
        ('[{"facts":"","id":"tier","shown":true,"side":"","verdict":"applies"}]', '{"s1":"tier"}')
    ]


def test_what_a_decision_came_to_can_be_searched(journal: Journal, file: Path) -> None:
    journal.record(entry(summary=Summary("low-high", None, ("her2", "grade"), codes=("grade=a|b",), units=("t=mm",))))
    assert select(file, "select tier, missing, codes, units, considerations from entry") == [
        ("low-high", " grade her2 ", " grade=a|b ", " t=mm ", None)
    ]


def test_times_are_kept_in_utc(journal: Journal, file: Path) -> None:
    journal.record(entry(received_at=NOON.replace(hour=3).astimezone(timezone(timedelta(hours=-5)))))
    assert select(file, "select received_at, day from entry") == [("2026-01-02T03:00:00.000000+00:00", "2026-01-02")]


def test_nothing_that_names_a_person_is_anywhere_on_disk(journal: Journal, file: Path) -> None:
    odd = entry(hook_instance="patient-4711", who=Who("patient-4711", "Practitioner/dr-0815", "enc-99", "ward-7"))
    journal.record(odd)
    report(journal, item(card="patient-4711", comment="patient-4711", reason={"code": "dr-0815"}))
    on_disk = b"".join(path.read_bytes() for path in file.parent.iterdir())
    assert not [name for name in (b"4711", b"0815", b"enc-99", b"ward-7") if name in on_disk]
    assert b"breast-cancer-recurrence" in on_disk


def test_what_was_sealed_can_be_opened(journal: Journal) -> None:
    journal.record(kept := entry())
    stored = stored_decision(journal, kept.id)
    assert stored is not None
    assert stored.who == {"patient": "patient-4711"}
    assert stored_decision(journal, kept.id, tenant="another") is None


def test_the_same_patient_has_one_pseudonym_in_each_tenant(journal: Journal, file: Path) -> None:
    for tenant, patient in (("a", "p1"), ("a", "p1"), ("a", "p2"), ("b", "p1")):
        journal.record(entry(caller=Caller(tenant), who=Who(patient)))
    assert select(file, "select count(*) from entry group by patient order by 1") == [(1,), (1,), (2,)]


def test_a_call_of_nobody_about_nobody_is_recorded(journal: Journal, file: Path) -> None:
    journal.record(entry(who=Who(), status=401, payload=None))
    assert select(file, "select patient, user, user_type, status, sealed from entry") == [(None, None, None, 401, None)]
    assert unsealed(journal, rows(journal)[0]) is None


def test_a_call_cannot_be_recorded_twice_and_leaves_no_card_behind(journal: Journal, file: Path) -> None:
    journal.record(once := entry())
    with pytest.raises(JournalUnavailable):
        journal.record(entry(id=once.id, cards=(SHOWN,)))
    assert select(file, "select * from shown") == []


def test_a_failure_message_quotes_nothing_of_the_row(journal: Journal) -> None:
    journal.record(once := entry())
    with pytest.raises(JournalUnavailable) as caught:
        journal.record(once)
    assert str(caught.value) == "the journal could not commit: IntegrityError"


def test_text_that_no_database_takes_makes_the_journal_unavailable(journal: Journal) -> None:
    with pytest.raises(JournalUnavailable):
        journal.record(entry(action="\ud800"))


def test_a_journal_that_can_write_is_ready(journal: Journal) -> None:
    assert journal.ready()


def test_a_journal_without_its_tables_is_not_ready(journal: Journal, file: Path) -> None:
    select(file, "drop table entry")
    assert not journal.ready()


def test_sqlite_runs_with_wal_and_full_synchronous(journal: Journal) -> None:
    with journal.database.writing("") as connection:
        settings = [connection.exec_driver_sql(f"pragma {p}").scalar() for p in ("journal_mode", "synchronous")]
    assert settings == ["wal", 2]


def test_who_commits_is_told_afterwards(journal: Journal) -> None:
    told: list[str] = []
    journal.on_commit = told.append
    journal.record(entry(caller=Caller("a")))
    report(journal, item(), caller=Caller("b"))
    assert told == ["a", "b"]


def test_the_same_feedback_twice_is_a_copy_of_the_first(journal: Journal, file: Path) -> None:
    report(journal, item(), item())
    report(journal, item())
    assert select(file, "select number, copy from reported order by rowid") == [(0, 0), (1, 1), (0, 2)]


@pytest.mark.parametrize(
    "other",
    [item(comment="seen"), item(reason={"code": "done"}), item(outcome_timestamp="2026-01-02T12:00:06Z"),
     item(outcome="accepted", accepted_suggestions=("s1",))],
)  # fmt: skip
def test_feedback_that_differs_is_no_copy(journal: Journal, file: Path, other: FeedbackItem) -> None:
    report(journal, item(), other)
    assert select(file, "select copy from reported") == [(0,), (0,)]


def test_the_same_feedback_of_another_tenant_is_no_copy(journal: Journal, file: Path) -> None:
    report(journal, item(), caller=Caller("a"))
    report(journal, item(), caller=Caller("b"))
    assert select(file, "select copy from reported") == [(0,), (0,)]


def test_a_code_of_ours_stands_in_the_clear_and_any_other_as_a_pseudonym(journal: Journal, file: Path) -> None:
    report(journal, *(item(reason={"code": code}) for code in ("done_or_planned", "hospital-1", "hospital-1")))
    ours, theirs, again = [reason for (reason,) in select(file, "select reason from reported order by number")]
    assert ours == "done_or_planned"
    assert theirs == again
    assert theirs.startswith("~")
    assert "hospital" not in theirs


def test_a_time_without_a_zone_is_kept_as_sent_alone(journal: Journal, file: Path) -> None:
    report(journal, item(outcome_timestamp="2026-01-02T12:00:05"), item(outcome_timestamp="yesterday"))
    report(journal, item(outcome_timestamp="2026-01-02T12:00:05+02:00"))
    assert select(file, "select outcome_at from reported order by rowid") == [
        (None,), (None,), ("2026-01-02T10:00:05.000000+00:00",)
    ]  # fmt: skip


def test_feedback_that_cannot_be_committed_is_an_error(journal: Journal, file: Path) -> None:
    select(file, "drop table reported")
    with pytest.raises(JournalUnavailable):
        report(journal, item())
    assert select(file, "select * from entry") == []


def test_several_threads_record_at_once(journal: Journal, file: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: insist(journal, entry()), range(40)))
    assert select(file, "select count(*), max(seq) from entry") == [(40, 40)]


def test_several_processes_open_and_record_at_once(file: Path) -> None:
    program = (
        "import sys\nfrom cds_hooks.audit.journal import Journal\nfrom tests.audit.sample import RING, entry, insist\n"
        "j = Journal(sys.argv[1], RING)\nfor _ in range(5): insist(j, entry())\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", program, f"sqlite:///{file}"]) for _ in range(3)]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    assert select(file, "select count(*), max(seq) from entry") == [(15, 15)]


def test_a_closed_journal_lets_go_of_its_file(journal: Journal, file: Path) -> None:
    journal.record(entry())
    journal.close()
    assert not file.with_name(file.name + "-wal").exists()


def test_another_ring_opens_nothing_that_this_one_sealed(journal: Journal, file: Path) -> None:
    journal.record(entry())
    stranger = Journal(f"sqlite:///{file}", Keyring.of(b"x" * 32))
    with pytest.raises(JournalUnavailable, match="keys do not fit"):
        stranger.record(entry())


def test_a_writer_that_finds_the_database_locked_gives_up_within_its_time(journal: Journal, file: Path) -> None:
    journal.record(entry())
    with sqlite3.connect(file, isolation_level=None) as other:
        other.execute("begin immediate")
        with pytest.raises(JournalUnavailable):
            journal.record(entry())
        other.execute("rollback")
    other.close()
    journal.record(entry())
    assert journal.ready()


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_call_has_a_row(journal: Journal, file: Path, kind: Kind) -> None:
    journal.record(entry(kind=kind, id=str(uuid4()), action="overview"))
    assert select(file, "select kind, action from entry") == [(kind.value, "overview")]


def test_a_thread_that_waits_too_long_for_its_turn_gives_up(journal: Journal) -> None:
    with journal.database.writing(""), pytest.raises(JournalUnavailable, match="another call is writing"):
        journal.record(entry(payload=None))
    journal.record(entry())


def test_a_months_key_that_could_not_be_kept_seals_nothing(journal: Journal, file: Path) -> None:
    with sqlite3.connect(file, isolation_level=None) as other:
        other.execute("begin immediate")
        with pytest.raises(JournalUnavailable):
            journal.record(entry())
        other.execute("rollback")
    other.close()
    journal.record(kept := entry())
    assert stored_decision(journal, kept.id) is not None
    assert len(select(file, "select id from data_key")) == 1
