"""Where the chart writes down signs of recurrence, and results that explain one: what each resource says by itself."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from cds_hooks.fhir.dates import DateInterval, order_key
from cds_hooks.fhir.record import Concept, Condition, Observation, Record
from cds_hooks.picture.answers import Slot, word_in
from cds_hooks.picture.chart import Chart
from cds_hooks.picture.diagnosis import TUMOUR, is_unconfirmed, sides_in
from cds_hooks.picture.fact import Evidence, Why
from cds_hooks.picture.finding import day
from cds_hooks.picture.readers.events import words_in
from cds_hooks.picture.view import View, belongs_to_another_cancer
from cds_hooks.picture.vocabulary import Vocabulary

LOCOREGIONAL, SYSTEMIC, RED_FLAG = "locoregional", "systemic", "red_flag"
PROOF = "malignant_pathology"
_IMAGE = "suspicious_imaging"
_SUSPECTED = "suspected_diagnosis"
# Signs in the breast itself, which a benign result of that breast can explain; nodes and a swollen arm are none.
_IN_THE_BREAST = frozenset({"lump", "nipple_discharge", "nipple_inversion", "skin_change", _IMAGE})
_OVER = frozenset({"inactive", "resolved", "remission"})
_CAME_BACK = frozenset({"recurrence", "relapse"})
_REFUTED = frozenset({"refuted", "entered-in-error"})
_VOID = frozenset({"cancelled", "entered-in-error"})
_PRESENT = {"positive": "yes", "negative": "no", "none": "no"}
# The lists of what a diagnosis can tell of a recurrence.
_TOLD_BY_DIAGNOSES = (
    "recurrence_signs",
    "recurrence_sign_diagnoses",
    "breast_cancer_conditions",
    "metastasis_conditions",
    "birads_answers",
)
_ASSESSED = ("benign", "suspicious", "unsettled", "known")


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign on record. `group` and `word` are those of the facts, `complaint` tells two complaints of one organ
    apart; `alone` says that it makes a suspicion by itself. `when` it began, `recorded` when it was written down.

    `doubts`: why it only may be a sign; `not_one`: why it is none. `lasting`: it holds until another is recorded;
    `explains`: the signs that a benign result explains.
    """

    group: str
    word: str
    complaint: str
    alone: bool
    reference: str
    when: DateInterval | None
    sides: frozenset[str] = frozenset()
    marks: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    not_one: str = ""
    lasting: bool = False
    recorded: DateInterval | None = None
    explains: frozenset[str] = frozenset()

    @property
    def is_sure(self) -> bool:
        """True if it is a sign beyond doubt."""
        return not self.doubts and not self.not_one

    @property
    def shown(self) -> str:
        """The complaint in words."""
        return self.complaint.replace("_", " ")

    @property
    def evidence(self) -> Evidence:
        """The resource behind it, marked with what it says."""
        return Evidence(self.reference, day(self.when), (self.shown, *sorted({*self.marks, *self.doubts})))

    def doubted(self, why: str) -> "Sign":
        """The same sign, not certain."""
        return replace(self, doubts=(*self.doubts, why))

    def aside(self, why: str) -> "Sign":
        """The same, no sign."""
        return replace(self, not_one=why)


def signs_in(chart: Chart, views: Sequence[View]) -> Iterator[Sign]:
    """Everything on record that names a sign, denied or not, whenever it was."""
    vocabulary = chart.vocabulary
    for condition in chart.conditions(*_TOLD_BY_DIAGNOSES):
        yield from _of_condition(condition, vocabulary)
    yield from _answered(chart)
    yield from _reported(chart)
    yield from _assessed(chart)
    for report in chart.record.reports:
        if report.status not in _VOID and _assessment(report.conclusion_codes, vocabulary) == "suspicious":
            sides = sides_in((report.code,), vocabulary) or _mammogram_sides(report.code, vocabulary)
            yield _image(report.origin.reference, report.effective, sides, report.origin.marks)
    for view in views:
        yield from _pathology(view)
        yield from _progression(view)


def explanations(chart: Chart) -> tuple[Sign, ...]:
    """Benign results: of a biopsy, which explain signs in that breast; of imaging, which only replace an image."""
    found = {*_benign_diagnoses(chart), *_benign_results(chart)}
    return tuple(sorted({*found, *_benign_reports(chart.record, chart.vocabulary)}, key=repr))


def _benign_diagnoses(chart: Chart) -> Iterator[Sign]:
    vocabulary, benign = chart.vocabulary, chart.vocabulary.codelists["benign_breast_findings"]
    for condition in chart.conditions("benign_breast_findings"):
        refuted = condition.verification_status in _REFUTED or is_unconfirmed(condition)
        if benign.meanings_of(condition.code) and not refuted:
            sides = _sides_of(condition, vocabulary)
            yield _benign(condition.origin.reference, condition.onset, sides, _IN_THE_BREAST)


