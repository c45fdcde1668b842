"""Quantities in the unit that was asked for, or refused. A number without its unit is not a measurement.

Lengths, times, percentages and rates need a unit: as UCUM code or in words. Counts and scores may have none. Where
code and words name two different units, neither is believed.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from cds_hooks.fhir.codes import UCUM, canonical_system
from cds_hooks.fhir.record import Quantity


class Refusal(Enum):
    """Why a quantity cannot be given in the unit that was asked for."""

    VALUE_MISSING = "value missing"
    UNIT_MISSING = "unit missing"
    UNIT_NOT_UNDERSTOOD = "unit not understood"
    UNITS_CONTRADICT = "unit and unit code contradict each other"
    OTHER_KIND = "a unit of another kind"
    COMPARATOR_NOT_UNDERSTOOD = "comparator not understood"


class UnitRefused(ValueError):
    """The quantity has no value in the unit that was asked for; `why` says what is missing or wrong."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a quantity says of a number. None is unbounded; `*_open` excludes the bound itself."""

    low: Decimal | None
    high: Decimal | None
    low_open: bool = False
    high_open: bool = False


@dataclass(frozen=True, slots=True)
class _Unit:
    """A unit as a multiple of its kind's first unit."""

    kind: str
    factor: Decimal


_MM, _CM, _M = _Unit("length", Decimal(1)), _Unit("length", Decimal(10)), _Unit("length", Decimal(1000))
_UM = _Unit("length", Decimal("0.001"))
_PERCENT, _COUNT = _Unit("proportion", Decimal(1)), _Unit("count", Decimal(1))
_SCORE, _BMI = _Unit("score", Decimal(1)), _Unit("mass per area", Decimal(1))
_YEAR = _Unit("age", Decimal(1))
_MS, _S = _Unit("time", Decimal(1)), _Unit("time", Decimal(1000))
_ML_MIN, _ML_MIN_AREA = _Unit("flow", Decimal(1)), _Unit("flow per 1.73 m2", Decimal(1))

# UCUM codes, case sensitive as UCUM is: "Mm" would be a megametre.
_CODES = {
    "um": _UM,
    "mm": _MM,
    "cm": _CM,
    "m": _M,
    "%": _PERCENT,
    "1": _COUNT,
    "#": _COUNT,
    "a": _YEAR,
    "ms": _MS,
    "s": _S,
    "kg/m2": _BMI,
    "mL/min": _ML_MIN,
    "ml/min": _ML_MIN,
    **dict.fromkeys(("mL/min/{1.73_m2}", "mL/min/{1.73m2}", "mL/min/1.73.m2", "mL/min/1.73m2"), _ML_MIN_AREA),
    **dict.fromkeys(("mL/min/{1.73}", "mL/min/(173.10*-2.m2)", "mL/min/{1.73_M2}"), _ML_MIN_AREA),
}
_WORDS = {
    **dict.fromkeys(("mm", "millimeter", "millimeters", "millimetre", "millimetres"), _MM),
    **dict.fromkeys(("um", "µm", "micrometer", "micrometers", "micrometre", "micrometres"), _UM),
    **dict.fromkeys(("cm", "centimeter", "centimeters", "centimetre", "centimetres"), _CM),
    **dict.fromkeys(("m", "meter", "meters", "metre", "metres"), _M),
    **dict.fromkeys(("%", "percent", "per cent", "percentage"), _PERCENT),
    **dict.fromkeys(("ms", "msec", "millisecond", "milliseconds"), _MS),
    **dict.fromkeys(("s", "sec", "second", "seconds"), _S),
    **dict.fromkeys(("kg/m2", "kg/m^2", "kg/m²", "kg/sqm", "kg/sq m"), _BMI),
    **dict.fromkeys(("ml/min",), _ML_MIN),
    **dict.fromkeys(("a", "year", "years", "yr", "yrs", "age"), _YEAR),
    **dict.fromkeys(
        ("ml/min/1.73m2", "ml/min/1.73 m2", "ml/min/1.73m^2", "ml/min/1.73 m^2", "ml/min/1.73m²", "ml/min/1.73 m²"),
        _ML_MIN_AREA,
    ),
    **dict.fromkeys(("score", "scores", "recurrence score", "t-score", "t score", "tscore", "points", "sd"), _SCORE),
    **dict.fromkeys(
        ("1", "#", "count", "counts", "number", "node", "nodes", "lymph node", "lymph nodes", "lymph node(s)"), _COUNT
    ),
}
_ABBREVIATIONS = frozenset({"mm", "cm", "m", "ms", "s"})
_ASKED = {"mm": _MM, "cm": _CM, "m": _M, "%": _PERCENT, "count": _COUNT, "{count}": _COUNT, "1": _COUNT}
_ASKED |= {"years": _YEAR, "score": _SCORE, "ms": _MS, "kg/m2": _BMI, "mL/min": _ML_MIN, "mL/min/1.73m2": _ML_MIN_AREA}
# What a number without a unit may be.
_BARE = (_COUNT, _SCORE, _YEAR)
# Code and words that are two names of one unit, one of them less exact.
_SAID_LOOSELY = {(_COUNT, _SCORE): _SCORE, (_ML_MIN_AREA, _ML_MIN): _ML_MIN_AREA}


