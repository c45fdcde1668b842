"""Which of several results governs, in one place.

The policy, in this order:

1. A result that cannot be tied to this tumour is never used; one that would make the picture worse makes the fact
   Unknown (conflicting) rather than vanish.
2. Results from before systemic therapy govern; later ones are only a floor (`opened`), and raise it if they are worse.
3. The better kind of evidence governs (`Finding.rank`: invasive component over whole lesion, pathology over imaging),
   then final over preliminary, then (where asked for) the surgical specimen over the biopsy.
4. Among equals: the LATEST result, if every other result is older by more than one work-up, or undated and no worse;
   or the LARGEST focus; or the WORST, where seen anywhere is present.
   A worse final result of this tumour that does not govern is noted (`WORSE_ON_RECORD`).
5. What is then still at odds is Unknown (conflicting), naming all sides. What did not govern is kept, with its reason.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from enum import Enum

from cds_hooks.picture.bounds import WORSE, is_worse, most_telling, opened
from cds_hooks.picture.fact import NOT_RECORDED, Fact, Interval, Known, SetAside, Unknown, Why, with_note
from cds_hooks.picture.finding import Finding, day, evidence_of
from cds_hooks.picture.vocabulary import Vocabulary

WORSE_ON_RECORD = "a worse result is on record"


class How(Enum):
    """How equals are settled (point 4 of the policy)."""

    LATEST = "latest"
    LATEST_SURGICAL_FIRST = "latest, surgical specimen first"
    LARGEST = "largest"
    WORST = "worst"


def settle(fact_id: str, findings: Collection[Finding], how: How, vocabulary: Vocabulary) -> Fact:
    """The fact that the findings make, whatever their order and however often each is repeated."""
    if not findings:
        return NOT_RECORDED
    every = _in_fixed_order(findings)
    own = [f for f in every if f.attributed]
    before = _govern(fact_id, [f for f in own if not f.after_therapy], how, vocabulary)
    after = [f for f in own if f.after_therapy]
    fact = before
    if after:
        late = opened(fact_id, _govern(fact_id, after, how, vocabulary), Why.AFTER_SYSTEMIC_THERAPY, vocabulary)
        fact = _join_times(fact_id, before, late)
    return _with_unattributed(fact_id, fact, [f for f in every if not f.attributed], vocabulary)


def _govern(fact_id: str, findings: Sequence[Finding], how: How, vocabulary: Vocabulary) -> Fact:
    if len(findings) == 1 and findings[0].value is not None:
        return _one(findings)
    competing = [f for f in findings if f.competes]
    unusable = [f for f in findings if not f.competes]
    if not competing:
        return Unknown(most_telling(f.why for f in unusable if f.why), evidence_of(unusable))
    if how is How.WORST:
        fact = _worst(fact_id, competing)
    else:
        first = min(_class_of(f, how) for f in competing)
        best = [f for f in competing if _class_of(f, how) == first]
        fact = _largest(best) if how is How.LARGEST else _latest(fact_id, best, vocabulary)
        outranked = [f for f in competing if _class_of(f, how) != first]
        fact = _noting_worse(fact_id, fact, outranked)
        fact = _set_aside(fact, [f.aside(_outranked(f, best[0], how)) for f in outranked])
    return _set_aside(fact, [f.aside(_unusable(f)) for f in unusable])


def _class_of(finding: Finding, how: How) -> tuple[int, bool, bool]:
    surgical_counts = how is How.LATEST_SURGICAL_FIRST
    return (finding.rank, not finding.final, surgical_counts and not finding.surgical)


def _outranked(finding: Finding, best: Finding, how: How) -> str:
    if finding.rank != best.rank:
        return f"{best.kind or 'better evidence'} governs"
    if finding.final != best.final:
        return "not final, a final result governs"
    return "before the operation, the surgical specimen governs" if how is How.LATEST_SURGICAL_FIRST else "set aside"


def _unusable(finding: Finding) -> str:
    return "; ".join(finding.marks) if finding.marks else (finding.why.value.replace("_", " ") if finding.why else "")


def _largest(best: Sequence[Finding]) -> Fact:
    """The largest of several foci lies between the largest lower and the largest upper bound."""
    intervals = [f.value for f in best if isinstance(f.value, Interval)]
    if len(intervals) < len(best):
        return _at_odds(best)
    largest = largest_of(intervals)
    governing = [f for f in best if f.value == largest] or list(best)
    rest = [f.aside("a larger focus governs") for f in best if f not in governing]
    return _set_aside(Known(largest, evidence_of(governing)), rest)


def largest_of(intervals: Sequence[Interval]) -> Interval:
    """The bounds of the largest of several numbers, each known only within its own bounds."""
    low = max(intervals, key=lambda i: (i.low is not None, i.low or 0, i.low_open))
    high = max(intervals, key=lambda i: (i.high is None, i.high or 0, not i.high_open))
    return Interval(low.low, high.high, low.low_open, high.high_open)


def _latest(fact_id: str, best: Sequence[Finding], vocabulary: Vocabulary) -> Fact:
    outcomes = {(f.value, f.why) for f in best}
    if len(outcomes) == 1:
        return _one(best)
    apart = timedelta(days=int(vocabulary.numbers["same_work_up_days"]))
    for value, why in outcomes:
        same = [f for f in best if (f.value, f.why) == (value, why)]
        others = [f for f in best if (f.value, f.why) != (value, why)]
        if any(all(_later(fact_id, f, other, apart) for other in others) for f in same):
            notes = tuple(f"changed: {other.reference} of {day(other.when) or 'no date'} differs" for other in others)
            fact = _set_aside(_one(same), [f.aside("older result") for f in others])
            return _noting_worse(fact_id, replace(fact, notes=(*fact.notes, *notes)), others)
    return _at_odds(best)


def _noting_worse(fact_id: str, fact: Fact, others: Iterable[Finding]) -> Fact:
    """The fact with a note if one of the others, final too, would make the picture worse. Sizes are measured of several
    things (the whole lesion, an image), so that a larger one that does not govern is no contradiction.
    """
    worse = any(f.final and is_worse(fact_id, f.value, fact) for f in others)
    if not worse or fact_id == "tumour_size" or not isinstance(fact, Known):
        return fact
    return with_note(fact, WORSE_ON_RECORD)


def _later(fact_id: str, finding: Finding, other: Finding, apart: timedelta) -> bool:
    """True if certainly later by more than one work-up. An undated result loses against a dated one, but not if it is
    worse: it may be the newer of the two.
    """
    mine = finding.when.earliest if finding.when else None
    theirs = other.when.latest if other.when else None
    if mine is None:
        return False
    if theirs is None:
        known: Fact = Unknown(Why.EQUIVOCAL) if finding.value is None else Known(finding.value)
        return not is_worse(fact_id, other.value, known)
    return mine - theirs > apart


def _worst(fact_id: str, competing: Sequence[Finding]) -> Fact:
    worst = [f for f in competing if f.value in WORSE[fact_id]]
    if worst:
        rest = [f for f in competing if f not in worst]
        notes = tuple(sorted({f"{f.reference} says otherwise" for f in rest}))
        fact = _set_aside(_one(worst), [f.aside("a finding that raises governs") for f in rest])
        return replace(fact, notes=notes)
    unsettled = [f.why for f in competing if f.why]
    return Unknown(most_telling(unsettled), evidence_of(competing)) if unsettled else _one(competing)


def _one(findings: Sequence[Finding]) -> Fact:
    first = findings[0]
    if first.value is not None:
        return Known(first.value, evidence_of(findings))
    return Unknown(first.why or Why.NOT_UNDERSTOOD, evidence_of(findings))


def _at_odds(findings: Sequence[Finding]) -> Fact:
    return Unknown(Why.CONFLICTING, evidence_of(findings), notes=("results disagree",))


def _join_times(fact_id: str, before: Fact, late: Fact) -> Fact:
    """The picture at diagnosis: what was found before therapy, raised by what was found after it if that is worse."""
    aside = [SetAside(e.reference, "after systemic therapy") for e in late.evidence]
    if isinstance(late, Known) and (isinstance(before, Unknown) or _raises(fact_id, late, before)):
        earlier = [SetAside(e.reference, "worse after systemic therapy") for e in before.evidence]
        return _set_aside(late, [*earlier, *before.set_aside])
    if isinstance(before, Unknown):
        telling = most_telling((before.why, late.why if isinstance(late, Unknown) else before.why))
        source = late if isinstance(late, Unknown) and telling is late.why else before
        return Unknown(telling, (*before.evidence, *late.evidence), (*before.set_aside, *late.set_aside), source.notes)
    return _set_aside(before, [*aside, *late.set_aside])


def _raises(fact_id: str, late: Known, before: Known) -> bool:
    if isinstance(late.value, Interval) and isinstance(before.value, Interval):
        low, high = late.value.low, before.value.high
        return low is not None and high is not None and low > high
    worse = WORSE.get(fact_id, frozenset())
    return late.value in worse and before.value not in worse


def _with_unattributed(fact_id: str, fact: Fact, loose: Sequence[Finding], vocabulary: Vocabulary) -> Fact:
    weighed = [f for f in loose if f.competes]
    if not weighed:
        return _set_aside(fact, [f.aside(_unusable(f)) for f in loose])
    definition = vocabulary.facts.get(fact_id)
    silence_counts = definition is not None and definition.if_absent is not None
    nothing_own = isinstance(fact, Unknown) and fact.why is Why.NOT_RECORDED and not silence_counts
    if nothing_own or any(is_worse(fact_id, f.value, fact) for f in weighed):
        evidence = tuple(sorted({*fact.evidence, *evidence_of(weighed)}))
        notes = (*fact.notes, "a result that cannot be tied to one tumour is on record")
        return Unknown(Why.CONFLICTING, evidence, fact.set_aside, notes)
    return _set_aside(fact, [f.aside(_unusable(f)) for f in loose])


def _set_aside(fact: Fact, more: Iterable[SetAside]) -> Fact:
    every = {*fact.set_aside, *more}
    return replace(fact, set_aside=tuple(sorted(every))) if every else fact


def _in_fixed_order(findings: Collection[Finding]) -> list[Finding]:
    """Each once, in an order that only their content gives; to write a finding out is dear, and seldom needed."""
    if len({(f.reference, f.kind) for f in findings}) == len(findings):
        return sorted(findings, key=lambda f: (f.reference, f.kind))
    return sorted(set(findings), key=_order)


def _order(finding: Finding) -> tuple[str, ...]:
    return (finding.reference, finding.kind, repr(finding.value), repr(finding.why), repr(finding.marks), repr(finding))