def _benign_reports(record: Record, vocabulary: Vocabulary) -> Iterator[Sign]:
    benign = vocabulary.codelists["benign_breast_findings"]
    for report in record.reports:
        sides = sides_in((report.code, *report.conclusion_codes), vocabulary)
        sides = sides or _mammogram_sides(report.code, vocabulary)
        reference, when = report.origin.reference, report.effective
        if report.status in _VOID:
            continue
        if benign.of_any(report.conclusion_codes):
            yield _benign(reference, when, sides, _IN_THE_BREAST)
        elif _assessment(report.conclusion_codes, vocabulary) == "benign":
            yield _benign(reference, when, sides, frozenset({_IMAGE}))


def _benign_results(chart: Chart) -> Iterator[Sign]:
    vocabulary, benign = chart.vocabulary, chart.vocabulary.codelists["benign_breast_findings"]
    for slot in _valid(chart.slots("histology_questions")):
        if any(benign.meanings_of(v) for v in slot.values if isinstance(v, Concept)):
            yield _of_result(slot, vocabulary, _IN_THE_BREAST)
    for slot in _valid(chart.slots("birads_questions")):
        if _category(slot, vocabulary) == "benign":
            yield _of_result(slot, vocabulary, frozenset({_IMAGE}))


def _of_condition(condition: Condition, vocabulary: Vocabulary) -> Iterator[Sign]:
    lists = (vocabulary.codelists["recurrence_signs"], vocabulary.codelists["recurrence_sign_diagnoses"])
    meanings = {m for each in lists for m in each.meanings_of(condition.code)}
    suspected = _suspicion(condition, vocabulary)
    if _assessment((condition.code,), vocabulary) == "suspicious":
        meanings.add(f"{LOCOREGIONAL} {_IMAGE}")
    for meaning in sorted(meanings | ({suspected} if suspected else set())):
        sign = _sign(meaning, condition.origin.reference, condition.onset, _sides_of(condition, vocabulary))
        sign = replace(sign, marks=condition.origin.marks, recorded=condition.recorded)
        if condition.verification_status in _REFUTED or _is_denied(condition.code, vocabulary):
            yield sign.aside("denied")
        elif condition.clinical_status in _OVER or condition.abatement:
            yield sign.aside("over")
        elif condition.clinical_status == "unknown" or "clinical status not understood" in condition.origin.marks:
            yield sign.doubted("whether it is over is not told")
        else:
            yield sign


def _suspicion(condition: Condition, vocabulary: Vocabulary) -> str:
    """A breast cancer, its return or a metastasis that is only supposed; whether it is new, its date tells."""
    breast = vocabulary.codelists["breast_cancer_conditions"].meanings_of(condition.code)
    back = condition.clinical_status in _CAME_BACK
    if "suspected" in breast or (breast & TUMOUR and is_unconfirmed(condition)):
        return f"{LOCOREGIONAL} {_SUSPECTED}"
    distant = "distant" in vocabulary.codelists["metastasis_conditions"].meanings_of(condition.code)
    if distant and (is_unconfirmed(condition) or back):
        return f"{SYSTEMIC} general suspected_metastasis alone"
    return ""


def _answered(chart: Chart) -> Iterator[Sign]:
    """Signs asked by their own code: only a positive answer says that there is one."""
    vocabulary, generic = chart.vocabulary, chart.vocabulary.codelists["generic_answers"]
    for slot in _valid(chart.slots("recurrence_signs")):
        sign = _observed(slot.meaning, slot.seen.observation, vocabulary)
        answer = word_in(slot, (generic,), _PRESENT)
        if answer == "yes":
            yield sign
        elif answer == "no":
            yield sign.aside("denied")
        elif answer is not Why.NOT_RECORDED:
            yield sign.doubted("its answer does not tell whether it is there")


def _reported(chart: Chart) -> Iterator[Sign]:
    """Signs that are the answer to a question for complaints."""
    vocabulary, signs = chart.vocabulary, chart.vocabulary.codelists["recurrence_signs"]
    for slot in _valid(chart.slots("symptom_questions")):
        for concept in (v for v in slot.values if isinstance(v, Concept)):
            for meaning in sorted(signs.meanings_of(concept)):
                sign = _observed(meaning, slot.seen.observation, vocabulary)
                yield sign.aside("denied") if _is_denied(concept, vocabulary) else sign


