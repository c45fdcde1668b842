"""The Record: what the chart holds that matters, as our own frozen values.

Field names follow FHIR R4B. Everything here has passed the wrong-patient check, has been sifted by code,
strictly decoded and typed; what could not be read is listed in `Record.unreadable`, never dropped.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum

from cds_hooks.fhir.dates import DateInterval


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


@dataclass(frozen=True, slots=True)
class Component:
    """An Observation.component: all value[x] present (two at once are illegal but happen)."""

    code: Concept
    values: tuple[Answer, ...] = ()
    interpretation: tuple[Concept, ...] = ()
    data_absent_reason: Concept | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """An Observation; references are "Type/id" or as written when they cannot be resolved. `laterality` holds mCODE
    laterality qualifiers of the body site; without an effective time, `effective` is the day of issue.
    """

    origin: Origin
    code: Concept
    status: str | None = None
    values: tuple[Answer, ...] = ()
    components: tuple[Component, ...] = ()
    interpretation: tuple[Concept, ...] = ()
    data_absent_reason: Concept | None = None
    body_site: Concept | None = None
    laterality: tuple[Concept, ...] = ()
    method: Concept | None = None
    focus: tuple[str, ...] = ()
    specimen: str | None = None
    has_member: tuple[str, ...] = ()
    derived_from: tuple[str, ...] = ()
    effective: DateInterval | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """A Condition.stage."""

    summary: Concept | None
    type: Concept | None
    assessment: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """A Condition. `laterality` holds mCODE laterality qualifiers, `morphology` the histology-morphology-behavior
    extension; `onset` falls back to recordedDate and the assertedDate extension.
    """

    origin: Origin
    code: Concept
    clinical_status: str | None = None
    verification_status: str | None = None
    category: tuple[Concept, ...] = ()
    body_site: tuple[Concept, ...] = ()
    laterality: tuple[Concept, ...] = ()
    morphology: tuple[Concept, ...] = ()
    stage: tuple[Stage, ...] = ()
    onset: DateInterval | None = None
    abatement: DateInterval | None = None
    occurred_following: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Procedure:
    """A Procedure; `performed` is the whole interval from start to end as far as it is known."""

    origin: Origin
    code: Concept
    status: str | None = None
    body_site: tuple[Concept, ...] = ()
    laterality: tuple[Concept, ...] = ()
    performed: DateInterval | None = None
    reason: tuple[Concept, ...] = ()
    reason_reference: tuple[str, ...] = ()
    intent: tuple[Concept, ...] = ()


class MedicationKind(Enum):
    """Which resource told us of a drug."""

    REQUEST = "MedicationRequest"
    ADMINISTRATION = "MedicationAdministration"
    STATEMENT = "MedicationStatement"


@dataclass(frozen=True, slots=True)
class MedicationUse:
    """A drug asked for, given or stated. `drug` is resolved through `contained` and included Medications;
    `drug_unresolved` is the reference when that was not possible.
    """

    origin: Origin
    kind: MedicationKind
    drug: Concept
    status: str | None = None
    intent: str | None = None
    do_not_perform: bool = False
    when: DateInterval | None = None
    reason: tuple[Concept, ...] = ()
    reason_reference: tuple[str, ...] = ()
    drug_unresolved: str | None = None


@dataclass(frozen=True, slots=True)
class Patient:
    """The patient: `deceased` is True, False or None when the chart says nothing; `deceased_on` its date."""

    origin: Origin
    gender: str | None = None
    birth_date: DateInterval | None = None
    deceased: bool | None = None
    deceased_on: DateInterval | None = None


class KeyState(Enum):
    """What a prefetch key brought (the state table of CDS Hooks prefetch)."""

    COMPLETE = "complete"  # the resource, or every match of the search
    EMPTY = "empty"  # null, an empty Bundle, or a Bundle with only an informative outcome
    PARTIAL = "partial"  # a next link, or fewer entries than `total`
    FAILED = "failed"  # an OperationOutcome of the client's failed read
    ABSENT = "absent"  # the key was not sent


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A resource that matters but could not be typed. `codes` are what could still be seen of its code: the
    facts they feed are not known; empty means that any fact of this key may be concerned.
    """

    reference: str
    resource_type: str
    key: str
    codes: tuple[Coding, ...]
    why: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A resource that was read and legitimately set aside before any fact was sought, with the reason
    ("entered in error", "cancelled", "refuted", "older copy of the same resource").
    """

    reference: str
    why: str


@dataclass(frozen=True, slots=True)
class Record:
    """All that the consultation may look at. Order of resources carries no meaning."""

    patient: Patient
    conditions: tuple[Condition, ...] = ()
    observations: tuple[Observation, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    medications: tuple[MedicationUse, ...] = ()
    states: Mapping[str, KeyState] = field(default_factory=dict)
    unreadable: tuple[Unreadable, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
