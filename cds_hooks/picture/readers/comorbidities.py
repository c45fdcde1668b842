"""What else the patient has and takes that cautions a treatment: present where recorded, never absent by silence.

A provisional diagnosis cautions too, with its mark. Which diagnoses caution even when past ("ever") and which only
while active is said beside each code.
"""

from datetime import date, timedelta

from cds_hooks.fhir.dates import DateInterval
from cds_hooks.fhir.record import Concept, Condition, MedicationKind, MedicationUse
from cds_hooks.picture.answers import contradicted
from cds_hooks.picture.chart import Chart
from cds_hooks.picture.diagnosis import marks_of
from cds_hooks.picture.fact import NOT_RECORDED, Evidence, Fact, Known, SetAside, Unknown, Why
from cds_hooks.picture.finding import day
from cds_hooks.picture.in_words import IN_WORDS, PAST, said_in_words
from cds_hooks.picture.readers.events import is_done, is_given, words_in
from cds_hooks.picture.vocabulary import CodeList, Vocabulary

# Facts read from diagnoses and operations, each with a code list of its own name.
DIAGNOSES = (
    "autoimmune_disease",
    "heart_failure",
    "interstitial_lung_disease",
    "long_qt",
    "osteoporosis",
    "stroke",
    "uterus_absent",
    "venous_thromboembolism",
)
# Facts read from drugs, and from diagnoses that say that one is taken, with their code lists.
DRUGS = {
    "anticoagulant": "anticoagulants",
    "cyp2d6_inhibitor": "cyp2d6_inhibitors",
    "hormone_therapy": "hormone_therapies",
}
_ENDED = frozenset({"inactive", "resolved", "remission"})
_OVER = frozenset({"completed", "stopped", "ended"})
_EVER = "ever"


def read(chart: Chart) -> dict[str, Fact]:
    """The facts of `DIAGNOSES` and `DRUGS`, each "yes" or unknown."""
    found = {name: read_diagnosis(name, chart) for name in DIAGNOSES}
    return {**found, **{name: read_drug(codes, chart) for name, codes in DRUGS.items()}}


def read_diagnosis(name: str, chart: Chart) -> Fact:
    """A diagnosis or an operation of the code list `name`."""
    if not chart.conditions(name) and not chart.procedures(name):
        return NOT_RECORDED
    vocabulary, today = chart.vocabulary, chart.today
    codes = vocabulary.codelists[name]
    proof = [
        Evidence(p.origin.reference, day(p.performed), p.origin.marks)
        for p in chart.procedures(name)
        if codes.meanings_of(p.code) and is_done(p) and not _ahead(p.performed, today)
    ]
    aside = []
    for condition in chart.conditions(name):
        in_words = said_in_words(condition.code, codes, vocabulary)
        meanings = codes.meanings_of(condition.code) | in_words
        if not meanings:
            continue
        if contradicted(condition.code, vocabulary):
            aside.append(SetAside(condition.origin.reference, "its code and its words contradict each other"))
            continue
        over = has_ended(condition, today) or PAST in in_words
        if over and _EVER not in meanings:
            aside.append(SetAside(condition.origin.reference, "no longer active"))
        else:
            marks = (*((PAST,) if over else ()), *((IN_WORDS,) if in_words else ()))
            proof.append(_evidence(condition, vocabulary, marks))
    return _yes(proof, aside)


def read_drug(name: str, chart: Chart) -> Fact:
    """A drug of a code list that is taken now, as far as the record tells."""
    if not chart.conditions(name) and not chart.medications(name):
        return NOT_RECORDED
    vocabulary, codelist = chart.vocabulary, chart.vocabulary.codelists[name]
    proof, aside = uses_of(name, chart)
    for condition in chart.conditions(name):
        if not codelist.meanings_of(condition.code) or contradicted(condition.code, vocabulary):
            continue
        if has_ended(condition, chart.today):
            aside.append(SetAside(condition.origin.reference, "no longer active"))
        else:
            proof.append(_evidence(condition, vocabulary))
    return _yes(proof, aside)


def uses_of(name: str, chart: Chart) -> tuple[list[Evidence], list[SetAside]]:
    """The uses of drugs of a code list that go on or have only just ended, and those that are set aside."""
    if not chart.medications(name):
        return [], []
    codelist, today = chart.vocabulary.codelists[name], chart.today
    within = timedelta(days=int(chart.vocabulary.numbers["drug_counts_for_days"]))
    proof, aside = [], []
    for use in chart.medications(name):
        meanings = _drug_meanings(use.drug, codelist)
        if not meanings or not is_given(use) or _ahead(use.when, today):
            continue
        if meanings == {"oestrogen", "vaginal"}:
            aside.append(SetAside(use.origin.reference, "local, not systemic"))
        elif meanings != {"vaginal"} and _is_current(use, today, within):
            marks = tuple(mark for mark in (use.status or "",) if mark in _OVER)
            proof.append(Evidence(use.origin.reference, day(use.when), (*use.origin.marks, *marks)))
        elif meanings != {"vaginal"}:
            aside.append(SetAside(use.origin.reference, "no longer taken"))
    return proof, aside


def has_ended(condition: Condition, today: date) -> bool:
    """True for a diagnosis that is over: by its status or by its end."""
    end = condition.abatement.latest if condition.abatement else None
    return condition.clinical_status in _ENDED or (end is not None and end < today)


def _evidence(condition: Condition, vocabulary: Vocabulary, more: tuple[str, ...] = ()) -> Evidence:
    marks = tuple(sorted({*marks_of(condition, vocabulary), *more}))
    return Evidence(condition.origin.reference, day(condition.onset), marks)


def _is_current(use: MedicationUse, today: date, within: timedelta) -> bool:
    """An order or a statement goes on until it is said to be over; one dose counts for its time, like what is over."""
    last = use.when.latest if use.when else None
    if use.status not in _OVER and use.kind is not MedicationKind.ADMINISTRATION:
        return True
    return last is None or today - last <= within


def _drug_meanings(drug: Concept, codelist: CodeList) -> set[str]:
    by_word = {codelist.said(word) for word in words_in(drug)}
    return {*codelist.meanings_of(drug), *(meaning for meaning in by_word if meaning is not None)}


def _ahead(when: DateInterval | None, today: date) -> bool:
    return bool(when and when.earliest and when.earliest > today)


def _yes(proof: list[Evidence], aside: list[SetAside]) -> Fact:
    set_aside = tuple(sorted(set(aside)))
    return Known("yes", tuple(sorted(set(proof))), set_aside) if proof else Unknown(Why.NOT_RECORDED, (), set_aside)
