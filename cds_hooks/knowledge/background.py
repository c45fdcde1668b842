"""What stands behind the knowledge and no answer needs: reasons, evidence and examples, for who reads the guide."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from cds_hooks.knowledge.predictive import Predictive, predictive
from cds_hooks.reasoning.considerations import Citation

Entry = Mapping[str, Any]

# The files that every card rests on, and the members that tell of a file's review.
FOUNDATION = ("tiers", "gates", "wording")
REVIEWED = ("version", "status", "review")
_NONE: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Example:
    """A made-up patient in a few facts, and what comes out: a verdict, a tier, or the range of tiers in words."""

    story: str
    given: Mapping[str, Any]
    expect: str


@dataclass(frozen=True, slots=True)
class Review:
    """Who wrote something and who approved it in which role, with the days as written; "" where there is none."""

    author: str = ""
    reviewer: str = ""
    role: str = ""
    approved_on: str = ""
    due: str = ""


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of the tier table or of one of its rows, with its source."""

    say: str
    cite: Citation


@dataclass(frozen=True, slots=True)
class Background:
    """`tier_citations` and `tier_limits` are by the key of the row, `tier_limits` under "" those of the whole table;
    `low_requires` says why each of the table's conditions for LOW is there. `gates` says by id why a gate is there;
    `examples` and `reviews` are by consideration; `examples` under "tier" are those of the table, `reviews` has those
    of the files that every card rests on beside. `unsaid` is the list of what is deliberately not said, in Markdown.
    `predictive` is what foretells or classifies risk.
    """

    tier_title: str = ""
    tier_citations: Mapping[str, tuple[Citation, ...]] = field(default_factory=lambda: _NONE)
    tier_limits: Mapping[str, tuple[Limit, ...]] = field(default_factory=lambda: _NONE)
    low_requires: tuple[str, ...] = ()
    gates: Mapping[str, str] = field(default_factory=lambda: _NONE)
    examples: Mapping[str, tuple[Example, ...]] = field(default_factory=lambda: _NONE)
    reviews: Mapping[str, Review] = field(default_factory=lambda: _NONE)
    unsaid: str = ""
    predictive: tuple[Predictive, ...] = ()


def background(single: Mapping[str, Entry], considerations: Iterable[Entry], unsaid: str) -> Background:
    """From the checked files, `single` by name those of which there is one, and the considerations."""
    filed = {entry["id"]: entry for entry in considerations}
    tiers, gates = single["tiers"], single["gates"]["gates"]
    reviewed = {**filed, **{name: single[name] for name in FOUNDATION}}
    rows = {row["factor"]: row for row in tiers["factors"]}
    return Background(
        tier_title=tiers["title"],
        tier_citations={key: tuple(Citation(**each) for each in row["citations"]) for key, row in rows.items()},
        tier_limits={key: _limits(entry) for key, entry in {**rows, "": tiers}.items()},
        low_requires=tuple(each["why"] for each in tiers["low_requires"]),
        gates={id_: gate["why"] for id_, gate in gates.items()},
        examples={id_: _examples(entry) for id_, entry in {**filed, "tier": tiers}.items()},
        reviews={id_: Review(**{k: v or "" for k, v in entry["review"].items()}) for id_, entry in reviewed.items()},
        unsaid=unsaid,
        predictive=predictive(single["predictive"]),
    )


def _limits(entry: Entry) -> tuple[Limit, ...]:
    return tuple(Limit(each["say"], Citation(**each["cite"])) for each in entry.get("limits", ()))


def _examples(entry: Entry) -> tuple[Example, ...]:
    return tuple(Example(each["story"], each["given"], _expected(each["expect"])) for each in entry["examples"])


def _expected(expect: str | Mapping[str, str]) -> str:
    return expect if isinstance(expect, str) else f"between {expect['at_least']} and {expect['at_most']}"
