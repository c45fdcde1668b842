"""Signs that the disease may have come back: complaints and findings of the last months, after the primary treatment.

A sign that is over, denied, old, from before the treatment of the tumour, or explained by a benign biopsy is set aside
with the reason. One of which any of this cannot be told is no sign, and leaves the fact Unknown where it would matter.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain

from cds_hooks.fhir.dates import DateInterval
from cds_hooks.picture.chart import Chart
from cds_hooks.picture.elapsed import earlier_by, first_of, last_of, months_before
from cds_hooks.picture.episodes import Place
from cds_hooks.picture.fact import NOT_RECORDED, Evidence, Fact, Known, SetAside, Unknown, Why
from cds_hooks.picture.readers.radiotherapy import courses
from cds_hooks.picture.readers.signs import LOCOREGIONAL, PROOF, RED_FLAG, SYSTEMIC, Sign, explanations, signs_in
from cds_hooks.picture.readers.spells import days_in
from cds_hooks.picture.readers.surgery import operations
from cds_hooks.picture.view import View

_FACTS = {
    "recurrence_signs_locoregional": LOCOREGIONAL,
    "recurrence_signs_systemic": SYSTEMIC,
    "red_flags": RED_FLAG,
}
_ENOUGH = 2  # unspecific complaints of different kinds that together make a suspicion


@dataclass(frozen=True, slots=True)
class Treated:
    """From when on a sign can be one of recurrence, for one tumour: the end of its primary treatment."""

    side: str
    over: DateInterval | None


def read(chart: Chart, views: Sequence[View]) -> dict[str, Fact]:
    """The facts recurrence_signs_locoregional, recurrence_signs_systemic, red_flags and suspected_recurrence."""
    found = set(signs_in(chart, views)) if views else set()
    if not found:
        return dict.fromkeys((*_FACTS, "suspected_recurrence"), NOT_RECORDED)
    treated = tuple(Treated(view.tumour.side, _primary_treatment_over(view)) for view in views)
    judge = _Judge(treated, explanations(chart), chart)
    signs = sorted({judge.judged(sign) for sign in found}, key=repr)
    facts = {name: _listed([s for s in signs if s.group == group]) for name, group in _FACTS.items()}
    return {**facts, "suspected_recurrence": _suspected(signs)}


def _primary_treatment_over(view: View) -> DateInterval | None:
    """When surgery and irradiation of the first treatment were over. Without an operation on record: the diagnosis and
    the time that treatment takes; one without a date was within that time. None if nothing tells.
    """
    found = view.tumour.diagnosed
    usual = _lasting(found, _days("signs_of_primary_days", view)) if found else None
    done = [o for o in operations(view) if o.place.place is Place.HERE and "absent" not in o.words]
    dated = [o.when for o in done if o.when and o.when.earliest]
    if not dated:
        return usual if done or not usual else DateInterval(usual.latest, usual.latest)
    first = min(when.earliest for when in dated if when.earliest)
    series, course = first + _days("signs_of_primary_days", view), first + days_in("primary_treatment_months", view)
    operated = [_lasting(w, timedelta(0)) for w in dated if w.earliest and w.earliest <= series]
    irradiated = [w for w in _irradiated(view) if w.earliest and w.earliest <= course]
    return last_of((*operated, *irradiated))


def _irradiated(view: View) -> list[DateInterval]:
    """The ends of irradiation; one whose end is not known is taken to have ended within the usual time."""
    own = [c for c in courses(view) if c.place.place is Place.HERE]
    known = [c.ended for c in own if c.ended and c.ended.latest]
    begun = [c.finding.when for c in own if not (c.ended and c.ended.latest) and c.finding.when]
    return [*known, *(_lasting(when, _days("signs_of_primary_days", view)) for when in begun)]


def _lasting(when: DateInterval, span: timedelta) -> DateInterval:
    """From the first day that something can have begun to the last that it can have ended after such a time."""
    begun = when.latest or when.earliest
    return DateInterval(when.earliest, begun + span if begun else None)


def _days(name: str, view: View) -> timedelta:
    return timedelta(days=int(view.vocabulary.numbers[name]))


class _Judge:
    """Whether a sign counts, only may count, or is set aside."""

    def __init__(self, treated: Sequence[Treated], explained: Sequence[Sign], chart: Chart) -> None:
        self._treated, self._explained, self._today = treated, explained, chart.today
        self._recent_from = months_before(chart.today, int(chart.vocabulary.numbers["symptom_recent_months"]))
        self._apart = int(chart.vocabulary.numbers["signs_of_primary_days"])

    def judged(self, sign: Sign) -> Sign:
        """The sign with what the calendar and the later results make of it."""
        if sign.not_one:
            return sign
        if sign.when is None:
            return sign.doubted("undated")
        if sign.when.earliest and sign.when.earliest > self._today:
            return sign.aside("dated in the future")
        if not sign.lasting and all(d.latest and d.latest < self._recent_from for d in _days_of(sign)):
            return sign.aside("too long ago")
        if self._is_explained(sign):
            return sign.aside("explained by a later benign result")
        recent = sign.lasting or any(d.earliest and d.earliest >= self._recent_from for d in _days_of(sign))
        return self._beside_treatment(sign if recent else sign.doubted("perhaps too long ago"))

    def _beside_treatment(self, sign: Sign) -> Sign:
        over = self._over_for(sign)
        when = sign.when
        if over and over.earliest and when and when.latest and when.latest <= over.earliest:
            return sign.aside("before the end of primary treatment")
        after = over and over.latest and when and when.earliest and when.earliest > over.latest
        return sign if after else sign.doubted("perhaps before the end of primary treatment")

    def _over_for(self, sign: Sign) -> DateInterval | None:
        """For a sign in the breast, when all tumours were treated that it can be of; for others, the first one."""
        if sign.group == LOCOREGIONAL:
            near = [t for t in self._treated if not sign.sides or t.side in ("", *sign.sides)]
            over = last_of(tuple(t.over for t in near or self._treated))
        else:
            over = first_of(tuple(t.over for t in self._treated))
        return earlier_by(over, -self._apart) if over and sign.word == PROOF else over

    def _is_explained(self, sign: Sign) -> bool:
        return any(
            sign.word in benign.explains
            and (benign.sides >= sign.sides if sign.sides else not benign.sides)
            and _not_before(benign.when, sign.when)
            for benign in self._explained
        )


def _days_of(sign: Sign) -> tuple[DateInterval, ...]:
    """When it began and when it was written down, as far as known."""
    return tuple(d for d in (sign.when, sign.recorded) if d)


def _not_before(one: DateInterval | None, other: DateInterval | None) -> bool:
    return bool(one and other and one.earliest and other.latest and one.earliest >= other.latest)


def _listed(signs: Sequence[Sign]) -> Fact:
    sure, aside = [s for s in signs if s.is_sure], _asides(signs)
    doubtful = [s for s in signs if s.doubts and not s.not_one]
    if sure:
        notes = ("there are signs on record of which this cannot be told",) if doubtful else ()
        return Known(tuple(sorted({s.word for s in sure})), _evidence(sure), aside, notes=notes)
    if doubtful:
        return Unknown(Why.EQUIVOCAL, _evidence(doubtful), aside)
    return Unknown(Why.NOT_RECORDED, (), aside)


def _suspected(signs: Sequence[Sign]) -> Fact:
    """Yes for one sign that stands alone, or for two unspecific complaints of different kinds."""
    sure, aside = [s for s in signs if s.is_sure], _asides(signs)
    counting = [s for s in signs if not s.not_one]
    if _is_enough(sure):
        return Known("yes", _evidence(sure), aside)
    if _is_enough(counting):
        return Unknown(Why.EQUIVOCAL, _evidence(counting), aside)
    if sure:
        return Known("no", _evidence(sure), aside, notes=("one unspecific complaint, not recorded as persistent",))
    return Unknown(Why.NOT_RECORDED, _evidence(counting), aside)


def _is_enough(signs: Iterable[Sign]) -> bool:
    listed = list(signs)
    return any(s.alone for s in listed) or len({s.complaint for s in listed}) >= _ENOUGH


def _evidence(signs: Iterable[Sign]) -> tuple[Evidence, ...]:
    return tuple(sorted({s.evidence for s in signs}))


def _asides(signs: Iterable[Sign]) -> tuple[SetAside, ...]:
    found = chain.from_iterable([(s.reference, f"{s.shown}: {s.not_one}")] if s.not_one else [] for s in signs)
    return tuple(sorted({SetAside(reference, why) for reference, why in found}))
