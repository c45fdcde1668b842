"""The command line: what it prints, and with which exit code it ends."""

import re
import shutil
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cds_hooks import __main__ as command_line
from cds_hooks.commands import chart
from cds_hooks.errors import KnowledgeBroken, NotAHookRequest, RecurrenceCdsError
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.knowledge.load import default_folder, load_knowledge

STORIES = Path(__file__).parents[2] / "fixtures" / "patients"
EXAMPLES = STORIES.parents[1] / "examples"
EVERY = sorted(folder.name for folder in STORIES.iterdir())


def run(*arguments: str, environ: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(command_line.main, arguments, env={"COLUMNS": "80", **(environ or {})})


@cache
def shipped() -> Knowledge:
    """The knowledge that ships, read once for all tests that do not try its reading."""
    return load_knowledge()


@pytest.fixture
def read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chart, "load_knowledge", lambda _: shipped())


def explained(story: str) -> Result:
    return run("explain", str(STORIES / story / "bundle.json"), "--as-of", "2026-03-02")


@pytest.fixture
def cards(tmp_path: Path) -> Path:
    return Path(shutil.copytree(default_folder(), tmp_path / "cards"))


@pytest.mark.usefixtures("read_once")
@pytest.mark.parametrize("story", EVERY)
def test_every_story_is_explained_within_80_columns(story: str) -> None:
    result = explained(story)
    assert result.exit_code == 0, result.output
    assert max(len(line.rstrip()) for line in result.output.splitlines()) <= 80


@pytest.mark.usefixtures("read_once")
def test_the_explanation_shows_value_proof_tier_and_drivers() -> None:
    said = explained("triple_negative_with_four_positive_nodes").output
    assert re.search(r"Lymph nodes +4 +high +\[\d+\] 2024-04-10", said)
    assert "recurrence risk at diagnosis high" in said
    assert "triple negative, 4 nodes positive" in said


@pytest.mark.usefixtures("read_once")
def test_the_explanation_says_why_a_fact_is_not_known_and_what_could_change_the_tier() -> None:
    said = explained("vessel_invasion_not_reported").output
    assert re.search(r"Could change it +vascular invasion \(not recorded\)", said)
    assert not re.search(r"\blow\b", said.replace("between low and high", ""))


@pytest.mark.usefixtures("read_once")
def test_the_explanation_names_what_was_set_aside() -> None:
    assert "after systemic" in explained("chemotherapy_before_surgery").output


@pytest.mark.usefixtures("read_once")
def test_without_a_tier_the_explanation_says_why() -> None:
    assert "no tier: metastatic disease" in explained("metastatic_to_bone").output
    assert "No tier: no breast cancer is recorded" in explained("nothing_but_a_patient").output


@pytest.mark.usefixtures("read_once")
def test_the_day_of_the_consultation_counts() -> None:
    ages = [
        re.search(
            r"age: (\d+)",
            run(
                "explain", str(STORIES / "a_fibroadenoma_and_nothing_malignant" / "bundle.json"), "--as-of", day
            ).output,
        )
        for day in ("2020-01-01", "2030-01-01")
    ]
    assert [int(age[1]) for age in ages if age] == [29, 39]


def test_a_file_that_is_no_chart_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    (tmp_path / "chart.json").write_text("not json")
    result = run("explain", str(tmp_path / "chart.json"))
    assert result.exit_code == 2
    assert result.stderr.startswith("recurrence-cds: ")
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_a_file_that_does_not_exist_is_exit_code_2() -> None:
    assert run("explain", "nowhere.json").exit_code == 2


def test_sound_knowledge_is_shown_on_one_screen() -> None:
    result = run("check")
    assert result.exit_code == 0
    assert "sound" in result.output
    assert len(result.output.splitlines()) < 24


def test_every_problem_of_the_wording_is_listed(cards: Path) -> None:
    wording = (cards / "wording.yaml").read_text()
    broken = wording.replace("tier.high: high\n", "").replace("grade {value}", "grade {valeu}")
    (cards / "wording.yaml").write_text(broken)
    result = run("check", "--cards", str(cards))
    assert result.exit_code == 1
    for problem in ("tier.high is missing", "uses {valeu}", "does not show {value}", "3 problems"):
        assert problem in result.output


def test_the_guide_is_written_beside_the_knowledge_or_where_it_is_asked_for(cards: Path, tmp_path: Path) -> None:
    (cards / "README.md").write_text("old")
    assert run("guide", "--cards", str(cards)).exit_code == 0
    assert run("guide", "--out", str(tmp_path / "guide.md")).exit_code == 0
    written = (cards / "README.md").read_text(encoding="utf-8")
    assert written.startswith("# Clinician's guide\n")
    assert written == (tmp_path / "guide.md").read_text(encoding="utf-8")
    assert run("guide", "--out", "-").stdout == written


def test_one_problem_is_counted_as_one(cards: Path) -> None:
    (cards / "wording.yaml").write_text((cards / "wording.yaml").read_text().replace("tier.high: high\n", ""))
    assert "1 problem:" in run("check", "--cards", str(cards)).output


def test_explain_reads_another_knowledge_folder(cards: Path) -> None:
    (cards / "tiers.yaml").write_text("factors: []\n")
    result = run("explain", str(STORIES / EVERY[0] / "bundle.json"), "--cards", str(cards))
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_demo_hands_over_its_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr("cds_hooks.demo.run.run_demo", lambda _, *given: asked.extend(given))
    assert run("demo", "--port", "9000", "--clients", str(EXAMPLES / "clients-sandbox.yaml")).exit_code == 0
    assert asked == [9000, 8001, EXAMPLES / "clients-sandbox.yaml"]


LINES = [
    (KnowledgeBroken(("a", "b")), "the knowledge has 2 problems (recurrence-cds check lists them); the first: a"),
    (KnowledgeBroken(("only\nthis",)), "only this"),
    (NotAHookRequest("must be a text", "context.patientId"), "must be a text (context.patientId)"),
    (NotAHookRequest("must be an object"), "must be an object"),
]


@pytest.mark.parametrize(("error", "line"), LINES)
def test_an_error_is_one_line(error: RecurrenceCdsError, line: str) -> None:
    assert command_line.in_one_line(error) == line
