"""Operations on the breast and the axilla: which, and how long ago.

The most extensive operation on this side counts; biopsies and reconstructions are none, and neither is an operation
that is only planned, was broken off or not done, or was on the other side. A code that can mean a lumpectomy as well as
a mastectomy settles nothing. An absent breast on file proves a mastectomy, at the latest on the day it was recorded.
"""

from dataclasses import dataclass, replace
from datetime import date

from cds_hooks.fhir.dates import DateInterval
from cds_hooks.fhir.record import Condition, Procedure
from cds_hooks.picture.answers import contradicted
from cds_hooks.picture.chart import Chart
from cds_hooks.picture.choose import How, settle
from cds_hooks.picture.diagnosis import is_unconfirmed, names_the_breast, sides_in
from cds_hooks.picture.elapsed import first_of, months_since, years_since
from cds_hooks.picture.episodes import SIDE_NOT_STATED, Attribution, Place
from cds_hooks.picture.fact import NOT_RECORDED, Evidence, Fact, Known, SetAside, Unknown, Why
from cds_hooks.picture.finding import Finding, day, evidence_of
from cds_hooks.picture.order import in_fixed_order
from cds_hooks.picture.readers.events import (
    NOT_DONE,
    in_order,
    place_of_procedure,
    put_aside,
    sides_of_procedure,
    whole_texts,
)
from cds_hooks.picture.view import View, once
from cds_hooks.picture.vocabulary import Vocabulary

