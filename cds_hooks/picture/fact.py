"""A fact is known, with a value and its evidence, or unknown, with its reason. Nothing in between, nothing else."""

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum


@dataclass(frozen=True, slots=True)
class Interval:
    """A number known exactly or within bounds. None is unbounded; `*_open` excludes the bound itself."""

    low: Decimal | None
    high: Decimal | None
    low_open: bool = False
    high_open: bool = False

    @classmethod
    def exactly(cls, value: Decimal) -> "Interval":
        """The interval that holds one number."""
        return cls(value, value)

    @property
    def exact(self) -> Decimal | None:
        """The number, if there is only one."""
        return self.low if self.low is not None and self.low == self.high else None


# a number, a word of the fact's vocabulary ("yes", "positive", "left"), or a set of words in sorted order
Value = Interval | str | tuple[str, ...]


@dataclass(frozen=True, slots=True, order=True)
class Evidence:
    """A resource that proves a value. `date` is as the chart writes it or its interval's first day (ISO), "" if
    undated; `marks` are weaknesses to show ("preliminary", "inferred from T category", "clinical").
    """

    reference: str
    date: str = ""
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class SetAside:
    """A result that did not govern, and why ("older result", "imaging, pathology governs")."""

    reference: str
    why: str


class Why(Enum):
    """Why a fact is not known; the words for the card are in `wording.yaml` under these names."""

    NOT_RECORDED = "not_recorded"
    NOT_LOADED = "not_loaded"
    INCOMPLETE_PAGE = "incomplete_page"
    UNREADABLE = "unreadable"
    EQUIVOCAL = "equivocal"
    CONFLICTING = "conflicting"
    UNIT_MISSING = "unit_missing"
    AFTER_SYSTEMIC_THERAPY = "after_systemic_therapy"
    CLINICAL_ONLY = "clinical_only"
    NOT_UNDERSTOOD = "not_understood"
    TEXT_ONLY = "text_only"
    UNSUPPORTED_VERSION = "unsupported_version"
    OUTSIDE_POPULATION = "outside_population"


@dataclass(frozen=True, slots=True)
class Known:
    """A value with its proof. `bounded_why` says why a bound is only a bound (after systemic therapy, page
    incomplete); `notes` are contradictions to show ("contradicts recorded T3").
    """

    value: Value
    evidence: tuple[Evidence, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    bounded_why: Why | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unknown:
    """No value, and the reason; `evidence` are the resources that were looked at and did not settle it."""

    why: Why
    evidence: tuple[Evidence, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    notes: tuple[str, ...] = ()


Fact = Known | Unknown
# What is said of most facts of most charts.
NOT_RECORDED = Unknown(Why.NOT_RECORDED)


def with_note(fact: Fact, note: str) -> Fact:
    """The same fact carrying one more contradiction to show."""
    return replace(fact, notes=(*fact.notes, note))
