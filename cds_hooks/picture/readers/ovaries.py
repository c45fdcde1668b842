"""Suppression of the ovaries: by drugs as long as they go on, or because both ovaries were removed."""

from cds_hooks.fhir.record import Condition, MedicationKind, Procedure
from cds_hooks.picture.diagnosis import is_unconfirmed
from cds_hooks.picture.episodes import Place
from cds_hooks.picture.fact import Evidence, Fact, Known, Unknown, Why
from cds_hooks.picture.finding import day
from cds_hooks.picture.readers.drugs import Drug, drugs
from cds_hooks.picture.readers.events import is_done, lies_ahead
from cds_hooks.picture.readers.spells import days_in, spell_of
from cds_hooks.picture.view import View


def read(view: View) -> dict[str, Fact]:
    """The fact ovarian_suppression."""
    return {"ovarian_suppression": read_suppression(view)}


def read_suppression(view: View) -> Fact:
    """Yes while it goes on; no only where its end is on record and nothing followed."""
    removed = _removed(view)
    if removed:
        return Known("yes", removed)
    given = [d for d in drugs(view) if "ovarian_suppression" in d.classes and d.place.place is not Place.ELSEWHERE]
    evidence = tuple(sorted({d.evidence for d in given}))
    own = [d for d in given if d.place.place is Place.HERE]
    live = tuple(sorted({d.evidence for d in own if _goes_on(d, view)}))
    if live:
        return Known("yes", live)
    if not given:
        return Unknown(Why.NOT_RECORDED)
    if len(own) == len(given) and all(_has_ended(d, view) for d in own):
        return Known("no", evidence)
    if len(own) < len(given):
        return Unknown(Why.CONFLICTING, evidence, notes=("a drug that cannot be tied to one tumour is on record",))
    return Unknown(Why.EQUIVOCAL, evidence, notes=("whether it still goes on is not recorded",))


def _removed(view: View) -> tuple[Evidence, ...]:
    """Both ovaries gone, as a procedure or a condition."""
    procedures = [
        Evidence(p.origin.reference, day(p.performed), p.origin.marks)
        for p in view.chart.procedures("ovaries_absent")
        if _both(p, view) and is_done(p) and not lies_ahead(p.performed, view)
    ]
    conditions = [
        Evidence(c.origin.reference, day(c.onset), c.origin.marks)
        for c in view.chart.conditions("ovaries_absent")
        if _both(c, view) and not is_unconfirmed(c)
    ]
    return tuple(sorted({*procedures, *conditions}))


def _both(resource: Procedure | Condition, view: View) -> bool:
    return bool(view.codes("ovaries_absent").meanings_of(resource.code))


def _goes_on(drug: Drug, view: View) -> bool:
    """A running order or statement, or a depot that was given so recently that it still works."""
    if drug.use.kind is not MedicationKind.ADMINISTRATION:
        return spell_of(drug, frozenset(), view).live
    last = drug.use.when.earliest if drug.use.when else None
    return last is not None and view.today - last <= days_in("depot_holds_months", view)


def _has_ended(drug: Drug, view: View) -> bool:
    """True for an end on record; a dose given long ago says nothing of the next one."""
    spell = spell_of(drug, frozenset(), view)
    return bool(spell.over) and spell.end is not None
