"""verify, replay, migrate and shred, run where the service runs."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cds_hooks import __main__ as command_line
from cds_hooks.app import create_app
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.keyring import read_or_create_keyring
from cds_hooks.audit.notary import Notary
from cds_hooks.knowledge.load import default_folder
from cds_hooks.settings import Profile, Settings
from tests.audit.sample import select
from tests.web.desk import JSON, KNOWLEDGE, NOW, SERVICE, with_cards, without_cards


def run(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(command_line.main, arguments, input=given)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder where the service answered twice and refused once."""
    monkeypatch.chdir(tmp_path)
    settings = Settings()
    journal = Journal(settings.database_url, read_or_create_keyring(settings.pseudonym_key_file))
    notary = Notary(journal, settings.checkpoints, lambda: NOW)
    app = create_app(replace(settings, profile=Profile.DEMO, require_approval=False), KNOWLEDGE, journal, lambda: NOW)
    client = app.test_client()
    for body in (with_cards(), without_cards(), {}):
        client.post(SERVICE, json=body, headers=JSON)
    notary.close()
    journal.close()
    return tmp_path


@pytest.fixture
def cards(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The knowledge with one word changed."""
    copy = Path(shutil.copytree(default_folder(), tmp_path_factory.mktemp("knowledge") / "cards"))
    wording = copy / "wording.yaml"
    wording.write_text(wording.read_text().replace("tier.high: high\n", "tier.high: tall\n"))
    yield copy
    shutil.rmtree(copy)


@pytest.mark.usefixtures("folder")
def test_verify_finds_the_journal_and_its_keys_where_it_is_run() -> None:
    result = run("verify")
    assert result.exit_code == 0, result.output
    assert "default: 3 rows" in result.output
    assert re.search(r"[1-3] checkpoints in recurrence-cds\.checkpoints, the newest of 2026-03-01", result.output)
    assert "Sound" in result.output


def test_verify_ends_with_1_and_says_where(folder: Path) -> None:
    select(folder / "recurrence-cds.sqlite3", "update entry set status = 200 where seq = 3")
    result = run("verify")
    assert result.exit_code == 1
    assert re.search(r"^default, row 3 \([0-9a-f-]+\): it was changed", result.output, re.MULTILINE)
    assert "1 found" in result.output


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("options", [(), ("--all",), ("--since", "2026-03-01")])
def test_replay_makes_every_decision_again(options: tuple[str, ...]) -> None:
    result = run("replay", *options)
    assert (result.exit_code, result.output) == (
        0, "2 decisions made again: 2 byte for byte the same, 1 refusals decided nothing.\n"
    )  # fmt: skip


@pytest.mark.usefixtures("folder")
def test_replay_since_a_later_day_makes_none() -> None:
    assert run("replay", "--since", "2026-03-02").output.startswith("0 decisions")


def test_replay_makes_one_decision_again(folder: Path) -> None:
    ((first,),) = select(folder / "recurrence-cds.sqlite3", "select id from entry where seq = 1")
    assert run("replay", first).output == "1 decisions made again: 1 byte for byte the same.\n"
    assert run("replay", "nobody").exit_code == 2
    assert run("replay", first, "--all").exit_code == 2


def test_replay_shows_what_other_knowledge_would_have_said(folder: Path, cards: Path) -> None:
    result = run("replay", "--with-knowledge", str(cards))
    assert result.exit_code == 0
    assert re.search(r"^  \+.*tall", result.output, re.MULTILINE)
    assert "1 different" in result.output


def test_replay_ends_with_1_where_an_answer_comes_out_otherwise(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cds_hooks.audit.replay.canonical", lambda _: b'{"cards":["another"]}')
    result = run("replay")
    assert result.exit_code == 1
    assert re.search(r'^  \+\s*"another"', result.output, re.MULTILINE)


def test_replay_ends_with_1_where_a_row_cannot_be_made_again(folder: Path) -> None:
    database = folder / "recurrence-cds.sqlite3"
    select(database, "delete from knowledge")
    select(database, "update entry set sealed = zeroblob(99) where seq = 2")
    result = run("replay")
    assert result.exit_code == 1
    assert "does not hold the knowledge" in result.output
    assert "cannot be opened" in result.output
    assert "2 could not be made again" in result.output


def test_shred_forgets_what_was_sealed_and_keeps_the_rows(folder: Path) -> None:
    assert run("shred", "--before", "2026-04", given="n\n").exit_code == 1
    assert "default: 1 months forgotten" in run("shred", "--before", "2026-04", given="y\n").output
    assert run("verify").exit_code == 0, run("verify").output
    assert "3 were shredded" in run("replay").output
    assert select(folder / "recurrence-cds.sqlite3", "select kind, action, about from entry where seq = 4") == [
        ("control", "shred", "2026-04")
    ]


@pytest.mark.usefixtures("folder")
def test_shred_leaves_the_month_that_is_being_written() -> None:
    assert run("shred", "--before", "2999-01", "--yes").exit_code == 2


def test_without_a_journal_they_say_so_and_make_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for command in (("verify",), ("replay",), ("shred", "--before", "2020-01", "--yes")):
        result = run(*command)
        assert result.exit_code == 2
        assert "there is no journal recurrence-cds.sqlite3 here" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_migrate_says_which_schema_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert re.fullmatch(r"The schema is \d{4}\.\n", run("migrate").output)
