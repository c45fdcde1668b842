"""Checkpoints are signed in the background, soon after it is quiet, and when the service stops."""

import threading
from pathlib import Path
from typing import Any

import pytest

from cds_hooks.audit import notary as notaries
from cds_hooks.audit.checkpoints import append, read
from cds_hooks.audit.entry import Caller
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.notary import Notary
from tests.audit.sample import NOON, RING, entry


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(f"sqlite:///{tmp_path}/j", RING)


def signed(file: Path) -> list[tuple[str, int]]:
    marks = list(read(file, RING))
    assert [mark.problem for mark in marks if mark.problem] == []
    return [(mark.head.tenant, mark.head.seq) for mark in marks]


def test_what_was_committed_is_signed_when_the_service_stops(journal: Journal, tmp_path: Path) -> None:
    notary = Notary(journal, tmp_path / "c", lambda: NOON)
    for _ in range(3):
        journal.record(entry())
    notary.close()
    assert signed(tmp_path / "c")[-1] == ("default", 3)


def test_it_is_signed_as_soon_as_it_is_quiet(journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = threading.Event()
    monkeypatch.setattr(notaries, "QUIET", 0.01)
    monkeypatch.setattr(notaries, "append", lambda *_: done.set())
    Notary(journal, tmp_path / "c", lambda: NOON)
    journal.record(entry())
    assert done.wait(10)


def test_each_tenant_is_signed_for(journal: Journal, tmp_path: Path) -> None:
    notary = Notary(journal, tmp_path / "c", lambda: NOON)
    for tenant in ("a", "b", "a"):
        journal.record(entry(caller=Caller(tenant)))
    notary.close()
    assert set(signed(tmp_path / "c")[-2:]) == {("a", 2), ("b", 1)}


def test_without_a_new_row_nothing_is_signed(journal: Journal, tmp_path: Path) -> None:
    Notary(journal, tmp_path / "c", lambda: NOON).close()
    assert not (tmp_path / "c").exists()


def test_a_file_that_cannot_be_written_fails_no_answer_and_is_tried_again(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed, done = threading.Event(), threading.Event()

    def flaky(*arguments: Any) -> None:
        if not failed.is_set():
            failed.set()
            raise OSError("disk full")
        append(*arguments)
        done.set()

    for name, value in (("QUIET", 0.01), ("AGAIN", 0.01), ("append", flaky)):
        monkeypatch.setattr(notaries, name, value)
    notary = Notary(journal, tmp_path / "c", lambda: NOON)
    journal.record(entry())
    assert failed.wait(10)
    assert done.wait(10)
    notary.close()
    assert signed(tmp_path / "c") == [("default", 1)]
    assert not notary.failing


def test_what_cannot_be_signed_when_the_service_stops_does_not_keep_it(journal: Journal, tmp_path: Path) -> None:
    notary = Notary(journal, tmp_path / "nowhere" / "c", lambda: NOON)
    journal.record(entry())
    notary.close()
    assert notary.failing


def test_after_it_stopped_nothing_is_watched(journal: Journal, tmp_path: Path) -> None:
    notary = Notary(journal, tmp_path / "c", lambda: NOON)
    notary.close()
    journal.record(entry())
    assert not (tmp_path / "c").exists()


def test_two_processes_append_to_one_file(journal: Journal, tmp_path: Path) -> None:
    notaries_ = [Notary(Journal(f"sqlite:///{tmp_path}/j", RING), tmp_path / "c", lambda: NOON) for _ in range(2)]
    for notary in notaries_ * 3:
        notary._journal.record(entry())
    for notary in notaries_:
        notary.close()
    assert signed(tmp_path / "c")[-1] == ("default", 6)
