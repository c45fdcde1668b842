"""How far the tumour reaches: vessel invasion, chest wall, skin, inflammatory cancer."""

from dataclasses import replace

from cds_hooks.fhir.record import Concept
from cds_hooks.picture.answers import Slot, word_in
from cds_hooks.picture.choose import How, settle
from cds_hooks.picture.diagnosis import of_condition
from cds_hooks.picture.fact import Fact, Why
from cds_hooks.picture.finding import Finding
from cds_hooks.picture.readers.stage import categories
from cds_hooks.picture.view import View

_YES_NO = {"positive": "yes", "negative": "no", "none": "no", "yes": "yes", "no": "no"}


def read(view: View) -> dict[str, Fact]:
    """The facts vascular_invasion and local_extension."""
    return {"vascular_invasion": read_vascular_invasion(view), "local_extension": read_local_extension(view)}


def read_vascular_invasion(view: View) -> Fact:
    """Invasion of lymph or blood vessels. Seen anywhere it is present; "none" needs both kinds of vessel."""
    found: list[Finding] = []
    for slot in view.asked("lvi_questions"):
        if slot.meaning == "perineural":
            continue
        finding = _yes_no(slot, view, "lvi_answers", slot.meaning.replace("_", " "))
        if finding is not None:
            found.append(finding)
    both = [f for f in found if f.kind in ("vessels", "any invasion") or f.value != "no"]
    for one_kind, other_kind in (("lymphatic", "venous"), ("venous", "lymphatic")):
        for finding in (f for f in found if f.kind == one_kind and f.value == "no"):
            whole = any(f.kind == other_kind and f.value == "no" and f.attributed for f in found)
            half = f"only {one_kind} vessels are answered"
            both.append(
                finding if whole else replace(finding, value=None, why=Why.NOT_RECORDED, marks=(*finding.marks, half))
            )
    return settle("vascular_invasion", both, How.WORST, view.vocabulary)


def _yes_no(slot: Slot, view: View, answers: str, kind: str) -> Finding | None:
    if slot.contradicts:
        return slot.refused(kind)
    answer = word_in(slot, (view.codes(answers), view.codes("generic_answers")), _YES_NO)
    return None if answer is None else slot.found(answer, kind=kind)


def read_local_extension(view: View) -> Fact:
    """Chest wall or skin involved, or inflammatory cancer: T4 proves it, a T1 to T3 before treatment excludes it."""
    found = [*_structures(view), *_by_category(view), *_inflammatory(view)]
    return settle("local_extension", found, How.WORST, view.vocabulary)


def _structures(view: View) -> list[Finding]:
    slots = (s for s in view.asked("local_extension_questions") if s.meaning == "structure_invaded")
    findings = (_yes_no(slot, view, "local_extension_answers", "adjacent structure") for slot in slots)
    return [_structure(finding) for finding in findings if finding is not None]


def _by_category(view: View) -> list[Finding]:
    staged = categories(view, "T")
    read_ones = [
        replace(s.finding, value="yes" if s.category.number == "4" else "no", kind=s.category.word)
        for s in staged
        if s.category and s.category.number in ("1", "2", "3", "4")
    ]
    return [*read_ones, *(s.finding for s in staged if s.finding.is_doubt)]


def _inflammatory(view: View) -> list[Finding]:
    codes = view.codes("local_extension_conditions")
    diagnoses = (c for c in view.tumour.conditions if codes.of_any((c.code, *c.morphology)))
    answered = (
        s for s in view.asked("histology_questions") if codes.of_any(v for v in s.values if isinstance(v, Concept))
    )
    coded = [of_condition(c, "yes", view.vocabulary) for c in diagnoses]
    return [*coded, *(s.found("yes", kind="histology") for s in answered if not s.contradicts)]


def _structure(finding: Finding) -> Finding:
    """An invaded structure that says neither chest wall nor skin proves nothing either way."""
    return finding if finding.value is not None else replace(finding, why=finding.why and Why.NOT_UNDERSTOOD)
