"""Values and drivers in our words and numbers. Nothing here passes a display text of the chart on."""

from decimal import ROUND_DOWN, Decimal

from cds_hooks.picture.fact import Fact, Interval, Known
from cds_hooks.writing.tumour import Tumour
from cds_hooks.writing.wording import Wording, ids

_UNITS = {"size": "mm"}  # factors that are written with a unit; the size fact is in millimetres by definition
_MOST_DIGITS = Decimal(10) ** 6


def number(value: Decimal) -> str:
    """A number for reading: no trailing zeros, at most two decimals (cut, never rounded across a limit)."""
    if abs(value) >= _MOST_DIGITS:
        return f"{value:.1E}"
    short = value.quantize(Decimal("0.01"), rounding=ROUND_DOWN)
    return f"{short.normalize():f}" if short else "0"


def interval(wording: Wording, value: Interval) -> str:
    """A number or its bounds in words."""
    if value.exact is not None:
        return number(value.exact)
    low, high = value.low, value.high
    if high is None:
        return wording.say("number.above" if value.low_open else "number.at_least", number=number(low or Decimal(0)))
    if low is None:
        return wording.say("number.under" if value.high_open else "number.at_most", number=number(high))
    smallest = wording.say("number.above", number=number(low)) if value.low_open else number(low)
    largest = wording.say("number.under", number=number(high)) if value.high_open else number(high)
    return wording.say("number.between", smallest=smallest, largest=largest)


def factor_value(wording: Wording, factor: str, fact: Known) -> str:
    """The value of a factor: "22 mm", "over 50 mm", "negative", "none"."""
    if isinstance(fact.value, Interval):
        words = interval(wording, fact.value)
        unit = _UNITS.get(factor)
        return wording.say(f"quantity.{unit}", number=words) if unit else words
    return wording.say(f"value.{factor}.{fact.value}")


def driver(wording: Wording, tumour: Tumour, factor: str) -> str | None:
    """What a factor contributes, in a few words; None when another driver already says it."""
    fact = tumour.shown(factor)
    if not isinstance(fact, Known):
        return None
    if factor == "hormone_receptors":
        return wording.say(_receptor_key(tumour), value=factor_value(wording, factor, fact))
    value = factor_value(wording, factor, fact)
    if factor == "nodes" and value.split()[-1] == "1":
        return wording.say("driver.one_node", value=value)
    return wording.say(f"driver.{factor}", value=value)


def drivers(wording: Wording, tumour: Tumour) -> tuple[str, ...]:
    """What drives the tier, in the order in which a reader looks for it."""
    order = ids(wording.say("driver.order"))
    said = (driver(wording, tumour, factor) for factor in order if factor in tumour.tier.drivers)
    return tuple(words for words in said if words is not None)


def _receptor_key(tumour: Tumour) -> str:
    if tumour.triple_negative:
        return "driver.triple_negative"
    if tumour.says("hormone_receptor", "negative") and not isinstance(tumour.fact("her2"), Known):
        return "driver.either_way"
    return "driver.hormone_receptors"


def why_words(wording: Wording, fact: Fact) -> str | None:
    """Why a fact is unknown or only bounded; None when it is known."""
    why = fact.bounded_why if isinstance(fact, Known) else fact.why
    return None if why is None else wording.say(f"why.{why.value}")
