"""Endocrine therapy: the agent, whether it goes on, and for how long it was taken.

The first start counts from the earliest order or effective time. An agent that was stopped and followed by another was
switched, and the years add up; breaks longer than `endocrine_gap_months` are cut out and noted. Suppression of the
ovaries is a fact of its own, and yes only as long as it goes on or where both ovaries are gone.
"""

from collections.abc import Iterable
from datetime import date
from itertools import pairwise

from cds_hooks.fhir.dates import DateInterval, before
from cds_hooks.fhir.record import Condition
from cds_hooks.picture.diagnosis import is_unconfirmed
from cds_hooks.picture.elapsed import months_since, years_of
from cds_hooks.picture.episodes import Place
from cds_hooks.picture.fact import NOT_RECORDED, Evidence, Fact, Known, Unknown, Why
from cds_hooks.picture.finding import day
from cds_hooks.picture.readers.drugs import Drug, drugs, refused_drugs
from cds_hooks.picture.readers.events import whole_texts
from cds_hooks.picture.readers.spells import (
    Days,
    Spell,
    days_in,
    first_start,
    least,
    length,
    most,
    spell_of,
)
from cds_hooks.picture.view import View

_AGENTS = {"tamoxifen": "tamoxifen", "aromatase_inhibitor": "aromatase_inhibitor", "other_endocrine": "other"}
_BY_CONDITION = {"serm": frozenset({"tamoxifen", "other"}), "aromatase_inhibitor": frozenset({"aromatase_inhibitor"})}
_ENDED = frozenset({"inactive", "resolved", "remission"})
_FACTS = (
    "endocrine_agent",
    "endocrine_status",
    "endocrine_years",
    "months_since_endocrine_start",
    "endocrine_gap",
)


def read(view: View) -> dict[str, Fact]:
    """The facts endocrine_agent, endocrine_status, endocrine_years, months_since_endocrine_start, endocrine_gap."""
    every = [d for d in drugs(view) if "endocrine" in d.classes and d.place.place is not Place.ELSEWHERE]
    unsure = tuple(sorted(d.evidence for d in every if d.place.place is Place.UNSURE))
    if unsure:
        why = Unknown(Why.CONFLICTING, unsure, notes=("endocrine therapy cannot be tied to one tumour or one drug",))
        return dict.fromkeys(_FACTS, why)
    spells = (*(_spell(d, view) for d in every), *_stated(view))
    if not spells and not refused_drugs(view):
        return dict.fromkeys(_FACTS, NOT_RECORDED)
    status = _status(spells, view)
    years = _years(spells, status, view)
    return {
        "endocrine_agent": _agent(spells),
        "endocrine_status": status,
        "endocrine_years": years,
        "months_since_endocrine_start": _since_start(spells, view),
        "endocrine_gap": _gap(spells, status, view),
    }


def _spell(drug: Drug, view: View) -> Spell:
    kinds = frozenset(agent for name, agent in _AGENTS.items() if name in drug.classes)
    return spell_of(drug, kinds, view)


def _stated(view: View) -> tuple[Spell, ...]:
    """Long-term use on file as a condition; with two tumours it may be for either."""
    found = []
    for condition in view.chart.conditions("treatment_history"):
        words = view.codes("treatment_history").words_of(condition.code)
        if "endocrine" in words and not view.others and not is_unconfirmed(condition):
            kinds = next((agents for word, agents in _BY_CONDITION.items() if word in words), frozenset({"other"}))
            found.append(_spell_of_condition(condition, kinds, view))
    return tuple(found)


def _spell_of_condition(condition: Condition, kinds: frozenset[str], view: View) -> Spell:
    """When it began is not said: on the day it was written down at the latest."""
    onset = condition.onset
    evidence = Evidence(condition.origin.reference, day(onset), condition.origin.marks)
    over = "" if condition.clinical_status in _ENDED or condition.abatement else None
    seen = onset.earliest if onset and onset.earliest and onset.earliest <= view.today else None
    live = over is None and seen is not None and view.today - seen <= days_in("order_holds_months", view)
    start = DateInterval(None, onset.latest) if onset else None
    return Spell(evidence, kinds, start, condition.abatement, seen, live, over)


def _status(spells: tuple[Spell, ...], view: View) -> Fact:
    running = [s for s in spells if s.over is None and not _closed(s, spells)]
    live = [s for s in running if s.live]
    if live:
        return Known("on", _evidence(live))
    if running:
        note = "no order or statement is recent enough to tell whether it goes on"
        return Unknown(Why.EQUIVOCAL, _evidence(running), notes=(note,))
    if spells:
        return _ended(_last(s for s in spells if s.over is not None), view)
    refused = [d.evidence for d in refused_drugs(view) if _was_declined(d, view)]
    return Known("declined", tuple(sorted(refused))) if refused else Unknown(Why.NOT_RECORDED)


def _closed(running: Spell, spells: Iterable[Spell]) -> bool:
    """True if a later end of the same agent is on record, for the order was then only never closed."""
    seen = running.seen
    ends = [s.end.earliest for s in spells if s.over and s.kinds & running.kinds and s.end and s.end.earliest]
    return seen is not None and any(end > seen for end in ends)


