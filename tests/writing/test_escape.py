"""Chart text on a card is inert."""

import html
import re
from decimal import Decimal
from random import Random

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
    "see http://evil.example/x",
    "www.evil.example",
    "mailto:somebody@evil.example",
    "<a href='http://evil.example'>x</a>",
    "[ref]: http://evil.example\n[ref]",
    "http:\u200b//evil.example",
    "<img src=x onerror=alert(1)>",
    "[^1]\n\n[^1]: note",
    "- [ ] task",
]
# GitHub's autolinks (GFM 6.9) as remark and cmark find them: in the text that is left once Markdown was read.
AUTOLINKS = re.compile(r"(https?://|www(?=\.))[-.\w]+|[-.\w+]+@[-\w]+(\.[-\w]+)+", re.IGNORECASE)
FRAGMENTS = [
    *("<", ">", "[", "]", "(", ")", "!", "`", "*", "_", "~", "|", "#", "&", ";", ":", "/", "\\", "@", ".", "\n", " "),
    *("http", "https://", "www.", "www", "evil.example", "javascript:", "data:text/html,", "mailto:", "xmpp:", "a@b.c"),
    *(
        "<script>",
        "</script>",
        "<img src=x>",
        "<!--",
        "-->",
        "<![CDATA[",
        "<?",
        "&lt;",
        "&#60;",
        "&#x3c;",
        "](",
        "![",
        "](x)",
    ),
    *("\u202e", "\u200b", "\u2060", "\ufeff", "\u00ad", "\x00", "\x1b", "\u2028", "\u3000", "\u0085", "\ud800"),
]


def elements(markdown: str) -> list[str]:
    return re.findall(r"<[^>]*>", MARKDOWN.render(markdown))


def text_shown(markdown: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", MARKDOWN.render(markdown)))


def test_of_five_thousand_strings_none_makes_an_element_or_a_link() -> None:
    dice = Random(7)  # noqa: S311 (the same strings every time)
    texts = ["".join(dice.choices(FRAGMENTS, k=dice.randint(1, 12))) for _ in range(5000)]
    markdown = "\n\n".join(f"before {escape(text)} after" for text in texts)
    assert elements(markdown) == ["<p>", "</p>"] * 5000
    assert not AUTOLINKS.search(text_shown(markdown))


@given(st.lists(st.sampled_from(FRAGMENTS) | st.characters(), max_size=12).map("".join))
@example("HTTPS://E.example")
@example("WWW.e.example")
@example("wwwwww.e.example")
def test_whatever_is_put_together_makes_neither_an_element_nor_a_link(text: str) -> None:
    markdown = f"before {escape(text)} after"
    assert elements(markdown) == ["<p>", "</p>"]
    assert not AUTOLINKS.search(text_shown(markdown))


@given(st.text(max_size=200))
@example("<script>alert(1)</script>")
@example("[x](javascript:alert(1))")
def test_escaped_text_makes_no_element_of_its_own(text: str) -> None:
    assert elements(f"before {escape(text)} after") == ["<p>", "</p>"]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_in_a_note_or_a_mark_changes_nothing_in_the_card(payload: str) -> None:
    def shown(text: str) -> tuple[list[str], bool]:
        weak = (Evidence("Observation/o1", text, (text,)),)
        detail = card(tumour(grade=Known(Interval.exactly(Decimal(3)), weak, notes=(text,))))["detail"]
        return elements(detail), bool(AUTOLINKS.search(text_shown(detail)))

    assert shown(payload) == shown("harmless")


HIDDEN = [
    ("a\u202eb", "ab"),
    ("a\u200bb", "ab"),
    ("a\x00b", "ab"),
    ("a\x9bb", "ab"),
    ("a\u2066b\u2069", "ab"),
    ("a\r\n b", "a b"),
    ("http://a", "http\\: \\/\\/a"),
    ("www.a", "www \\.a"),
    ("a@b", "a \\@ b"),
]


@pytest.mark.parametrize(("text", "seen"), HIDDEN)
def test_what_cannot_be_seen_or_would_be_a_link_is_taken_out(text: str, seen: str) -> None:
    assert escape(text) == seen


def test_long_text_is_cut_before_it_is_escaped() -> None:
    assert escape("-" * 200) == "\\-" * 79 + "…"


def test_words_in_any_script_stay() -> None:
    assert escape("pT2, Größe 日本") == "pT2\\, Größe 日本"
