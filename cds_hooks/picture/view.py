"""What the readers look at: the chart as one tumour episode sees it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from cds_hooks.fhir.dates import DateInterval
from cds_hooks.fhir.record import Condition, Record
from cds_hooks.picture.answers import Slot
from cds_hooks.picture.chart import Chart
from cds_hooks.picture.episodes import ANOTHER_CANCER, Place, Surroundings, Tumour, Tumours
from cds_hooks.picture.finding import Seen
from cds_hooks.picture.vocabulary import CodeList, Vocabulary

_Found = TypeVar("_Found")
_More = ParamSpec("_More")


@dataclass(frozen=True, slots=True)
class View:
    """One tumour, the Observations that are or may be about it, and the whole chart beside them.

    `placed` are the chart's Observations in its order, None in place of one about something else (why, `elsewhere`
    tells). `unplaced` are breast diagnoses that fit no single tumour; `others` are the rest of the tumours. `told` and
    `read` hold what was read from this view before (see `once` and `once_dated`).
    """

    chart: Chart
    tumour: Tumour
    placed: tuple[Seen | None, ...]
    unplaced: tuple[Condition, ...] = ()
    elsewhere: tuple[tuple[str, str], ...] = ()
    others: tuple[Tumour, ...] = ()
    told: dict[object, Any] = field(default_factory=dict, repr=False, compare=False)
    read: dict[object, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def record(self) -> Record:
        """The whole record."""
        return self.chart.record

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary."""
        return self.chart.vocabulary

    @property
    def today(self) -> date:
        """The day of the consultation."""
        return self.chart.today

    @property
    def seen(self) -> tuple[Seen, ...]:
        """The Observations that are or may be about this tumour, in a fixed order."""
        return tuple(each for each in self.placed if each is not None)

    def codes(self, name: str) -> CodeList:
        """A code list by name."""
        return self.chart.vocabulary.codelists[name]

    def asked(self, name: str) -> tuple[Slot, ...]:
        """Every place where a question of the list is asked, in the fixed order of `placed`."""
        places = self.chart.asked(name)
        if not places:
            return ()
        if name not in self.read:
            as_seen = ((slot, self.placed[at]) for at, slot in places)
            self.read[name] = tuple(slot.as_seen(seen) for slot, seen in as_seen if seen is not None)
        found: tuple[Slot, ...] = self.read[name]
        return found


def once(read: Callable[[View], _Found]) -> Callable[[View], _Found]:
    """A function of a view that several readers ask and that looks at no Observation: it reads each tumour once, before
    and after Observations are placed in the course of treatment. What it gives must not change.
    """

    @wraps(read)
    def reading(view: View) -> _Found:
        if read not in view.told:
            view.told[read] = read(view)
        found: _Found = view.told[read]
        return found

    return reading


def once_dated(read: Callable[Concatenate[View, _More], _Found]) -> Callable[Concatenate[View, _More], _Found]:
    """The same for one that looks at Observations: it reads each view once for each of its further arguments."""

    @wraps(read)
    def reading(view: View, /, *more: _More.args, **named: _More.kwargs) -> _Found:
        key = (read, *more)
        if key not in view.read:
            view.read[key] = read(view, *more, **named)
        found: _Found = view.read[key]
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


def views_of(chart: Chart, tumours: Tumours) -> tuple[View, ...]:
    """The chart as each tumour sees it; treatment is not looked at yet (see `dated`)."""
    around = Surroundings(chart, tumours.tumours)
    return tuple(_view(tumour, tumours, around) for tumour in tumours.tumours)


def _view(tumour: Tumour, tumours: Tumours, around: Surroundings) -> View:
    placed: list[Seen | None] = []
    elsewhere: set[tuple[str, str]] = set()
    for seen in around.chart.seen:
        observation = seen.observation
        attribution = around.attribute(observation, tumour)
        if attribution.place is Place.ELSEWHERE:
            elsewhere.add((observation.origin.reference, "; ".join(attribution.marks)))
            placed.append(None)
        else:
            sure = attribution.place is Place.HERE
            placed.append(seen if sure and not attribution.marks else Seen(observation, sure, attribution.marks))
    others = tuple(each for each in tumours.tumours if each is not tumour)
    return View(around.chart, tumour, tuple(placed), tumours.unplaced, tuple(sorted(elsewhere)), others)


def dated(view: View, course: Course) -> View:
    """The view with each Observation placed in the course of treatment."""
    placed = tuple(each and _placed(each, course) for each in view.placed)
    return view if placed == view.placed else replace(view, placed=placed, read={})


def belongs_to_another_cancer(seen: Seen) -> bool:
    """True if what makes an Observation unsure is another organ's cancer, not the other breast."""
    return ANOTHER_CANCER in seen.marks


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
    return Seen(seen.observation, seen.attributed, seen.marks, after, surgical)


def _possibly_later(when: DateInterval | None, began: DateInterval | None) -> bool:
    """True unless it is certain that this was not after the day when therapy began."""
    if when is None or when.latest is None or began is None or began.earliest is None:
        return True
    return when.latest > began.earliest
