"""Partial dates as intervals (FHIR R4B `date`, `dateTime`, `instant`, `Period`)."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, order=True)
class DateInterval:
    """The days on which something can have happened, both ends included; None is open."""

    earliest: date | None
    latest: date | None
