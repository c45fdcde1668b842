"""Positive lymph nodes: counts where they are recorded, bounds where only a category is; examined is not positive."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from cds_hooks.fhir.record import Observation
from cds_hooks.picture.answers import Slot, number_in
from cds_hooks.picture.category import Category
from cds_hooks.picture.choose import How, settle
from cds_hooks.picture.diagnosis import marks_of
from cds_hooks.picture.fact import Fact, Interval, Why
from cds_hooks.picture.finding import Finding
from cds_hooks.picture.readers.node_counts import NONE, nodes_in
from cds_hooks.picture.readers.stage import Staged, categories
from cds_hooks.picture.view import View
from cds_hooks.picture.vocabulary import Vocabulary

_AT_LEAST_ONE = Interval(Decimal(1), None)
_POSITIVE = frozenset({"positive", "sentinel_positive", "macrometastases", "micrometastases"})
_EXAMINED = frozenset({"examined", "sentinel_examined"})
_COUNTED, _CATEGORY, _CLINICAL = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Count:
    """One count of positive nodes, of a kind ("positive", "sentinel_positive", …)."""

    kind: str
    nodes: Interval
    finding: Finding


def read(view: View) -> dict[str, Fact]:
    """The fact positive_nodes. Results before and after systemic therapy, and unattributed ones, are combined apart."""
    counts, refused = _counts(view)
    pathological = [s for s in categories(view, "N") if s.category and s.category.basis == "p"]
    found = list(refused)
    for attributed in (True, False):
        for after in (True, False):
            some = [c for c in counts if (c.finding.attributed, c.finding.after_therapy) == (attributed, after)]
            staged = [s for s in pathological if (s.finding.attributed, s.finding.after_therapy) == (attributed, after)]
            if some or staged:
                found += _combined(some, staged, view.vocabulary)
    found += [_clinical(s) for s in categories(view, "N") if s not in pathological]
    found += _from_diagnoses(view, found)
    return {"positive_nodes": settle("positive_nodes", found, How.LARGEST, view.vocabulary)}


def node_bounds(category: Category, vocabulary: Vocabulary) -> Interval | None:
    """The numbers of positive nodes that a pathological N category allows; None for NX.

    pN1b, pN1c, pN2b, pN3b and pN3c are given by site: they prove a positive node, not how many.
    """
    number = vocabulary.numbers
    if category.number == "X":
        return None
    if category.number == "0":
        return NONE
    if category.sub in ("b", "c"):
        return _AT_LEAST_ONE
    return {
        "1": Interval(Decimal(1), number["nodes_n1_at_most"]),
        "2": Interval(number["nodes_n2_at_least"], number["nodes_n2_at_most"]),
        "3": Interval(number["nodes_n3_at_least"], None),
    }[category.number]


def _counts(view: View) -> tuple[list[Count], list[Finding]]:
    counts, refused = [], []
    slots = view.asked("node_questions")
    for slot in slots:
        if slot.meaning == "isolated_cells":
            if isinstance(number_in(slot, "count"), Interval):
                refused.append(
                    slot.found(Why.NOT_RECORDED, kind="isolated tumour cells", marks=("not counted as positive",))
                )
        elif slot.meaning in _POSITIVE:
            nodes, marks = nodes_in(slot, _examined_with(slot, slots), view)
            kind = slot.meaning.replace("_", " ")
            if isinstance(nodes, Interval):
                counts.append(Count(slot.meaning, nodes, slot.found(nodes, kind=kind, marks=marks)))
            elif nodes is not None:
                refused.append(slot.found(nodes, kind=kind, marks=marks))
    return counts, refused


def _examined_with(slot: Slot, slots: Iterable[Slot]) -> list[Decimal]:
    """Counts of examined nodes that stand in the same Observation, or in one of the same day."""
    same = []
    for other in slots:
        if other.meaning not in _EXAMINED or other.contradicts:
            continue
        count = number_in(other, "count")
        if isinstance(count, Interval) and count.exact is not None and _goes_with(slot, other):
            same.append(count.exact)
    return same


def _goes_with(slot: Slot, other: Slot) -> bool:
    mine, theirs = slot.seen.observation, other.seen.observation
    if mine is theirs or mine == theirs:
        return True
    same_kind = (other.meaning == "sentinel_examined") == (slot.meaning == "sentinel_positive")
    return same_kind and _same_day(mine, theirs)


def _same_day(one: Observation, other: Observation) -> bool:
    return one.effective is not None and one.effective == other.effective


def _combined(counts: list[Count], staged: list[Staged], vocabulary: Vocabulary) -> list[Finding]:
    """One finding out of all counts and pathological categories of one time: bounds that hold whichever way the
    source counts (sentinel nodes apart or included, two operations apart or together).
    """
    total = _total(counts)
    bounds = [(s, b) for s in staged if s.category and (b := node_bounds(s.category, vocabulary)) is not None]
    if total is None:
        return [
            replace(
                s.finding, value=b, rank=_CATEGORY, kind=_named(s), marks=(*s.finding.marks, "inferred from N category")
            )
            for s, b in bounds
        ]
    findings = [c.finding for c in counts]
    if isinstance(total, Why):
        return [replace(f, value=None, why=total) for f in findings]
    for each, allowed in bounds:
        if not _meet(total, allowed):
            both = [*findings, each.finding]
            return [replace(f, value=None, why=Why.CONFLICTING, rank=_COUNTED) for f in both]
        total = _met(total, allowed)
        findings.append(each.finding)
    if total.low in (None, 0) and total.high is None:
        small = "smaller deposits are not counted"
        return [replace(f, value=None, why=Why.NOT_RECORDED, marks=(*f.marks, small)) for f in findings]
    return [replace(f, value=total, rank=_COUNTED) for f in findings]


def _named(staged: Staged) -> str:
    return staged.category.word if staged.category else ""


def _total(counts: list[Count]) -> Interval | Why | None:
    by_kind = {kind: _several([c.nodes for c in counts if c.kind == kind]) for kind in _POSITIVE}
    whole, sentinel = by_kind["positive"], by_kind["sentinel_positive"]
    large, small = by_kind["macrometastases"], by_kind["micrometastases"]
    deposits = _sum(large, small) if large and small else _floor(large or small)
    told = _several([whole, sentinel], distinct=False) if whole and sentinel else whole or sentinel
    if told and deposits and told.high is not None and deposits.low is not None and deposits.low > told.high:
        return Why.CONFLICTING
    return told or deposits


def _several(counts: list[Interval], distinct: bool = True) -> Interval | None:
    """Counts that may be of the same nodes or of different ones: at least the largest, at most their sum.

    Equal counts of one kind are one result told again.
    """
    if not counts:
        return None
    counts = sorted(set(counts), key=repr) if distinct and len(counts) > 1 else counts
    lows = [c.low or Decimal(0) for c in counts]
    highs = [c.high for c in counts]
    high = None if any(h is None for h in highs) else sum((h for h in highs if h is not None), Decimal(0))
    return counts[0] if len(counts) == 1 else Interval(max(lows), high)


def _sum(one: Interval, other: Interval) -> Interval:
    low = (one.low or Decimal(0)) + (other.low or Decimal(0))
    return Interval(low, None if one.high is None or other.high is None else one.high + other.high)


def _floor(nodes: Interval | None) -> Interval | None:
    """Large deposits counted alone leave the small ones open, and the other way round."""
    return Interval(nodes.low, None, nodes.low_open) if nodes else None


def _meet(one: Interval, other: Interval) -> bool:
    met = _met(one, other)
    return met.low is None or met.high is None or met.low <= met.high


def _met(one: Interval, other: Interval) -> Interval:
    low = max((b for b in (one.low, other.low) if b is not None), default=None)
    high = min((b for b in (one.high, other.high) if b is not None), default=None)
    return Interval(low, high)


def _clinical(staged: Staged) -> Finding:
    """A clinical (or unspecified) category: involved nodes are at least one; none felt is not none present."""
    finding, category = staged.finding, staged.category
    if category is None:
        return replace(finding, rank=_CLINICAL)
    marks = (*finding.marks, "clinical" if category.basis == "c" else "clinical or pathological not stated")
    if category.number == "X":
        return replace(finding, value=None, why=Why.NOT_RECORDED, rank=_CLINICAL, marks=marks)
    if category.number == "0":
        return replace(finding, value=None, why=Why.CLINICAL_ONLY, rank=_CLINICAL, marks=marks)
    return replace(finding, value=_AT_LEAST_ONE, rank=_CLINICAL, marks=marks)


def _from_diagnoses(view: View, found: list[Finding]) -> list[Finding]:
    """A coded regional node metastasis proves a positive node, and contradicts a count of none."""
    codes = view.codes("metastasis_conditions")
    regional = [
        c
        for c in view.chart.conditions("metastasis_conditions")
        if codes.meanings_of(c.code) & {"regional", "regional_or_distant"}
    ]
    none_counted = [f for f in found if f.attributed and f.value == NONE and f.rank in (_COUNTED, _CATEGORY)]
    findings = []
    for condition in regional:
        marks = marks_of(condition, view.vocabulary)
        finding = Finding(
            _AT_LEAST_ONE, condition.origin.reference, condition.onset, rank=_CLINICAL, kind="diagnosis", marks=marks
        )
        if none_counted:
            finding = replace(finding, value=None, why=Why.CONFLICTING, rank=min(f.rank for f in none_counted))
        findings.append(finding)
    return findings