def _assessed(chart: Chart) -> Iterator[Sign]:
    """BI-RADS 4 and 5 of an examination."""
    vocabulary = chart.vocabulary
    for slot in _valid(chart.slots("birads_questions")):
        if _category(slot, vocabulary) == "suspicious":
            about = slot.seen.observation
            yield _image(about.origin.reference, about.effective, _sides_at(about, vocabulary), about.origin.marks)


def _valid(slots: Iterable[Slot]) -> Iterator[Slot]:
    return (slot for slot in slots if slot.seen.observation.status not in _VOID)


def _pathology(view: View) -> Iterator[Sign]:
    """An invasive or in situ carcinoma in tissue; whether it is that of the first operation, its date tells."""
    answers = view.codes("histology_answers")
    for slot in view.asked("histology_questions"):
        words = answers.of_any(v for v in slot.values if isinstance(v, Concept))
        if words - {"not_carcinoma", "unknown"} and slot.seen.attributed and not slot.contradicts:
            yield _observed(f"{LOCOREGIONAL} {PROOF}", slot.seen.observation, view.vocabulary)


def _progression(view: View) -> Iterator[Sign]:
    """The latest statement on the course of the disease, if it is that it got worse."""
    lists = (view.codes("disease_status_answers"), view.codes("generic_answers"))
    wanted = {"worsened": "worsened", "improved": "other", "stable": "other", "not_detected": "other"}
    told = [
        (slot.seen.observation, answer)
        for slot in view.asked("disease_status_questions")
        if not belongs_to_another_cancer(slot.seen)
        and (answer := word_in(slot, lists, wanted)) in ("worsened", "other")
    ]
    if not told:
        return
    latest = max(order_key(observation.effective) for observation, _ in told)
    for observation, answer in told:
        if answer == "worsened" and order_key(observation.effective) == latest:
            sign = _observed(f"{SYSTEMIC} general progression alone", observation, view.vocabulary)
            yield replace(sign, lasting=True)


def _sign(meaning: str, reference: str, when: DateInterval | None, sides: frozenset[str]) -> Sign:
    """A code's meaning as a sign: "locoregional lump", "systemic chest cough alone", "red_flag hypercalcaemia"."""
    group, word, *more = meaning.split()
    complaint = more[0] if more else word
    return Sign(group, word, complaint, group != SYSTEMIC or "alone" in more, reference, when, sides)


def _observed(meaning: str, about: Observation, vocabulary: Vocabulary) -> Sign:
    sign = _sign(meaning, about.origin.reference, about.effective, _sides_at(about, vocabulary))
    return replace(sign, marks=about.origin.marks)


def _image(reference: str, when: DateInterval | None, sides: frozenset[str], marks: tuple[str, ...]) -> Sign:
    return replace(_sign(f"{LOCOREGIONAL} {_IMAGE}", reference, when, sides), marks=marks)


def _benign(reference: str, when: DateInterval | None, sides: frozenset[str], explains: frozenset[str]) -> Sign:
    return replace(_sign("explanation benign", reference, when, sides), explains=explains)


def _of_result(slot: Slot, vocabulary: Vocabulary, explains: frozenset[str]) -> Sign:
    about = slot.seen.observation
    return _benign(about.origin.reference, about.effective, _sides_at(about, vocabulary), explains)


def _category(slot: Slot, vocabulary: Vocabulary) -> str:
    lists = (vocabulary.codelists["birads_answers"], vocabulary.codelists["generic_answers"])
    found = word_in(slot, lists, {word: word for word in _ASSESSED})
    return found if isinstance(found, str) else ""


def _assessment(concepts: Sequence[Concept], vocabulary: Vocabulary) -> str:
    """The gravest category among conclusion codes."""
    words = vocabulary.codelists["birads_answers"].of_any(concepts)
    return "suspicious" if "suspicious" in words else "benign" if words == {"benign"} else ""


def _mammogram_sides(code: Concept, vocabulary: Vocabulary) -> frozenset[str]:
    return vocabulary.codelists["mammograms"].words_of(code) & {"left", "right"}


def _sides_of(condition: Condition, vocabulary: Vocabulary) -> frozenset[str]:
    return sides_in((condition.code, *condition.laterality, *condition.body_site), vocabulary)


def _sides_at(about: Observation, vocabulary: Vocabulary) -> frozenset[str]:
    site = (about.body_site,) if about.body_site else ()
    return sides_in((about.code, *site, *about.laterality), vocabulary)


def _is_denied(concept: Concept, vocabulary: Vocabulary) -> bool:
    """True if the text beside the code takes it back: "denies", "family history of"."""
    denying = vocabulary.codelists["denying_words"]
    return any(denying.said(word) for word in words_in(concept))
