"""Equal conditions are one value, and stay what they were."""

from collections.abc import Iterator

import pytest

from cds_hooks.knowledge.library import Knowledge
from cds_hooks.knowledge.load import load_knowledge
from cds_hooks.knowledge.sharing import Shared
from cds_hooks.reasoning.conditions import AllOf, AnyOf, AtLeast, Condition, NoneOf
from cds_hooks.reasoning.gates import Gate, Requirement
from tests.reasoning.tables import is_


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load_knowledge()


def parts(condition: Condition) -> Iterator[Condition]:
    yield condition
    if isinstance(condition, AllOf | AnyOf | NoneOf | AtLeast):
        for part in condition.of:
            yield from parts(part)


def conditions(knowledge: Knowledge) -> Iterator[Condition]:
    for gate in knowledge.gates.values():
        yield from (part for each in gate.requirements for part in parts(each.require))
    for one in knowledge.considerations:
        yield from parts(one.when)
        yield from (part for caution in one.cautions for part in parts(caution.when))


def test_what_the_loaded_knowledge_asks_twice_is_one_value(knowledge: Knowledge) -> None:
    every = list(conditions(knowledge))
    assert len({id(one) for one in every}) == len(set(every)) < len(every) / 2


def test_sharing_changes_no_condition() -> None:
    yes, no = is_("one", "yes"), is_("other", "no")
    written = (NoneOf((yes, no)), AtLeast(1, (yes, no)), AllOf((AnyOf((yes, no)), yes)))
    gate = Gate("gate", tuple(Requirement(one, "because") for one in written), ())
    assert Shared().gates({"gate": gate}) == {"gate": gate}
