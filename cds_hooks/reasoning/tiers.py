"""The recurrence risk tier at diagnosis: a table of factors, judged with unknowns as a range."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from operator import itemgetter

from msgspec import Struct

from cds_hooks.reasoning.conditions import Condition, Test, by_fact


class Tier(IntEnum):
    """Risk tier at diagnosis; ordered."""

    LOW = 0
    MODERATE = 1
    HIGH = 2


@dataclass(frozen=True, slots=True)
class FactorRow:
    """One row of the tier table. `key` is the machine name in the answer ("size"), `facts` the facts its columns
    test; a missing column never holds. `limits` are the sentences that must stand beside the row. `ascending` are the
    columns from the lowest tier on, and `tests` all their tests by the fact.
    """

    key: str
    title: str
    columns: Mapping[Tier, Condition]
    facts: tuple[str, ...]
    limits: tuple[str, ...] = ()
    ascending: tuple[tuple[Tier, Condition], ...] = field(init=False, repr=False, compare=False)
    tests: Mapping[str, tuple[Test, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ascending", tuple(sorted(self.columns.items(), key=itemgetter(0))))
        object.__setattr__(self, "tests", by_fact(self.columns.values()))


@dataclass(frozen=True, slots=True)
class TierTable:
    """The whole table. LOW also needs every condition of `low_requires` to be certainly true; one that cannot be
    told, or is false, leaves the tier a range from low to high. `gate` names the gate (of `gates.yaml`) that a
    tumour must pass to have a tier; `limits` are what every reader of the tier must know.
    """

    rows: tuple[FactorRow, ...]
    low_requires: tuple[Condition, ...]
    low_requires_facts: tuple[str, ...]
    gate: str = "tier"
    limits: tuple[str, ...] = ()


class FactorResult(Struct, frozen=True):
    """What one factor says. `at_least`/`at_most` are None when the row leaves the tier to the others (no column
    can hold); where it may do so, it counts as LOW here. `missing` are the unknown or only bounded facts that keep
    the two apart.
    """

    row: FactorRow
    at_least: Tier | None
    at_most: Tier | None
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EpisodeTier:
    """The tier of one episode (an index into `Picture.episodes`): a range, closed when `at_least == at_most`.

    `drivers` are keys of factors that alone reach `at_least` (where only several together are sure to, those; none
    for LOW, which nothing drives); `missing` every fact that is not fully known, those of the gate that the tumour
    passed and of `low_requires` among them; `could_change` those of them that could still move the tier.
    `low_withheld` are the facts, known or not, for which LOW cannot be said though the factors would allow it.
    """

    episode: int
    at_least: Tier
    at_most: Tier
    factors: tuple[FactorResult, ...]
    drivers: tuple[str, ...]
    missing: tuple[str, ...]
    could_change: tuple[str, ...]
    low_withheld: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TierWithheld:
    """The tier does not apply to this episode (index; None: to the patient), with the gate's reason (a key of
    `wording.yaml`: "metastatic", "in_situ", "deceased", "no_breast_cancer").
    """

    episode: int | None
    because: str
