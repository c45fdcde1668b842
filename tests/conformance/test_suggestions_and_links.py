"""S, K and L: what a card offers to do and to open."""

import re
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from markdown_it import MarkdownIt

from tests.conformance.answers import Answered
from tests.conformance.live import Live
from tests.support.ehr import patient_id_of

requirement = pytest.mark.requirement


@requirement("S1", "S2")
def test_suggestions_come_with_a_way_to_select_and_only_they_do(answered: Answered) -> None:
    for card in answered.cards:
        assert ("suggestions" in card) == ("selectionBehavior" in card)
        assert card.get("selectionBehavior", "any") in {"at-most-one", "any"}


@requirement("S3", "S4")
def test_every_suggestion_has_a_label_and_a_uuid(answered: Answered) -> None:
    uuids = [suggestion["uuid"] for suggestion in answered.suggestions]
    assert len(uuids) == len(set(uuids))
    assert [str(UUID(uuid)) for uuid in uuids] == uuids
    assert all(suggestion["label"].strip() for suggestion in answered.suggestions)


@requirement("S5")
def test_at_most_one_of_alternatives_is_recommended(answered: Answered) -> None:
    for card in answered.cards:
        recommended = [one for one in card.get("suggestions", ()) if one.get("isRecommended")]
        assert len(recommended) <= 1 or card["selectionBehavior"] == "any"


@requirement("S6", "K1")
def test_actions_are_of_the_three_kinds_and_one_to_a_suggestion(answered: Answered) -> None:
    assert all(len(suggestion.get("actions", [None])) == 1 for suggestion in answered.suggestions)
    assert {action["type"] for action in answered.actions} <= {"create", "update", "delete"}


@requirement("S7")
def test_no_client_has_to_choose_among_actions(answered: Answered) -> None:
    assert all("actionSelectionBehavior" not in suggestion for suggestion in answered.suggestions)


@requirement("K2")
def test_every_action_describes_itself(answered: Answered) -> None:
    assert all(action["description"].strip() for action in answered.actions)


@requirement("K3", "K4", "K5")
def test_every_action_creates_a_new_proposal_for_this_patient(live: Live, answered: Answered) -> None:
    for name, answer in answered.answers.items():
        offered = [one for card in answer.json()["cards"] for one in card.get("suggestions", ())]
        for action in [action for one in offered for action in one["actions"]]:
            assert action.keys() == {"type", "description", "resource"}
            assert (action["type"], action["resource"]["intent"]) == ("create", "proposal")
            assert "id" not in action["resource"]
            assert action["resource"]["subject"]["reference"] == f"Patient/{patient_id_of(live.chart(name))}"


@requirement("L1", "L2", "L4")
def test_every_link_is_absolute_and_opens_a_page(answered: Answered) -> None:
    for link in answered.links:
        assert link.keys() == {"label", "url", "type"}
        assert link["label"].strip()
        assert link["type"] == "absolute"
        assert urlsplit(link["url"]).scheme in {"http", "https"}
        assert urlsplit(link["url"]).netloc


@requirement("L3")
def test_no_address_says_anything_of_the_patient(live: Live, answered: Answered) -> None:
    for name, answer in answered.answers.items():
        patient = patient_id_of(live.chart(name))
        links = [link for card in answer.json()["cards"] for link in card.get("links", ())]
        assert all(patient not in link["url"] for link in links)
        assert {urlsplit(link["url"]).query.partition("=")[0] for link in links} <= {"", "version"}


@requirement("L5")
def test_what_the_text_links_to_is_among_the_links(answered: Answered) -> None:
    for card in answered.cards:
        blocks = MarkdownIt("gfm-like", {"linkify": False}).parse(card["detail"])
        children = [child for block in blocks for child in block.children or () if child.type == "link_open"]
        assert {child.attrs["href"] for child in children} <= {link["url"] for link in card["links"]}
        assert not re.search(r"https?://", card["detail"]) or children


@requirement("L1", "E3")
def test_the_pages_behind_the_links_are_ours_and_there(live: Live, answered: Answered) -> None:
    for path in {urlsplit(link["url"]).path for link in answered.links}:
        page = live.get(path, Accept="text/html")
        assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
