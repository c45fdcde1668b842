"""What a consideration rested on, as a short text to compare: an override lasts until its facts change."""

from collections.abc import Mapping
from hashlib import sha256

from cds_hooks.picture.fact import Fact, Interval, Known
from cds_hooks.reasoning.conditions import facts_in
from cds_hooks.reasoning.considerations import Consideration

_DIGITS = 16


def grounds(consideration: Consideration, facts: Mapping[str, Fact]) -> str:
    """A digest of every fact that the consideration asks for: its words, and the resources that prove it, with dates.

    A number is left out, because most of them pass with time (months since an examination): a new result changes the
    digest, another day does not.
    """
    lines = (f"{name}|{_told(facts[name])}" for name in sorted(facts_in(consideration.asked)) if name in facts)
    return sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]


def _told(fact: Fact) -> str:
    if not isinstance(fact, Known):
        value = fact.why.value
    elif isinstance(fact.value, Interval):
        value = "number"
    else:
        value = fact.value if isinstance(fact.value, str) else " ".join(fact.value)
    return "|".join((value, *(f"{one.reference} {one.date}" for one in sorted(fact.evidence))))