_FACTS = ("breast_surgery", "axillary_surgery", "years_since_surgery", "months_since_surgery")
_BROKEN_OFF = frozenset({"in-progress", "on-hold", "stopped", "suspended", "aborted"})
_KINDS = frozenset({"mastectomy", "breast_conserving", "ambiguous"})
_AXILLA = frozenset({"axilla", "sentinel", "dissection"})
_AMBIGUOUS = "can mean a lumpectomy or a mastectomy"
_BOTH = frozenset({"left", "right"})


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: the words that the code list has for it, and whose tumour it was for."""

    reference: str
    when: DateInterval | None
    words: frozenset[str]
    sides: frozenset[str]
    place: Attribution
    marks: tuple[str, ...] = ()

    def found(self, value: str | Why, kind: str) -> Finding:
        """What it says for a fact."""
        word, why = (None, value) if isinstance(value, Why) else (value, None)
        here = self.place.place is Place.HERE
        marks = (*self.marks, *self.place.marks)
        return Finding(word, self.reference, self.when, why, kind=kind, marks=marks, attributed=here)


def read(view: View) -> dict[str, Fact]:
    """The facts breast_surgery, axillary_surgery, years_since_surgery and months_since_surgery."""
    every = operations(view)
    if not every:
        return dict.fromkeys(_FACTS, NOT_RECORDED)
    ours = tuple(o for o in every if o.place.place is not Place.ELSEWHERE)
    aside = in_order(put_aside(o.reference, o.place) for o in every if o.place.place is Place.ELSEWHERE)
    years, months = _since(ours, view)
    return {
        "breast_surgery": _beside(settle("breast_surgery", _kinds(ours), How.WORST, view.vocabulary), aside),
        "axillary_surgery": settle("axillary_surgery", _axilla(ours), How.WORST, view.vocabulary),
        "years_since_surgery": years,
        "months_since_surgery": months,
    }


@once
def operations(view: View) -> tuple[Operation, ...]:
    """Every operation on a breast or an axilla, and absent breasts on file, in a fixed order."""
    done = [o for p in view.chart.procedures("surgery_procedures") if (o := _operation(p, view)) is not None]
    history = view.chart.conditions("treatment_history")
    absent = [_absence(c, view) for c in history if _says_absent(c, view.vocabulary)]
    return in_fixed_order((*_sided(done, view), *absent), lambda o: o.reference)


def definitive(view: View) -> DateInterval | None:
    """When this breast was operated on: the first operation of the most extensive kind. None if none is on record."""
    ours = tuple(o for o in operations(view) if o.place.place is Place.HERE)
    return _definitive(ours, view)


def read_bilateral(chart: Chart) -> Fact:
    """The fact mastectomy_bilateral: both breasts are gone, taken at once or one by one, for whatever reason."""
    vocabulary, today = chart.vocabulary, chart.today
    removed = [
        (sides_in((p.code, *p.body_site, *p.laterality), vocabulary), Evidence(p.origin.reference, day(p.performed)))
        for p in chart.procedures("surgery_procedures")
        if _was_done(p, today) and "mastectomy" in _words(p, vocabulary) and not contradicted(p.code, vocabulary)
    ]
    removed += [
        (sides_in((c.code, *c.body_site), vocabulary), Evidence(c.origin.reference, day(c.onset)))
        for c in chart.conditions("treatment_history")
        if _says_absent(c, vocabulary)
    ]
    gone = frozenset(side for sides, _ in removed for side in sides)
    if gone == _BOTH:
        return Known("yes", tuple(sorted({evidence for sides, evidence in removed if sides})))
    return Unknown(Why.NOT_RECORDED, tuple(sorted({evidence for _, evidence in removed})))


def _operation(procedure: Procedure, view: View) -> Operation | None:
    words = _words(procedure, view.vocabulary) | whole_texts(procedure.code, "surgery_procedures", view)
    if "excision" in words and not names_the_breast(procedure.body_site, view.vocabulary):
        return None
    if not words & (_KINDS | _AXILLA) or contradicted(procedure.code, view.vocabulary):
        return None
    if not _was_done(procedure, view.today):
        return None
    origin = procedure.origin
    sides = sides_of_procedure(procedure, view)
    place = place_of_procedure(procedure, view)
    return Operation(origin.reference, procedure.performed, words, sides, place, origin.marks)


def _was_done(procedure: Procedure, today: date) -> bool:
    when = procedure.performed
    ahead = when is not None and when.earliest is not None and when.earliest > today
    return procedure.status not in NOT_DONE | _BROKEN_OFF and not ahead


def _words(procedure: Procedure, vocabulary: Vocabulary) -> frozenset[str]:
    return vocabulary.codelists["surgery_procedures"].words_of(procedure.code)


def _sided(done: list[Operation], view: View) -> list[Operation]:
    """For a tumour without a side, operations on both sides leave open which of them was for it."""
    if view.tumour.side or len({side for o in done if len(o.sides) == 1 for side in o.sides}) < 2:
        return done
    unsure = Attribution(Place.UNSURE, ("the side of the tumour is not recorded",))
    return [replace(o, place=unsure) if len(o.sides) == 1 and o.place.place is Place.HERE else o for o in done]


def _says_absent(condition: Condition, vocabulary: Vocabulary) -> bool:
    history = vocabulary.codelists["treatment_history"].words_of(condition.code)
    return "mastectomy" in history and not is_unconfirmed(condition)


def _absence(condition: Condition, view: View) -> Operation:
    sides = sides_in((condition.code, *condition.body_site), view.vocabulary)
    when = condition.onset.latest if condition.onset else None
    since = view.tumour.diagnosed
    place = Attribution(Place.HERE)
    if sides and view.tumour.side and view.tumour.side not in sides:
        place = Attribution(Place.ELSEWHERE, ("on the other side",))
    elif sides != _BOTH and (not sides or not view.tumour.side):
        place = Attribution(
            Place.UNSURE, ("which breast is absent is not recorded",) if not sides else (SIDE_NOT_STATED,)
        )
    begun = since.earliest if since and when and since.earliest and since.earliest <= when else None
    interval = DateInterval(begun, when)
    return Operation(condition.origin.reference, interval, frozenset({"mastectomy", "absent"}), sides, place)


def _kinds(ours: tuple[Operation, ...]) -> list[Finding]:
    found = []
    for operation in ours:
        named = operation.words & {"mastectomy", "breast_conserving"}
        if len(named) == 1:
            found.append(operation.found(next(iter(named)), "operation"))
        elif named:
            found.append(operation.found(Why.CONFLICTING, "code and text name different operations"))
        elif "ambiguous" in operation.words:
            found.append(operation.found(Why.EQUIVOCAL, _AMBIGUOUS))
    return found


def _axilla(ours: tuple[Operation, ...]) -> list[Finding]:
    found = []
    for operation in ours:
        if "dissection" in operation.words:
            found.append(operation.found("dissection", "operation"))
        elif "sentinel" in operation.words:
            found.append(operation.found("sentinel", "operation"))
        elif "axilla" in operation.words:
            found.append(operation.found(Why.EQUIVOCAL, "sentinel biopsy or dissection is not said"))
    return found


def _since(ours: tuple[Operation, ...], view: View) -> tuple[Fact, Fact]:
    """How long ago the definitive operation was, in years and in months."""
    own = tuple(o for o in ours if o.place.place is Place.HERE)
    loose = [f for f in _kinds(ours) if not f.attributed]
    when = _definitive(own, view)
    removed = any("mastectomy" in o.words for o in own)
    if when is None or (loose and not removed):
        why = Why.CONFLICTING if loose else Why.NOT_RECORDED
        unknown = Unknown(why, evidence_of(f for f in _kinds(ours)))
        return unknown, unknown
    if when.latest is None and when.earliest is None:
        undated = Unknown(Why.NOT_RECORDED, evidence_of(_kinds(own)), notes=("the operation is not dated",))
        return undated, undated
    evidence = evidence_of(_kinds(_governing(own)))
    return Known(years_since(when, view.today), evidence), Known(months_since(when, view.today), evidence)


def _definitive(own: tuple[Operation, ...], view: View) -> DateInterval | None:
    return first_of(tuple(_bounded(o.when, view) for o in _governing(own)))


def _governing(own: tuple[Operation, ...]) -> tuple[Operation, ...]:
    """Mastectomies govern; one that is coded as done governs over an absent breast found later."""
    removals = tuple(o for o in own if "mastectomy" in o.words)
    done = tuple(o for o in removals if "absent" not in o.words)
    return done or removals or tuple(o for o in own if o.words & _KINDS)


def _bounded(when: DateInterval | None, view: View) -> DateInterval | None:
    """A day within an operation's dates, which cannot lie ahead."""
    if when is None:
        return None
    return DateInterval(when.earliest, min(when.latest, view.today) if when.latest else view.today)


def _beside(fact: Fact, aside: tuple[SetAside, ...]) -> Fact:
    return replace(fact, set_aside=in_order((*fact.set_aside, *aside))) if aside else fact
