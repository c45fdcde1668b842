"""Which considerations apply to a patient and to each tumour, which cannot be told, and which do not apply.

Gate, rule and suppressing cautions are judged in three-valued logic: nothing unknown lets a consideration through its
gate, and learning a fact never flips a settled verdict. Two things act on what is shown and not on the verdict: a
suspected recurrence replaces what is meant for the patient free of disease, and an override on record quietens.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from cds_hooks.picture.episode import Picture
from cds_hooks.picture.fact import Fact, Unknown, Why
from cds_hooks.picture.vocabulary import Scope
from cds_hooks.reasoning.conditions import AllOf, Condition, Judge
from cds_hooks.reasoning.considerations import (
    APPLIES,
    CANNOT_TELL,
    DOES_NOT_APPLY,
    CardKind,
    Caution,
    Consideration,
    Considered,
    Effect,
    Status,
)
from cds_hooks.reasoning.gates import Bench, Gate
from cds_hooks.reasoning.grounds import grounds
from cds_hooks.reasoning.verdict import NO, UNKNOWN, YES, Because, each_once

REPLACED, QUIETENED, UNAPPROVED = "replaced", "quietened", "unapproved"
REPLACEABLE = frozenset(
    {CardKind.IN_SITU, CardKind.SURVEILLANCE, CardKind.RESTRAINT, CardKind.TREATMENT, CardKind.LIVING_AFTER}
)
QUIETABLE = frozenset({CardKind.SURVEILLANCE, CardKind.RESTRAINT, CardKind.TREATMENT, CardKind.LIVING_AFTER})


@dataclass(frozen=True, slots=True)
class Override:
    """A consideration that was overridden for a lasting reason; `side` is the tumour's. It lasts as long as the
    consideration rests on the same `facts` (`reasoning.grounds`); None is whatever it rests on.
    """

    consideration: str
    side: str
    facts: str | None = None


@dataclass(frozen=True, slots=True)
class History:
    """What the journal knows of this patient's earlier answers."""

    overrides: tuple[Override, ...] = ()


def consider(
    picture: Picture, history: History, gates: Mapping[str, Gate], considerations: Iterable[Consideration]
) -> tuple[Considered, ...]:
    """The verdict on each consideration, in order: per episode, or once for the patient; none without a tumour."""
    bench = Bench(picture)
    tumours = range(len(picture.episodes))
    patient: Iterable[None] = (None,) if tumours else ()
    found = [
        _considered(each, bench, episode, gates[each.gate])
        for each in considerations
        if each.status is not Status.RETIRED
        for episode in (tumours if each.scope is Scope.EPISODE else patient)
    ]
    recurrence = recurrence_suspected(found)
    if not recurrence and not history.overrides:
        return tuple(found)
    return tuple(_silenced(one, picture, recurrence, history) for one in found)


def only_approved(considered: Iterable[Considered]) -> tuple[Considered, ...]:
    """The same verdicts; of what nobody approved, those that could be shown or ask for something are silenced.

    What is not approved adds nothing to a card, yet keeps what it takes away: a suspected recurrence still replaces.
    """
    return tuple(replace(one, silenced=UNAPPROVED) if _is_a_draft_that_could_speak(one) else one for one in considered)


def _is_a_draft_that_could_speak(one: Considered) -> bool:
    approved = one.consideration.status is Status.APPROVED
    return not approved and one.silenced is None and one.outcome is not DOES_NOT_APPLY


def recurrence_suspected(considered: Iterable[Considered]) -> bool:
    """True if a card about a suspected recurrence is due: it takes the place of the tier."""
    kind = CardKind.SUSPECTED_RECURRENCE
    return any(one.outcome is APPLIES and one.consideration.card.kind is kind for one in considered)


def recurred(considered: Iterable[Considered]) -> frozenset[int]:
    """The episodes of which a card tells that the cancer has come back: their risk of that is no question any more."""
    kind = CardKind.RECURRENCE_ON_FILE
    applying = (one for one in considered if one.outcome is APPLIES and one.consideration.card.kind is kind)
    return frozenset(one.episode for one in applying if one.episode is not None)


def _silenced(one: Considered, picture: Picture, recurrence: bool, history: History) -> Considered:
    kind = one.consideration.card.kind
    if recurrence and kind in REPLACEABLE:
        return replace(one, silenced=REPLACED)
    if kind in QUIETABLE and _overridden(one, picture, history):
        return replace(one, silenced=QUIETENED)
    return one


def _overridden(one: Considered, picture: Picture, history: History) -> bool:
    """Whether an override on record still holds: it is of this tumour, and the facts are those of then."""
    episode = None if one.episode is None else picture.episodes[one.episode]
    side = "" if episode is None else episode.side
    of_this = [o for o in history.overrides if (o.consideration, o.side) == (one.consideration.id, side)]
    if not of_this:
        return False
    facts = picture.patient if episode is None else picture.facts_of(episode)
    return any(o.facts in (None, grounds(one.consideration, facts)) for o in of_this)


def _considered(consideration: Consideration, bench: Bench, episode: int | None, gate: Gate) -> Considered:
    judge, passage = bench.of(episode), bench.passage(gate, episode)
    if passage.truth is NO:
        return Considered(consideration, episode, DOES_NOT_APPLY, withheld=passage.otherwise)
    verdict = judge.verdict(consideration.asked)
    if verdict.truth is NO:
        return Considered(consideration, episode, DOES_NOT_APPLY, verdict.because)
    warnings: list[Caution] = []
    to_confirm: list[Caution] = []
    for caution in (*gate.cautions, *consideration.cautions):
        against = judge.verdict(caution.when)
        if against.truth is UNKNOWN:
            to_confirm.append(caution)
        elif against.truth is YES and caution.effect is Effect.SUPPRESS:
            return Considered(consideration, episode, DOES_NOT_APPLY, against.because, suppressed=caution)
        elif against.truth is YES:
            warnings.append(caution)
    sure = passage.truth is YES and verdict.truth is YES
    missing = () if sure else tuple(dict.fromkeys((*passage.missing, *verdict.missing)))
    return Considered(
        consideration,
        episode,
        outcome=APPLIES if sure else CANNOT_TELL,
        because=verdict.because if sure else _holding(consideration.asked, judge),
        missing=missing,
        warnings=tuple(warnings),
        to_confirm=tuple(to_confirm),
        none_found=_none_found(consideration, missing, judge.facts),
    )


def _holding(condition: Condition, judge: Judge) -> tuple[Because, ...]:
    """What holds already of a condition that cannot be told as a whole."""
    if isinstance(condition, AllOf):
        return each_once([_holding(part, judge) for part in condition.of])
    verdict = judge.verdict(condition)
    return verdict.because if verdict.truth is YES else ()


def _none_found(consideration: Consideration, missing: tuple[str, ...], facts: Mapping[str, Fact]) -> bool:
    if consideration.due is None or missing != (consideration.due.fact,):
        return False
    last = facts.get(consideration.due.fact)
    return isinstance(last, Unknown) and last.why is Why.NOT_RECORDED
