"""The recurrence risk tier at diagnosis: a table of factors, judged with unknowns as a range."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from cds_hooks.reasoning.conditions import Condition


class Tier(IntEnum):
    """Risk tier at diagnosis; ordered."""

    LOW = 0
    MODERATE = 1
    HIGH = 2


@dataclass(frozen=True, slots=True)
class FactorRow:
    """One row of the tier table. `key` is the machine name in the answer ("size"), `facts` the facts its columns
    test; a missing column never holds.
    """

    key: str
    title: str
    columns: Mapping[Tier, Condition]
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TierTable:
    """The whole table. LOW also needs every condition of `low_requires` to be certainly true; one that cannot be
    told leaves the tier a range from low to high.
    """

    rows: tuple[FactorRow, ...]
    low_requires: tuple[Condition, ...]
    low_requires_facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FactorResult:
    """What one factor says. `at_least`/`at_most` are None when the row leaves the tier to the others (no column
    can hold); `missing` are the unknown or only bounded facts that keep the two apart.
    """

    row: FactorRow
    at_least: Tier | None
    at_most: Tier | None
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EpisodeTier:
    """The tier of one episode (an index into `Picture.episodes`): a range, closed when `at_least == at_most`.

    `drivers` are keys of factors that alone reach `at_least`; `missing` every fact that is not fully known;
    `could_change` those of them that could still move the tier.
    """

    episode: int
    at_least: Tier
    at_most: Tier
    factors: tuple[FactorResult, ...]
    drivers: tuple[str, ...]
    missing: tuple[str, ...]
    could_change: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TierWithheld:
    """The tier does not apply to this episode (index; None: to the patient), with the gate's reason (a key of
    `wording.yaml`: "metastatic", "in_situ", "deceased", "no_breast_cancer").
    """

    episode: int | None
    because: str
