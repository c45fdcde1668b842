"""The command line explains every story, and says the same tier as the service does."""

import pytest
from click.testing import CliRunner

from cds_hooks.__main__ import main
from cds_hooks.commands import chart
from cds_hooks.knowledge.load import load_knowledge
from tests.support.expectation import Told, has_word, told_stories
from tests.support.stories import FIXTURES

KNOWLEDGE = load_knowledge()
EACH = pytest.mark.parametrize("story", told_stories(), ids=lambda story: story.name)


@pytest.fixture
def read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chart, "load_knowledge", lambda _: KNOWLEDGE)


@EACH
@pytest.mark.usefixtures("read_once")
def test_explain_reads_the_story(story: Told) -> None:
    result = CliRunner().invoke(main, ["explain", str(FIXTURES / "patients" / story.name / "bundle.json")])
    assert result.exit_code == 0, result.output
    assert all(
        has_word(result.output, episode["tier"]) for episode in story.expect.get("episodes", []) if "tier" in episode
    )
