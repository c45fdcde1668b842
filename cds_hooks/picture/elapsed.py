"""How long ago: days, months and years between dates that a chart may give only in part.

A year has 365.25 days here and a month a twelfth of that. What comes out is rounded outward (years to two decimals,
months to one), so that the true number is never outside.
"""

from calendar import monthrange
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from cds_hooks.fhir.dates import DateInterval
from cds_hooks.picture.fact import Interval

_YEAR = Decimal("365.25")
_MONTH = _YEAR / 12
_HUNDREDTH, _TENTH = Decimal("0.01"), Decimal("0.1")


def years_since(when: DateInterval, today: date) -> Interval:
    """Years from some day of the interval to today, never less than none; an open beginning leaves it unbounded."""
    return _in(_days_since(when, today), _YEAR, _HUNDREDTH)


def months_since(when: DateInterval, today: date) -> Interval:
    """Months from some day of the interval to today, never less than none; an open beginning leaves it unbounded."""
    return _in(_days_since(when, today), _MONTH, _TENTH)


def months_before(day: date, months: int) -> date:
    """The same day of the month so many months earlier, or the last day of that month where it has none such."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def years_of(least: int, most: int | None) -> Interval:
    """Days, known within bounds, as years."""
    return _in((least, most), _YEAR, _HUNDREDTH)


def earlier_by(when: DateInterval, days: int) -> DateInterval:
    """The same interval some days before."""
    step = timedelta(days=days)
    return DateInterval(when.earliest and when.earliest - step, when.latest and when.latest - step)


def first_of(dates: tuple[DateInterval | None, ...]) -> DateInterval | None:
    """The bounds of the earliest of several dates; one that is not known (None) may have been before all others."""
    if not dates:
        return None
    begins = [d.earliest if d else None for d in dates]
    ends = [d.latest for d in dates if d and d.latest]
    known = [b for b in begins if b]
    return DateInterval(min(known) if len(known) == len(begins) else None, min(ends) if ends else None)


def last_of(dates: tuple[DateInterval | None, ...]) -> DateInterval | None:
    """The bounds of the latest of several dates; one that is not known (None) may have been after all others."""
    if not dates:
        return None
    ends = [d.latest if d else None for d in dates]
    begins = [d.earliest for d in dates if d and d.earliest]
    known = [e for e in ends if e]
    return DateInterval(max(begins) if begins else None, max(known) if len(known) == len(ends) else None)


def _days_since(when: DateInterval, today: date) -> tuple[int, int | None]:
    least = max((today - when.latest).days, 0) if when.latest else 0
    return least, max((today - when.earliest).days, 0) if when.earliest else None


def _in(days: tuple[int, int | None], unit: Decimal, step: Decimal) -> Interval:
    least, most = days
    low = (Decimal(least) / unit).quantize(step, ROUND_FLOOR)
    return Interval(low, None if most is None else (Decimal(most) / unit).quantize(step, ROUND_CEILING))
