"""How a decision came about, as plain JSON: every fact, the tiers, and the verdict on every consideration."""

from typing import Any

import msgspec
from msgspec import Struct

from cds_hooks.consult import Consultation
from cds_hooks.reasoning.considerations import Considered, Outcome
from cds_hooks.reasoning.tiers import EpisodeTier, FactorResult, Tier
from cds_hooks.reasoning.verdict import Because

Json = dict[str, Any]


class Told(Struct, omit_defaults=True):
    """The verdict on one consideration. Only what has a value is written: most do not apply, and one test says why."""

    id: str
    version: int
    outcome: Outcome
    episode: int | None = None
    because: tuple[Because, ...] = ()
    missing: tuple[str, ...] = ()
    withheld: str | None = None
    suppressed: str | None = None
    warnings: tuple[str, ...] = ()
    to_confirm: tuple[str, ...] = ()
    none_found: bool = False
    silenced: str | None = None


def trace(consultation: Consultation) -> Json:
    """Facts as `picture.fact` has them (numbers are texts: a decimal is kept as it was written)."""
    picture = consultation.picture
    return {
        "patient": dict(picture.patient),
        "episodes": [{"side": e.side, "conditions": e.conditions, "facts": dict(e.facts)} for e in picture.episodes],
        "set_aside": picture.set_aside,
        "tiers": [_tier(tier) for tier in consultation.tiers],
        "withheld": [{"episode": w.episode, "because": w.because} for w in consultation.withheld],
        "considerations": [_told(one) for one in consultation.considerations],
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


def _told(one: Considered) -> Told:
    return Told(
        one.consideration.id,
        one.consideration.version,
        one.outcome,
        one.episode,
        one.because,
        one.missing,
        one.withheld,
        one.suppressed.say if one.suppressed else None,
        tuple([caution.say for caution in one.warnings]),
        tuple([caution.confirm for caution in one.to_confirm]),
        one.none_found,
        one.silenced,
    )


def encoded(value: Json) -> bytes:
    """The trace as bytes with sorted names; it holds no floating-point number."""
    return msgspec.json.encode(value, order="sorted")
