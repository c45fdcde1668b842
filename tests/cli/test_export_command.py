"""export, run where the service runs: journaled before anything is read, and whole or not there."""

import csv
import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cds_hooks import __main__ as command_line
from cds_hooks.audit.entry import Caller, Who
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.keyring import read_or_create_keyring
from cds_hooks.audit.reading import rows, unsealed
from cds_hooks.audit.tables import entry as entries
from cds_hooks.errors import PayloadUnreadable
from cds_hooks.settings import Settings
from tests.audit.sample import entry, item, report, select

SINCE = ("--since", "2026-01-01", "--until", "2026-12-31")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command_line.main, ["export", *arguments])


def here() -> Journal:
    settings = Settings()
    return Journal(settings.database_url, read_or_create_keyring(settings.pseudonym_key_file))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a journal of two calls and a report."""
    monkeypatch.chdir(tmp_path)
    journal = here()
    for user in ("Practitioner/dr-0815", "=cmd()"):
        journal.record(
            entry(who=Who("patient-4711", user), payload=b'{"request":{},"who":{"user":"%b"}}' % user.encode())
        )
    report(journal, item())
    journal.close()
    return tmp_path


def acts(folder: Path) -> list[tuple[str, ...]]:
    return select(folder / "recurrence-cds.sqlite3", "select action, about from entry where kind='control'")


@pytest.mark.parametrize("kind", ["decisions", "onc-feedback", "fhir", "deidentified", "counts"])
def test_every_export_is_a_row_of_the_journal(folder: Path, kind: str) -> None:
    result = run(kind, *SINCE)
    assert result.exit_code == 0, result.output
    assert acts(folder) == [("export", kind)]
    assert f"{len(result.stdout.splitlines())} rows of default" in result.stderr


def test_who_named_people_and_why_is_kept(folder: Path) -> None:
    result = run("decisions", *SINCE, "--identified", "--by", "Jo", "--reason", "complaint 12")
    assert "Practitioner/dr-0815" in result.stdout
    journal = here()
    (act,) = rows(journal, entries.c.kind == "control")
    kept = unsealed(journal, act)
    journal.close()
    assert kept is not None
    told = {"by": "Jo", "reason": "complaint 12", "people": "named", "since": "2026-01-01", "until": "2026-12-31"}
    assert kept.request == told


@pytest.mark.parametrize(
    "asked",
    [
        ("decisions", *SINCE, "--identified"),
        ("decisions", *SINCE, "--identified", "--by", "Jo"),
        ("deidentified", *SINCE, "--identified", "--by", "Jo", "--reason", "x"),
        ("deidentified", "--since", "2026-01-01", "--until", "2026-12-30"),
        ("counts", "--since", "2026-01-01", "--until", "2026-06-30"),
        ("fhir", *SINCE, "--format", "csv"),
        ("decisions", "--since", "2026-02-01", "--until", "2026-01-01"),
        ("decisions", *SINCE, "--tenant", "nobody"),
    ],
)
def test_what_may_not_be_exported_leaves_no_trace_but_the_refusal(folder: Path, asked: tuple[str, ...]) -> None:
    assert run(*asked).exit_code == 2
    assert acts(folder) == []


def test_a_file_is_for_its_owner_alone(folder: Path) -> None:
    run("decisions", *SINCE, "--out", "d.ndjson")
    file = folder / "d.ndjson"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len([json.loads(line) for line in file.read_text().splitlines()]) == 2


def test_fhir_resources_have_a_file_for_each_type(folder: Path) -> None:
    run("fhir", "--since", "2026-01-01", "--until", "2026-01-31", "--out", "fhir")
    assert sorted(path.name for path in (folder / "fhir").iterdir()) == ["GuidanceResponse.ndjson"]


@pytest.mark.parametrize("kind", ["decisions", "fhir"])
def test_a_place_that_cannot_be_written_is_named(folder: Path, kind: str) -> None:
    (folder / "file").touch()
    result = run(kind, *SINCE, "--out", "file/out")
    assert (result.exit_code, "cannot be written" in result.stderr) == (2, True), result.output


def test_an_export_that_fails_leaves_no_file_under_its_name(folder: Path) -> None:
    select(folder / "recurrence-cds.sqlite3", "update entry set sealed = zeroblob(99) where seq = 2")
    result = run("decisions", *SINCE, "--identified", "--by", "Jo", "--reason", "x", "--out", "d.ndjson")
    assert result.exit_code == 2
    assert str(PayloadUnreadable("")) in result.stderr
    assert not (folder / "d.ndjson").exists()


def test_a_cell_is_never_a_formula(folder: Path) -> None:
    run("decisions", *SINCE, "--identified", "--by", "Jo", "--reason", "x", "--format", "csv", "--out", "d.csv")
    with (folder / "d.csv").open(newline="") as file:
        named = [row["user_named"] for row in csv.DictReader(file)]
    assert named == ["Practitioner/dr-0815", "'=cmd()"]


def test_with_several_clients_one_must_be_named() -> None:
    journal = here()
    journal.record(entry(caller=Caller("north")))
    journal.close()
    assert "default, north" in run("decisions", *SINCE).stderr
    assert "1 rows of north" in run("decisions", *SINCE, "--tenant", "north").stderr


def test_the_journal_is_sound_after_an_export() -> None:
    run("decisions", *SINCE)
    result = CliRunner().invoke(command_line.main, ["verify"])
    assert (result.exit_code, "Sound" in result.output) == (0, True), result.output
