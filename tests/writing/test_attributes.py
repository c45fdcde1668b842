"""The source attributes of every card: all thirteen, never blank."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from cds_hooks.knowledge.load import load_knowledge
from cds_hooks.reasoning.ranking import ORDER
from cds_hooks.writing.attributes import source_attributes
from cds_hooks.writing.wording import ids

THIRTEEN = [
    "bibliographic_citation",
    "developer",
    "funding_source",
    "release_and_revision_dates",
    "race",
    "ethnicity",
    "language",
    "sexual_orientation",
    "gender_identity",
    "sex",
    "date_of_birth",
    "social_determinants_of_health",
    "health_status_assessments",
]


@cache
def told() -> dict[str, Any]:
    return source_attributes(load_knowledge())


def card(kind: str) -> dict[str, Any]:
    (found,) = [each for each in told()["cards"] if each["card"] == kind]
    return dict(found)


def blanks(node: Any, where: str = "") -> Iterator[str]:
    if isinstance(node, dict):
        for name, child in node.items():
            yield from blanks(child, f"{where}.{name}")
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from blanks(child, f"{where}[{index}]")
    if node in ("", [], {}, None):
        yield where


def test_every_card_that_can_be_shown_has_its_attributes_and_version() -> None:
    assert [each["card"] for each in told()["cards"]] == [kind.value for kind in ORDER]
    assert all(each["version"] >= 1 for each in told()["cards"])


def test_every_card_has_all_thirteen_in_their_order() -> None:
    assert [list(each["source_attributes"]) for each in told()["cards"]] == [THIRTEEN] * len(ORDER)


def test_no_value_is_blank() -> None:
    empty = [where for where in blanks(told()) if not where.endswith(".considerations")]
    assert empty == []


def test_what_a_rule_reads_of_a_person_is_declared() -> None:
    treatment = card("treatment")["source_attributes"]
    assert treatment["sex"] == "used: sex"
    assert treatment["date_of_birth"].startswith("used: age")
    assert "pregnancy or breastfeeding" in treatment["health_status_assessments"]
    assert treatment["race"] == "not used"


def test_the_tier_declares_its_table_its_limits_and_its_inputs() -> None:
    basis = card("tier")["basis"]
    assert any("positive lymph nodes are at least 4" in rule for rule in basis["logic"])
    assert "The tier follows the table of an article; it is not a validated score." in basis["limits"]
    assert "primary tumour size" in basis["facts_tested"]
    assert card("tier")["source_attributes"]["sex"] == "not used"


def test_every_consideration_stands_on_one_card() -> None:
    listed = [one["id"] for each in told()["cards"] for one in each["considerations"]]
    assert sorted(listed) == [each.id for each in load_knowledge().considerations]


def test_what_counts_as_read_of_a_person_are_facts() -> None:
    knowledge = load_knowledge()
    listed = [
        id_ for key, text in knowledge.wording.items() if key.startswith("attributes.facts.") for id_ in ids(text)
    ]
    assert set(listed) <= set(knowledge.vocabulary.facts)
