"""One count of positive lymph nodes as it is written: a number, "2/12", "1-3", a word that says none."""

import re
from dataclasses import replace
from decimal import ROUND_FLOOR, Decimal

from cds_hooks.fhir.record import Ratio
from cds_hooks.picture.answers import Slot, number_in, word_in
from cds_hooks.picture.fact import Interval, Why
from cds_hooks.picture.view import View

NONE = Interval.exactly(Decimal(0))
_OF = re.compile(
    r"\s*\(?(?P<positive>\d+)\s*(?:positive\s*)?(?:/|of|out of|von)\s*(?P<examined>\d+)\b.*", re.IGNORECASE | re.DOTALL
)
_BOUNDS = re.compile(r"\s*(?P<low>\d{1,2})\s*(?:-|–|to)\s*(?P<high>\d{1,2})\s*")


def nodes_in(slot: Slot, examined: list[Decimal], view: View) -> tuple[Interval | Why | None, tuple[str, ...]]:
    """The count in one slot. "2/12" is positive of examined; more positive than examined is an error, not a count."""
    if slot.contradicts:
        return Why.CONFLICTING, ("conflicting coding",)
    fractions = [pair for v in slot.values if (pair := _fraction(v)) is not None]
    if not fractions:
        answer = _answer(slot, view)
        return _believed(answer, examined, view) if isinstance(answer, Interval) else (answer, ())
    (positive, out_of), *_ = sorted(fractions)
    return _believed(Interval.exactly(positive), [*examined, out_of], view)


def _answer(slot: Slot, view: View) -> Interval | Why | None:
    answer = _between(slot) or number_in(slot, "count")
    if answer is Why.NOT_RECORDED and slot.values and all(isinstance(v, bool) for v in slot.values):
        return None
    if answer in (Why.NOT_RECORDED, Why.NOT_UNDERSTOOD) and _says_none(slot, view):
        return NONE
    return answer


def _believed(count: Interval, examined: list[Decimal], view: View) -> tuple[Interval | Why, tuple[str, ...]]:
    if any(b is not None and b < 0 for b in (count.low, count.high)):
        return Why.NOT_UNDERSTOOD, ("negative count",)
    if count.low is not None and count.low > view.vocabulary.numbers["nodes_largest_believable"]:
        return Why.NOT_UNDERSTOOD, ("count not believable",)
    if examined and max(examined) == 0:
        return Why.NOT_RECORDED, ("no node was examined",)
    if examined and count.low is not None and count.low > max(examined):
        return Why.CONFLICTING, ("more positive than examined",)
    return _whole(count)


def _between(slot: Slot) -> Interval | None:
    """Bounds in words ("1-3")."""
    found = [m for v in slot.values if isinstance(v, str) and (m := _BOUNDS.fullmatch(v))]
    if len(found) != 1 or len(slot.values) > 1:
        return None
    low, high = Decimal(found[0]["low"]), Decimal(found[0]["high"])
    return Interval(low, high) if low <= high else None


def _says_none(slot: Slot, view: View) -> bool:
    """True for a word that says that none is positive; a bare yes or no is another answer."""
    if any(isinstance(v, bool) for v in slot.values):
        return False
    return word_in(slot, (view.codes("generic_answers"),), {"negative": "none", "none": "none"}) == "none"


def _whole(nodes: Interval) -> tuple[Interval, tuple[str, ...]]:
    """A fractional count is taken down to the whole number below it; less than one node is not none."""
    low, high = nodes.low, nodes.high
    if nodes.low_open and low is not None:  # more than three nodes are at least four
        low = low.to_integral_value(ROUND_FLOOR) + 1
    if nodes.high_open and high is not None and high == high.to_integral_value():
        high -= 1
    nodes = Interval(low, high)
    if (low is None or low == low.to_integral_value()) and (high is None or high == high.to_integral_value()):
        return nodes, ()
    if low is not None and 0 < low < 1:
        return Interval(Decimal(0), Decimal(1)), ("fractional count",)
    floor = nodes if low is None else replace(nodes, low=low.to_integral_value(ROUND_FLOOR))
    if nodes.exact is not None and floor.low is not None:
        return Interval.exactly(floor.low), ("fractional count",)
    return floor, ("fractional count",)


def _fraction(value: object) -> tuple[Decimal, Decimal] | None:
    if isinstance(value, str) and (match := _OF.fullmatch(value)):
        return Decimal(match["positive"]), Decimal(match["examined"])
    if isinstance(value, Ratio) and value.numerator.value is not None and value.denominator.value is not None:
        if value.numerator.comparator or value.denominator.comparator:
            return None
        return value.numerator.value, value.denominator.value
    return None
