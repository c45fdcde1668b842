"""Drug treatment on record: which ingredients, which classes, chemotherapy or not.

What is on record is a floor: drugs given elsewhere are often not on file, so the absence of a drug is never said unless
the chart says that it was not given. Methotrexate, cyclophosphamide and fluorouracil are given for other diseases too:
alone they make no chemotherapy unless their reason is this cancer.
"""

from collections.abc import Iterable

from cds_hooks.fhir.dates import DateInterval
from cds_hooks.fhir.record import MedicationKind, MedicationUse, Procedure
from cds_hooks.picture.choose import How, settle
from cds_hooks.picture.episodes import Attribution, Place
from cds_hooks.picture.fact import NOT_RECORDED, Evidence, Fact, Known, SetAside, Unknown, Why
from cds_hooks.picture.finding import Finding, day
from cds_hooks.picture.readers.drugs import Drug, classes_of, drugs, ingredients_of, refused_drugs, unnamed_drugs
from cds_hooks.picture.readers.events import (
    another_cancer,
    in_order,
    is_done,
    lies_ahead,
    names_a_drug,
    place_of_therapy,
    put_aside,
)
from cds_hooks.picture.view import View, once

_CHEMOTHERAPY, _IN_COMBINATION = "chemotherapy", "chemotherapy_in_combination"


def read(view: View) -> dict[str, Fact]:
    """The facts chemotherapy, drugs_recorded and drug_classes_recorded."""
    every = drugs(view)
    chemotherapy = read_chemotherapy(view, every)
    return {
        "chemotherapy": chemotherapy,
        "drugs_recorded": _ingredients(every, view),
        "drug_classes_recorded": _classes(every, chemotherapy, view),
    }


def read_chemotherapy(view: View, every: tuple[Drug, ...]) -> Fact:
    """Chemotherapy as drugs, as procedures, or on file as a condition."""
    findings = [*_given(every), *_procedures(view), *_history(view), *_refusals(view)]
    return settle("chemotherapy", findings, How.WORST, view.vocabulary)


@once
def chemotherapies(view: View) -> tuple[Finding, ...]:
    """Chemotherapy that was certainly for this tumour, as drugs and as procedures."""
    return tuple(f for f in (*_given(drugs(view)), *_procedures(view)) if f.attributed)


def chemotherapy_ends(view: View) -> tuple[DateInterval, ...]:
    """When each of them ended. An order or statement without an end tells only that it was not before its beginning."""
    given = chemotherapies(view)
    used = {u.origin.reference: u for u in view.record.medications} if given else {}
    return tuple(_ended(f.when, used.get(f.reference)) for f in given if f.when)


def _ended(when: DateInterval, use: MedicationUse | None) -> DateInterval:
    if use is None or use.kind is MedicationKind.ADMINISTRATION:
        return when
    return use.ended if use.ended and use.ended != use.started else DateInterval(when.earliest, None)


def _given(every: tuple[Drug, ...]) -> list[Finding]:
    ours = [d for d in every if d.place.place is not Place.ELSEWHERE]
    combined = {i for d in ours if _IN_COMBINATION in d.classes for i in d.ingredients}
    certain = any(_CHEMOTHERAPY in d.classes for d in ours) or len(combined) > 1
    found = []
    for each in ours:
        alone = _IN_COMBINATION in each.classes and (certain or each.for_breast_cancer)
        if _CHEMOTHERAPY in each.classes or alone:
            found.append(_finding(each, "yes"))
    return found


def _procedures(view: View) -> list[Finding]:
    found = []
    for procedure in view.chart.procedures("systemic_procedures", "systemic_drug_names"):
        if not is_done(procedure) or lies_ahead(procedure.performed, view) or not _is_chemotherapy(procedure, view):
            continue
        place = place_of_therapy(procedure.reason, procedure.reason_reference, procedure.performed, view)
        if place.place is not Place.ELSEWHERE:
            found.append(_of_procedure(procedure, "yes", place))
    return found


def _history(view: View) -> list[Finding]:
    """Chemotherapy on file as a condition: of several cancers it may have been for any."""
    unsure = bool(view.others) or another_cancer(view)
    return [
        Finding("yes", c.origin.reference, None, kind="history", marks=c.origin.marks, attributed=not unsure)
        for c in view.chart.conditions("treatment_history")
        if _CHEMOTHERAPY in view.codes("treatment_history").words_of(c.code)
    ]


