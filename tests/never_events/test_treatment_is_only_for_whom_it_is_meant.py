"""No treatment is proposed, and nothing is called needless, where the disease, the patient or a suspicion forbids it.

Every consideration of these kinds is tried with the examples in which it applies, and one thing changed.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from cds_hooks.knowledge.examples import example_picture
from cds_hooks.knowledge.load import default_folder, load_knowledge
from cds_hooks.knowledge.strict_yaml import read_yaml
from cds_hooks.reasoning.consider import History, consider
from cds_hooks.reasoning.considerations import CardKind, Consideration, Outcome

KNOWLEDGE = load_knowledge()
PASSES: dict[str, Any] = {"invasive": "invasive", "age": 50}
FORBIDS = [
    {"metastatic": "yes"},
    {"recurrence": "yes"},
    {"suspected_recurrence": "yes"},
    {"hospice": "yes"},
    {"deceased": "yes"},
    {"invasive": "in_situ"},
    {"invasive": "not_carcinoma"},
    {"pregnant_or_lactating": "yes"},
    {"age": 17},
]


def written(consideration: Consideration) -> list[dict[str, Any]]:
    path = default_folder() / "considerations" / f"{consideration.id}.yaml"
    examples: list[dict[str, Any]] = read_yaml(path.read_text(encoding="utf-8"), path.name).value["examples"]
    return examples


def applying(kind: CardKind) -> Iterator[tuple[Consideration, dict[str, Any]]]:
    for consideration in KNOWLEDGE.considerations:
        if consideration.card.kind is kind:
            yield from ((consideration, e["given"]) for e in written(consideration) if e["expect"] == "applies")


def outcome(consideration: Consideration, given: dict[str, Any]) -> Outcome:
    picture = example_picture(KNOWLEDGE.vocabulary.facts, given)
    (found,) = consider(picture, History(), KNOWLEDGE.gates, (consideration,))
    return found.outcome


def test_the_examples_apply_behind_the_whole_gate() -> None:
    for consideration, given in applying(CardKind.TREATMENT):
        assert outcome(consideration, {**PASSES, **given}) is Outcome.APPLIES, consideration.id


@pytest.mark.parametrize("forbids", FORBIDS, ids=lambda given: "_".join(map(str, next(iter(given.items())))))
def test_no_treatment_is_proposed_there(forbids: dict[str, Any]) -> None:
    tried = 0
    for consideration, given in applying(CardKind.TREATMENT):
        tried += 1
        assert outcome(consideration, {**PASSES, **given, **forbids}) is Outcome.DOES_NOT_APPLY, consideration.id
    assert tried


def test_no_treatment_is_proposed_while_it_is_not_known_whether_the_tumour_is_invasive() -> None:
    for consideration, given in applying(CardKind.TREATMENT):
        known = {fact: value for fact, value in {**PASSES, **given}.items() if fact != "invasive"}
        assert outcome(consideration, known) is Outcome.CANNOT_TELL, consideration.id


@pytest.mark.parametrize("forbids", FORBIDS[:7], ids=lambda given: "_".join(map(str, next(iter(given.items())))))
def test_nothing_is_called_needless_there(forbids: dict[str, Any]) -> None:
    for consideration, given in applying(CardKind.RESTRAINT):
        assert outcome(consideration, {**PASSES, **given, **forbids}) is not Outcome.APPLIES, consideration.id
