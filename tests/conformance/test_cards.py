"""A: cards and their source."""

import json
import re
from typing import Any
from uuid import UUID

import pytest
from markdown_it import MarkdownIt

from tests.conformance.answers import Answered
from tests.conformance.live import Live

requirement = pytest.mark.requirement
SCRIPT = (
    "<script>alert(1)</script><img src=x onerror=alert(1)> [go](https://evil.example) **bold** https://evil.example"
)


def rendered(detail: str) -> list[Any]:
    """Every token of GitHub Flavored Markdown with HTML let through, as the sandbox renders it."""
    blocks = MarkdownIt("gfm-like", {"html": True, "linkify": False}).parse(detail)
    return [token for block in blocks for token in (block, *(block.children or ()))]


def poisoned(node: Any) -> Any:
    """The same with markup in every text for people."""
    if isinstance(node, list):
        return [poisoned(child) for child in node]
    if not isinstance(node, dict):
        return node
    texts = ("text", "display", "valueString", "comment", "title", "family")
    return {
        name: SCRIPT if name in texts and isinstance(child, str) else poisoned(child) for name, child in node.items()
    }


@requirement("A2", "K6")
def test_nothing_is_done_without_the_clinician(answered: Answered) -> None:
    assert all("systemActions" not in body for body in answered.bodies)


@requirement("A3")
def test_every_card_has_a_uuid_of_its_own(live: Live, answered: Answered) -> None:
    uuids = [card["uuid"] for card in [*answered.cards, *live.cards(live.request()), *live.cards(live.request())]]
    assert len(uuids) == len(set(uuids))
    assert [str(UUID(uuid)) for uuid in uuids] == uuids


@requirement("A4")
def test_every_summary_is_one_line_below_140_characters(answered: Answered) -> None:
    for card in answered.cards:
        assert 0 < len(card["summary"].strip()) < 140
        assert "\n" not in card["summary"]


@requirement("A5")
def test_details_are_markdown_without_html(answered: Answered) -> None:
    for card in answered.cards:
        assert not [token for token in rendered(card["detail"]) if token.type.startswith("html")]


@requirement("A5", "A4")
@pytest.mark.parametrize(
    "story", ["pathology_only_as_text", "a_breast_biopsy_report_as_an_attachment", "three_positive_nodes"]
)
def test_markup_in_the_chart_is_inert_on_the_cards(live: Live, story: str) -> None:
    cards = live.cards(live.request_of(poisoned(live.chart(story))))
    assert cards
    for card in cards:
        tokens = rendered(card["detail"])
        assert not [token for token in tokens if token.type.startswith("html") or token.type == "image"]
        assert "evil.example" not in str([token.attrs for token in tokens])
        assert "<" not in card["summary"]


@requirement("A6")
def test_every_indicator_is_one_that_clients_know(answered: Answered) -> None:
    assert {card["indicator"] for card in answered.cards} <= {"info", "warning", "critical"}


@requirement("A7")
def test_every_source_has_a_label(answered: Answered) -> None:
    assert all(card["source"]["label"].strip() for card in answered.cards)


@requirement("A8")
def test_the_address_of_a_source_is_absolute_and_the_same_for_everybody(live: Live, answered: Answered) -> None:
    for name, answer in answered.answers.items():
        patient = live.request(name)["context"]["patientId"]
        for url in [card["source"]["url"] for card in answer.json()["cards"] if "url" in card["source"]]:
            assert re.fullmatch(r"https?://[^/\s]+\S*", url)
            assert patient not in url


@requirement("A9")
def test_no_icon_is_sent(answered: Answered) -> None:
    assert all("icon" not in card["source"] for card in answered.cards)


@requirement("A10")
def test_every_topic_is_one_coding_that_an_ehr_can_key_on(answered: Answered) -> None:
    for card in answered.cards:
        topic = card["source"]["topic"]
        assert re.fullmatch(r"[A-Za-z0-9]{1,100}", topic["code"])
        assert topic["system"]


@requirement("A11")
def test_every_reason_to_override_has_code_system_and_display(answered: Answered) -> None:
    reasons = [reason for card in answered.cards for reason in card["overrideReasons"]]
    assert reasons
    assert all(reason["code"] and reason["system"] and reason["display"] for reason in reasons)


@requirement("E2")
def test_our_extensions_have_names_of_a_reversed_domain(answered: Answered) -> None:
    names = {name for card in answered.cards for name in card["extension"]}
    assert names
    assert all(re.fullmatch(r"(com|org|net)(\.[a-z0-9-]+)+", name) for name in names)
    assert '"extension": {}' not in json.dumps(answered.bodies)
