"""Chart text on a card is inert."""

import re
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from cds_hooks.picture.fact import Evidence, Interval, Known
from cds_hooks.writing.escape import escape
from tests.writing.made_up import card, tumour

MARKDOWN = MarkdownIt("gfm-like", {"html": True, "linkify": False})
PAYLOADS = [
    "<script>alert(1)</script>",
    "![x](http://evil.example/x.png)",
    "[click](javascript:alert(1))",
    "<http://evil.example>",
    "# heading\n\n* list",
    "| cell | cell |\n|---|---|",
    "`code` **bold** ~~struck~~",
    "&lt;b&gt;",
    "1. one",
    "\\",
]


def elements(markdown: str) -> list[str]:
    return re.findall(r"<[^>]*>", MARKDOWN.render(markdown))


@given(st.text(max_size=200))
@example("<script>alert(1)</script>")
@example("[x](javascript:alert(1))")
def test_escaped_text_makes_no_element_of_its_own(text: str) -> None:
    assert elements(f"before {escape(text)} after") == ["<p>", "</p>"]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_in_a_note_or_a_mark_changes_nothing_in_the_card(payload: str) -> None:
    def shown(text: str) -> list[str]:
        weak = (Evidence("Observation/o1", text, (text,)),)
        return elements(card(tumour(grade=Known(Interval.exactly(Decimal(3)), weak, notes=(text,))))["detail"])

    assert shown(payload) == shown("harmless")


HIDDEN = [
    ("a\u202eb", "ab"),
    ("a\u200bb", "ab"),
    ("a\x00b", "ab"),
    ("a\x9bb", "ab"),
    ("a\u2066b\u2069", "ab"),
    ("a\r\n b", "a b"),
]


@pytest.mark.parametrize(("text", "seen"), HIDDEN)
def test_what_cannot_be_seen_is_taken_out(text: str, seen: str) -> None:
    assert escape(text) == seen


def test_long_text_is_cut_before_it_is_escaped() -> None:
    assert escape("-" * 200) == "\\-" * 79 + "…"


def test_words_in_any_script_stay() -> None:
    assert escape("pT2, Größe 日本") == "pT2\\, Größe 日本"
