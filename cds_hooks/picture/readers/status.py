"""The state of the disease: distant metastasis, recurrence on file."""

import re
from dataclasses import replace
from itertools import pairwise

from cds_hooks.fhir.record import Concept, Condition
from cds_hooks.picture.answers import word_in
from cds_hooks.picture.choose import How, settle
from cds_hooks.picture.diagnosis import breast_meanings, is_other_cancer, is_unconfirmed, marks_of
from cds_hooks.picture.fact import Fact, Why
from cds_hooks.picture.finding import Finding
from cds_hooks.picture.in_words import IN_WORDS
from cds_hooks.picture.readers.stage import categories, recurrence_staged, stage_groups
from cds_hooks.picture.view import View, belongs_to_another_cancer

# FHIR clinical statuses that say the disease came back.
_CAME_BACK = frozenset({"recurrence", "relapse"})
_WORD = re.compile(r"[^\W_]+")


def read(view: View) -> dict[str, Fact]:
    """The facts metastatic and recurrence."""
    return {"metastatic": read_metastatic(view), "recurrence": read_recurrence(view)}


def read_metastatic(view: View) -> Fact:
    """Distant metastasis: a secondary diagnosis, M1, or stage IV, each enough alone; regional nodes are none.

    It is a state of the patient: with two tumours it counts for both.
    """
    found = [*_secondaries(view), *_m_categories(view), *_stages(view), *_sites(view), *_distant_in_words(view)]
    shared = [replace(f, attributed=True) if f.value == "yes" and _of_the_patient(f, view) else f for f in found]
    return settle("metastatic", shared, How.WORST, view.vocabulary)


def _of_the_patient(finding: Finding, view: View) -> bool:
    seen = [s for s in view.seen if s.observation.origin.reference == finding.reference]
    return not any(belongs_to_another_cancer(s) for s in seen)


def _secondaries(view: View) -> list[Finding]:
    codes = view.codes("metastasis_conditions")
    breast = view.codes("breast_cancer_conditions")
    found = []
    for condition in view.chart.conditions("metastasis_conditions", "breast_cancer_conditions"):
        meanings = codes.meanings_of(condition.code)
        unclear = "regional_or_distant" in meanings or "to_breast" in breast.meanings_of(condition.code)
        if _follows_another(condition, view) or not (meanings or unclear):
            continue
        if "distant" in meanings and not is_unconfirmed(condition):
            found.append(_finding(condition, "yes", view))
        elif "distant" in meanings or unclear:
            found.append(_finding(condition, Why.EQUIVOCAL, view))
    return found


def _distant_in_words(view: View) -> list[Finding]:
    """Diagnoses that no code calls metastatic but whose words do: no proof, and no silence either."""
    coded, worded = view.codes("metastasis_conditions"), view.chart.conditions("spread_words")
    others = (c for c in worded if not coded.meanings_of(c.code) and not _follows_another(c, view))
    return [
        _in_words(c, view)
        for c in others
        if "distant" in _words(c.code, view, "spread_words") and not is_other_cancer(c, view.vocabulary)
    ]


def _recurrent_in_words(view: View) -> list[Finding]:
    """The same for a recurrence: breast cancers, and diagnoses of unknown codes that name the breast.

    Or that speak of it as one speaks of a cancer ("chest wall recurrence") and name no other organ.
    """
    worded = view.chart.conditions("spread_words")
    if not worded:
        return []
    own = (*view.tumour.conditions, *view.unplaced)
    unknown = (c for c in worded if c not in own and not view.vocabulary.lists_naming(c.code))
    found = [c for c in own if "recurrent" in _words(c.code, view, "spread_words")]
    for condition in unknown:
        said, organs = (_words(condition.code, view, name) for name in ("spread_words", "cancer_organ_words"))
        coded = any(x.system and x.code for x in condition.code.codings)
        cancer = not coded or any("malignant" in word for word in _words(condition.code, view, "diagnosis_words"))
        of_breast = ("breast" in organs and cancer) or ("recurrent_locally" in said and "other" not in organs)
        if of_breast and said & {"recurrent", "recurrent_locally"}:
            found.append(condition)
    return [_in_words(c, view) for c in found]