def _last(spells: Iterable[Spell]) -> list[Spell]:
    """The spells that none certainly followed."""
    every = list(spells)
    return [s for s in every if not any(before(_until(s), _until(other)) for other in every)]


def _until(spell: Spell) -> DateInterval | None:
    return spell.end or spell.start


def _ended(last: list[Spell], view: View) -> Fact:
    evidence = _evidence(last)
    words = {s.over or _ran_out(s, view) for s in last}
    if words in ({"completed"}, {"stopped"}):
        return Known(words.pop(), evidence)
    if "" in words:
        note = "the last order ran out; whether therapy went on is not recorded"
        return Unknown(Why.EQUIVOCAL, evidence, notes=(note,))
    return Unknown(Why.CONFLICTING, evidence, notes=("records of its end disagree",))


def _ran_out(spell: Spell, view: View) -> str:
    """An order that was completed tells an end only if none followed it for longer than a break lasts."""
    gap = days_in("endocrine_gap_months", view)
    latest = spell.end.latest if spell.end else None
    return "completed" if latest and view.today - latest > gap else ""


def _was_declined(drug: Drug, view: View) -> bool:
    if "endocrine" not in drug.classes or drug.place.place is not Place.HERE:
        return False
    reasons = drug.use.status_reason
    codes = view.codes("status_reasons")
    said = {w for r in reasons for w in (*codes.words_of(r), *whole_texts(r, "status_reasons", view))}
    return "declined" in said


def _agent(spells: tuple[Spell, ...]) -> Fact:
    """The agent that goes on, else the last one: that which was begun after every other."""
    pool = [s for s in spells if s.live] or list(spells)
    named = [s for s in pool if len(s.kinds) == 1] or pool
    if not named:
        return Unknown(Why.NOT_RECORDED)
    last = [s for s in named if not any(before(s.start, other.start) for other in named)]
    agents = {agent for s in last for agent in s.kinds}
    evidence = _evidence(last)
    if len(agents) == 1:
        older = {agent for s in spells if s.over is None for agent in s.kinds if len(s.kinds) == 1} - agents
        notes = tuple(
            f"an order of another agent ({agent.replace('_', ' ')}) was never closed" for agent in sorted(older)
        )
        return Known(agents.pop(), evidence, notes=notes)
    settled = all(len(s.kinds) == 1 for s in last)
    return Unknown(
        Why.CONFLICTING if settled else Why.EQUIVOCAL, evidence, notes=("which agent is taken is not clear",)
    )


def _since_start(spells: tuple[Spell, ...], view: View) -> Fact:
    begun = first_start(spells, view)
    if begun is None or (begun.earliest is None and begun.latest is None):
        return Unknown(Why.NOT_RECORDED, _evidence(spells))
    latest = min(begun.latest, view.today) if begun.latest else None
    return Known(months_since(DateInterval(begun.earliest, latest), view.today), _evidence(_earliest(spells)))


def _earliest(spells: tuple[Spell, ...]) -> list[Spell]:
    return [s for s in spells if not any(before(other.start, s.start) for other in spells)]


def _years(spells: tuple[Spell, ...], status: Fact, view: View) -> Fact:
    if not spells:
        return Unknown(Why.NOT_RECORDED)
    short, long = least(spells, view), most(spells, _horizon(spells, status, view), view)
    low, high = length(short), None if long is None else length(long)
    if not low and high is None:
        return Unknown(Why.NOT_RECORDED, _evidence(spells), notes=("when it began is not recorded",))
    if high is not None:
        high = max(high, low)
    breaks = tuple(_named(one, other) for one, other in pairwise(short))
    return Known(years_of(low, high), _evidence(spells), notes=breaks)


def _horizon(spells: tuple[Spell, ...], status: Fact, view: View) -> date:
    """The last day to which a spell without an end can have gone on: the end of the whole course, if that is known."""
    if isinstance(status, Known) and status.value in ("completed", "stopped"):
        ends = [s.end.latest for s in spells if s.end and s.end.latest]
        latest = _last(s for s in spells if s.over is not None)
        if ends and all(s.end for s in latest):
            return max(ends)
    return view.today


def _named(one: Days, other: Days) -> str:
    return f"break from {one.last.isoformat()} to {other.first.isoformat()} not counted"


def _gap(spells: tuple[Spell, ...], status: Fact, view: View) -> Fact:
    """A break is certain if what can have been taken at most leaves one, and excluded if what was taken at least has
    none.
    """
    evidence = _evidence(spells)
    if not spells:
        return Unknown(Why.NOT_RECORDED)
    long = most(spells, _horizon(spells, status, view), view)
    if long is not None and len(long) > 1:
        return Known("yes", evidence)
    short = least(spells, view)
    if len(short) == 1 and isinstance(status, Known) and all(s.start and s.start.latest for s in spells):
        return Known("no", evidence)
    return Unknown(Why.EQUIVOCAL, evidence)


def _evidence(spells: Iterable[Spell]) -> tuple[Evidence, ...]:
    return tuple(sorted({s.evidence for s in spells}))
