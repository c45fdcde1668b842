"""Short answers of several parts ("Positive (95 %)", "G2 - moderately differentiated", "2.2 x 1.8 cm").

A part counts only beside parts that are understood too: one that is not leaves the whole answer not understood. Prose
is never read.
"""

import re
from decimal import Decimal

from cds_hooks.fhir.record import Quantity, Range

_NUMBER = re.compile(r"(?P<comparator>[<>]=?)?\s*(?P<value>\d+(?:[.,]\d+)?)\s*(?P<unit>[A-Za-z%]+)?")
_BETWEEN = re.compile(
    r"(?P<low>\d+(?:[.,]\d+)?)\s*(?:-|–|to)\s*(?P<high>\d+(?:[.,]\d+)?)\s*(?P<unit>mm|cm|%)", re.IGNORECASE
)
_MEASURE = r"\d+(?:[.,]\d+)?"
_DIMENSIONS = re.compile(
    rf"(?P<all>{_MEASURE}(?:\s*(?P<own>mm|cm)?\s*[x×*]\s*{_MEASURE})+)\s*(?P<unit>mm|cm)", re.IGNORECASE
)
_CUT = re.compile(r"\s*[,;()\[\]|]\s*|:\s+|\s+[-–—]\s+")


def parts_of(text: str) -> tuple[str, ...]:
    """The parts of an answer that has several, at its punctuation; none of one that has only itself."""
    parts = tuple(part for part in _CUT.split(text.strip()) if part)
    return parts if len(parts) > 1 else ()


def quantity_in(text: str) -> Quantity | Range | None:
    """A string that is nothing but one number, with or without comparator and unit; two numbers and their unit ("20-25
    mm"); or the dimensions of one thing, of which the largest is meant.
    """
    plain = text.strip().replace("≤", "<=").replace("≥", ">=")
    if match := _NUMBER.fullmatch(plain):
        return Quantity(value=_decimal(match["value"]), unit=match["unit"], comparator=match["comparator"])
    if match := _BETWEEN.fullmatch(plain):
        low, high = (Quantity(value=_decimal(match[end]), unit=match["unit"].lower()) for end in ("low", "high"))
        return Range(low, high)
    match = _DIMENSIONS.fullmatch(plain)
    if match is None or (match["own"] and match["own"].lower() != match["unit"].lower()):
        return None
    return Quantity(value=max(map(_decimal, re.findall(_MEASURE, match["all"]))), unit=match["unit"].lower())


def percent_in(text: str) -> str | None:
    """The one part that is a percentage, if there is one."""
    found = [part for part in parts_of(text) if is_percent(part)]
    return found[0] if len(found) == 1 else None


def is_percent(part: str) -> bool:
    """True for "95 %", "<1%", "1-10 %"."""
    found = quantity_in(part)
    of = found.low if isinstance(found, Range) else found
    return of is not None and of.unit == "%"


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))
