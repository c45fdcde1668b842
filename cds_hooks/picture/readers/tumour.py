"""The tumour itself: its size and its grade."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from cds_hooks.fhir.record import Concept
from cds_hooks.picture.answers import Slot, number_in, word_in
from cds_hooks.picture.choose import How, settle
from cds_hooks.picture.fact import Fact, Interval, Known, Unknown, Why, with_note
from cds_hooks.picture.finding import Finding, evidence_of
from cds_hooks.picture.readers.stage import Staged, categories, size_bounds
from cds_hooks.picture.view import View, once_dated

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
    """The facts tumour_size, size_below_t_category and grade."""
    size = read_size(view)
    return {"tumour_size": size, "size_below_t_category": _below_category(size, view), "grade": read_grade(view)}


def read_size(view: View) -> Fact:
    """The largest dimension in mm; where only a T category is recorded, the bounds that it sets."""
    staged = categories(view, "T")
    fact = settle("tumour_size", [*_measured(view), *_sizes_from(staged, view)], How.LARGEST, view.vocabulary)
    for each, bounds in _bounds_at_diagnosis(staged, view):
        if each.category and (_below(fact, bounds) or _above(fact, bounds)):
            note = f"contradicts recorded {each.category.word}"
            fact = fact if note in fact.notes else with_note(fact, note)
    return fact


def size_of_pathology(size: Fact, view: View) -> Fact:
    """The same size if pathology measured or staged it; unknown if imaging or a clinical category gave it."""
    if isinstance(size, Unknown):
        return size
    found = [f for f in _measured(view) if f.kind != _SIZE_KIND["imaging"]]
    found += [f for f in _sizes_from(categories(view, "T"), view) if f.rank == _FROM_CATEGORY["p"]]
    references = {f.reference for f in found}
    if all(e.reference in references for e in size.evidence):
        return size
    return Unknown(Why.CLINICAL_ONLY, size.evidence)


@once_dated
def _measured(view: View) -> tuple[Finding, ...]:
    """Every size that was measured, with the results that give none."""
    return tuple(f for slot in view.asked("size_questions") if (f := _size_finding(slot, view)) is not None)


def _below_category(size: Fact, view: View) -> Fact:
    """Yes if a T category recorded before therapy says that the tumour is larger than its size.

    A size that is the very limit of the category (20 mm and T2) may be rounded: it is noted, and no more.
    """
    at_diagnosis = _bounds_at_diagnosis(categories(view, "T"), view)
    larger = [each.finding for each, bounds in at_diagnosis if _below(size, replace(bounds, low_open=False))]
    return Known("yes", evidence_of(larger)) if larger else Unknown(Why.NOT_RECORDED)


def _bounds_at_diagnosis(staged: tuple[Staged, ...], view: View) -> list[tuple[Staged, Interval]]:
    """The sizes that T categories set, as far as they are of this tumour and from before therapy."""
    own = (s for s in staged if s.category and s.finding.attributed and not s.finding.after_therapy)
    sizes = ((s, size_bounds(s.category, view.vocabulary.numbers)) for s in own if s.category)
    return [(s, bounds) for s, bounds in sizes if bounds]


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


def _below(fact: Fact, bounds: Interval) -> bool:
    """True if the size is certainly smaller than the bounds allow."""
    size = fact.value if isinstance(fact, Known) else None
    if not isinstance(size, Interval) or size.high is None or bounds.low is None:
        return False
    return size.high < bounds.low or (size.high == bounds.low and bounds.low_open)


def _above(fact: Fact, bounds: Interval) -> bool:
    """True if the size is certainly larger than the bounds allow."""
    size = fact.value if isinstance(fact, Known) else None
    return isinstance(size, Interval) and size.low is not None and bounds.high is not None and size.low > bounds.high


def read_grade(view: View) -> Fact:
    """The histologic grade, 1 to 3; a Nottingham total score is turned into its grade."""
    found = [f for slot in view.asked("grade_questions") if (f := _grade_finding(slot, view)) is not None]
    return settle("grade", found, How.LATEST_SURGICAL_FIRST, view.vocabulary)


def _grade_finding(slot: Slot, view: View) -> Finding | None:
    if slot.meaning not in ("grade", "nottingham", "total"):
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
    if answer in (None, Why.NOT_UNDERSTOOD, Why.NOT_RECORDED) and (score := _scored(slot, view.vocabulary.numbers)):
        return slot.found(score, kind="Nottingham total score")
    return None if answer is None else slot.found(answer, kind="grade")


def _scored(slot: Slot, numbers: Mapping[str, Decimal]) -> Interval | None:
    """A number that cannot be a grade, given where the Nottingham grade is asked for, as the total score that it is.
    Four may be "undifferentiated" of another scheme.
    """
    score = number_in(slot, "count")
    exact = score.exact if isinstance(score, Interval) else None
    if slot.meaning != "nottingham" or exact is None or not isinstance(score, Interval):
        return None
    if exact <= numbers["grade_highest"] + 1 or exact > numbers["nottingham_highest"]:
        return None
    found = _grade_of_total(score, numbers)
    return found if isinstance(found, Interval) else None


def _coded(slot: Slot) -> bool:
    return any(isinstance(value, Concept) for value in slot.values)


def _grade_of_total(total: Interval, numbers: Mapping[str, Decimal]) -> Interval | Why:
    score = total.exact
    if score is None or not numbers["nottingham_lowest"] <= score <= numbers["nottingham_highest"]:
        return Why.NOT_UNDERSTOOD
    above = [name for name in ("nottingham_grade_2_from", "nottingham_grade_3_from") if score >= numbers[name]]
    return Interval.exactly(numbers["grade_lowest"] + len(above))
