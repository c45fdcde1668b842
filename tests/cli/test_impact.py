"""impact on the command line, over some of the patients that ship."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cds_hooks import __main__ as command_line
from cds_hooks.commands import impact as commands
from cds_hooks.impact.charts import shipped_charts
from cds_hooks.knowledge.load import default_folder

EXTENDED = "extended_endocrine_node_positive"
DAY = ("--as-of", "2026-03-02")


SOME = ("every_factor_low", "three_positive_nodes", "high_risk_but_deceased")
FIVE_YEARS = "five_years_of_an_aromatase_inhibitor_with_two_positive_nodes"


@pytest.fixture(autouse=True)
def some(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few of the charts that ship: all of them take their time."""
    few = tuple(chart for chart in shipped_charts() if chart.name in (*SOME, FIVE_YEARS))
    monkeypatch.setattr(commands, "shipped_charts", lambda: few)


def run(*arguments: str, columns: int = 100) -> Result:
    return CliRunner().invoke(command_line.main, ("impact", *arguments), env={"COLUMNS": str(columns)})


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Knowledge in which three nodes are high risk, one consideration is gone, and a word is another."""
    folder = Path(shutil.copytree(default_folder(), tmp_path_factory.mktemp("other") / "cards"))
    swaps = {
        "tiers.yaml": [
            ("moderate: {positive_nodes: {at_least: 1, at_most: 3}}", "moderate: {positive_nodes: {at_most: 2}}"),
            ("high: {positive_nodes: {at_least: 4}}", "high: {positive_nodes: {at_least: 3}}"),
            ("positive_nodes: 3, vascular_invasion: no}, expect: moderate", "positive_nodes: 3}, expect: high"),
        ],
        f"considerations/{EXTENDED}.yaml": [("status: draft", "status: retired")],
        "wording.yaml": [("detail.unapproved: Advisory", "detail.unapproved: A draft, advisory")],
    }
    for name, changes in swaps.items():
        text = (folder / name).read_text()
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (folder / name).write_text(text)
    return folder


def test_who_changes_tier_or_cards_is_shown_before_and_after(other: Path) -> None:
    told = run("--from", str(default_folder()), "--to", str(other), *DAY).output
    assert "three_positive_nodes" in told
    assert "→ left: high" in told
    assert f"- {EXTENDED}" in told
    assert "of 4 patients change tier" in told
    assert max(len(line.rstrip()) for line in told.splitlines()) <= 100


def test_json_counts_what_changed_and_tells_wording_apart(other: Path) -> None:
    told = json.loads(run("--from", str(default_folder()), "--to", str(other), *DAY, "--json").output)
    by_name = {change["patient"]: change for change in told["changes"]}
    assert by_name["three_positive_nodes"]["degree"] == "tier"
    assert by_name["three_positive_nodes"]["after"]["tiers"] == ["left: high"]
    assert by_name["every_factor_low"]["degree"] == "wording only"
    assert {"id": EXTENDED, "verdict": "applies", "appears": 0, "disappears": 1} in told["considerations"]
    counted = told["changed"]
    assert told["patients"] == (counted["tier_or_cards"] + counted["wording_only"] + told["unchanged"] + told["unread"])


def test_the_same_knowledge_changes_nothing_and_more_charts_count(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}")
    told = json.loads(run("--from", str(default_folder()), *DAY, "--charts", str(tmp_path), "--json").output)
    assert (told["changes"], told["unread"]) == ([], 1)
    assert told["from"]["fingerprint"] == told["to"]["fingerprint"]


def test_a_revision_that_is_not_there_is_one_line() -> None:
    refused = run("--from", "no-such-revision")
    assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)
    assert "no-such-revision is neither a folder nor a git revision of" in refused.stderr
