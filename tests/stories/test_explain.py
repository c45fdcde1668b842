"""The command line explains every story, and says the same tier as the service does."""

import pytest
from click.testing import CliRunner

from cds_hooks.__main__ import main
from tests.support.expectation import Told, has_word, told_stories
from tests.support.stories import FIXTURES

EACH = pytest.mark.parametrize("story", told_stories(), ids=lambda story: story.name)


@EACH
def test_explain_reads_the_story(story: Told) -> None:
    result = CliRunner().invoke(main, ["explain", str(FIXTURES / "patients" / story.name / "bundle.json")])
    assert result.exit_code == 0, result.output
    assert all(
        has_word(result.output, episode["tier"]) for episode in story.expect.get("episodes", []) if "tier" in episode
    )
