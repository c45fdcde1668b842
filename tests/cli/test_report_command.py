"""report: the figures of the measures, the same ones in the terminal and on the page."""

import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cds_hooks import __main__ as command_line
from cds_hooks.audit.governance import Governance, governance
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.keyring import read_or_create_keyring
from cds_hooks.audit.measures.window import Window
from cds_hooks.audit.verify import Finding, Verified
from cds_hooks.commands.report_sections import LEAST_TOLD, sections
from cds_hooks.settings import Settings
from tests.audit import busy
from tests.audit.sample import NOON, select

DAYS = ("--since", "2026-01-01", "--until", "2026-01-31")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command_line.main, ["report", *arguments])


def here() -> Journal:
    settings = Settings()
    return Journal(settings.database_url, read_or_create_keyring(settings.pseudonym_key_file))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with two weeks of calls, in which the tests run."""
    folder = tmp_path_factory.mktemp("reported")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        journal = here()
        busy.fill(journal)
        journal.close()
        yield folder


@pytest.fixture(scope="module")
def figures(place: Path) -> Governance:
    journal = here()
    with journal.database.reading() as connection:
        found = governance(connection, Window("north", date(2026, 1, 1), date(2026, 1, 31)))
    journal.close()
    return found


@pytest.fixture(scope="module")
def told(place: Path) -> Result:
    return run(*DAYS, "--tenant", "north", "--out", "r.html")


def cells(page: str) -> list[list[str]]:
    """The rows of all tables of the page, as texts."""
    rows = re.findall(r"<tr>(.*?)</tr>", page)
    return [
        [unescape(re.sub(r"<.*?>", "", cell)) for cell in re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row)] for row in rows
    ]


def test_the_page_has_the_figures_of_the_measures(told: Result, figures: Governance, place: Path) -> None:
    assert told.exit_code == 0, told.output
    found = cells((place / "r.html").read_text())
    assert ["calls", str(figures.total.calls)] in found
    rate = figures.acceptance.override_rate
    assert rate is not None
    assert ["override rate", f"{100 * rate:.1f} %"] in found
    assert ["clinician-days", str(figures.burden.clinician_days)] in found
    for name, one in figures.by_card.items():
        assert [name, *map(str, (one.shown, one.told, one.accepted, one.overridden))] in [row[:5] for row in found]
    assert figures.latency is not None
    assert ["95 % of the calls within", f"{figures.latency.p95:,.1f}"] in found


def test_the_measures_count_what_the_journal_holds(figures: Governance, place: Path) -> None:
    calls = "select count(*) from entry where tenant='north' and kind='hook'"
    cards = "select count(*) from shown where tenant='north' and sent=1"
    ((called,), (sent,)) = (select(place / "recurrence-cds.sqlite3", query)[0] for query in (calls, cards))
    assert (figures.total.calls, figures.acceptance.shown) == (called, sent)


def test_the_terminal_says_what_the_page_says(told: Result, figures: Governance) -> None:
    said = " ".join(told.stdout.split())
    for one in sections(figures, None):
        assert one.title in said
    assert f"calls {figures.total.calls} " in said
    assert "verdict sound" in said


def test_the_highest_overrides_are_those_with_enough_reports(figures: Governance) -> None:
    (highest,) = [one for one in sections(figures, None) if one.title == "Highest share of overrides"]
    enough = [name for name, one in figures.by_consideration.items() if one.told >= LEAST_TOLD]
    assert sorted(str(row[0]) for row in highest.rows) == sorted(name.replace("_", " ") for name in enough)
    rates = [float(str(row[1]).removesuffix(" %")) for row in highest.rows]
    assert rates == sorted(rates, reverse=True)


def test_the_page_needs_nothing_else_and_names_nobody(told: Result, place: Path) -> None:
    page = (place / "r.html").read_text()
    assert not re.search(r"<script|https?:|src=|url\(", page)
    for column in ("patient", "user"):
        known = {one for (one,) in select(place / "recurrence-cds.sqlite3", f"select {column} from entry") if one}  # noqa: S608
        assert not [one for one in known if one in page + told.stdout]


def test_what_was_found_in_the_rows_of_another_client_is_counted_alone(figures: Governance) -> None:
    found = [Finding("north, row 7 (id)", "it was changed"), Finding("south, row 8 (id)", "it was changed")]
    (integrity,) = [one for one in sections(figures, Verified(found)) if one.title == "Integrity"]
    assert integrity.rows[0] == ("verdict", "2 found: it is not as it was written")
    assert integrity.rows[-2:] == (("north, row 7 (id)", "it was changed"), ("found elsewhere in the journal", "1"))


def test_that_it_was_asked_for_is_kept(told: Result, place: Path) -> None:
    kept = select(place / "recurrence-cds.sqlite3", "select tenant, about from entry where kind='control'")
    assert ("north", "report") in kept


def test_too_long_a_window_is_refused(place: Path) -> None:
    assert "400 days" in run("--since", "2024-01-01", "--until", "2026-01-01", "--tenant", "north").stderr


def test_a_journal_that_was_changed_is_reported_with_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    journal = here()
    busy.silent_call(journal, NOON)
    journal.close()
    select(tmp_path / "recurrence-cds.sqlite3", "update entry set status = 500")
    result = run(*DAYS)
    assert (result.exit_code, "default, row 1" in result.stdout) == (1, True), result.output
    assert "Not verified" in run(*DAYS, "--skip-verify").stdout
