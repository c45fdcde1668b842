"""The state of the disease: distant metastasis, recurrence on file."""

from dataclasses import replace

from cds_hooks.fhir.record import Concept, Condition
from cds_hooks.picture.answers import word_in
from cds_hooks.picture.choose import How, settle
from cds_hooks.picture.diagnosis import breast_meanings, is_unconfirmed, marks_of
from cds_hooks.picture.fact import Fact, Why
from cds_hooks.picture.finding import Finding
from cds_hooks.picture.readers.stage import categories, recurrence_staged, stage_groups
from cds_hooks.picture.view import View, belongs_to_another_cancer

# FHIR clinical statuses that say the disease came back.
_CAME_BACK = frozenset({"recurrence", "relapse"})


def read(view: View) -> dict[str, Fact]:
    """The facts metastatic and recurrence."""
    return {"metastatic": read_metastatic(view), "recurrence": read_recurrence(view)}


def read_metastatic(view: View) -> Fact:
    """Distant metastasis: a secondary diagnosis, M1, or stage IV, each enough alone; regional nodes are none.

    It is a state of the patient: with two tumours it counts for both.
    """
    found = [*_secondaries(view), *_m_categories(view), *_stages(view), *_sites(view)]
    shared = [replace(f, attributed=True) if f.value == "yes" and _of_the_patient(f, view) else f for f in found]
    return settle("metastatic", shared, How.WORST, view.vocabulary)


def _of_the_patient(finding: Finding, view: View) -> bool:
    seen = [s for s in view.seen if s.observation.origin.reference == finding.reference]
    return not any(belongs_to_another_cancer(s) for s in seen)


def _secondaries(view: View) -> list[Finding]:
    codes = view.codes("metastasis_conditions")
    breast = view.codes("breast_cancer_conditions")
    found = []
    for condition in view.record.conditions:
        meanings = codes.meanings_of(condition.code)
        unclear = "regional_or_distant" in meanings or "to_breast" in breast.meanings_of(condition.code)
        if _follows_another(condition, view) or not (meanings or unclear):
            continue
        if "distant" in meanings and not is_unconfirmed(condition):
            found.append(_finding(condition, "yes", view))
        elif "distant" in meanings or unclear:
            found.append(_finding(condition, Why.EQUIVOCAL, view))
    return found


def _follows_another(condition: Condition, view: View) -> bool:
    """True if the chart says that it came from a disease that is no breast tumour."""
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
    generic = view.codes("generic_answers")
    found = []
    for slot in view.asked("metastasis_questions"):
        answer = word_in(slot, (generic,), {"positive": "yes", "negative": "no", "none": "no"})
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
    found = list(recurrence_staged(view))
    diagnoses = {c.origin.reference for c in view.record.conditions if breast_meanings(c, view.vocabulary)}
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
