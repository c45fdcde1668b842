"""Equal conditions made one value: considerations ask much the same of a patient, and what is one is judged once."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from cds_hooks.reasoning.conditions import AllOf, AnyOf, AtLeast, Condition, NoneOf
from cds_hooks.reasoning.considerations import Caution, Consideration
from cds_hooks.reasoning.gates import Gate, Requirement


class Shared:
    """The conditions met so far, each in the one form that stands for all its equals."""

    def __init__(self) -> None:
        self._known: dict[Condition, Condition] = {}

    def gates(self, gates: Mapping[str, Gate]) -> dict[str, Gate]:
        """The same gates, of shared conditions."""
        return {
            name: replace(
                gate,
                patient=self._requirements(gate.patient),
                episode=self._requirements(gate.episode),
                every_episode=self._requirements(gate.every_episode),
                cautions=self._cautions(gate.cautions),
            )
            for name, gate in gates.items()
        }

    def considerations(self, considerations: Iterable[Consideration]) -> tuple[Consideration, ...]:
        """The same considerations, of shared conditions."""
        return tuple(
            replace(each, when=self._condition(each.when), cautions=self._cautions(each.cautions))
            for each in considerations
        )

    def _requirements(self, requirements: Iterable[Requirement]) -> tuple[Requirement, ...]:
        return tuple(replace(each, require=self._condition(each.require)) for each in requirements)

    def _cautions(self, cautions: Iterable[Caution]) -> tuple[Caution, ...]:
        return tuple(replace(each, when=self._condition(each.when)) for each in cautions)

    def _condition(self, condition: Condition) -> Condition:
        if isinstance(condition, AllOf | AnyOf | NoneOf | AtLeast):
            condition = replace(condition, of=tuple(self._condition(part) for part in condition.of))
        return self._known.setdefault(condition, condition)
