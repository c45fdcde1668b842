"""The console in a real browser, from the calls of the try-it page to their replay."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Demo, Heard
from tests.browser.test_try_it_page import HIGH, NOTHING, open_story

PAGES = ["Overview", "Decisions", "Feedback", "Burden", "Watch", "Silent mode", "Reviews", "Knowledge", "Integrity"]


@pytest.fixture(scope="module")
def visitor(chromium: Browser, demo: Demo) -> Iterator[BrowserContext]:
    """A browser that has called the service from the try-it page, dismissed a card, and signed in to the console."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto(demo.url)
    for sentence in (NOTHING, HIGH):
        card = open_story(page, sentence).get_by_role("article").first
    card.get_by_role("button", name="Dismiss", exact=True).click()
    card.get_by_role("radio").first.check()
    card.get_by_label("Comment").fill("said at the tumour board")
    card.get_by_role("button", name="Dismiss this card").click()
    expect(card.get_by_role("status")).to_contain_text("Dismissed")
    page.goto(demo.console)
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    page.close()
    yield context
    context.close()


@pytest.fixture
def page(visitor: BrowserContext, demo: Demo, heard: Heard) -> Iterator[Page]:
    opened = visitor.new_page()
    opened.on("console", lambda m: heard.complaints.append(m.text) if m.type in ("error", "warning") else None)
    opened.on("pageerror", lambda error: heard.complaints.append(str(error)))
    opened.goto(f"{demo.url.rstrip('/')}/console/")
    yield opened
    opened.close()


def go(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Pages").get_by_role("link", name=name, exact=True).click()


def test_a_call_is_found_understood_and_replayed_and_its_dismissal_is_there(page: Page, heard: Heard) -> None:
    go(page, "Decisions")
    page.locator("select[name=tier]").select_option("high")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("main").get_by_role("table").get_by_role("link").first.click()
    lit = page.locator(".tiers td.lit.high")
    assert lit.count() >= 3
    expect(page.get_by_text(re.compile("^Because of triple negative"))).to_be_visible()
    expect(page.locator("#cards ~ article").first).to_contain_text("igh recurrence risk at diagnosis")
    expect(page.locator(".told").first).to_contain_text("said at the tumour board")
    page.get_by_role("button", name="Replay").click()
    expect(page.get_by_text("identical, byte by byte")).to_be_visible()
    assert heard.complaints == []


@pytest.mark.parametrize("width", [900, 1280])
def test_every_page_fits_and_complains_of_nothing(page: Page, heard: Heard, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    for name in PAGES:
        go(page, name)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    assert heard.complaints == []


def test_a_chart_is_drawn_and_its_figures_stand_below(page: Page) -> None:
    drawn = page.locator("canvas").first
    expect(drawn).to_have_attribute("aria-label", re.compile("by day, with control limits"))
    assert page.evaluate("Chart.getChart(document.querySelector('canvas')).data.datasets.length") == 3
    page.get_by_text("Figures").first.click()
    expect(page.locator("table.figures").first).to_be_visible()


def test_the_address_lets_in_once(chromium: Browser, demo: Demo, visitor: BrowserContext) -> None:
    other = chromium.new_page()
    other.goto(demo.console)
    expect(other.get_by_text("It lets in once; start the demo again for another.")).to_be_visible()
    other.close()


def test_a_review_counts_and_the_record_verifies(page: Page) -> None:
    go(page, "Reviews")
    page.get_by_role("main").get_by_role("table").get_by_role("link").first.click()
    for name in ("correct", "right_patient", "actionable"):
        page.locator(f"input[name={name}][value=yes]").check()
    page.get_by_role("button", name="Keep this review").click()
    expect(page.get_by_role("main")).to_contain_text(re.compile(r"1 yes, 0 no, 0 unsure"))
    go(page, "Integrity")
    page.get_by_role("button", name="Verify now").click()
    expect(page.get_by_text("as it was written")).to_be_visible()
