"""The tumour itself: its size and its grade."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from cds_hooks.fhir.record import Concept
from cds_hooks.picture.answers import Slot, number_in, word_in
from cds_hooks.picture.choose import How, settle
from cds_hooks.picture.fact import Fact, Interval, Known, Why, with_note
from cds_hooks.picture.finding import Finding
from cds_hooks.picture.readers.stage import Staged, categories, size_bounds
from cds_hooks.picture.view import View

# Kinds of size question, best first: the invasive component, then the lesion, then imaging; then the T category.
_SIZE_RANK = {"invasive_component": 0, "lesion": 1, "panel": 2, "excised": 3, "imaging": 4}
_SIZE_KIND = {
    "invasive_component": "invasive component",
    "lesion": "whole lesion",
    "panel": "whole lesion",
    "excised": "whole lesion",
    "imaging": "imaging",
}
_FROM_CATEGORY = {"p": 5, "": 6, "c": 7}


def read(view: View) -> dict[str, Fact]:
    """The facts tumour_size and grade."""
    return {"tumour_size": read_size(view), "grade": read_grade(view)}


def read_size(view: View) -> Fact:
    """The largest dimension in mm; where only a T category is recorded, the bounds that it sets."""
    measured = [f for slot in view.asked("size_questions") if (f := _size_finding(slot, view)) is not None]
    staged = categories(view, "T")
    fact = settle("tumour_size", [*measured, *_sizes_from(staged, view)], How.LARGEST, view.vocabulary)
    for each in staged:
        bounds = size_bounds(each.category, view.vocabulary.numbers) if each.category else None
        at_diagnosis = each.finding.attributed and not each.finding.after_therapy
        if bounds and each.category and at_diagnosis and _apart(fact, bounds):
            note = f"contradicts recorded {each.category.word}"
            fact = fact if note in fact.notes else with_note(fact, note)
    return fact


def _size_finding(slot: Slot, view: View) -> Finding | None:
    method = slot.seen.observation.method
    imaged = bool(view.codes("imaging_methods").meanings_of(method))
    meaning = "imaging" if imaged else slot.meaning
    rank, kind = _SIZE_RANK[meaning], _SIZE_KIND[meaning]
    if slot.contradicts:
        return slot.refused(kind)
    if view.codes("size_not_the_size").meanings_of(slot.seen.observation.code):
        return None
    size = number_in(slot, "mm")
    if isinstance(size, Interval) and not _believable(size, view):
        return slot.found(Why.NOT_UNDERSTOOD, rank, kind, ("size not believable",))
    return None if size is None else slot.found(size, rank, kind)


def _believable(size: Interval, view: View) -> bool:
    largest = view.vocabulary.numbers["size_largest_believable_mm"]
    bounds = [b for b in (size.low, size.high) if b is not None]
    return bool(bounds) and all(0 <= b <= largest for b in bounds) and (size.high is None or size.high > 0)


def _sizes_from(staged: tuple[Staged, ...], view: View) -> list[Finding]:
    sizes = []
    for each in staged:
        bounds = size_bounds(each.category, view.vocabulary.numbers) if each.category else None
        if bounds and each.category:
            marks = (*each.finding.marks, "inferred from T category")
            rank, kind = _FROM_CATEGORY[each.category.basis], f"size from {each.category.word}"
            sizes.append(replace(each.finding, value=bounds, rank=rank, kind=kind, marks=marks))
    return sizes


def _apart(fact: Fact, bounds: Interval) -> bool:
    """True if the size can lie nowhere within the bounds."""
    size = fact.value if isinstance(fact, Known) else None
    if not isinstance(size, Interval) or size.exact is None:
        return False
    below = bounds.low is not None and size.exact <= bounds.low
    return below or (bounds.high is not None and size.exact > bounds.high)


def read_grade(view: View) -> Fact:
    """The histologic grade, 1 to 3; a Nottingham total score is turned into its grade."""
    found = [f for slot in view.asked("grade_questions") if (f := _grade_finding(slot, view)) is not None]
    return settle("grade", found, How.LATEST_SURGICAL_FIRST, view.vocabulary)


def _grade_finding(slot: Slot, view: View) -> Finding | None:
    if slot.meaning not in ("grade", "total"):
        return None
    if slot.contradicts:
        return slot.refused("grade")
    if slot.meaning == "total":
        total = number_in(slot, "count")
        if isinstance(total, Interval):
            return slot.found(_grade_of_total(total, view.vocabulary.numbers), kind="Nottingham total score")
    answer = word_in(slot, (view.codes("grade_answers"), view.codes("generic_answers")), {"1": "1", "2": "2", "3": "3"})
    if slot.meaning == "total" and answer in ("1", "2", "3") and not _coded(slot):
        answer = Why.NOT_UNDERSTOOD
    if isinstance(answer, str):
        return slot.found(Interval.exactly(Decimal(answer)), kind="grade")
    return None if answer is None else slot.found(answer, kind="grade")


def _coded(slot: Slot) -> bool:
    return any(isinstance(value, Concept) for value in slot.values)


def _grade_of_total(total: Interval, numbers: Mapping[str, Decimal]) -> Interval | Why:
    score = total.exact
    if score is None or not numbers["nottingham_lowest"] <= score <= numbers["nottingham_highest"]:
        return Why.NOT_UNDERSTOOD
    above = [name for name in ("nottingham_grade_2_from", "nottingham_grade_3_from") if score >= numbers[name]]
    return Interval.exactly(numbers["grade_lowest"] + len(above))
