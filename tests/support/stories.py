"""All stories, and the command that writes their charts: `python -m tests.support.stories`.

What each story expects (`expect.yaml`) is written by hand beside its chart and never generated from anything.
"""

import json
from pathlib import Path

from tests.support.authoring import (
    tales_of_danger,
    tales_of_doubt,
    tales_of_follow_up,
    tales_of_silence,
    tales_of_text,
    tales_of_tiers,
    tales_of_treatment,
)
from tests.support.authoring.story import Story

FIXTURES = Path(__file__).parents[2] / "fixtures"
STORIES: tuple[Story, ...] = (
    *tales_of_tiers.TALES,
    *tales_of_doubt.TALES,
    *tales_of_silence.TALES,
    *tales_of_text.TALES,
    *tales_of_treatment.TALES,
    *tales_of_follow_up.TALES,
    *tales_of_danger.TALES,
)


def as_text(story: Story) -> str:
    """The chart as it is committed."""
    return json.dumps(story.bundle(), indent=1, ensure_ascii=False) + "\n"


def write_all(folder: Path = FIXTURES / "patients") -> None:
    """Write every story's bundle.json."""
    for story in STORIES:
        target = folder / story.name / "bundle.json"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(as_text(story), encoding="utf-8")


if __name__ == "__main__":
    write_all()
