"""The pages for readers."""

from cds_hooks.web.pages import markdown
from tests.web.desk import Desk


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