def in_unit(quantity: Quantity, unit: str) -> Bounds:
    """What the quantity says of its number in `unit`: "mm", "cm", "m", "%", "count", "score", "years", "ms", "kg/m2",
    "mL/min" or "mL/min/1.73m2".

    Raises UnitRefused; KeyError for another `unit`, which is a mistake of ours.
    """
    asked = _ASKED[unit]
    if quantity.value is None:
        raise UnitRefused(Refusal.VALUE_MISSING)
    found = _unit_of(quantity)
    if found is None:
        if asked not in _BARE:
            raise UnitRefused(Refusal.UNIT_MISSING)
        found = asked
    if asked in _BARE and found == _COUNT:
        found = asked
    if found.kind != asked.kind:
        raise UnitRefused(Refusal.OTHER_KIND)
    return _bounds(quantity.value * found.factor / asked.factor, quantity.comparator)


def _bounds(value: Decimal, comparator: str | None) -> Bounds:
    match comparator:
        case None:
            return Bounds(value, value)
        case "<" | "<=":
            return Bounds(None, value, high_open=comparator == "<")
        case ">" | ">=":
            return Bounds(value, None, low_open=comparator == ">")
        case _:
            raise UnitRefused(Refusal.COMPARATOR_NOT_UNDERSTOOD)


def _unit_of(quantity: Quantity) -> _Unit | None:
    """The unit that code and words agree on, None if there is neither; raises UnitRefused."""
    words = quantity.unit.strip() if quantity.unit else ""
    by_word = _by_word(words)
    if not quantity.code or canonical_system(quantity.system) not in (None, UCUM):
        # no code, or one of a system that we do not read: the words speak
        if (words and by_word is None) or (quantity.code and not words):
            raise UnitRefused(Refusal.UNIT_NOT_UNDERSTOOD)
        return by_word
    by_code = _by_code(quantity.code.strip())
    if by_code is None:
        raise UnitRefused(Refusal.UNIT_NOT_UNDERSTOOD)
    if by_word is not None and (by_code, by_word) in _SAID_LOOSELY:
        return _SAID_LOOSELY[by_code, by_word]
    if by_word is not None and by_word != by_code:
        raise UnitRefused(Refusal.UNITS_CONTRADICT)
    return by_code


def _by_code(code: str) -> _Unit | None:
    """UCUM lets an annotation in braces follow a unit, or stand for the unit 1, without changing its meaning."""
    if code in _CODES:  # the annotation of a body surface does change it
        return _CODES[code]
    bare, brace, annotation = code.partition("{")
    if brace and not annotation.endswith("}"):
        return None
    return _CODES.get(bare or "1")


def _by_word(words: str) -> _Unit | None:
    if not words:
        return None
    if words.startswith("{") or words in _CODES:
        return _by_code(words)
    plain = words.lower().removesuffix(".")
    # "Mm" is a megametre to some and a capitalised "mm" to others
    if plain in _ABBREVIATIONS and words.removesuffix(".") not in (plain, plain.upper()):
        return None
    return _WORDS.get(plain)
