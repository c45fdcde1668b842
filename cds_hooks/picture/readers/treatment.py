"""Did systemic therapy come before surgery? If so, what was measured after it is only a floor."""

from collections.abc import Iterable

from cds_hooks.fhir.dates import DateInterval, before, order_key
from cds_hooks.fhir.record import MedicationUse, Procedure
from cds_hooks.picture.answers import Slot, contradicted, word_in
from cds_hooks.picture.diagnosis import names_the_breast
from cds_hooks.picture.fact import Evidence, Fact, Known, Unknown, Why
from cds_hooks.picture.finding import day
from cds_hooks.picture.in_words import said_in_words
from cds_hooks.picture.order import in_fixed_order
from cds_hooks.picture.readers.events import (
    Event,
    for_this,
    is_done,
    is_given,
    names_a_drug,
    sides_of_procedure,
)
from cds_hooks.picture.readers.stage import categories
from cds_hooks.picture.view import Course, View


def read(view: View) -> tuple[Fact, Course]:
    """The fact systemic_therapy_first and the course of treatment that the other readers need."""
    therapies, operations = systemic_therapies(view), breast_operations(view)
    operated = _first(operations)
    told = _told_by_stage(view)
    first = [t for t in therapies if _came_first(t, operated)]
    if first or told:
        began = None if told and not first else _first(first)
        evidence = tuple(sorted({*told, *(t.evidence for t in first)}))
        return Known("yes", evidence), Course(True, began if _all_dated(first) else None, operated)
    return _not_first(view, therapies, operations), Course(False, None, operated)


def systemic_therapies(view: View) -> tuple[Event, ...]:
    """Drug treatments that were given, as far as the record tells, for this or for no stated disease."""
    procedures = [
        Event(p.origin.reference, p.performed, view.codes("treatment_intents").of_any(p.intent))
        for p in view.chart.procedures("systemic_procedures", "systemic_drug_names")
        if _is_systemic_procedure(p, view) and is_done(p) and for_this(p.reason, p.reason_reference, view)
    ]
    drugs = [
        Event(m.origin.reference, m.when)
        for m in view.chart.medications("systemic_drugs", "systemic_drug_names")
        if is_given(m) and _is_systemic(m, view) and for_this(m.reason, m.reason_reference, view)
    ]
    return in_fixed_order((*procedures, *drugs), lambda event: event.reference)


def breast_operations(view: View) -> tuple[Event, ...]:
    """Operations on this breast (or on a breast whose side is not stated); biopsies are none."""
    found = (
        Event(p.origin.reference, p.performed)
        for p in view.chart.procedures("surgery_procedures")
        if is_done(p) and _is_breast_operation(p, view) and _on_this_side(p, view)
    )
    return in_fixed_order(found, lambda event: event.reference)


def _not_first(view: View, therapies: tuple[Event, ...], operations: tuple[Event, ...]) -> Fact:
    """No therapy certainly came first: say so only where the order is known."""
    unnamed = _unnamed_drugs(view, _first(operations))
    if unnamed:
        return Unknown(Why.NOT_LOADED, unnamed, notes=("which drug was given could not be loaded",))
    hints = _hints(view, therapies, _first(operations))
    if hints:
        return Unknown(Why.EQUIVOCAL, hints, notes=("drug treatment before surgery is hinted at",))
    doubtful = [t for t in therapies if "adjuvant" not in t.intents or _precedes(t, _first(operations))]
    if not doubtful:
        return Unknown(Why.NOT_RECORDED) if not therapies else Known("no", tuple(t.evidence for t in therapies))
    started = [t.when.earliest for t in doubtful if t.when and t.when.earliest]
    if len(started) == len(doubtful):
        operated = [e.evidence for e in operations if e.when and e.when.latest and e.when.latest <= min(started)]
        proof = operated or _pathology_before(view, DateInterval(min(started), None))
        if proof:
            return Known("no", tuple(sorted(set(proof))))
    evidence = tuple(sorted({*(t.evidence for t in doubtful), *(e.evidence for e in operations)}))
    return Unknown(Why.EQUIVOCAL, evidence, notes=("whether systemic therapy or surgery came first is not recorded",))


