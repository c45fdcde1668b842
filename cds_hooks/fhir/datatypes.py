"""The FHIR R4B data types that the Record is made of, as our own frozen values."""

from dataclasses import dataclass, replace
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Coding:
    """A code with its system; `system` is canonical (see `fhir.codes`), None when the chart gives none."""

    system: str | None
    code: str | None
    display: str | None = None


@dataclass(frozen=True, slots=True)
class Concept:
    """A CodeableConcept."""

    codings: tuple[Coding, ...] = ()
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Quantity:
    """A FHIR Quantity as written; units are judged by `fhir.quantities`, never here."""

    value: Decimal | None
    unit: str | None = None
    system: str | None = None
    code: str | None = None
    comparator: str | None = None


@dataclass(frozen=True, slots=True)
class Ratio:
    """A FHIR Ratio."""

    numerator: Quantity
    denominator: Quantity


@dataclass(frozen=True, slots=True)
class Range:
    """A FHIR Range; a missing bound is None."""

    low: Quantity | None
    high: Quantity | None


# valueCodeableConcept, valueQuantity, valueRange, valueRatio, valueString, valueInteger (Decimal), valueBoolean
Answer = Concept | Quantity | Range | Ratio | str | Decimal | bool


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a resource came from and what weakens it.

    `reference` is "Type/id"; without an id the fullUrl, without that "Type/#" and eight digits of the content's
    hash. `key` is the prefetch key. `marks` are short words such as "preliminary", "subject not stated".
    """

    reference: str
    key: str
    last_updated: str | None = None
    marks: tuple[str, ...] = ()

    def marked(self, mark: str) -> "Origin":
        """The same origin with one more mark."""
        return replace(self, marks=(*self.marks, mark))
