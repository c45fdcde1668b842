"""Where the patient is in the course of the disease: time since diagnosis and since primary treatment, age then."""

from datetime import date, timedelta
from decimal import Decimal

from cds_hooks.fhir.dates import DateInterval
from cds_hooks.picture.elapsed import last_of, years_since
from cds_hooks.picture.episodes import Place
from cds_hooks.picture.fact import Evidence, Fact, Interval, Known, Unknown, Why
from cds_hooks.picture.finding import day, evidence_of
from cds_hooks.picture.readers.radiotherapy import courses
from cds_hooks.picture.readers.spells import days_in
from cds_hooks.picture.readers.surgery import definitive, operations
from cds_hooks.picture.readers.systemic import chemotherapies, chemotherapy_ends
from cds_hooks.picture.view import View, once

_RECORDED_ONLY = "the day of diagnosis is not recorded, only the day it was written down"


def read(view: View) -> dict[str, Fact]:
    """The facts years_since_diagnosis, diagnosis_age and years_since_primary_treatment."""
    return {
        "years_since_diagnosis": read_since_diagnosis(view),
        "diagnosis_age": read_diagnosis_age(view),
        "years_since_primary_treatment": read_since_treatment(view),
    }


def read_since_diagnosis(view: View) -> Fact:
    """From the first onset; where only the day of recording is known, at least as long as that."""
    when = view.tumour.diagnosed
    if when is None or when.latest is None:
        return Unknown(Why.NOT_RECORDED, _diagnoses(view))
    if when.earliest is None:
        return Known(
            years_since(when, view.today), _diagnoses(view), bounded_why=Why.NOT_RECORDED, notes=(_RECORDED_ONLY,)
        )
    return Known(years_since(when, view.today), _diagnoses(view))


def read_diagnosis_age(view: View) -> Fact:
    """Whole years at diagnosis; dates known in part leave several ages possible."""
    when, born = view.tumour.diagnosed, view.record.patient.birth_date
    evidence = tuple(sorted({*_diagnoses(view), Evidence(view.record.patient.origin.reference, day(born))}))
    if when is None or when.latest is None or born is None or born.earliest is None or born.latest is None:
        return Unknown(Why.NOT_RECORDED, evidence)
    oldest = _age(born.earliest, when.latest)
    if oldest < 0:
        return Unknown(Why.NOT_UNDERSTOOD, evidence)
    if when.earliest is None:
        value = Interval(Decimal(0), Decimal(oldest))
        return Known(value, evidence, bounded_why=Why.NOT_RECORDED, notes=(_RECORDED_ONLY,))
    return Known(Interval(Decimal(max(_age(born.latest, when.earliest), 0)), Decimal(oldest)), evidence)


def read_since_treatment(view: View) -> Fact:
    """From the latest of surgery, end of chemotherapy and end of irradiation, as far as they are on record and belong
    to the first treatment. Without surgery on record they, or the diagnosis, are only the longest that it can be.
    """
    operated = definitive(view)
    began = view.tumour.diagnosed
    ends = _ends_of_first_treatment(view, operated or began)
    last = last_of((*ends, *((operated,) if operated else ())))
    evidence = tuple(sorted({*_treatments(view), *(() if operated else _diagnoses(view))}))
    if last is not None and operated is not None and last.latest is not None:
        return Known(years_since(last, view.today), evidence)
    longest = last or began
    if longest is None or longest.earliest is None:
        return Unknown(Why.NOT_RECORDED, evidence)
    high = years_since(longest, view.today).high
    return Known(Interval(Decimal(0), high), evidence, bounded_why=Why.NOT_RECORDED)


def _ends_of_first_treatment(view: View, began: DateInterval | None) -> tuple[DateInterval, ...]:
    """Ends of chemotherapy and irradiation that can belong to the first treatment: later ones treat a recurrence."""
    limit = _limit(view, began)
    irradiated = [c.ended for c in courses(view) if c.place.place is Place.HERE and c.ended]
    latest = min(limit, view.today) if limit else view.today
    ends = (*irradiated, *chemotherapy_ends(view))
    return tuple(_by(latest, e, view) for e in ends if limit is None or (e.earliest and e.earliest <= limit))


def _limit(view: View, began: DateInterval | None) -> date | None:
    span: timedelta = days_in("primary_treatment_months", view)
    return began.latest + span if began and began.latest else None


def _by(latest: date, when: DateInterval, view: View) -> DateInterval:
    """The same day, which cannot lie ahead; what has no end on record ended within the first treatment."""
    return DateInterval(when.earliest, min(when.latest, view.today) if when.latest else latest)


def _treatments(view: View) -> tuple[Evidence, ...]:
    operated = {Evidence(o.reference, day(o.when), o.marks) for o in operations(view) if o.place.place is Place.HERE}
    irradiated = evidence_of(c.finding for c in courses(view) if c.place.place is Place.HERE)
    return tuple(sorted({*operated, *irradiated, *evidence_of(chemotherapies(view))}))


@once
def _diagnoses(view: View) -> tuple[Evidence, ...]:
    return tuple(sorted({Evidence(c.origin.reference, day(c.onset), c.origin.marks) for c in view.tumour.conditions}))


def _age(born: date, then: date) -> int:
    return then.year - born.year - ((then.month, then.day) < (born.month, born.day))
