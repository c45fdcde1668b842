"""The machine-readable assessment in the tier card: every factor with its value, its tier and its proof.

No member is null or empty: what is not known is left out, with `why_unknown` in its place.
"""

from collections.abc import Mapping
from decimal import Decimal
from math import isfinite
from typing import Any

from cds_hooks.picture.fact import Fact, Interval, Known
from cds_hooks.reasoning.tiers import FactorResult, Tier
from cds_hooks.writing.tumour import SHOWN_FACT, Tumour

Json = dict[str, Any]

_UNITS: Mapping[str, str] = {"size": "mm"}
_FLAGS: Mapping[str, str] = {"yes": "present", "no": "none"}
_NO_SIDE = "not stated"
_EXACT_IN_A_FLOAT = 2**53


def assessment(found: tuple[Tumour, ...], knowledge: str, decision_id: str) -> Json:
    """The value of the extension `org.recurrence-cds.assessment`. `knowledge` is the fingerprint."""
    return {"knowledge": knowledge, "decision": decision_id, "episodes": [_episode(tumour) for tumour in found]}


def _episode(tumour: Tumour) -> Json:
    return _without_empty(
        {
            "side": tumour.side or _NO_SIDE,
            **_tier(tumour.tier.at_least, tumour.tier.at_most),
            "factors": {r.row.key: _factor(tumour, r) for r in tumour.tier.factors if r.row.key in SHOWN_FACT},
            "missing": list(tumour.tier.missing),
        }
    )


def _tier(at_least: Tier | None, at_most: Tier | None) -> Json:
    if at_least is None or at_most is None:  # the row leaves the tier to the others
        return {}
    if at_least is at_most:
        return {"tier": at_least.name.lower()}
    return {"range": {"at_least": at_least.name.lower(), "at_most": at_most.name.lower()}}


def _factor(tumour: Tumour, result: FactorResult) -> Json:
    key = result.row.key
    fact = tumour.shown(key)
    value = _value(fact)
    why = fact.bounded_why if isinstance(fact, Known) else fact.why
    members: Json = {
        "value": value,
        "unit": _UNITS.get(key) if value is not None else None,
        **_tier(result.at_least, result.at_most),
        "evidence": [proof.reference for proof in fact.evidence],
        "set_aside": [{"reference": aside.reference, "why": aside.why} for aside in fact.set_aside],
        "why_unknown": why.value if why else None,
    }
    if key == "hormone_receptors":
        members |= {"er": _value(tumour.fact("er")), "pr": _value(tumour.fact("pr"))}
    return _without_empty(members)


def _value(fact: Fact) -> Json | str | int | float | None:
    """A number or word when known, `{at_least, at_most}` when only bounds are, None when unknown."""
    if not isinstance(fact, Known):
        return None
    if isinstance(fact.value, Interval):
        if fact.value.exact is not None:
            return _number(fact.value.exact)
        bounds = {"at_least": _number(fact.value.low), "at_most": _number(fact.value.high)}
        return _without_empty(bounds) or None
    return _FLAGS.get(str(fact.value), str(fact.value))


def _number(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    if value == value.to_integral_value() and abs(value) < _EXACT_IN_A_FLOAT:
        return int(value)
    near = float(value)
    return near if isfinite(near) else None


def _without_empty(members: Json) -> Json:
    return {key: value for key, value in members.items() if value is not None and value not in ("", [], {})}
