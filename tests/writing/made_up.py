"""Consultations made up for the tests of the cards, through the real table and the real gates."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from cds_hooks.consult import Consultation
from cds_hooks.knowledge.library import Knowledge, Part
from cds_hooks.knowledge.load import load_knowledge
from cds_hooks.picture.episode import Episode, Picture
from cds_hooks.picture.fact import Evidence, Fact, Interval, Known, Unknown, Why
from cds_hooks.reasoning.considerations import Status
from cds_hooks.reasoning.stratify import stratify
from cds_hooks.writing.compose import compose

DECISION = "7e57ed00-0000-4000-8000-000000000001"
DAY = date(2026, 3, 2)
PROOF = (Evidence("Observation/o1", "2025-11-20"),)
NOTHING = Unknown(Why.NOT_RECORDED)

SILENT: dict[str, Fact] = {"deceased": Known("no"), "hospice": Known("no"), "sex": Known("female", PROOF)}
LOW: dict[str, Any] = {
    "invasive": "invasive",
    "metastatic": Known("no"),
    "recurrence": Known("no"),
    "tumour_size": 8,
    "grade": 1,
    "er": "positive",
    "pr": "positive",
    "hormone_receptor": "positive",
    "her2": "negative",
    "positive_nodes": 0,
    "vascular_invasion": "no",
    "local_extension": Known("no"),
    "systemic_therapy_first": Known("no"),
    "size_below_t_category": Known("no"),
    "worse_result_on_record": Known("no"),
}
UNKNOWN: dict[str, Any] = {**LOW} | dict.fromkeys(
    ("tumour_size", "grade", "er", "pr", "hormone_receptor", "her2", "positive_nodes", "vascular_invasion"), NOTHING
)
TRIPLE_NEGATIVE: dict[str, Any] = {**LOW, "er": "negative", "pr": "negative", "hormone_receptor": "negative"}


@cache
def knowledge() -> Knowledge:
    return load_knowledge()


@cache
def approved() -> Knowledge:
    """The same with all that every card rests on approved."""
    parts = {name: Part(1, Status.APPROVED) for name in knowledge().foundation}
    return replace(knowledge(), foundation=parts)


def fact(value: Any) -> Fact:
    """A fact from a plain value: a number or word with proof, or the fact itself."""
    if isinstance(value, Known | Unknown):
        return value
    return Known(value if isinstance(value, str) else Interval.exactly(Decimal(str(value))), PROOF)


def tumour(base: dict[str, Any] | None = None, side: str = "right", **changes: Any) -> Episode:
    """One tumour: the facts of `base` (every factor low) with changes."""
    facts = {**(LOW if base is None else base), **changes}
    return Episode(side, ("Condition/c1",), {id_: fact(value) for id_, value in facts.items()})


def consultation(*episodes: Episode, **patient: Any) -> Consultation:
    picture = Picture({**SILENT, **{id_: fact(value) for id_, value in patient.items()}}, episodes)
    tiers, withheld = stratify(picture, knowledge().tiers, knowledge().gates)
    return Consultation(picture, tiers, withheld, knowledge().fingerprint)


def card(*episodes: Episode, **patient: Any) -> dict[str, Any]:
    (only,) = compose(consultation(*episodes, **patient), knowledge(), DECISION, DAY)
    return only


def prose(shown: dict[str, Any]) -> str:
    return f"{shown['summary']}\n{shown['detail']}"
