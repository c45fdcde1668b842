"""How a decision came about, as plain JSON: every fact, the tiers, and the verdict on every consideration."""

from typing import Any

import msgspec

from cds_hooks.consult import Consultation
from cds_hooks.reasoning.considerations import Caution, Considered
from cds_hooks.reasoning.tiers import EpisodeTier, FactorResult, Tier

Json = dict[str, Any]


def trace(consultation: Consultation) -> Json:
    """Facts as `picture.fact` has them (numbers are texts: a decimal is kept as it was written)."""
    picture = consultation.picture
    return {
        "patient": dict(picture.patient),
        "episodes": [{"side": e.side, "conditions": e.conditions, "facts": dict(e.facts)} for e in picture.episodes],
        "set_aside": picture.set_aside,
        "tiers": [_tier(tier) for tier in consultation.tiers],
        "withheld": [{"episode": w.episode, "because": w.because} for w in consultation.withheld],
        "considerations": [_considered(one) for one in consultation.considerations],
    }


def _tier(tier: EpisodeTier) -> Json:
    return {
        "episode": tier.episode,
        "at_least": _name(tier.at_least),
        "at_most": _name(tier.at_most),
        "factors": [_factor(result) for result in tier.factors],
        "drivers": tier.drivers,
        "missing": tier.missing,
        "could_change": tier.could_change,
        "low_withheld": tier.low_withheld,
    }


def _factor(result: FactorResult) -> Json:
    return {
        "factor": result.row.key,
        "at_least": _name(result.at_least),
        "at_most": _name(result.at_most),
        "missing": result.missing,
    }


def _name(tier: Tier | None) -> str | None:
    return None if tier is None else tier.name.lower()


def _considered(one: Considered) -> Json:
    """Only what has a value: most considerations do not apply, and one test says why."""
    said = {
        "episode": one.episode,
        "because": one.because,
        "missing": one.missing,
        "withheld": one.withheld,
        "suppressed": None if one.suppressed is None else one.suppressed.say,
        "warnings": _said(one.warnings),
        "to_confirm": [caution.confirm for caution in one.to_confirm],
        "none_found": one.none_found or None,
        "silenced": one.silenced,
    }
    told = {name: value for name, value in said.items() if value is not None and value not in ((), [])}
    consideration = one.consideration
    return {"id": consideration.id, "version": consideration.version, "outcome": one.outcome.value, **told}


def _said(cautions: tuple[Caution, ...]) -> list[str]:
    return [caution.say for caution in cautions]


def encoded(value: Json) -> bytes:
    """The trace as bytes with sorted names; it holds no floating-point number."""
    return msgspec.json.encode(value, order="sorted")
