"""The stories themselves: complete, valid FHIR, and equal to what their authors' code writes."""

import json
import re
import warnings

import pytest
from fhir.resources.R4B.bundle import Bundle

from cds_hooks.knowledge.load import load_knowledge
from cds_hooks.reasoning.considerations import Status
from tests.support.authoring.story import Story
from tests.support.expectation import EPISODE_WORDS, FACTOR_WORDS, WORDS, Told, told_stories
from tests.support.readme import GENERATED_FROM, as_readme
from tests.support.stories import FIXTURES, STORIES, as_text

EACH = pytest.mark.parametrize("story", told_stories(), ids=lambda story: story.name)

IN_R4 = pytest.mark.parametrize("story", [s for s in told_stories() if "form" not in s.expect], ids=lambda s: s.name)
IN_ANOTHER_FORM = pytest.mark.parametrize(
    "story", [s for s in told_stories() if "form" in s.expect], ids=lambda s: s.name
)


def test_every_story_on_disk_has_an_author() -> None:
    assert {s.name for s in told_stories()} == {s.name for s in STORIES}


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_the_committed_chart_is_what_its_story_writes(story: Story) -> None:
    assert (FIXTURES / "patients" / story.name / "bundle.json").read_text(encoding="utf-8") == as_text(story)


@IN_R4
def test_every_chart_in_the_form_of_r4_is_valid_fhir(story: Told) -> None:
    text = (FIXTURES / "patients" / story.name / "bundle.json").read_text(encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert Bundle.model_validate_json(text).entry


@IN_ANOTHER_FORM
def test_every_chart_in_another_form_is_not_valid_in_r4(story: Told) -> None:
    text = (FIXTURES / "patients" / story.name / "bundle.json").read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="validation error"):
        Bundle.model_validate_json(text)


@EACH
def test_every_patient_has_a_name_a_gender_and_a_birth_date(story: Told) -> None:
    (patient,) = [r for r in story.resources if r["resourceType"] == "Patient"]
    assert patient["name"][0]["family"]
    assert patient["name"][0]["given"]
    assert patient["gender"] in {"female", "male"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", patient["birthDate"])


def test_no_two_resources_share_an_id() -> None:
    ids = [(r["resourceType"], r["id"]) for story in told_stories() for r in story.resources]
    assert len(ids) == len(set(ids))


def test_every_id_is_within_the_sixty_four_characters_of_fhir() -> None:
    ids = [r["id"] for story in told_stories() for r in story.resources]
    assert all(re.fullmatch(r"[A-Za-z0-9\-.]{1,64}", identity) for identity in ids)


@EACH
def test_every_expectation_uses_only_words_that_are_checked(story: Told) -> None:
    episodes = story.expect.get("episodes", [])
    factors = [factor for episode in episodes for factor in episode.get("factors", {}).values()]
    assert set(story.expect) <= WORDS
    assert all(set(episode) <= EPISODE_WORDS for episode in episodes)
    assert all(set(factor) <= FACTOR_WORDS for factor in factors)
    assert ("silent" in story.expect) != ("episodes" in story.expect)


def test_every_consideration_is_shown_by_a_story() -> None:
    shown = {
        id_ for story in told_stories() for id_, said in story.expect.get("considers", {}).items() if said == "applies"
    }
    in_use = {each.id for each in load_knowledge().considerations if each.status is not Status.RETIRED}
    assert in_use - shown == set()


@pytest.mark.parametrize("style", ["relative", "absolute", "urn"])
def test_every_way_of_writing_a_reference_occurs(style: str) -> None:
    marks = {"relative": '"Patient/', "absolute": '"https://ehr.example.org/fhir/R4/Patient/', "urn": '"urn:uuid:'}
    assert any(f'"reference": {marks[style]}' in json.dumps(story.resources) for story in told_stories())


def test_the_table_of_stories_is_up_to_date() -> None:
    assert (FIXTURES / "README.md").read_text(encoding="utf-8") == as_readme(), GENERATED_FROM
