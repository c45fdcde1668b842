"""The try-it page in a real browser, against the running demo."""

import json
import re
import sqlite3
from contextlib import closing
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from cds_hooks.demo.stories import load_stories
from cds_hooks.knowledge.load import load_knowledge
from tests.browser.conftest import Demo, Heard

HIGH = "Triple negative with four positive nodes"
NOTHING = "Nothing but a patient"
SERVICE = "**/cds-services/breast-cancer-recurrence"


def open_story(page: Page, sentence: str) -> Locator:
    """Choose the story and give the place where its cards appear, once the answer is there."""
    page.get_by_role("link", name=sentence, exact=True).click()
    expect(page.get_by_text("Response as it came back")).to_be_visible()
    return page.locator("#cards")


def tier_card(page: Page) -> Locator:
    """The first card of the high-risk story."""
    return open_story(page, HIGH).get_by_role("article").first


def kept_feedback(demo: Demo) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(demo.folder / "recurrence-cds.sqlite3")) as journal:
        known = "exists (select 1 from shown where uuid = card_uuid)"
        chosen = f"select outcome, reason, commented, {known} from reported order by rowid"  # noqa: S608
        return journal.execute(chosen).fetchall()


def answer_with(page: Page, *cards: dict[str, Any]) -> None:
    """Let the service's answer be these cards."""
    page.route(SERVICE, lambda route: route.fulfill(json={"cards": list(cards)}))


def test_the_page_lists_every_patient_by_its_sentence(page: Page) -> None:
    shown = page.locator("#stories a").all_inner_texts()
    assert sorted(shown) == sorted(story.sentence for story in load_stories())


def test_the_high_risk_story_shows_its_card_with_its_drivers(page: Page) -> None:
    card = tier_card(page)
    expect(card.get_by_role("heading", level=3)).to_contain_text("igh recurrence risk at diagnosis")
    for driver in ("4 nodes positive", "grade 3", "triple negative"):
        expect(card).to_contain_text(driver)


def test_a_dismissed_card_leaves_its_reason_in_the_journal(page: Page, demo: Demo) -> None:
    card = tier_card(page)
    card.get_by_role("button", name="Dismiss", exact=True).click()
    reason = card.get_by_role("radio").first
    label = reason.locator("xpath=..").inner_text()
    reason.check()
    card.get_by_label("Comment").fill("seen in the tumour board")
    card.get_by_role("button", name="Dismiss this card").click()
    expect(card.get_by_role("status")).to_contain_text(f"Dismissed: {label}")
    outcome, reason, commented, known = kept_feedback(demo)[-1]  # others use the same demo
    assert (outcome, commented, known) == ("overridden", 1, 1)
    assert load_knowledge().wording[f"override.reason.{reason}"] == label


def test_a_chart_without_cancer_brings_no_recommendation(page: Page) -> None:
    expect(open_story(page, NOTHING)).to_have_text("No recommendations to display")


def test_nothing_is_reported_on_the_console(page: Page, heard: Heard) -> None:
    for sentence in (HIGH, NOTHING):
        open_story(page, sentence)
    assert heard.complaints == []


def test_request_and_response_can_be_opened(page: Page) -> None:
    open_story(page, HIGH)
    for title, member in (("Request as it was sent", "prefetch"), ("Response as it came back", "cards")):
        page.get_by_text(title).click()
        sent = page.get_by_label(title, exact=True).inner_text()
        assert json.loads(sent)[member]


def test_the_sandbox_address_is_of_the_chosen_patient(page: Page) -> None:
    open_story(page, HIGH)
    expect(page.locator("#sandbox")).to_have_attribute("href", page_address_of(HIGH))


def page_address_of(sentence: str) -> re.Pattern[str]:
    (story,) = [story for story in load_stories() if story.sentence == sentence]
    return re.compile(rf"sandbox\.cds-hooks\.org/\?.*patientId={story.patient_id}&serviceDiscoveryURL=http%3A")


def test_a_story_can_be_linked_to(page: Page) -> None:
    open_story(page, HIGH)
    page.reload()
    expect(page.locator("#cards").get_by_role("article").first).to_be_visible()
    page.go_back()
    expect(page.locator("#stories [aria-current]")).to_have_count(1)


