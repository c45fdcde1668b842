"""Which diagnoses are one tumour, and which Observations are about it.

Tumours are told apart by side alone: several diagnoses of one side are one tumour, left and right are two, and a
diagnosis without a side joins the only side there is. An Observation belongs to the tumour of its focus, else of its
body site or its specimen's, else to the only tumour; where that leaves a choice it is never guessed (`Place.UNSURE`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

from cds_hooks.fhir.dates import DateInterval
from cds_hooks.fhir.record import Concept, Condition, Observation, Unreadable
from cds_hooks.picture.chart import Chart
from cds_hooks.picture.diagnosis import (
    first_diagnosed,
    names_the_breast,
    sides_in,
    sides_of,
)
from cds_hooks.picture.reported import site_of
from cds_hooks.picture.vocabulary import Vocabulary

SIDES = ("right", "left", "")
DANGLING_FOCUS = "its focus is not in the record"
SIDE_NOT_STATED = "names no side, and there are two tumours"
BOTH_SIDES = "results of both breasts, and the diagnosis names no side"
ANOTHER_CANCER = "may belong to another cancer on record"


@dataclass(frozen=True, slots=True)
class Tumour:
    """One tumour episode: its side ("" if no code gives one), its diagnoses, and references of unreadable ones.

    `references` are all the diagnoses that it rests on; `diagnosed` is when it was (see `first_diagnosed`).
    """

    side: str
    conditions: tuple[Condition, ...]
    unread: tuple[str, ...] = ()
    references: tuple[str, ...] = field(init=False, compare=False)
    diagnosed: DateInterval | None = field(init=False, compare=False)

    def __post_init__(self) -> None:
        references = {*(c.origin.reference for c in self.conditions), *self.unread}
        object.__setattr__(self, "references", tuple(sorted(references)))
        object.__setattr__(self, "diagnosed", first_diagnosed(self.conditions))


@dataclass(frozen=True, slots=True)
class Tumours:
    """All tumours in a fixed order, the breast diagnoses that fit no single one, and what was set aside."""

    tumours: tuple[Tumour, ...]
    unplaced: tuple[Condition, ...]
    set_aside: tuple[tuple[str, str], ...]


_NOTHING: frozenset[str] = frozenset()
# Lists of what is asked of a tumour (not of a breast that was only looked at).
_OF_A_TUMOUR = tuple(f"{what}_questions" for what in ("size", "grade", "er", "pr", "her2", "node", "lvi", "t", "n"))


class Place(Enum):
    """Where an Observation belongs, as one tumour sees it."""

    HERE = "here"
    UNSURE = "unsure"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Attribution:
    """Where an Observation belongs, and why."""

    place: Place
    marks: tuple[str, ...] = ()


HERE = Attribution(Place.HERE)


def tumours_in(chart: Chart) -> Tumours:
    """The tumour episodes of a chart."""
    vocabulary, record = chart.vocabulary, chart.record
    sides = [(c, sides_of(c, vocabulary)) for c in chart.breast_tumours]
    unread = [u for u in record.unreadable if _unread_diagnosis(u, vocabulary)]
    unread_sides = {u.reference: _unread_sides(u, vocabulary) for u in unread}
    named = frozenset(side for each in (*(of for _, of in sides), *unread_sides.values()) if each for side in each)
    present = [side for side in SIDES if side in named] or ([""] if sides or unread else [])
    tumours = tuple(_tumour(side, present, sides, unread_sides) for side in present)
    placed = {id(c) for tumour in tumours for c in tumour.conditions}
    unplaced = tuple(c for c, _ in sides if id(c) not in placed)
    return Tumours(tumours, unplaced, _aside(chart, unplaced))


class Surroundings:
    """What attribution needs of the whole chart."""

    def __init__(self, chart: Chart, tumours: tuple[Tumour, ...]) -> None:
        self.chart, self.vocabulary, self.tumours = chart, chart.vocabulary, tumours
        self.conditions = {c.origin.reference for c in chart.record.conditions}
        self._specimens = {s.origin.reference: s for s in chart.record.specimens}
        self._parents: dict[str, list[Observation]] = {}
        for observation in chart.record.observations:
            for child in observation.has_member:
                self._parents.setdefault(child, []).append(observation)

    def attribute(self, observation: Observation, tumour: Tumour) -> Attribution:
        """Where this Observation belongs, as this tumour sees it."""
        by_focus = _by_focus(observation, tumour, self)
        if by_focus is not None and by_focus.place is not Place.UNSURE:
            return by_focus
        marks = by_focus.marks if by_focus else ()
        by_site = _by_site(observation, tumour, self)
        if by_site is not None:
            return Attribution(by_site.place, (*marks, *by_site.marks)) if marks else by_site
        if self.chart.other_cancer and self.any_cancer_could_be_meant(observation):
            return Attribution(Place.UNSURE, (*marks, ANOTHER_CANCER))
        if len(self.tumours) > 1:
            return Attribution(Place.UNSURE, (*marks, SIDE_NOT_STATED))
        return Attribution(Place.HERE, marks) if marks else HERE

    @cached_property
    def both_breasts_examined(self) -> bool:
        """True if there are results of tumours of both sides."""
        asked = (slot for name in _OF_A_TUMOUR for slot in self.chart.slots(name))
        whole = (slot.seen.observation for slot in asked if slot.code is slot.seen.observation.code)
        sides = {self.sides_of(observation) for observation in whole}
        return {frozenset({"left"}), frozenset({"right"})} <= sides

    def focus_of(self, observation: Observation) -> frozenset[str]:
        """The diagnoses an Observation is about: its own focus, else that of the panel it is a member of."""
        if observation.focus:
            return frozenset(f for f in observation.focus if _is_a_condition(f))
        parents = self._parents.get(observation.origin.reference)
        return frozenset(f for parent in parents for f in parent.focus if _is_a_condition(f)) if parents else _NOTHING

    def any_cancer_could_be_meant(self, observation: Observation) -> bool:
        """True if what is asked could be asked of another organ's cancer, and no site says breast."""
        lists = self.vocabulary.codelists
        asked = lists["questions_of_any_cancer"].meanings_of(observation.code)
        return bool(asked) and not names_the_breast(self.site_of(observation), self.vocabulary)

    def sides_of(self, observation: Observation) -> frozenset[str]:
        """The sides that the site of an Observation names."""
        site = self.site_of(observation)
        return sides_in(site, self.vocabulary) if site else _NOTHING

    def site_of(self, observation: Observation) -> tuple[Concept, ...]:
        """The body site of an Observation, else that of its specimen."""
        if observation.body_site:
            return (observation.body_site, *observation.laterality)
        specimen = self._specimens.get(observation.specimen or "")
        return (*observation.laterality, *site_of(specimen)) if specimen else observation.laterality


