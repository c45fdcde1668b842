"""Checks of what was approved, and of what is declared of that which foretells or classifies risk."""

from collections.abc import Callable, Iterator, Mapping

from cds_hooks.knowledge.approvals import approval_problems
from cds_hooks.knowledge.background import FOUNDATION
from cds_hooks.knowledge.checks import Draft
from cds_hooks.knowledge.predictive import absent
from cds_hooks.reasoning.considerations import Status

Check = Callable[[Draft, Mapping[str, bytes]], Iterator[str]]


def the_foundation_is_locked(draft: Draft, content: Mapping[str, bytes]) -> Iterator[str]:
    """An approved file has a reviewer, read evidence, and the hash that was approved; a draft has no approval."""
    approvals = draft.value("approvals")["approvals"]
    for name in FOUNDATION:
        entry, at = draft.value(name), draft.at(name, "status")
        if entry["status"] == Status.APPROVED.value:
            found = approval_problems(entry, content[f"{name}.yaml"], approvals.get(name))
            yield from (f"{at}: {problem}" for problem in found)
        elif name in approvals:
            yield f"{at}: a draft, but approvals.yaml has it as approved"


def approvals_are_of_something(draft: Draft, _: Mapping[str, bytes]) -> Iterator[str]:
    """Every approval is of a consideration that there is, or of a file that every card rests on."""
    known = {*FOUNDATION, *(each.id for each in draft.considerations)}
    for id_ in sorted(set(draft.value("approvals")["approvals"]) - known):
        yield f"{draft.at('approvals', 'approvals', id_)}: there is no consideration {id_}"


def predictive_interventions_are_whole(draft: Draft, _: Mapping[str, bytes]) -> Iterator[str]:
    """What foretells or classifies risk is something that there is, reads facts, and leaves no attribute blank."""
    document = draft.value("predictive")
    known = {"tier", *draft.facts, *(each.id for each in draft.considerations)}
    for id_, entry in document["interventions"].items():
        at = draft.at("predictive", "interventions", id_)
        if id_ not in known:
            yield f"{at}: there is no {id_}"
        yield from (f"{at}: there is no fact {name}" for name in entry["inputs"] if name not in draft.facts)
    for id_, name in absent(document):
        yield f"{draft.at('predictive', 'interventions', id_)}: {id_} says nothing of {name}"


ALL: tuple[Check, ...] = (the_foundation_is_locked, approvals_are_of_something, predictive_interventions_are_whole)
