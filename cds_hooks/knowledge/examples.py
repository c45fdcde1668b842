"""What comes of an example that a knowledge file gives: the facts it names, all others as silence leaves them."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from cds_hooks.knowledge.build import Facts
from cds_hooks.picture.episode import Episode, Picture
from cds_hooks.picture.fact import Fact, Interval, Known, Unknown, Why
from cds_hooks.picture.vocabulary import Scope
from cds_hooks.reasoning.conditions import facts_in
from cds_hooks.reasoning.consider import History, consider
from cds_hooks.reasoning.considerations import Consideration, Outcome, Status
from cds_hooks.reasoning.gates import Gate, Requirement


def example_picture(facts: Facts, given: Mapping[str, Any]) -> Picture:
    """One tumour with the given facts."""
    scoped: dict[Scope, dict[str, Fact]] = {Scope.PATIENT: {}, Scope.EPISODE: {}}
    for id_, fact in facts.items():
        value = given.get(id_, fact.if_absent)
        scoped[fact.scope][id_] = Unknown(Why.NOT_RECORDED) if value is None else _known(value)
    return Picture(scoped[Scope.PATIENT], (Episode("", (), scoped[Scope.EPISODE]),))


def outcome_of(consideration: Consideration, facts: Facts, gate: Gate, given: Mapping[str, Any]) -> Outcome:
    """How a consideration comes out. A requirement of the gate is asked if the example gives one of its facts; the
    others count as met, so that an example need not repeat what every patient behind the gate has in common.
    """
    opened = replace(
        gate,
        patient=_touched(gate.patient, given),
        episode=_touched(gate.episode, given),
        every_episode=_touched(gate.every_episode, given),
    )
    current = replace(consideration, status=Status.DRAFT)  # the examples of a retired one still hold
    (found,) = consider(example_picture(facts, given), History(), {gate.id: opened}, (current,))
    return found.outcome


def _touched(requirements: tuple[Requirement, ...], given: Mapping[str, Any]) -> tuple[Requirement, ...]:
    return tuple(asked for asked in requirements if any(fact in given for fact in facts_in(asked.require)))


def _known(value: Any) -> Known:
    if isinstance(value, str):
        return Known(value)
    return Known(tuple(sorted(value)) if isinstance(value, list) else Interval.exactly(Decimal(value)))