def _by_focus(observation: Observation, tumour: Tumour, around: Surroundings) -> Attribution | None:
    focus = around.focus_of(observation)
    if not focus:
        return None
    owners = [t for t in around.tumours if not focus.isdisjoint(t.references)]
    if owners == [tumour]:
        return HERE
    if len(owners) > 1 or focus & around.chart.breast_diagnoses:
        return Attribution(Place.UNSURE) if tumour in owners or not owners else _elsewhere("about the other tumour")
    if owners:
        return _elsewhere("about the other tumour")
    if focus & around.conditions:
        return _elsewhere("about another condition")
    return Attribution(Place.UNSURE, (DANGLING_FOCUS,))


def _by_site(observation: Observation, tumour: Tumour, around: Surroundings) -> Attribution | None:
    sides = around.sides_of(observation)
    if len(sides) != 1:
        return None
    if not tumour.side:
        return Attribution(Place.UNSURE, (BOTH_SIDES,)) if around.both_breasts_examined else None
    (side,) = sides
    if side == tumour.side:
        return HERE
    return _elsewhere("its body site is on the other side")


def _elsewhere(why: str) -> Attribution:
    return Attribution(Place.ELSEWHERE, (why,))


def _is_a_condition(reference: str) -> bool:
    """True unless the reference is known to be of another type (a body structure, a specimen)."""
    kind, slash, _ = reference.partition("/")
    return not slash or ":" in kind or kind == "Condition"


def _tumour(
    side: str,
    present: list[str],
    sides: Iterable[tuple[Condition, frozenset[str] | None]],
    unread: Mapping[str, frozenset[str]],
) -> Tumour:
    alone = len(present) == 1
    return Tumour(
        side,
        tuple(c for c, named in sides if side in (named or ()) or (alone and not named)),
        tuple(sorted(r for r, named in unread.items() if side in named or (alone and not named))),
    )


def _unread_diagnosis(unreadable: Unreadable, vocabulary: Vocabulary) -> bool:
    meanings = {vocabulary.codelists["breast_cancer_conditions"].meaning(c) for c in unreadable.codes}
    return unreadable.resource_type == "Condition" and bool(
        meanings & {"malignant", "invasive", "in_situ", "recurrent"}
    )


def _unread_sides(unreadable: Unreadable, vocabulary: Vocabulary) -> frozenset[str]:
    words = {w for c in unreadable.codes for w in (vocabulary.codelists["laterality"].meaning(c) or "").split()}
    return frozenset({"left", "right"}) if "both" in words else frozenset(words & {"left", "right"})


def _aside(chart: Chart, unplaced: tuple[Condition, ...]) -> tuple[tuple[str, str], ...]:
    """Breast codes that made no episode, each with the reason."""
    asides = {(c.origin.reference, SIDE_NOT_STATED) for c in unplaced}
    codes = chart.vocabulary.codelists["breast_cancer_conditions"]
    for condition in chart.conditions("breast_cancer_conditions"):
        meanings = codes.meanings_of(condition.code) - {"cancer_if_breast_is_named"}
        if meanings and condition not in chart.breast_tumours:
            asides.add((condition.origin.reference, _why_no_tumour(meanings)))
    return tuple(sorted(asides))


def _why_no_tumour(meanings: frozenset[str]) -> str:
    words = sorted(meanings & {"family_history", "history", "suspected", "to_breast", "not_cancer"})
    return ", ".join(w.replace("_", " ") for w in words) or "conflicting coding"