def _in_words(condition: Condition, view: View) -> Finding:
    finding = _finding(condition, Why.EQUIVOCAL, view)
    return replace(finding, marks=(*finding.marks, IN_WORDS))


def _words(concept: Concept, view: View, name: str) -> frozenset[str]:
    """What the words of a text or display mean, and pairs of words; nothing where one of them denies it."""
    codes = view.codes(name)
    texts = [concept.text, *(coding.display for coding in concept.codings)]
    meanings = set()
    for text in texts:
        words = [word.lower() for word in _WORD.findall(text or "")]
        said = {codes.said(word) for word in (*words, *map(" ".join, pairwise(words)))}
        meanings |= said if "denied" not in said else set()
    return frozenset(meaning for meaning in meanings if meaning)


def _follows_another(condition: Condition, view: View) -> bool:
    """True if the chart says that it came from a disease that is no breast tumour."""
    if not condition.occurred_following:
        return False
    known = {c.origin.reference: c for c in view.record.conditions}
    origins = [known[r] for r in condition.occurred_following if r in known]
    return bool(origins) and not any(breast_meanings(c, view.vocabulary) for c in origins)


def _m_categories(view: View) -> list[Finding]:
    found = []
    for staged in categories(view, "M"):
        if staged.category and staged.category.number in ("0", "1"):
            value = "yes" if staged.category.number == "1" else "no"
            found.append(replace(staged.finding, value=value, kind=staged.category.word))
        elif staged.finding.is_doubt:
            found.append(staged.finding)
    return found


def _stages(view: View) -> list[Finding]:
    found = []
    for finding in stage_groups(view):
        if isinstance(finding.value, str):
            fourth = finding.value.startswith("IV")
            found.append(replace(finding, value="yes" if fourth else "no", kind=f"stage {finding.value}"))
        elif finding.is_doubt:
            found.append(finding)
    return found


def _sites(view: View) -> list[Finding]:
    """A named site of distant metastasis, or an answer that there is one."""
    lists = (view.codes("metastasis_answers"), view.codes("generic_answers"))
    found = []
    for slot in view.asked("metastasis_questions"):
        answer = word_in(slot, lists, {"positive": "yes", "negative": "no", "none": "no"})
        if (
            answer is Why.NOT_UNDERSTOOD
            and slot.meaning == "site"
            and any(isinstance(v, Concept) and v.codings for v in slot.values)
        ):
            answer = "yes"
        if answer is not None and not slot.contradicts:
            found.append(slot.found(answer, kind="metastasis"))
    return found


def read_recurrence(view: View) -> Fact:
    """A recurrence on file: coded as a diagnosis, as the status of one, as following one, or staged as one."""
    found = [*recurrence_staged(view), *_recurrent_in_words(view)]
    diagnoses = view.chart.breast_diagnoses
    for condition in (*view.tumour.conditions, *view.unplaced):
        back = (
            condition.clinical_status in _CAME_BACK
            or "recurrent" in breast_meanings(condition, view.vocabulary)
            or bool(set(condition.occurred_following) & (diagnoses - {condition.origin.reference}))
        )
        if back and not is_unconfirmed(condition):
            found.append(replace(_finding(condition, "yes", view), attributed=condition in view.tumour.conditions))
    return settle("recurrence", found, How.WORST, view.vocabulary)


def _finding(condition: Condition, value: str | Why, view: View) -> Finding:
    word, why = (None, value) if isinstance(value, Why) else (value, None)
    marks = marks_of(condition, view.vocabulary)
    return Finding(word, condition.origin.reference, condition.onset, why, kind="diagnosis", marks=marks)