def test_stories_are_found_by_a_word(page: Page) -> None:
    page.get_by_label("Find a story").fill("vessel invasion")
    found = ["Vessel invasion not reported", "Vessel invasion and otherwise low"]
    expect(page.locator("#stories a:visible")).to_have_text(found)


def press_until(page: Page, text: str) -> None:
    """Tab until the focus is on what is named so."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText?.trim()") == text:
            return
    pytest.fail(f"the keyboard does not reach {text!r}")


def test_everything_is_reached_and_done_by_keyboard(page: Page) -> None:
    press_until(page, HIGH)
    page.keyboard.press("Enter")
    expect(page.locator("#cards").get_by_role("article").first).to_be_visible()
    press_until(page, "Dismiss")
    page.keyboard.press("Enter")
    page.keyboard.press("Space")  # the focus is on the first reason
    press_until(page, "Dismiss this card")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Dismissed:")).to_be_visible()


def test_escape_closes_the_reasons_and_returns_to_the_button(page: Page) -> None:
    card = tier_card(page)
    card.get_by_role("button", name="Dismiss", exact=True).click()
    page.keyboard.press("Escape")
    expect(card.get_by_role("radio").first).to_be_hidden()
    expect(card.get_by_role("button", name="Dismiss", exact=True)).to_be_focused()


@pytest.mark.parametrize("width", [800, 1280])
def test_nothing_is_wider_than_the_window(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    open_story(page, HIGH)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_urgent_card_comes_first(page: Page) -> None:
    calm = {"uuid": "1", "summary": "calm", "indicator": "info", "source": {"label": "s"}}
    answer_with(page, calm, {**calm, "uuid": "2", "summary": "urgent", "indicator": "warning"})
    cards = open_story(page, HIGH)
    expect(cards.get_by_role("heading", level=3)).to_have_text(["urgent", "calm"])


def test_raw_html_in_a_card_stays_text(page: Page, heard: Heard) -> None:
    attack = "<img src=x onerror=alert(1)>"
    answer_with(page, {"summary": attack, "indicator": "info", "detail": attack, "source": {"label": attack}})
    card = tier_card(page)
    assert card.inner_text().count(attack) == 3
    expect(card.locator("img")).to_have_count(0)
    assert heard.complaints == []


def test_an_accepted_suggestion_is_kept(page: Page, demo: Demo) -> None:
    uuids = ("7d3b1c1e-6f0d-4f33-9f0c-2b8a5d1f0a01", "7d3b1c1e-6f0d-4f33-9f0c-2b8a5d1f0a02")
    suggestion = {"label": "Order a mammogram", "uuid": uuids[1]}
    card = {"uuid": uuids[0], "summary": "due", "indicator": "warning", "source": {"label": "s"}}
    answer_with(page, {**card, "suggestions": [suggestion], "selectionBehavior": "any"})
    cards = open_story(page, HIGH)
    cards.get_by_role("button", name="Order a mammogram").click()
    expect(cards.get_by_role("status")).to_contain_text("Taken: Order a mammogram")
    assert ("accepted", None) in [row[:2] for row in kept_feedback(demo)]


def test_a_refused_feedback_is_told_and_the_card_stays(page: Page) -> None:
    card = {"uuid": "not a uuid", "summary": "odd", "indicator": "info", "source": {"label": "s"}, "detail": "text"}
    answer_with(page, card)
    page.route(f"{SERVICE}/feedback", lambda route: route.fulfill(status=503, body="no"))
    shown = open_story(page, HIGH).get_by_role("article")
    shown.get_by_role("button", name="Dismiss", exact=True).click()
    shown.get_by_role("button", name="Dismiss this card").click()
    expect(shown.get_by_role("alert")).to_contain_text("The feedback was not stored")
    expect(shown).to_contain_text("text")


def test_a_refused_call_is_told_in_the_words_of_the_service(page: Page) -> None:
    issue = {"severity": "error", "code": "required", "details": {"text": "The Patient could not be loaded."}}

    def refuse(route: Route) -> None:
        route.fulfill(status=412, json={"resourceType": "OperationOutcome", "issue": [issue]})

    page.route(SERVICE, refuse)
    expect(open_story(page, HIGH).get_by_role("alert")).to_contain_text("412: The Patient could not be loaded.")
