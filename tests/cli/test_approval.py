"""approve and withdraw on the command line, and what check and serve say of approvals."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cds_hooks import __main__ as command_line
from cds_hooks.addresses import read_base
from cds_hooks.commands import knowledge as commands
from cds_hooks.commands import serving
from cds_hooks.knowledge.load import default_folder
from cds_hooks.settings import Settings

EXAMPLES = Path(__file__).parents[2] / "examples"
PART = "no_mammogram_after_bilateral_mastectomy"
SIGNED = ("--reviewer", "Bea Reviewer", "--role", "oncologist", "--author", "Al Author", "--due", "2099-01-02")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command_line.main, arguments, env={"COLUMNS": "200"})


@pytest.fixture
def cards(tmp_path: Path) -> Path:
    return Path(shutil.copytree(default_folder(), tmp_path / "cards"))


def test_approve_says_what_it_approved_and_what_it_did_not(cards: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = run("approve", "gates", PART, *SIGNED, "--cards", str(cards))
    assert (done.exit_code, done.output.count("\n")) == (0, 1)
    assert f"Approved gates version 1, {PART} version 1 by Bea Reviewer (oncologist). Still unapproved:" in done.output
    checked = run("check", "--cards", str(cards)).output
    assert "tiers, wording not approved: silent (1 of" in checked
    assert "warning" not in checked
    monkeypatch.setattr(commands, "today", lambda: date(2099, 1, 3))
    assert "warning gates: the review was due on 2099-01-02" in run("check", "--cards", str(cards)).output


def test_a_refusal_is_one_line_and_changes_nothing(cards: Path) -> None:
    before = (cards / "approvals.yaml").read_bytes()
    refused = run("approve", "gates", *SIGNED, "--reviewer", "al author", "--cards", str(cards))
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr == "recurrence-cds: gates was written by Al Author: somebody else must review it\n"
    assert (cards / "approvals.yaml").read_bytes() == before


def test_withdraw_undoes_an_approval(cards: Path) -> None:
    before = (cards / "approvals.yaml").read_bytes()
    run("approve", "gates", *SIGNED, "--cards", str(cards))
    assert (cards / "approvals.yaml").read_bytes() != before
    done = run("withdraw", "gates", "--cards", str(cards))
    assert done.output.startswith("Withdrew the approval of gates version 1: a draft again.")
    assert (cards / "approvals.yaml").read_bytes() == before


@pytest.mark.parametrize(("required", "said"), [(True, "recurrence-cds: nothing approved: silent\n"), (False, "")])
def test_serve_says_at_start_that_it_will_be_silent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], required: bool, said: str
) -> None:
    (tmp_path / "key").write_text("k" * 64)
    url = f"sqlite:///{tmp_path / 'journal.sqlite3'}"
    settings = Settings(
        clients_file=EXAMPLES / "clients.yaml",
        base_url=read_base("https://cds.example.org"),
        database_url=url,
        pseudonym_key_file=tmp_path / "key",
        require_approval=required,
    )
    serving.checked_before_start(settings)
    assert capsys.readouterr().err == said
