"""A story that is told on another day is the same story."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from cds_hooks.consult import consult
from cds_hooks.demo.stories import TOLD_ON, Story, load_stories
from cds_hooks.demo.told_today import told_today
from cds_hooks.fhir.bundle import prefetch_of
from cds_hooks.fhir.read import read_record
from cds_hooks.knowledge.load import load_knowledge
from cds_hooks.reasoning.consider import History

KNOWLEDGE = load_knowledge()


def concluded(story: Story, today: date) -> Any:
    keys = KNOWLEDGE.service.prefetch
    patient_id, prefetch = prefetch_of(json.dumps(story.resources).encode(), keys, None)
    record = read_record(prefetch, keys, KNOWLEDGE.sieve, patient_id)
    found = consult(record, History(), KNOWLEDGE, today)
    tiers = [(tier.at_least, tier.at_most, tier.missing) for tier in found.tiers]
    return tiers, [(one.consideration.id, one.episode) for one in found.considerations if one.shown]


def test_every_story_comes_to_the_same_on_another_day() -> None:
    stories, day = load_stories(), TOLD_ON + timedelta(days=270)
    for story, moved in zip(stories, told_today(stories, day), strict=True):
        assert concluded(moved, day) == concluded(story, TOLD_ON), story.sentence


@pytest.mark.parametrize(
    ("name", "text", "moved"),
    [
        ("birthDate", "1960-02-28", "1960-03-09"),
        ("effectiveDateTime", "2025-12-31T23:00:00+01:00", "2026-01-10T23:00:00+01:00"),
        ("recordedDate", "2025-12", "2025-12"),
        ("onsetDateTime", "2024", "2024"),
        ("start", "2025-01-01", "2025-01-11"),
        ("code", "2025-01-01", "2025-01-01"),
        ("valueDateTime", "unknown", "unknown"),
    ],
)
def test_dates_move_and_nothing_else_does(name: str, text: str, moved: str) -> None:
    story = Story("One", "1", ({"resourceType": "Observation", "id": "1", "in": [{name: text}]},))
    (told,) = told_today([story], TOLD_ON + timedelta(days=10))
    assert told.resources[0]["in"] == [{name: moved}]
