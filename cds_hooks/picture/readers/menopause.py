"""Menopausal state and pregnancy, today.

The rule, in this order: both ovaries removed, or an age from which menopause is certain, is postmenopausal; on ovarian
suppression the state is premenopausal whatever blood tests or cycles say; else the state as documented. Amenorrhoea
after chemotherapy is no menopause. A man has no menopausal state.
Source: NCCN's definition of menopause for breast cancer, without its hormone levels; the age is a number of the
vocabulary.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from cds_hooks.fhir.dates import DateInterval
from cds_hooks.fhir.record import Record
from cds_hooks.picture.answers import Slot, number_in, word_in
from cds_hooks.picture.chart import Chart
from cds_hooks.picture.choose import How, settle
from cds_hooks.picture.diagnosis import is_unconfirmed, marks_of
from cds_hooks.picture.fact import Evidence, Fact, Interval, Known, Unknown, Why, with_note
from cds_hooks.picture.finding import Finding
from cds_hooks.picture.gaps import closed
from cds_hooks.picture.in_words import IN_WORDS, PAST, said_in_words
from cds_hooks.picture.readers.comorbidities import has_ended, read_diagnosis, uses_of
from cds_hooks.picture.vocabulary import Vocabulary

_STATES = {"premenopausal": "premenopausal", "postmenopausal": "postmenopausal"}
_YES_NO = {"positive": "yes", "negative": "no"}
# Where the state is documented: what is missing there may contradict it.
_DOCUMENTED = frozenset({"conditions", "obsHost"})
_SYMPTOMS = 1  # menopausal complaints yield to any statement of the state


def read(chart: Chart, age: Fact, sex: Fact) -> dict[str, Fact]:
    """The facts menopausal_status and pregnant_or_lactating, with what could not be seen already weighed."""
    return {
        "menopausal_status": read_status(chart, age, sex),
        "pregnant_or_lactating": read_pregnancy(chart, age, sex),
    }


def read_status(chart: Chart, age: Fact, sex: Fact) -> Fact:
    """Premenopausal or postmenopausal, by the rule above."""
    if _is(sex, "male"):
        return Unknown(Why.NOT_RECORDED)
    vocabulary = chart.vocabulary
    findings = [*_diagnosed(chart), *_observed(chart, age)]
    settled = settle("menopausal_status", findings, How.LATEST, vocabulary)
    documented = closed("menopausal_status", settled, chart, _DOCUMENTED)
    ovaries = read_diagnosis("ovaries_absent", chart)
    if isinstance(ovaries, Known):
        return _by("both ovaries removed", "postmenopausal", ovaries.evidence, documented)
    if _is_past_menopause(age, vocabulary):
        late = [f for f in findings if f.value == "premenopausal" and _old_enough_then(f, chart.record, vocabulary)]
        if late:
            evidence = tuple(sorted({f.evidence for f in late}))
            return Unknown(Why.CONFLICTING, evidence, documented.set_aside, ("premenopausal at this age",))
        return _by("by age", "postmenopausal", age.evidence, documented)
    suppressed, _ = uses_of("ovarian_suppressants", chart)
    if suppressed:
        return _by("on ovarian suppression", "premenopausal", tuple(sorted(set(suppressed))), documented)
    return documented


def read_pregnancy(chart: Chart, age: Fact, sex: Fact) -> Fact:
    """Pregnant or breastfeeding. Men, and women of an age from which menopause is certain, are neither."""
    if _is(sex, "male"):
        return Known("no", sex.evidence)
    vocabulary = chart.vocabulary
    if _is_past_menopause(age, vocabulary):
        return Known("no", _marked(age.evidence, "by age"))
    answers = [
        (slot.meaning, finding)
        for slot in chart.slots("pregnancy_questions")
        if (finding := _pregnancy_answer(slot, vocabulary, chart.today)) is not None
    ]
    found = [*_pregnancies(chart), *(f for _, f in answers if f.value != "no")]
    denied = {meaning for meaning, f in answers if f.value == "no"}
    if denied == {"pregnancy", "lactation"}:
        found += [f for _, f in answers if f.value == "no"]
    settled = settle("pregnant_or_lactating", found, How.WORST, vocabulary)
    return closed("pregnant_or_lactating", settled, chart)


def _diagnosed(chart: Chart) -> list[Finding]:
    vocabulary, codes = chart.vocabulary, chart.vocabulary.codelists["menopause_conditions"]
    found = []
    for condition in chart.conditions("menopause_conditions"):
        for meaning in sorted(codes.meanings_of(condition.code)):
            if meaning == "premenopausal" and has_ended(condition, chart.today):
                continue
            unsure = meaning == "equivocal" or is_unconfirmed(condition)
            finding = Finding(None, condition.origin.reference, condition.onset, kind="diagnosis")
            finding = replace(finding, marks=marks_of(condition, vocabulary), rank=_SYMPTOMS if unsure else 0)
            found.append(replace(finding, why=Why.EQUIVOCAL) if unsure else replace(finding, value=meaning))
    return found


def _observed(chart: Chart, age: Fact) -> list[Finding]:
    vocabulary = chart.vocabulary
    answers = (vocabulary.codelists["menopause_answers"], vocabulary.codelists["generic_answers"])
    found = []
    for slot in chart.slots("menopause_questions"):
        if slot.contradicts:
            found.append(slot.refused())
        elif slot.meaning == "age":
            found += _age_at_menopause(slot, age)
        elif (answer := word_in(slot, answers, _STATES)) is not None:
            found.append(slot.found(answer, kind="menopausal state"))
    return found


def _age_at_menopause(slot: Slot, age: Fact) -> Iterable[Finding]:
    """An age at menopause that has been reached is a menopause."""
    then = number_in(slot, "years")
    if not isinstance(then, Interval):
        return () if then is None else (slot.found(then, kind="age at menopause"),)
    oldest = age.value.high if isinstance(age, Known) and isinstance(age.value, Interval) else None
    reached = then.exact is not None and then.exact > 0 and (oldest is None or then.exact <= oldest)
    return (slot.found("postmenopausal" if reached else Why.NOT_UNDERSTOOD, kind="age at menopause"),)


def _pregnancies(chart: Chart) -> list[Finding]:
    vocabulary, today = chart.vocabulary, chart.today
    codes = vocabulary.codelists["pregnancy_conditions"]
    within = timedelta(days=int(vocabulary.numbers["pregnancy_counts_for_days"]))
    found = []
    for c in chart.conditions("pregnancy_conditions"):
        if has_ended(c, today) or not _recent(c.onset, today, within):
            continue
        in_words = said_in_words(c.code, codes, vocabulary)
        if codes.meanings_of(c.code) or (in_words and PAST not in in_words):
            marks = (*marks_of(c, vocabulary), *((IN_WORDS,) if in_words else ()))
            found.append(Finding("yes", c.origin.reference, c.onset, kind="diagnosis", marks=marks))
    return found


def _pregnancy_answer(slot: Slot, vocabulary: Vocabulary, today: date) -> Finding | None:
    """An answer of recent days; "no" is forgotten sooner than "yes"."""
    answers = (vocabulary.codelists["pregnancy_answers"], vocabulary.codelists["generic_answers"])
    answer = Why.CONFLICTING if slot.contradicts else word_in(slot, answers, _YES_NO)
    if answer is None:
        return None
    name = "not_pregnant_counts_for_days" if answer == "no" else "pregnancy_counts_for_days"
    finding = slot.refused() if slot.contradicts else slot.found(answer, kind=slot.meaning)
    recent = _recent(finding.when, today, timedelta(days=int(vocabulary.numbers[name])))
    undated_no = answer == "no" and finding.when is None
    return finding if recent and not undated_no else None


def _recent(when: DateInterval | None, today: date, within: timedelta) -> bool:
    """True unless it is certainly longer ago."""
    return when is None or when.latest is None or today - when.latest <= within


def _is_past_menopause(age: Fact, vocabulary: Vocabulary) -> bool:
    limit = vocabulary.numbers["menopause_certain_from_years"]
    return (
        isinstance(age, Known)
        and isinstance(age.value, Interval)
        and age.value.low is not None
        and age.value.low >= limit
    )


def _old_enough_then(finding: Finding, record: Record, vocabulary: Vocabulary) -> bool:
    """True if she was certainly of that age already on the day of the finding."""
    born = record.patient.birth_date.latest if record.patient.birth_date else None
    on = finding.when.earliest if finding.when else None
    if born is None or on is None:
        return False
    years = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return years >= vocabulary.numbers["menopause_certain_from_years"]


def _by(mark: str, word: str, evidence: tuple[Evidence, ...], documented: Fact) -> Fact:
    fact = Known(word, _marked(evidence, mark), documented.set_aside)
    if isinstance(documented, Known) and documented.value != word:
        return with_note(fact, f"documented as {documented.value}")
    return fact


def _marked(evidence: tuple[Evidence, ...], mark: str) -> tuple[Evidence, ...]:
    return tuple(sorted(Evidence(e.reference, e.date, (*e.marks, mark)) for e in evidence))


def _is(fact: Fact, word: str) -> bool:
    return isinstance(fact, Known) and fact.value == word
