"""How two numbers known within bounds lie to each other, and which whole numbers lie within bounds."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from cds_hooks.picture.fact import Interval

_WHOLE = Decimal(1)


def within(inner: Interval, outer: Interval) -> bool:
    """True if every number of `inner` is one of `outer`."""
    return _starts_within(inner, outer) and _ends_within(inner, outer)


def overlap(one: Interval, other: Interval) -> Interval:
    """The numbers that are in both; two intervals apart from each other have no overlap (see `apart`)."""
    start, end = one if _starts_within(one, other) else other, one if _ends_within(one, other) else other
    return Interval(start.low, end.high, start.low_open, end.high_open)


def _starts_within(inner: Interval, outer: Interval) -> bool:
    if outer.low is None:
        return True
    if inner.low is None:
        return False
    return inner.low > outer.low or (inner.low == outer.low and (inner.low_open or not outer.low_open))


def _ends_within(inner: Interval, outer: Interval) -> bool:
    if outer.high is None:
        return True
    if inner.high is None:
        return False
    return inner.high < outer.high or (inner.high == outer.high and (inner.high_open or not outer.high_open))


def apart(one: Interval, other: Interval) -> bool:
    """True if no number is in both."""
    return _before(one, other) or _before(other, one)


def _before(one: Interval, other: Interval) -> bool:
    """True if every number of `one` is less than every number of `other`."""
    if one.high is None or other.low is None:
        return False
    return one.high < other.low or (one.high == other.low and (one.high_open or other.low_open))


def whole_numbers(value: Interval) -> Interval:
    """The whole numbers inside the bounds: of what is counted, "more than 3" is "at least 4". An interval without a
    whole number inside is left as it is: the chart is then wrong, but not ours to mend.
    """
    if value.exact is not None:
        return value
    low, high = value.low, value.high
    if low is not None:
        low = low.to_integral_value(ROUND_FLOOR) + _WHOLE if value.low_open else low.to_integral_value(ROUND_CEILING)
    if high is not None:
        high = (
            high.to_integral_value(ROUND_CEILING) - _WHOLE if value.high_open else high.to_integral_value(ROUND_FLOOR)
        )
    return value if low is not None and high is not None and low > high else Interval(low, high)
