"""The clinician's guide: complete, readable, and never older than the knowledge."""

import re
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from cds_hooks.knowledge.library import Knowledge
from cds_hooks.knowledge.load import load_knowledge
from cds_hooks.reasoning.conditions import AllOf, AnyOf, AtLeast, Condition, ListTest, NoneOf, NumberTest, WordTest
from cds_hooks.reasoning.considerations import CardKind
from cds_hooks.writing.guide import KINDS, guide
from cds_hooks.writing.guide_parts import slug
from cds_hooks.writing.rules import Rules

CARDS = Path(__file__).parents[2] / "cards"
YES = ("yes",)
HER2 = WordTest("her2", ("positive",), ("positive", "negative"))
NODES = NumberTest("positive_nodes", at_least=Decimal(1), at_most=Decimal(3), whole=True)


@cache
def shipped() -> Knowledge:
    return load_knowledge()


def headings(text: str) -> list[str]:
    return re.findall(r"^#+ (.*)$", text, re.MULTILINE)


def test_the_guide_in_the_folder_is_what_the_knowledge_says() -> None:
    written = (CARDS / "README.md").read_text(encoding="utf-8")
    assert written == guide(shipped()), "stale: run `recurrence-cds guide`"


def test_every_consideration_has_a_section_under_its_kind() -> None:
    found = headings(guide(shipped()))
    assert [each.title for each in shipped().considerations if each.title not in found] == []
    assert set(KINDS) | {CardKind.TIER, CardKind.UNSUPPORTED_DATA} == set(CardKind)


def test_every_link_inside_the_guide_leads_to_one_heading() -> None:
    text = guide(shipped())
    anchors = [slug(heading) for heading in headings(text)]
    assert len(anchors) == len(set(anchors))
    assert set(re.findall(r"\]\(#([^)]*)\)", text)) <= set(anchors)


@pytest.mark.parametrize(
    "missing", ["**Said when**", "**Limits**", "**Evidence**", "**Examples**", "no clinician has approved"]
)
def test_every_section_tells_rule_limits_evidence_examples_and_review(missing: str) -> None:
    assert guide(shipped()).count(missing) >= len(shipped().considerations)


def test_what_is_deliberately_not_said_is_in_the_guide() -> None:
    _, _, unsaid = guide(shipped()).partition("## Deliberately not said")
    assert "European visit schedule in numbers" in unsaid
    assert "Thrombophilia with tamoxifen" in unsaid


def test_every_table_row_has_the_cells_of_its_head() -> None:
    blocks = [block for block in guide(shipped()).split("\n\n") if block.startswith("| ")]
    for block in blocks:
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}) == 1, block


OUTLINES: list[tuple[Condition, list[str]]] = [
    (HER2, ["- HER2 is positive"]),
    (AllOf((HER2, HER2)), ["- HER2 is positive", "- HER2 is positive"]),
    (AnyOf((HER2, HER2)), ["- HER2 is positive or HER2 is positive"]),
    (NoneOf((HER2,)), ["- none of these holds: HER2 is positive"]),
    (
        AnyOf((HER2, AllOf((HER2, AnyOf((HER2, HER2)))))),
        [
            "- one of these:",
            "  - HER2 is positive",
            "  - all of these:",
            "    - HER2 is positive",
            "    - HER2 is positive or HER2 is positive",
        ],
    ),
    (AtLeast(1, (HER2, HER2)), ["- at least 1 of these:", "  - HER2 is positive", "  - HER2 is positive"]),
    (
        NoneOf((AllOf((HER2, HER2)),)),
        ["- none of these:", "  - all of these:", "    - HER2 is positive", "    - HER2 is positive"],
    ),
]


@pytest.mark.parametrize(("condition", "lines"), OUTLINES)
def test_a_rule_is_a_list_whose_alternatives_are_nested(condition: Condition, lines: list[str]) -> None:
    assert list(Rules(shipped().vocabulary.facts, shipped().wording).outline(condition)) == lines


def test_what_stands_in_a_card_for_a_patient_is_named_and_no_placeholder_is_left() -> None:
    text = guide(shipped())
    assert "Last mammogram of the ‹left or right breast› (conserved) ‹date›, due since ‹month›" in text
    assert "{" not in text.partition("## Safety")[2]


def test_words_of_a_fact_are_said_as_the_wording_has_them() -> None:
    rules = Rules(shipped().vocabulary.facts, shipped().wording)
    assert rules.in_english(ListTest("drug_classes_recorded", ("cdk46",), ())).endswith("include CDK4/6 inhibitor")


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (NODES, "positive lymph nodes are at least 1 and at most 3"),
        (NumberTest("tumour_size", above=Decimal(50)), "primary tumour size is above 50 mm"),
        (NumberTest("ki67", below=Decimal("20")), "Ki-67 is below 20 percent of nuclei"),
        (HER2, "HER2 is positive"),
        (WordTest("her2", ("positive", "negative"), ("positive", "negative")), "HER2 is positive or negative"),
        (WordTest("chemotherapy", ("yes", "no"), ()), "chemotherapy is recorded, as present or as absent"),
        (WordTest("stroke", YES, ("yes", "no")), "stroke or transient ischaemic attack is on record"),
        (WordTest("hospice", ("no",), ("yes", "no")), "no hospice care is on record"),
        (WordTest("vascular_invasion", ("no",), ("yes", "no")), "lymph or blood vessel invasion is known to be absent"),
        (WordTest("recurrence", ("no",), ("yes", "no")), "no recurrence is on file"),
        (
            ListTest("drugs_recorded", ("tamoxifen", "letrozole"), ()),
            "cancer drugs on record include tamoxifen or letrozole",
        ),
        (
            AllOf((HER2, AnyOf((NODES, HER2)))),
            "HER2 is positive and (positive lymph nodes are at least 1 and at most 3 or HER2 is positive)",
        ),
        (NoneOf((HER2,)), "none of these holds: HER2 is positive"),
        (AtLeast(1, (HER2,)), "at least 1 of these hold: HER2 is positive"),
    ],
)
def test_a_condition_in_english(condition: Condition, words: str) -> None:
    assert Rules(shipped().vocabulary.facts, shipped().wording).in_english(condition) == words
