"""Irradiation for this tumour: whether, where, and how long ago it ended.

A body site is what was aimed at, never what the tumour has invaded. Irradiation of another part of the body is none of
this tumour; where no site is written, it was for the disease that its reason or its side names, else for the only
tumour. That there was none is known only where the chart says that it was not done or was declined.

What may have reached this breast is asked more widely, for no field is given twice: at any time, for any disease, and
told by words alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from cds_hooks.fhir.dates import DateInterval
from cds_hooks.fhir.record import Concept, Condition, Procedure
from cds_hooks.picture.choose import How, settle
from cds_hooks.picture.diagnosis import names_the_breast, sides_in
from cds_hooks.picture.elapsed import last_of, months_since
from cds_hooks.picture.episodes import ANOTHER_CANCER, Attribution, Place
from cds_hooks.picture.fact import NOT_RECORDED, Evidence, Fact, Known, Unknown, Why
from cds_hooks.picture.finding import Finding, day, evidence_of
from cds_hooks.picture.in_words import IN_WORDS, PAST, said_in_words
from cds_hooks.picture.order import in_fixed_order
from cds_hooks.picture.readers.events import (
    another_cancer,
    in_order,
    is_done,
    lies_ahead,
    names_a_drug,
    place_of_procedure,
    put_aside,
    sides_of_procedure,
    stated_for,
    whole_texts,
    words_in,
)
from cds_hooks.picture.view import View, once

_FACTS = ("radiotherapy", "radiotherapy_sites", "months_since_radiotherapy", "irradiation_may_reach")
_UNDER_WAY = frozenset({"in-progress", "on-hold", "suspended"})
_BROKEN_OFF = frozenset({"stopped", "aborted"})


@dataclass(frozen=True, slots=True)
class Course:
    """One irradiation: what was aimed at, whose tumour it was for, when it ended (None: not known), and whether it may
    have reached this breast.
    """

    finding: Finding
    place: Attribution
    sites: frozenset[str]
    ended: DateInterval | None
    near: bool


def read(view: View) -> dict[str, Fact]:
    """The facts radiotherapy, radiotherapy_sites, months_since_radiotherapy and irradiation_may_reach."""
    every = courses(view)
    if not every and not view.chart.conditions("treatment_history") and not view.record.not_done:
        return dict.fromkeys(_FACTS, NOT_RECORDED)
    ours = [c for c in every if c.place.place is not Place.ELSEWHERE]
    own = [c for c in ours if c.place.place is Place.HERE]
    findings = [*(c.finding for c in ours), *_history(view), *_refusals(view)]
    given = settle("radiotherapy", findings, How.WORST, view.vocabulary)
    aside = in_order(put_aside(c.finding.reference, c.place) for c in every if c.place.place is Place.ELSEWHERE)
    return {
        "radiotherapy": replace(given, set_aside=in_order((*given.set_aside, *aside))),
        "radiotherapy_sites": _sites(own, ours),
        "months_since_radiotherapy": _since(own, ours, view),
        "irradiation_may_reach": _may_reach(every, view),
    }


@once
def courses(view: View) -> tuple[Course, ...]:
    """Every irradiation on record that was begun, in a fixed order."""
    named = view.chart.procedures("radiotherapy_procedures")
    found = (_course(p, view) for p in named if _is_radiotherapy(p, view) and is_done(p))
    begun = (c for c in found if not lies_ahead(c.finding.when, view))
    return in_fixed_order(begun, lambda course: course.finding.reference)


def _may_reach(every: Iterable[Course], view: View) -> Fact:
    """Yes, with whatever is on record that was not certainly of the other side or of another part of the body."""
    found = {c.finding.reference: c.finding.evidence for c in every if c.near}
    told = view.codes("treatment_history")
    for condition in view.chart.conditions("treatment_history"):
        by_code = bool(told.words_of(condition.code) & {"radiotherapy", "irradiated"})
        in_words = said_in_words(condition.code, told, view.vocabulary)
        if by_code or ("radiotherapy" in in_words and not _worded_elsewhere(condition.code, view)):
            marks = (*condition.origin.marks, *(() if by_code else (IN_WORDS,)))
            found[condition.origin.reference] = Evidence(condition.origin.reference, day(condition.onset), marks)
    return Known("yes", tuple(sorted(found.values()))) if found else Unknown(Why.NOT_RECORDED)


def _course(procedure: Procedure, view: View) -> Course:
    place, sites = _place(procedure, view), sites_of(procedure, view)
    broken_off = ("broken off",) if procedure.status in _BROKEN_OFF else ()
    finding = Finding(
        "yes",
        procedure.origin.reference,
        procedure.performed,
        kind="irradiation",
        marks=(*procedure.origin.marks, *place.marks, *broken_off),
        attributed=place.place is Place.HERE,
    )
    ended = None if procedure.status in _UNDER_WAY else _past(procedure.ended or procedure.performed, view)
    return Course(finding, place, sites, ended, _is_near(procedure, sites, view))


def _is_near(procedure: Procedure, sites: frozenset[str], view: View) -> bool:
    """False if it was certainly of the other side, or of a part of the body that is not near the breast."""
    sides = sides_of_procedure(procedure, view) or sides_in(_reasons(procedure, view), view.vocabulary)
    if (sides and view.tumour.side and view.tumour.side not in sides) or _worded_elsewhere(procedure.code, view):
        return False
    near = view.codes("sites_near_the_breast").of_any(procedure.body_site) or any(
        whole_texts(site, "sites_near_the_breast", view) for site in procedure.body_site
    )
    return bool(sites or near or not procedure.body_site)


def _reasons(procedure: Procedure, view: View) -> tuple[Concept, ...]:
    named = (c.code for c in view.record.conditions if c.origin.reference in procedure.reason_reference)
    return (*procedure.reason, *named)


def _worded_elsewhere(concept: Concept, view: View) -> bool:
    """True if the words name the other side, or another organ and not the breast."""
    said = words_in(concept)
    sides = {view.codes("diagnosis_words").said(word) for word in said} & {"left", "right"}
    organs = {view.codes("cancer_organ_words").said(word) for word in said} & {"breast", "other"}
    other_side = bool(sides and view.tumour.side and view.tumour.side not in sides)
    return other_side or organs == {"other"}


def sites_of(procedure: Procedure, view: View) -> frozenset[str]:
    """What was aimed at: breast, chest_wall, nodes."""
    codes = view.codes("radiotherapy_sites")
    sites = codes.of_any(procedure.body_site)
    sites |= {w for site in procedure.body_site for w in whole_texts(site, "radiotherapy_sites", view)}
    named = "breast" in _kinds(procedure, view) or names_the_breast(procedure.body_site, view.vocabulary)
    return sites | (frozenset({"breast"}) if named else frozenset())


def _place(procedure: Procedure, view: View) -> Attribution:
    place = place_of_procedure(procedure, view)
    if _in_words(procedure, view) and _worded_elsewhere(procedure.code, view):
        return Attribution(Place.ELSEWHERE, ("another part of the body",))
    if place.place is Place.ELSEWHERE or sites_of(procedure, view):
        return place
    if procedure.body_site:
        return Attribution(Place.ELSEWHERE, ("another or an unknown part of the body",))
    stated = stated_for(procedure.reason, procedure.reason_reference, view)
    if stated is not Place.HERE and another_cancer(view):
        return Attribution(Place.UNSURE, (ANOTHER_CANCER,))
    return Attribution(place.place, (*place.marks, "site not stated"))


def _is_radiotherapy(procedure: Procedure, view: View) -> bool:
    """A code of irradiation; not where its text names a drug treatment, as some charts do under such a code."""
    return bool(_kinds(procedure, view) & {"course"}) and not names_a_drug(procedure.code, view)


def _kinds(procedure: Procedure, view: View) -> frozenset[str]:
    by_code = view.codes("radiotherapy_procedures").words_of(procedure.code)
    return by_code or whole_texts(procedure.code, "radiotherapy_procedures", view) or _in_words(procedure, view)


def _in_words(procedure: Procedure, view: View) -> frozenset[str]:
    """What a text says that is more than the name of an irradiation: "Radiation therapy of the left breast"."""
    said = said_in_words(procedure.code, view.codes("radiotherapy_procedures"), view.vocabulary) - {PAST}
    words = frozenset(word for meaning in said for word in meaning.split())
    organs = (view.codes("cancer_organ_words").said(word) for word in words_in(procedure.code))
    return words | {"breast"} if words and "breast" in organs else words


def _history(view: View) -> list[Finding]:
    """Irradiation on file as a condition. It names no site: of several cancers it may have been for any."""
    found = []
    for condition in view.chart.conditions("treatment_history"):
        words = view.codes("treatment_history").words_of(condition.code)
        if "radiotherapy" in words:
            unsure = bool(view.others) or ("breast" not in words and another_cancer(view))
            found.append(_of_history(condition, attributed=not unsure))
    return found


def _of_history(condition: Condition, attributed: bool) -> Finding:
    marks = (*condition.origin.marks, "site not stated")
    reference = condition.origin.reference
    return Finding("yes", reference, None, rank=1, kind="history", marks=marks, attributed=attributed)


def _refusals(view: View) -> list[Finding]:
    """Irradiation that the chart says was not done."""
    found = []
    for resource in view.record.not_done:
        if not isinstance(resource, Procedure) or not _is_radiotherapy(resource, view):
            continue
        place = _place(resource, view)
        if place.place is not Place.ELSEWHERE:
            reference, when = resource.origin.reference, resource.performed
            here = place.place is Place.HERE
            found.append(Finding("no", reference, when, kind="not done", marks=place.marks, attributed=here))
    return found


def _sites(own: Iterable[Course], ours: list[Course]) -> Fact:
    aimed = [c for c in own if c.sites]
    sites = frozenset(site for course in aimed for site in course.sites)
    if not sites:
        return Unknown(Why.NOT_RECORDED, evidence_of(c.finding for c in ours))
    open_ended = len(aimed) < len(ours)  # an irradiation without a site, or perhaps of the other tumour
    evidence = evidence_of(c.finding for c in aimed)
    return Known(tuple(sorted(sites)), evidence, bounded_why=Why.NOT_RECORDED if open_ended else None)


def _since(own: list[Course], ours: list[Course], view: View) -> Fact:
    evidence = evidence_of(c.finding for c in own or ours)
    if not own:
        return Unknown(Why.CONFLICTING if ours else Why.NOT_RECORDED, evidence)
    ended = last_of(tuple(c.ended for c in own))
    if ended is None or (ended.earliest is None and ended.latest is None):
        return Unknown(Why.NOT_RECORDED, evidence, notes=("the end of the irradiation is not recorded",))
    return Known(months_since(ended, view.today), evidence)


def _past(when: DateInterval | None, view: View) -> DateInterval | None:
    """A day that is over: an end that lies ahead is none yet."""
    if when is None or lies_ahead(when, view):
        return None
    return DateInterval(when.earliest, min(when.latest, view.today) if when.latest else None)
