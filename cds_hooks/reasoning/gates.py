"""Gates: what must hold of the patient, or of the tumour, before a card may speak of it at all."""

from collections.abc import Iterable
from dataclasses import dataclass

from msgspec import Struct

from cds_hooks.picture.episode import Picture
from cds_hooks.reasoning.conditions import Condition, Judge
from cds_hooks.reasoning.considerations import Caution
from cds_hooks.reasoning.verdict import NO, UNKNOWN, YES, Truth, Verdict


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


class Passage(Struct, frozen=True):
    """Whether a gate lets through; the reason where it certainly does not, the unknown facts where it cannot tell."""

    truth: Truth
    otherwise: str | None = None
    missing: tuple[str, ...] = ()


_PASSES = Passage(YES)


class Bench:
    """Judges of one picture: one for the facts of the patient, one for those of each tumour, in its order."""

    def __init__(self, picture: Picture) -> None:
        self.patient = Judge(picture.patient)
        self.episodes = tuple(Judge(picture.facts_of(episode)) for episode in picture.episodes)
        self._passages: dict[tuple[str, int | None], Passage] = {}

    def of(self, episode: int | None) -> Judge:
        """The judge of an episode (an index), or with None of the patient."""
        return self.patient if episode is None else self.episodes[episode]

    def passage(self, gate: Gate, episode: int | None) -> Passage:
        """Whether an episode (an index), or with None the patient, passes. The patient passes the requirements on a
        tumour if one tumour meets them all. Asked once: most considerations stand behind the same few gates.
        """
        known = self._passages.get((gate.id, episode))
        if known is None:
            known = self._passages[gate.id, episode] = self._pass(gate, episode)
        return known

    def _pass(self, gate: Gate, episode: int | None) -> Passage:
        here = self.episodes if episode is None else (self.episodes[episode],)
        patient, tumour = _ask(gate.patient, self.patient), _any([_ask(gate.episode, judge) for judge in here])
        return _all([patient, tumour, *[_ask(gate.every_episode, judge) for judge in self.episodes]])


def _ask(requirements: Iterable[Requirement], judge: Judge) -> Passage:
    """Whether all requirements hold; the reason is that of the first that does not."""
    open_: list[Verdict] = []
    for requirement in requirements:
        verdict = judge.verdict(requirement.require)
        if verdict.truth is NO:
            return Passage(NO, requirement.otherwise)
        if verdict.truth is UNKNOWN:
            open_.append(verdict)
    return _open(open_) if open_ else _PASSES


def _all(passages: list[Passage]) -> Passage:
    """Whether all let through; the reason is that of the first that does not."""
    for passage in passages:
        if passage.truth is NO:
            return passage
    open_ = [passage for passage in passages if passage.truth is UNKNOWN]
    return _open(open_) if open_ else _PASSES


def _any(passages: list[Passage]) -> Passage:
    """Whether at least one lets through; if none does, the reason is that of the first."""
    for passage in passages:
        if passage.truth is YES:
            return passage
    open_ = [passage for passage in passages if passage.truth is UNKNOWN]
    return _open(open_) if open_ else next(iter(passages), Passage(NO))


def _open(of: Iterable[Passage | Verdict]) -> Passage:
    """It cannot be told, for want of all that these want."""
    return Passage(UNKNOWN, None, tuple(dict.fromkeys([fact for each in of for fact in each.missing])))
