"""The patient: age, sex, alive or not, hospice."""

from datetime import date
from decimal import Decimal

from cds_hooks.fhir.record import Concept, Record
from cds_hooks.picture.chart import Chart
from cds_hooks.picture.fact import Evidence, Fact, Interval, Known, Unknown, Why
from cds_hooks.picture.finding import day
from cds_hooks.picture.in_words import PAST, said_in_words
from cds_hooks.picture.vocabulary import CodeList, Vocabulary

_SEXES = frozenset({"female", "male", "other"})
_NOT_DONE = frozenset({"not-done", "preparation", "entered-in-error"})
_NOT_HELD = frozenset({"planned", "cancelled", "entered-in-error"})
_ENDED = frozenset({"inactive", "resolved", "remission"})


def read(chart: Chart) -> dict[str, Fact]:
    """The facts deceased, hospice, age (years, today) and sex."""
    return {
        "deceased": read_deceased(chart.record),
        "hospice": read_hospice(chart),
        "age": read_age(chart.record, chart.today),
        "sex": read_sex(chart.record),
    }


def read_deceased(record: Record) -> Fact:
    """A death is recorded by a flag or by its date."""
    patient = record.patient
    evidence = (Evidence(patient.origin.reference, day(patient.deceased_on), patient.origin.marks),)
    if patient.deceased or patient.deceased_on is not None:
        return Known("yes", evidence)
    return Known("no", evidence) if patient.deceased is False else Unknown(Why.NOT_RECORDED)


def read_hospice(chart: Chart) -> Fact:
    """Hospice care as a diagnosis, a procedure, a visit or where a stay ended; palliative care is not hospice."""
    vocabulary, codes = chart.vocabulary, chart.vocabulary.codelists["hospice"]
    conditions = [
        Evidence(c.origin.reference, day(c.onset), c.origin.marks)
        for c in chart.conditions("hospice")
        if c.clinical_status not in _ENDED and _is_or_says(c.code, codes, vocabulary)
    ]
    procedures = [
        Evidence(p.origin.reference, day(p.performed), p.origin.marks)
        for p in chart.procedures("hospice")
        if p.status not in _NOT_DONE and _is_or_says(p.code, codes, vocabulary)
    ]
    visits = [
        Evidence(e.origin.reference, day(e.period), e.origin.marks)
        for e in chart.record.encounters
        if e.status not in _NOT_HELD
        and any(_is_or_says(c, codes, vocabulary) for c in (*e.type, e.service_type, *e.reason, e.discharge) if c)
    ]
    evidence = tuple(sorted({*conditions, *procedures, *visits}))
    return Known("yes", evidence) if evidence else Unknown(Why.NOT_RECORDED)


def _is_or_says(concept: Concept, codes: CodeList, vocabulary: Vocabulary) -> bool:
    in_words = said_in_words(concept, codes, vocabulary)
    return bool(codes.meanings_of(concept)) or (bool(in_words) and PAST not in in_words)


def read_age(record: Record, today: date) -> Fact:
    """Age today in years; a birth date known to the year only gives two possible ages."""
    born, origin = record.patient.birth_date, record.patient.origin
    evidence = (Evidence(origin.reference, day(born), origin.marks),)
    if born is None or born.earliest is None or born.latest is None:
        return Unknown(Why.NOT_RECORDED)
    youngest, oldest = _years(born.latest, today), _years(born.earliest, today)
    if youngest < 0:
        return Unknown(Why.NOT_UNDERSTOOD, evidence)
    return Known(Interval(Decimal(youngest), Decimal(oldest)), evidence)


def read_sex(record: Record) -> Fact:
    """Administrative gender as recorded."""
    origin = record.patient.origin
    if record.patient.gender not in _SEXES:
        return Unknown(Why.NOT_RECORDED)
    return Known(str(record.patient.gender), (Evidence(origin.reference, "", origin.marks),))


def _years(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
