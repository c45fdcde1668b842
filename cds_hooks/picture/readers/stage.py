"""T, N and M as recorded, with what each may prove; stage groups.

Sources: UICC/AJCC 8th edition categories of the breast; the bounds are numbers of the vocabulary.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from cds_hooks.fhir.codes import AJCC, UICC
from cds_hooks.fhir.record import Coding, Concept
from cds_hooks.picture.answers import Slot, word_in
from cds_hooks.picture.category import Category, categories_in, joined, read_category, read_stage
from cds_hooks.picture.choose import How, settle
from cds_hooks.picture.fact import Fact, Interval, Unknown, Why
from cds_hooks.picture.finding import Finding
from cds_hooks.picture.view import View, once_dated
from cds_hooks.picture.vocabulary import CONTRADICTING_WORDS, Vocabulary

# The systems under which a category is written as itself.
_WRITTEN_OUT = frozenset({AJCC, UICC})
_BASIS = {"clinical": "c", "pathologic": "p"}
_KIND = {"c": "clinical category", "p": "pathological category", "": "category"}
_RANK = {"p": 0, "": 1, "c": 2}
_BESIDE = 3  # a stage written into the diagnosis yields to one that was observed


@dataclass(frozen=True, slots=True)
class Staged:
    """One recorded category with the finding that carries it; `category` is None if it could not be read."""

    finding: Finding
    category: Category | None


@once_dated
def categories(view: View, letter: str) -> tuple[Staged, ...]:
    """Every recorded category of one letter ("T", "N", "M"); stagings of a recurrence are left out.

    What is written into the diagnosis counts where none was observed.
    """
    found = _observed(view, letter)
    if not any(s.category for s in found):
        found = (*found, *_written_into_diagnosis(view, letter))
    return tuple(s for s in found if not (s.category and s.category.of_recurrence))


@once_dated
def _observed(view: View, letter: str) -> tuple[Staged, ...]:
    return tuple(s for slot in _asked(letter, view) if (s := _staged(slot, letter, view)) is not None)


def _written_into_diagnosis(view: View, letter: str) -> Iterator[Staged]:
    """The categories of `Condition.stage` ("pT2 pN1a M0")."""
    for condition in view.tumour.conditions:
        for stage in condition.stage:
            category = _category_of(stage.summary, letter, view.vocabulary) if stage.summary else None
            if isinstance(category, Category):
                kind, origin = "category of the diagnosis", condition.origin
                finding = Finding(
                    category.word, origin.reference, condition.onset, rank=_BESIDE, kind=kind, marks=origin.marks
                )
                yield Staged(replace(finding, after_therapy=category.after_therapy), category)


def _asked(letter: str, view: View) -> Iterator[Slot]:
    """Where the category is asked for, and where the whole of TNM is written in one text ("pT2 pN1a M0")."""
    yield from view.asked(f"{letter.lower()}_questions")
    for slot in view.asked("stage_questions"):
        whole = tuple(text for text in _texts(slot) if categories_in(text) > 1)
        if whole:
            yield replace(slot, values=whole)


def _texts(slot: Slot) -> Iterator[str]:
    for value in slot.values:
        texts = [value.text, *(c.display for c in value.codings)] if isinstance(value, Concept) else [value]
        yield from (text for text in texts if isinstance(text, str))


def recurrence_staged(view: View) -> tuple[Finding, ...]:
    """Stagings of a recurrence (r prefix)."""
    staged = (s for letter in "TNM" for s in _observed(view, letter))
    return tuple(replace(s.finding, value="yes") for s in staged if s.category and s.category.word.startswith("r"))


def read(view: View) -> dict[str, Fact]:
    """The facts t_category, n_category and m_category."""
    return {f"{letter.lower()}_category": _fact(view, letter) for letter in "TNM"}


@once_dated
def stage_groups(view: View) -> tuple[Finding, ...]:
    """Recorded stage groups as words ("IIA"), from Observations and from the diagnoses themselves."""
    found = [f for slot in view.asked("stage_questions") if (f := _stage_finding(slot, view)) is not None]
    for condition in view.tumour.conditions:
        for stage in condition.stage:
            word = _stage_of(stage.summary, view.vocabulary) if stage.summary else None
            if isinstance(word, str):
                origin = condition.origin
                kind = "stage of the diagnosis"
                found.append(
                    Finding(word, origin.reference, condition.onset, rank=_BESIDE, kind=kind, marks=origin.marks)
                )
    return tuple(found)


def size_bounds(category: Category, numbers: Mapping[str, object]) -> Interval | None:
    """The sizes in mm that a T category allows; None where it says nothing of size."""
    limits = {
        "T1mi": (None, "t1mi"),
        "T1a": ("t1mi", "t1a"),
        "T1b": ("t1a", "t1b"),
        "T1c": ("t1b", "t1"),
        "T1": (None, "t1"),
        "T2": ("t1", "t2"),
        "T3": ("t2", None),
    }.get(category.bare)
    if limits is None:
        return None
    above, at_most = (numbers[f"size_{name}_at_most_mm"] if name else None for name in limits)
    return Interval(above, at_most, low_open=above is not None)  # type: ignore[arg-type]


def _fact(view: View, letter: str) -> Fact:
    findings = []
    for staged in categories(view, letter):
        if staged.category is None:
            findings.append(staged.finding)
        elif staged.category.number == "X":
            findings.append(replace(staged.finding, value=None, why=Why.NOT_RECORDED))
        else:
            word = staged.category.word
            findings.append(staged.finding if staged.finding.value == word else replace(staged.finding, value=word))
    fact = settle(f"{letter.lower()}_category", findings, How.LATEST, view.vocabulary)
    return Unknown(Why.NOT_RECORDED, fact.evidence) if isinstance(fact, Unknown) and not findings else fact


def _staged(slot: Slot, letter: str, view: View) -> Staged | None:
    if slot.meaning == "retreatment":
        return None
    if slot.contradicts:
        return Staged(slot.refused(), None)
    category = _category_in(slot, letter, view)
    if not isinstance(category, Category):
        return Staged(slot.found(category), None) if category else None
    basis = _BASIS.get(slot.meaning, "")
    category = category if category.basis or not basis else replace(category, basis=basis)
    finding = slot.found(category.word, _RANK[category.basis], _KIND[category.basis])
    after = _is_after(finding, category)
    return Staged(finding if finding.after_therapy == after else replace(finding, after_therapy=after), category)


def _is_after(finding: Finding, category: Category) -> bool:
    """A clinical category describes the time before treatment whenever it was written down; y says the contrary."""
    return category.after_therapy or (finding.after_therapy and category.basis != "c")


def _category_in(slot: Slot, letter: str, view: View) -> Category | Why | None:
    concepts = [v if isinstance(v, Concept) else Concept(text=v) for v in slot.values if isinstance(v, (Concept, str))]
    found: set[Category] = set()
    for concept in concepts:
        category = _category_of(concept, letter, view.vocabulary)
        if category is Why.CONFLICTING:
            return Why.CONFLICTING
        if isinstance(category, Category):
            found.add(category)
    if found:
        return _all_joined(found) or Why.CONFLICTING
    answer = word_in(slot, (view.codes("generic_answers"),), {})
    return answer if isinstance(answer, Why) else None


def _category_of(concept: Concept, letter: str, vocabulary: Vocabulary) -> Category | Why | None:
    by_code = {c for coding in concept.codings if (c := _coded(coding, letter, vocabulary)) is not None}
    texts = [coding.display for coding in concept.codings] + [concept.text] + _spelt_codes(concept, letter)
    by_text = {c for text in texts if text and (c := read_category(text, letter)) is not None}
    if not by_code and not by_text:
        return None
    if any(_says_stage(coding, vocabulary) for coding in concept.codings):
        return Why.CONFLICTING
    return _all_joined(by_code | by_text) or Why.CONFLICTING


def _spelt_codes(concept: Concept, letter: str) -> list[str]:
    """Codes of systems that we do not know which are a category as it is written ("pT2"): read as text."""
    return [c.code for c in concept.codings if c.code and c.system not in _WRITTEN_OUT and letter in c.code]


def _coded(coding: Coding, letter: str, vocabulary: Vocabulary) -> Category | None:
    meaning = vocabulary.codelists["tnm_answers"].meaning(coding)
    if meaning is None and coding.system in _WRITTEN_OUT:
        meaning = coding.code
    return read_category(meaning, letter) if meaning else None


def _says_stage(coding: Coding, vocabulary: Vocabulary) -> bool:
    words = vocabulary.codelists[CONTRADICTING_WORDS].meaning(coding)
    return words is not None and bool(vocabulary.contradicting[words].search((coding.display or "").lower()))


def _all_joined(found: Iterable[Category]) -> Category | None:
    ordered = sorted(found, key=lambda c: c.word)
    result: Category | None = ordered[0]
    for other in ordered[1:]:
        result = joined(result, other) if result else None
    return result


def _stage_finding(slot: Slot, view: View) -> Finding | None:
    if slot.meaning == "retreatment":
        return None
    if slot.contradicts:
        return slot.refused()
    for value in slot.values:
        concept = value if isinstance(value, Concept) else Concept(text=value if isinstance(value, str) else None)
        word = _stage_of(concept, view.vocabulary)
        if word is not None:
            basis = _BASIS.get(slot.meaning, "")
            finding = slot.found(word, _RANK[basis], "stage group")
            return replace(finding, after_therapy=finding.after_therapy and basis != "c")
    answer = word_in(slot, (view.codes("generic_answers"),), {})
    return slot.found(answer) if isinstance(answer, Why) else None


def _stage_of(concept: Concept, vocabulary: Vocabulary) -> str | Why | None:
    """The stage group of an answer. Of several spellings ("3" beside "3A") the most exact one."""
    words = set(vocabulary.codelists["stage_answers"].meanings_of(concept))
    words |= {w for c in concept.codings if c.system in _WRITTEN_OUT and c.code and (w := read_stage(c.code))}
    if not words:
        texts = [coding.display for coding in concept.codings] + [concept.text]
        words = {w for text in texts if text and (w := read_stage(text))}
    if not words:
        return None
    longest = max(sorted(words), key=len)
    return longest if all(longest.startswith(w) for w in words) else Why.CONFLICTING
