"""Starting and stopping the demo inside the test process."""

import os
import signal
import socket
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask

from cds_hooks.__main__ import main
from cds_hooks.app import create_app
from cds_hooks.demo.run import listen, run_demo, wait_for
from cds_hooks.errors import DemoCannotStart


def create_and_ask_to_stop(*parts: Any, **more: Any) -> Flask:
    """The real service; the demo then stops as soon as it has started."""
    os.kill(os.getpid(), signal.SIGTERM)
    return create_app(*parts, **more)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_demo_says_where_everything_is_and_stops_when_asked(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_demo(create_and_ask_to_stop, port=0, fhir_port=0)
    said = capsys.readouterr().out
    assert "synthetic patients" in said
    assert "https://sandbox.cds-hooks.org/?fhirServiceUrl=http%3A%2F%2F127.0.0.1%3A" in said
    assert str(folder / "recurrence-cds.sqlite3") in said


def test_the_demo_keeps_its_journal_and_a_private_key_in_the_working_folder(folder: Path) -> None:
    run_demo(create_and_ask_to_stop, port=0, fhir_port=0)
    with closing(sqlite3.connect(folder / "recurrence-cds.sqlite3")) as journal:
        assert journal.execute("select count(*) from reported").fetchone() == (0,)
    assert (folder / "recurrence-cds.key").stat().st_mode & 0o077 == 0


def test_the_demo_gives_the_signals_back(folder: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)
    run_demo(create_and_ask_to_stop, port=0, fhir_port=0)
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_taken_port_is_one_clear_line_and_status_2(folder: Path) -> None:
    with closing(listen(0)) as taken:
        port = taken.getsockname()[1]
        answer = CliRunner().invoke(main, ["demo", "--port", "0", "--fhir-port", str(port)])
    assert answer.exit_code == 2
    assert answer.stderr.count("\n") == 1
    assert f"port {port} cannot be used (Address already in use)" in answer.stderr


def test_a_port_that_cannot_exist_is_refused() -> None:
    with pytest.raises(DemoCannotStart):
        listen(70000)


def test_only_this_computer_can_connect() -> None:
    with closing(listen(0)) as listening:
        assert listening.getsockname()[0] == "127.0.0.1"
        assert listening.family is socket.AF_INET


def test_a_server_that_does_not_become_ready_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cds_hooks.demo.run.READY_WITHIN", 0.0)
    with pytest.raises(DemoCannotStart, match="does not answer"):
        wait_for("http://127.0.0.1:1/")
