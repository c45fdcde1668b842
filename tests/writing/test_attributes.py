"""The source attributes of every card: all thirteen, never blank."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from cds_hooks.knowledge.background import FOUNDATION
from cds_hooks.knowledge.library import Part
from cds_hooks.knowledge.load import load_knowledge
from cds_hooks.reasoning.considerations import Status
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
    may_be = (".considerations", ".predictive_interventions")
    empty = [where for where in blanks(told()) if not where.endswith(may_be)]
    assert empty == []


def test_what_a_rule_reads_of_a_person_is_declared() -> None:
    treatment = card("treatment")["source_attributes"]
    assert treatment["sex"] == "used: sex"
    assert treatment["date_of_birth"].startswith("used: age")
    assert "pregnancy or breastfeeding" in treatment["health_status_assessments"]
    assert treatment["race"] == "not used"


def test_the_tier_declares_its_table_its_limits_and_its_inputs() -> None:
    basis = card("tier")["basis"]
    assert any("positive lymph nodes are at least 4" in rule for rule in basis["logic_and_validation"]["logic"])
    limits = basis["knowns_and_unknowns"]["limits"]
    assert "The tier follows the table of an article; it is not a validated score." in limits
    assert "primary tumour size" in basis["inputs"]["facts_tested"]
    assert card("tier")["source_attributes"]["sex"] == "not used"


def test_the_basis_has_the_four_parts_of_criterion_four() -> None:
    parts = ["purpose", "inputs", "logic_and_validation", "knowns_and_unknowns"]
    assert [list(each["basis"]) for each in told()["cards"]] == [parts] * len(ORDER)


def interventions() -> dict[str, Any]:
    return {
        one["intervention"]: (each["card"], one) for each in told()["cards"] for one in each["predictive_interventions"]
    }


def test_whatever_foretells_or_classifies_risk_is_declared_on_its_card() -> None:
    on_cards = {id_: card for id_, (card, _) in interventions().items()}
    assert on_cards == {
        "tier": "tier",
        "npi": "tier",
        "cts5_estimate": "treatment",
        "late_recurrence_estimate": "treatment",
    }


def test_each_of_these_has_all_thirty_one_attributes_in_nine_groups() -> None:
    for _, one in interventions().values():
        groups = one["source_attributes"]
        names = [name for group in groups.values() for name in group]
        assert (len(groups), len(names), len(set(names))) == (9, 31, 31)


def test_the_personal_variables_of_an_intervention_are_those_it_reads() -> None:
    variables = {
        id_: one["source_attributes"]["development_and_inputs"]["input_variables"]
        for id_, (_, one) in interventions().items()
    }
    assert "date of birth: not used" in variables["tier"]
    assert any(each.startswith("date of birth: used: age at diagnosis") for each in variables["cts5_estimate"])
    assert "sex: used: sex" in variables["cts5_estimate"]
    assert all("race: not used" in each for each in variables.values())


@pytest.mark.parametrize(
    ("approved", "said"),
    [
        ((), "draft: no clinician has approved it"),
        (("tiers",), "in part: gates, wording not approved: silent (0 of "),
        (("tiers", "gates", "wording"), "in part: 0 of "),
    ],
)
def test_how_far_the_knowledge_is_approved_is_said(approved: tuple[str, ...], said: str) -> None:
    parts = {name: Part(1, Status.APPROVED if name in approved else Status.DRAFT) for name in FOUNDATION}
    assert source_attributes(replace(load_knowledge(), foundation=parts))["approval"].startswith(said)


def test_approved_knowledge_is_said_to_be() -> None:
    knowledge = load_knowledge()
    considerations = tuple(replace(each, status=Status.APPROVED) for each in knowledge.considerations)
    parts = dict.fromkeys(FOUNDATION, Part(1, Status.APPROVED))
    whole = replace(knowledge, foundation=parts, considerations=considerations)
    assert source_attributes(whole)["approval"] == "approved by a clinician"


def test_every_consideration_stands_on_one_card() -> None:
    listed = [one["id"] for each in told()["cards"] for one in each["considerations"]]
    assert sorted(listed) == [each.id for each in load_knowledge().considerations]


def test_what_counts_as_read_of_a_person_are_facts() -> None:
    knowledge = load_knowledge()
    listed = [
        id_ for key, text in knowledge.wording.items() if key.startswith("attributes.facts.") for id_ in ids(text)
    ]
    assert set(listed) <= set(knowledge.vocabulary.facts)
