"""Measurements of the patient: bone density, heart, kidneys, body mass. The latest governs, and shows its date.

What cannot be read (no unit, another unit, beyond belief) is not passed over in favour of an older result: the newest
may be the one that matters.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from cds_hooks.fhir.dates import before
from cds_hooks.picture.answers import Slot, number_in, word_in
from cds_hooks.picture.chart import Chart
from cds_hooks.picture.fact import NOT_RECORDED, Fact, Interval, Known, SetAside, Unknown, Why
from cds_hooks.picture.finding import Finding, evidence_of
from cds_hooks.picture.order import in_fixed_order
from cds_hooks.picture.vocabulary import Vocabulary

# The units in which each is taken, best first. A rate per body surface is named as such by its question, so that the
# plain rate which many charts write is the same number.
UNITS: Mapping[str, tuple[str, ...]] = {
    "t_score": ("score",),
    "lvef": ("%",),
    "qtc": ("ms",),
    "egfr": ("mL/min/1.73m2", "mL/min"),
    "creatinine_clearance": ("mL/min",),
    "bmi": ("kg/m2",),
}
_UNREAD = frozenset({Why.UNIT_MISSING, Why.NOT_UNDERSTOOD, Why.CONFLICTING})


def read(chart: Chart) -> dict[str, Fact]:
    """The facts t_score, lvef (%), qtc (ms), egfr (mL/min/1.73m2), creatinine_clearance (mL/min) and bmi (kg/m2)."""
    return {name: _latest(name, _findings(name, chart), chart.vocabulary) for name in UNITS}


def _findings(name: str, chart: Chart) -> list[Finding]:
    asked = chart.asked(f"{name}_questions")
    if not asked:
        return []
    found = (f for _, slot in asked if (f := _finding(name, slot, chart.vocabulary)) is not None)
    return [*in_fixed_order(found, lambda finding: finding.reference)]


def _finding(name: str, slot: Slot, vocabulary: Vocabulary) -> Finding | None:
    if slot.contradicts:
        return slot.refused()
    best, *looser = UNITS[name]
    answer = number_in(slot, best)
    marks: tuple[str, ...] = ()
    for unit in looser:
        if answer is Why.NOT_UNDERSTOOD and isinstance(again := number_in(slot, unit), Interval):
            answer, marks = again, (f"given in {unit}",)
    if isinstance(answer, Interval) and not _believable(name, answer, vocabulary):
        return slot.found(Why.NOT_UNDERSTOOD, marks=("value not believable",))
    if (
        answer is Why.NOT_RECORDED
        and word_in(slot, (vocabulary.codelists["generic_answers"],), {}) is Why.NOT_UNDERSTOOD
    ):
        answer = Why.NOT_UNDERSTOOD  # a word ("reduced") where a number belongs is a result, though not one for us
    return None if answer is None else slot.found(answer, marks=marks)


def _believable(name: str, value: Interval, vocabulary: Vocabulary) -> bool:
    least, most = vocabulary.numbers[f"{name}_lowest"], vocabulary.numbers[f"{name}_highest"]
    bounds = [b for b in (value.low, value.high) if b is not None]
    return bool(bounds) and all(least <= b <= most for b in bounds)


def _latest(name: str, findings: Sequence[Finding], vocabulary: Vocabulary) -> Fact:
    if not findings:
        return NOT_RECORDED
    usable = [f for f in findings if isinstance(f.value, Interval)]
    newest = _not_surely_older(usable)
    unread = [f for f in findings if f.why in _UNREAD and not _surely_older(f, newest)]
    if not newest or unread:
        reasons = [f.why for f in (unread or findings) if f.why]
        why = Why.UNIT_MISSING if Why.UNIT_MISSING in reasons else reasons[0] if reasons else Why.NOT_RECORDED
        return Unknown(why, evidence_of(unread or findings), _aside(usable))
    if name == "t_score":
        return _lowest(newest, usable, vocabulary)
    notes = ("several results of the latest day",) if len({f.value for f in newest}) > 1 else ()
    rest = [f for f in usable if f not in newest]
    values = [f.value for f in newest if isinstance(f.value, Interval)]
    return Known(_hull(values), evidence_of(newest), _aside(rest), notes=notes)


def _lowest(newest: Sequence[Finding], usable: Sequence[Finding], vocabulary: Vocabulary) -> Fact:
    """Bone is judged by its weakest site: the lowest T-score of the latest work-up governs."""
    apart = timedelta(days=int(vocabulary.numbers["same_work_up_days"]))
    one_work_up = [f for f in usable if f in newest or _near(f, newest, apart)]
    lowest = _lowest_of([f.value for f in one_work_up if isinstance(f.value, Interval)])
    governing = [f for f in one_work_up if f.value == lowest] or one_work_up
    others = [f.aside("a lower T-score governs") for f in one_work_up if f not in governing]
    older = _aside([f for f in usable if f not in one_work_up])
    return Known(lowest, evidence_of(governing), tuple(sorted({*older, *others})))


def _lowest_of(values: Sequence[Interval]) -> Interval:
    """The bounds of the lowest of several numbers, each known only within its own bounds."""
    low = min(values, key=lambda v: (v.low is not None, v.low or 0, v.low_open))
    high = min(values, key=lambda v: (v.high is None, v.high or 0, not v.high_open))
    return Interval(low.low, high.high, low.low_open, high.high_open)


def _hull(values: Sequence[Interval]) -> Interval:
    """The bounds within which every one of several numbers lies."""
    low = min(values, key=lambda v: (v.low is not None, v.low or 0, v.low_open))
    high = max(values, key=lambda v: (v.high is None, v.high or 0, not v.high_open))
    return Interval(low.low, high.high, low.low_open, high.high_open)


def _not_surely_older(findings: Sequence[Finding]) -> list[Finding]:
    """Those that may be the latest; what is undated loses against what is dated."""
    return [f for f in findings if not _surely_older(f, findings)]


def _surely_older(finding: Finding, others: Sequence[Finding]) -> bool:
    if finding.when is None:
        return any(other.when is not None for other in others)
    return any(before(finding.when, other.when) for other in others)


def _near(finding: Finding, newest: Sequence[Finding], apart: timedelta) -> bool:
    """True if it is of the same work-up as the latest result, as far as dates tell."""
    last = max((f.when.earliest for f in newest if f.when and f.when.earliest), default=None)
    mine = finding.when.latest if finding.when else None
    return last is not None and mine is not None and last - mine <= apart


def _aside(findings: Iterable[Finding]) -> tuple[SetAside, ...]:
    return tuple(sorted({f.aside("older result") for f in findings}))
