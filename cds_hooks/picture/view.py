"""What the readers look at: the record as one tumour episode sees it."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import wraps
from typing import Any, TypeVar

from cds_hooks.fhir.dates import DateInterval
from cds_hooks.fhir.record import Condition, Observation, Record
from cds_hooks.picture.answers import Slot, slots_by_list
from cds_hooks.picture.episodes import ANOTHER_CANCER, Chart, Place, Tumour, Tumours, attribute
from cds_hooks.picture.finding import Seen
from cds_hooks.picture.vocabulary import CodeList, Vocabulary

_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class View:
    """One tumour, the Observations that are or may be about it, and the whole record beside them.

    `unplaced` are breast diagnoses that fit no single tumour; `elsewhere` are Observations about something else;
    `unsided_is_unsure` says that there is more than one tumour, `others` are the rest of them; `today` is the day of
    the consultation. `read` holds what was read from this view before (see `once`).
    """

    record: Record
    vocabulary: Vocabulary
    tumour: Tumour
    seen: tuple[Seen, ...]
    today: date
    unplaced: tuple[Condition, ...] = ()
    elsewhere: tuple[tuple[str, str], ...] = ()
    unsided_is_unsure: bool = False
    others: tuple[Tumour, ...] = ()
    _asked: Mapping[str, tuple[Slot, ...]] = field(init=False, repr=False, compare=False)
    read: dict[object, Any] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_asked", slots_by_list(self.seen, self.vocabulary))
        object.__setattr__(self, "read", {})

    def codes(self, name: str) -> CodeList:
        """A code list by name."""
        return self.vocabulary.codelists[name]

    def asked(self, name: str) -> tuple[Slot, ...]:
        """Every place where a question of the list is asked, in the fixed order of `seen`."""
        return self._asked.get(name, ())


def once(read: Callable[[View], _Found]) -> Callable[[View], _Found]:
    """A function of a view that several readers ask: it reads each view once. What it gives must not change."""

    @wraps(read)
    def reading(view: View) -> _Found:
        if read not in view.read:
            view.read[read] = read(view)
        found: _Found = view.read[read]
        return found

    return reading


@dataclass(frozen=True, slots=True)
class Course:
    """When treatment began, for one tumour: `therapy_began` is set only where systemic therapy came before surgery
    (an open interval if its date is not known); `operated` is the first operation on this breast.
    """

    therapy_first: bool = False
    therapy_began: DateInterval | None = None
    operated: DateInterval | None = None


def view_of(tumour: Tumour, tumours: Tumours, record: Record, vocabulary: Vocabulary, today: date) -> View:
    """The record as this tumour sees it; treatment is not looked at yet (see `dated`)."""
    chart = Chart(record, tumours.tumours, vocabulary)
    seen: list[Seen] = []
    elsewhere: list[tuple[str, str]] = []
    for observation in _in_fixed_order(record.observations):
        attribution = attribute(observation, tumour, chart)
        if attribution.place is Place.ELSEWHERE:
            elsewhere.append((observation.origin.reference, "; ".join(attribution.marks)))
        else:
            seen.append(Seen(observation, attribution.place is Place.HERE, attribution.marks))
    others = tuple(each for each in tumours.tumours if each != tumour)
    aside = tuple(sorted(set(elsewhere)))
    return View(
        record,
        vocabulary,
        tumour,
        tuple(seen),
        today,
        tumours.unplaced,
        aside,
        unsided_is_unsure=bool(others),
        others=others,
    )


def dated(view: View, course: Course) -> View:
    """The view with each Observation placed in the course of treatment."""
    seen = tuple(_placed(each, course) for each in view.seen)
    return view if seen == view.seen else replace(view, seen=seen)


def belongs_to_another_cancer(seen: Seen) -> bool:
    """True if what makes an Observation unsure is another organ's cancer, not the other breast."""
    return ANOTHER_CANCER in seen.marks


def _in_fixed_order(observations: tuple[Observation, ...]) -> list[Observation]:
    """Each once, by reference; two under one reference by their content (costly, so only for these)."""
    once = sorted(set(observations), key=lambda o: o.origin.reference)
    shared = Counter(o.origin.reference for o in once)
    return sorted(once, key=lambda o: (o.origin.reference, repr(o) if shared[o.origin.reference] > 1 else ""))


def _placed(seen: Seen, course: Course) -> Seen:
    when = seen.observation.effective
    after = course.therapy_first and _possibly_later(when, course.therapy_began)
    surgical = bool(
        when
        and course.operated
        and when.earliest
        and course.operated.earliest
        and when.earliest >= course.operated.earliest
    )
    if (after, surgical) == (seen.after_therapy, seen.surgical):
        return seen
    return replace(seen, after_therapy=after, surgical=surgical)


def _possibly_later(when: DateInterval | None, began: DateInterval | None) -> bool:
    """True unless it is certain that this was not after the day when therapy began."""
    if when is None or when.latest is None or began is None or began.earliest is None:
        return True
    return when.latest > began.earliest