def _refusals(view: View) -> list[Finding]:
    found = [
        _finding(d, "no")
        for d in refused_drugs(view)
        if d.place.place is not Place.ELSEWHERE and _CHEMOTHERAPY in d.classes
    ]
    for resource in view.record.not_done:
        if isinstance(resource, Procedure) and _is_chemotherapy(resource, view):
            place = place_of_therapy(resource.reason, resource.reason_reference, resource.performed, view)
            if place.place is not Place.ELSEWHERE:
                found.append(_of_procedure(resource, "no", place))
    return found


def _is_chemotherapy(procedure: Procedure, view: View) -> bool:
    """A code of chemotherapy, or a text that names it or one of its drugs."""
    if _CHEMOTHERAPY in view.codes("systemic_procedures").words_of(procedure.code):
        return True
    return names_a_drug(procedure.code, view) and _CHEMOTHERAPY in _classes_named(procedure, view)


def _classes_named(procedure: Procedure, view: View) -> frozenset[str]:
    return classes_of(ingredients_of(procedure.code, view), view)


def _ingredients(every: tuple[Drug, ...], view: View) -> Fact:
    ours = [d for d in every if d.place.place is Place.HERE]
    words = set(view.vocabulary.facts["drugs_recorded"].words)
    named = [d for d in ours if d.ingredients & words]
    found = {i for d in named for i in d.ingredients & words}
    return _floor(found, {d.evidence for d in named}, every, view)


def _classes(every: tuple[Drug, ...], chemotherapy: Fact, view: View) -> Fact:
    ours = [d for d in every if d.place.place is Place.HERE]
    words = set(view.vocabulary.facts["drug_classes_recorded"].words)
    named = [d for d in ours if d.classes & words - {_CHEMOTHERAPY}]
    found = {c for d in named for c in d.classes & words} - {_CHEMOTHERAPY}
    evidence = {d.evidence for d in named}
    if isinstance(chemotherapy, Known) and chemotherapy.value == "yes":
        found.add(_CHEMOTHERAPY)
        evidence |= set(chemotherapy.evidence)
    hormones = _hormones(view)
    if hormones:
        found.add("endocrine")
        evidence |= hormones
    return _floor(found, evidence, every, view)


def _hormones(view: View) -> set[Evidence]:
    """Endocrine treatment on record as a procedure or a condition."""
    found = set()
    for procedure in view.chart.procedures("systemic_procedures"):
        coded = "endocrine" in view.codes("systemic_procedures").words_of(procedure.code)
        if coded and is_done(procedure) and not lies_ahead(procedure.performed, view):
            place = place_of_therapy(procedure.reason, procedure.reason_reference, procedure.performed, view)
            if place.place is Place.HERE:
                found.add(Evidence(procedure.origin.reference, day(procedure.performed), procedure.origin.marks))
    for condition in view.chart.conditions("treatment_history"):
        if "endocrine" in view.codes("treatment_history").words_of(condition.code) and not view.others:
            found.add(Evidence(condition.origin.reference, day(condition.onset), condition.origin.marks))
    return found


def _floor(found: set[str], evidence: set[Evidence], every: tuple[Drug, ...], view: View) -> Fact:
    """What is on record. Drugs without a name, or perhaps for another tumour, leave open that there are more."""
    unsure = [d for d in every if d.place.place is Place.UNSURE]
    unnamed = unnamed_drugs(view)
    if not found and not every and not unnamed:
        return NOT_RECORDED
    aside = in_order(_asides(every))
    why = Why.NOT_LOADED if unnamed else Why.CONFLICTING if unsure else None
    if not found:
        looked_at = tuple(sorted({*unnamed, *(d.evidence for d in unsure)}))
        return Unknown(why or Why.NOT_RECORDED, looked_at, aside)
    return Known(tuple(sorted(found)), tuple(sorted(evidence)), aside, why)


def _asides(every: Iterable[Drug]) -> Iterable[SetAside]:
    return (put_aside(d.use.origin.reference, d.place) for d in every if d.place.place is not Place.HERE)


def _finding(drug: Drug, value: str) -> Finding:
    here = drug.place.place is Place.HERE
    marks = drug.evidence.marks
    return Finding(value, drug.use.origin.reference, drug.when, kind="drug", marks=marks, attributed=here)


def _of_procedure(procedure: Procedure, value: str, place: Attribution) -> Finding:
    marks = (*procedure.origin.marks, *place.marks)
    here = place.place is Place.HERE
    reference = procedure.origin.reference
    return Finding(value, reference, procedure.performed, kind="procedure", marks=marks, attributed=here)
