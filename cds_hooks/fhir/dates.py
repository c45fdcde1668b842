"""Partial dates as intervals (FHIR R4B `date`, `dateTime`, `instant`, `Period`).

A chart that says "2019" does not say when in 2019. Dates are compared as intervals of days; text is never sorted.
A time of day and its zone are left aside: the day is the calendar day as it was written where it was written.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ]\d.*)?)?)?")


@dataclass(frozen=True, slots=True)
class DateInterval:
    """The days on which something can have happened, both ends included; None is open."""

    earliest: date | None
    latest: date | None


def written(text: object) -> DateInterval | None:
    """The days that a FHIR date, dateTime or instant can mean; None if the text is none of them."""
    found = _DATE.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    try:
        return _days(year or 0, month, day)
    except ValueError:  # a month or day that no calendar has
        return None


def _days(year: int, month: int | None, day: int | None) -> DateInterval:
    if month is None:
        return DateInterval(date(year, 1, 1), date(year, 12, 31))
    if day is None:
        return DateInterval(date(year, month, 1), date(year, month, monthrange(year, month)[1]))
    return DateInterval(date(year, month, day), date(year, month, day))


def period(start: object, end: object) -> DateInterval | None:
    """From the earliest day of `start` to the latest of `end` (texts); a missing end is open. None if both are."""
    first, last = written(start), written(end)
    if first is None and last is None:
        return None
    return DateInterval(first.earliest if first else None, last.latest if last else None)


def before(one: DateInterval | None, other: DateInterval | None) -> bool:
    """True only if every day of `one` lies before every day of `other`. Unknown dates are before nothing."""
    if one is None or other is None or one.latest is None or other.earliest is None:
        return False
    return one.latest < other.earliest


def may_overlap(one: DateInterval | None, other: DateInterval | None) -> bool:
    """True unless one is surely before the other: an unknown date may be any day."""
    return not before(one, other) and not before(other, one)


def order_key(interval: DateInterval | None) -> tuple[date, date]:
    """A key that sorts oldest first, by the latest possible day; what is undated comes before everything dated."""
    if interval is None:
        return date.min, date.min
    return interval.latest or date.max, interval.earliest or date.min


def moment(text: object) -> datetime | None:
    """A FHIR instant in UTC (one without a zone is taken as UTC); None if the text is none."""
    if not isinstance(text, str):
        return None
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
