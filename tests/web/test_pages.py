"""The pages for readers."""

from pathlib import Path

from cds_hooks.addresses import Address
from cds_hooks.protocol.response import check_answer
from cds_hooks.settings import Settings
from cds_hooks.web.pages import markdown
from tests.web.desk import KNOWLEDGE, SERVICE, Desk, opened, with_cards

ATTRIBUTES = f"{SERVICE}/source-attributes"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def test_the_guide_is_a_page_with_anchors_and_no_script(desk: Desk) -> None:
    answer = desk.client.get("/guide")
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    assert '<h2 id="risk-tier-at-diagnosis">' in answer.text
    assert "<table>" in answer.text
    assert "<script" not in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


def test_what_looks_like_a_tag_in_the_knowledge_stays_text() -> None:
    assert "&lt;script&gt;" in markdown().render("a <script> b")


def test_the_style_of_the_pages_is_served(desk: Desk) -> None:
    with desk.client.get("/guide/static/pages.css") as answer:
        assert (answer.status_code, answer.mimetype) == (200, "text/css")


def test_source_attributes_are_json_unless_html_is_asked_for(desk: Desk) -> None:
    asked = {"*/*": "application/json", "application/json": "application/json", BROWSER: "text/html"}
    for accept, given in asked.items():
        answer = desk.client.get(ATTRIBUTES, headers={"Accept": accept})
        assert (answer.status_code, answer.mimetype) == (200, given)
        assert answer.headers.getlist("Vary") == ["Accept", "Origin"]
    assert [card["card"] for card in desk.client.get(ATTRIBUTES).get_json()["cards"]]


def test_the_page_of_source_attributes_has_a_place_for_each_card_and_no_script(desk: Desk) -> None:
    page = desk.client.get(ATTRIBUTES, headers={"Accept": BROWSER})
    kinds = [card["card"] for card in desk.client.get(ATTRIBUTES).get_json()["cards"]]
    assert all(f'<h2 id="{kind}">' in page.text for kind in kinds)
    assert "<script" not in page.text
    assert "style-src 'self'" in page.headers["Content-Security-Policy"]


def test_another_service_has_no_source_attributes(desk: Desk) -> None:
    assert desk.client.get("/cds-services/other/source-attributes").status_code == 404


def test_without_a_base_url_no_card_links_to_a_page(desk: Desk) -> None:
    (card,) = desk.post(with_cards()).get_json()["cards"]
    assert "links" not in card


def test_with_a_base_url_every_card_links_to_its_own_source_attributes(tmp_path: Path) -> None:
    with opened(tmp_path, Settings(base_url=Address("https", "cds.example.org", 443, "/cds"))) as desk:
        answer = desk.post(with_cards()).get_json()
        _, link = answer["cards"][0]["links"]
    assert link["url"] == f"https://cds.example.org/cds{ATTRIBUTES}?version={KNOWLEDGE.fingerprint}#tier"
    assert link["type"] == "absolute"
    assert check_answer(answer) == []
