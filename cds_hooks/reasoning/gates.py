"""Gates: what must hold of the patient, or of the tumour, before a card may speak of it at all."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from cds_hooks.picture.episode import Picture
from cds_hooks.picture.fact import Fact
from cds_hooks.reasoning.conditions import Condition, judge
from cds_hooks.reasoning.considerations import Caution
from cds_hooks.reasoning.verdict import Truth, all_hold, any_holds


@dataclass(frozen=True, slots=True)
class Requirement:
    """A condition, and the reason given (a key of `wording.yaml`) when it certainly does not hold."""

    require: Condition
    otherwise: str


@dataclass(frozen=True, slots=True)
class Gate:
    """Requirements in the order in which they are asked: those on the patient, those on the tumour spoken of, and
    those that hold only if they hold for each tumour of the patient. `cautions` are those of every consideration
    behind the gate.

    The tier is not stopped by a requirement that cannot be told, for that would hide a tumour behind a gap in the
    chart; its unknown facts are named as missing instead. A consideration is: nothing is proposed on a guess.
    """

    id: str
    patient: tuple[Requirement, ...]
    episode: tuple[Requirement, ...]
    every_episode: tuple[Requirement, ...] = ()
    cautions: tuple[Caution, ...] = ()

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """All of them, in the order in which they are asked."""
        return (*self.patient, *self.episode, *self.every_episode)


@dataclass(frozen=True, slots=True)
class Passage:
    """Whether a gate lets through; the reason where it certainly does not, the unknown facts where it cannot tell."""

    truth: Truth
    otherwise: str | None = None
    missing: tuple[str, ...] = ()


def pass_gate(gate: Gate, picture: Picture, episode: int | None) -> Passage:
    """Whether an episode (an index), or with None the patient, passes. The patient passes the requirements on a tumour
    if one tumour meets them all.
    """
    each = [picture.facts_of(one) for one in picture.episodes]
    here = each if episode is None else [each[episode]]
    asked = _all(_ask(gate.patient, picture.patient))
    asked = _all((asked, _any(_all(_ask(gate.episode, facts)) for facts in here)))
    return _all((asked, *(_all(_ask(gate.every_episode, facts)) for facts in each)))


def _ask(requirements: Iterable[Requirement], facts: Mapping[str, Fact]) -> Iterator[Passage]:
    for requirement in requirements:
        verdict = judge(requirement.require, facts)
        otherwise = requirement.otherwise if verdict.truth is Truth.NO else None
        yield Passage(verdict.truth, otherwise, verdict.missing)


def _all(passages: Iterable[Passage]) -> Passage:
    return _joined(tuple(passages), all_hold)


def _any(passages: Iterable[Passage]) -> Passage:
    return _joined(tuple(passages), any_holds)


def _joined(passages: tuple[Passage, ...], rule: Callable[[Iterable[Truth]], Truth]) -> Passage:
    truth = rule(passage.truth for passage in passages)
    if truth is Truth.NO:
        return Passage(truth, next((p.otherwise for p in passages if p.truth is Truth.NO), None))
    missing = dict.fromkeys(fact for p in passages for fact in p.missing if p.truth is truth)
    return Passage(truth, None, tuple(missing))