def _hints(view: View, therapies: tuple[Event, ...], operated: DateInterval | None) -> tuple[Evidence, ...]:
    """What proves no drug treatment before surgery and is no silence on it: infusions, words, a response to it.

    An infusion after the operation is no hint; one without a date, or treatment "in the past", only where no drug
    treatment is on record that would explain it.
    """
    found = {s.found("yes").evidence for s in view.asked("therapy_response_questions") if _tells_a_response(s, view)}
    named = view.chart.procedures("therapy_hints")
    done = (p for p in named if is_done(p) and for_this(p.reason, p.reason_reference, view))
    told = [(p.code, p.performed, p.origin) for p in done]
    told += [(c.code, c.onset, c.origin) for c in view.chart.conditions("therapy_hints")]
    for code, when, origin in told:
        codes = view.codes("therapy_hints")
        words = codes.meanings_of(code) | said_in_words(code, codes, view.vocabulary)
        given = None if "history" in words else when
        unexplained = not therapies and not before(operated, given)
        if "first" in words or (words and (unexplained or before(given, operated))):
            found.add(Evidence(origin.reference, day(when), origin.marks))
    return tuple(sorted(found))


def _tells_a_response(slot: Slot, view: View) -> bool:
    """False if nothing is answered, or that there was no such treatment."""
    lists = (view.codes("therapy_response_answers"), view.codes("generic_answers"))
    answer = word_in(slot, lists, {"untreated": "no"})
    return slot.seen.attributed and answer not in ("no", Why.NOT_RECORDED, None)


def _unnamed_drugs(view: View, operated: DateInterval | None) -> tuple[Evidence, ...]:
    """Drugs given, possibly before the operation, of which the record does not hold the name."""
    unnamed = (
        Event(m.origin.reference, m.when)
        for m in view.record.medications
        if m.drug_unresolved and not m.drug.codings and is_given(m) and for_this(m.reason, m.reason_reference, view)
    )
    return tuple(sorted({e.evidence for e in unnamed if not before(operated, e.when)}))


def _pathology_before(view: View, therapy: DateInterval) -> list[Evidence]:
    """A pathological T or N category written before any therapy shows that surgery came first."""
    staged = (s for letter in "TN" for s in categories(view, letter))
    return [
        s.finding.evidence
        for s in staged
        if s.category and s.category.basis == "p" and not s.category.after_therapy and before(s.finding.when, therapy)
    ]


def _came_first(therapy: Event, operated: DateInterval | None) -> bool:
    if "neoadjuvant" in therapy.intents:
        return True
    return "adjuvant" not in therapy.intents and _precedes(therapy, operated)


def _precedes(therapy: Event, operated: DateInterval | None) -> bool:
    """True if the therapy can have begun before the first operation on record."""
    if operated is None or operated.earliest is None:
        return False
    return bool(therapy.when and therapy.when.earliest and therapy.when.earliest < operated.earliest)


def _told_by_stage(view: View) -> set[Evidence]:
    """A y prefix, or staging after multimodality therapy, says it whatever else could be loaded."""
    told = {
        s.finding.evidence
        for letter in "TN"
        for s in categories(view, letter)
        if s.category and s.category.after_therapy and s.finding.attributed
    }
    asked = (s for s in view.asked("therapy_before_staging") if s.seen.attributed and not s.contradicts)
    return told | {slot.found("yes").evidence for slot in asked}


def _first(events: Iterable[Event]) -> DateInterval | None:
    """The earliest dated event: from its first possible day to its last."""
    dated = [(e.when.earliest, e.when) for e in events if e.when and e.when.earliest]
    return min(dated, key=lambda pair: (pair[0], order_key(pair[1])))[1] if dated else None


def _all_dated(events: Iterable[Event]) -> bool:
    return all(e.when and e.when.earliest for e in events)


def _is_systemic(use: MedicationUse, view: View) -> bool:
    return bool(view.codes("systemic_drugs").meanings_of(use.drug)) or names_a_drug(use.drug, view)


def _is_systemic_procedure(procedure: Procedure, view: View) -> bool:
    return bool(view.codes("systemic_procedures").meanings_of(procedure.code)) or names_a_drug(procedure.code, view)


def _is_breast_operation(procedure: Procedure, view: View) -> bool:
    meanings = view.codes("surgery_procedures").words_of(procedure.code)
    if contradicted(procedure.code, view.vocabulary):
        return False
    return "breast" in meanings or ("excision" in meanings and names_the_breast(procedure.body_site, view.vocabulary))


def _on_this_side(procedure: Procedure, view: View) -> bool:
    sides = sides_of_procedure(procedure, view)
    return not sides or not view.tumour.side or view.tumour.side in sides
