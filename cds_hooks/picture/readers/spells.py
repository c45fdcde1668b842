"""How long a drug was taken: spells with a beginning and an end that a chart often leaves open.

An order or statement runs while its status is active and its end is not past. One that nothing has confirmed for longer
than a prescription holds (`order_holds_months`) may have been given up: then nothing says whether it goes on. What was
taken at least (`Span.least`) and at most (`Span.most`) is kept apart, so that every length is known within bounds.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from cds_hooks.fhir.dates import DateInterval
from cds_hooks.fhir.record import MedicationKind, MedicationUse
from cds_hooks.picture.fact import Evidence
from cds_hooks.picture.readers.drugs import Drug
from cds_hooks.picture.readers.events import whole_texts
from cds_hooks.picture.view import View

_RUNNING = frozenset({"active", "in-progress"})
_OVER = {"completed": "completed", "stopped": "stopped", "ended": "completed"}
_MONTH = 30.4375


@dataclass(frozen=True, slots=True)
class Spell:
    """One use of a drug over time.

    `start` and `end` are the days that these can have been (None: not known; an end that is not known may be any day
    from `seen` on). `seen` is the last day that something confirms it. `live`: it goes on today. `over` says how it
    ended ("completed", "stopped", "" where that is not said); None for one that has not ended as far as is known.
    `is_dose`: one dose, which tells nothing of the next.
    """

    evidence: Evidence
    kinds: frozenset[str]
    start: DateInterval | None
    end: DateInterval | None
    seen: date | None
    live: bool
    over: str | None
    is_dose: bool = False


@dataclass(frozen=True, slots=True)
class Days:
    """Days from `first` to `last`, both included."""

    first: date
    last: date


def days_in(months: str, view: View) -> timedelta:
    """A number of months of the vocabulary as days."""
    return timedelta(days=round(float(view.vocabulary.numbers[months]) * _MONTH))


def spell_of(drug: Drug, kinds: frozenset[str], view: View) -> Spell:
    """One use of a drug as a spell."""
    use = drug.use
    start = _start(use)
    over = _over(use, view)
    is_dose = use.kind is MedicationKind.ADMINISTRATION
    end = _end(use, view) if over is not None or is_dose else None
    seen = _seen(use, view)
    live = over is None and use.status in _RUNNING and _holds(use, seen, view)
    return Spell(drug.evidence, kinds, start, end, seen, live, over, is_dose)


def first_start(spells: Iterable[Spell], view: View) -> DateInterval | None:
    """The bounds of the first beginning; one that is not known lies after the diagnosis."""
    starts = [_begun(s, view) for s in spells]
    if not starts:
        return None
    latest = [s.latest for s in starts if s.latest]
    earliest = [s.earliest for s in starts if s.earliest]
    return DateInterval(min(earliest) if len(earliest) == len(starts) else None, min(latest) if latest else None)


def least(spells: Iterable[Spell], view: View) -> tuple[Days, ...]:
    """The days on which it was certainly taken. Orders follow each other without a break if the next is given while
    the one before still holds.
    """
    every = sorted((s for s in spells if s.start and s.start.latest), key=_by_start)
    found = []
    for spell in every:
        first = spell.start.latest if spell.start and spell.start.latest else view.today
        last = view.today if spell.live else spell.end.earliest if spell.end else spell.seen
        if spell.end is None and not spell.live and not spell.is_dose and spell.over != "stopped":
            last = _bridged(last or first, every, view)
        found.append(Days(first, max(first, last or first)))
    return joined(found, view)


def most(spells: Iterable[Spell], until: date, view: View) -> tuple[Days, ...] | None:
    """The days on which it can have been taken, to `until` where no end is known; None if a beginning is not known."""
    found = []
    for spell in spells:
        begun = _begun(spell, view).earliest
        if begun is None:
            return None
        ends = spell.end.latest if spell.end and spell.end.latest else until
        found.append(Days(begun, max(begun, min(ends, view.today))))
    return joined(found, view)


def joined(days: Iterable[Days], view: View) -> tuple[Days, ...]:
    """The same days with short breaks closed, in order."""
    gap = days_in("endocrine_gap_months", view)
    found: list[Days] = []
    for each in sorted(days, key=lambda d: (d.first, d.last)):
        if found and each.first - found[-1].last <= gap:
            found[-1] = Days(found[-1].first, max(found[-1].last, each.last))
        else:
            found.append(each)
    return tuple(found)


def length(days: Iterable[Days]) -> int:
    """How many days from first to last, summed."""
    return sum((each.last - each.first).days for each in days)


def _start(use: MedicationUse) -> DateInterval | None:
    known = [d for d in (use.started, use.authored if use.kind is MedicationKind.REQUEST else None) if d]
    if not known:
        asserted = use.authored or use.ended
        return DateInterval(None, asserted.latest) if asserted else None
    earliest = [d.earliest for d in known if d.earliest]
    latest = [d.latest for d in known if d.latest]
    return DateInterval(min(earliest) if len(earliest) == len(known) else None, min(latest) if latest else None)


def _over(use: MedicationUse, view: View) -> str | None:
    """How it ended: by its status, or by the reason that is given for the status."""
    if use.kind is MedicationKind.ADMINISTRATION or use.status not in _OVER:
        return None
    reasons = {w for r in use.status_reason for w in view.codes("status_reasons").words_of(r)}
    reasons |= {w for r in use.status_reason for w in whole_texts(r, "status_reasons", view)}
    if "completed" in reasons:
        return "completed"
    # an order that ran out is no course that was completed, and neither is a statement without an end
    ran_out = use.kind is MedicationKind.REQUEST or _end(use, view) is None
    return "" if ran_out and _OVER[use.status] == "completed" else _OVER[use.status]


def _end(use: MedicationUse, view: View) -> DateInterval | None:
    """The day it ended. A point in time is no end: therapy can go on from dose to dose."""
    ended = use.ended
    if ended is None or ended == use.started:
        return None
    if ended.earliest and ended.earliest > view.today:
        return None
    return DateInterval(ended.earliest, min(ended.latest, view.today) if ended.latest else view.today)


def _seen(use: MedicationUse, view: View) -> date | None:
    days = [d.earliest for d in (use.authored, use.started, use.ended) if d and d.earliest and d.earliest <= view.today]
    return max(days, default=None)


def _holds(use: MedicationUse, seen: date | None, view: View) -> bool:
    """True if an active order or statement can be taken at its word today."""
    point = use.ended == use.started
    if use.ended is not None and not point:
        return bool(use.ended.earliest and use.ended.earliest >= view.today)
    return seen is not None and view.today - seen <= days_in("order_holds_months", view)


def _begun(spell: Spell, view: View) -> DateInterval:
    if spell.start and spell.start.earliest:
        return spell.start
    found = view.tumour.diagnosed
    latest = spell.start.latest if spell.start else None
    earliest = found.earliest if found else None
    if earliest and latest and earliest > latest:
        earliest = None
    return DateInterval(earliest, latest)


def _bridged(last: date, every: list[Spell], view: View) -> date:
    holds = days_in("order_holds_months", view)
    following = [s.start.latest for s in every if s.start and s.start.latest and s.start.latest > last]
    next_ = min(following, default=None)
    return next_ if next_ and next_ - last <= holds else last


def _by_start(spell: Spell) -> tuple[date, str]:
    latest = spell.start.latest if spell.start else None
    return (latest or date.max, repr(spell))
