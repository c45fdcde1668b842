"""The Record: what the chart holds that matters, as our own frozen values.

Field names follow FHIR R4B. Everything here has passed the wrong-patient check, has been sifted by code,
strictly decoded and typed; what could not be read is listed in `Record.unreadable`, never dropped.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from cds_hooks.fhir.datatypes import Answer, Coding, Concept, Origin, Quantity, Range, Ratio
from cds_hooks.fhir.dates import DateInterval
from cds_hooks.fhir.documents import DiagnosticReport, DocumentReference, Encounter, ImagingStudy, Specimen

__all__ = [
    "Answer",
    "Coding",
    "Component",
    "Concept",
    "Condition",
    "DiagnosticReport",
    "DocumentReference",
    "Encounter",
    "ImagingStudy",
    "KeyState",
    "LeftOut",
    "MedicationKind",
    "MedicationUse",
    "Observation",
    "Origin",
    "Patient",
    "Procedure",
    "Quantity",
    "Range",
    "Ratio",
    "Record",
    "Specimen",
    "Stage",
    "Unreadable",
    "Unsupported",
]


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
    extension; `onset` falls back to `recorded`, which is the assertedDate extension or recordedDate.
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
    recorded: DateInterval | None = None


@dataclass(frozen=True, slots=True)
class Procedure:
    """A Procedure; `performed` is the whole interval from start to end as far as it is known, `started` and `ended` the
    two ends by themselves (a dateTime is both; the missing end of a Period is None). `status_reason` says why it was
    stopped or not done.
    """

    origin: Origin
    code: Concept
    status: str | None = None
    status_reason: tuple[Concept, ...] = ()
    body_site: tuple[Concept, ...] = ()
    laterality: tuple[Concept, ...] = ()
    performed: DateInterval | None = None
    reason: tuple[Concept, ...] = ()
    reason_reference: tuple[str, ...] = ()
    intent: tuple[Concept, ...] = ()
    started: DateInterval | None = None
    ended: DateInterval | None = None


class MedicationKind(Enum):
    """Which resource told us of a drug."""

    REQUEST = "MedicationRequest"
    ADMINISTRATION = "MedicationAdministration"
    STATEMENT = "MedicationStatement"


@dataclass(frozen=True, slots=True)
class MedicationUse:
    """A drug asked for, given or stated. `drug` is resolved through `contained` and included Medications;
    `drug_unresolved` is the reference when that was not possible.

    `when` is the whole interval from the first day that is known to the last. A request runs from its order
    (`authored`) or the earlier start of its dosage or dispensing to the end of these: that it was taken so long is
    not said. An end that is not known is None for a Period without an end, and the day of the order for a request
    that names nothing else. `status_reason` says why it was stopped or not taken.

    `started` and `ended` are the ends of the effective time of a statement or administration by themselves (a dateTime
    is both, the missing end of a Period is None); of a request, those of its dosage or dispensing where it names them.
    """

    origin: Origin
    kind: MedicationKind
    drug: Concept
    status: str | None = None
    intent: str | None = None
    do_not_perform: bool = False
    when: DateInterval | None = None
    authored: DateInterval | None = None
    status_reason: tuple[Concept, ...] = ()
    reason: tuple[Concept, ...] = ()
    reason_reference: tuple[str, ...] = ()
    drug_unresolved: str | None = None
    started: DateInterval | None = None
    ended: DateInterval | None = None


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
    facts they feed are not known; empty means that any fact of this key may be concerned. `version` is that of FHIR
    ("STU3") where it is the shape of another one that keeps it from being read, else "".
    """

    reference: str
    resource_type: str
    key: str
    codes: tuple[Coding, ...]
    why: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A resource that was read and legitimately set aside before any fact was sought, with the reason
    ("entered in error", "cancelled", "refuted", "older copy of the same resource").
    """

    reference: str
    why: str


@dataclass(frozen=True, slots=True)
class Unsupported:
    """Resources in the shape of another FHIR version ("DSTU2", "STU3", "DSTU2 or STU3", "R5") that cannot be read as
    R4 without loss; each stands in `Record.unreadable` too. Those of another shape that R4 reading understands are
    read.
    """

    version: str
    resource_types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """All that the consultation may look at. Order of resources carries no meaning. `not_done` are procedures and
    drugs that the chart says were not done or not taken: kept apart so that nobody takes them for given.
    """

    patient: Patient
    conditions: tuple[Condition, ...] = ()
    observations: tuple[Observation, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    medications: tuple[MedicationUse, ...] = ()
    reports: tuple[DiagnosticReport, ...] = ()
    documents: tuple[DocumentReference, ...] = ()
    imaging: tuple[ImagingStudy, ...] = ()
    encounters: tuple[Encounter, ...] = ()
    specimens: tuple[Specimen, ...] = ()
    not_done: tuple[Procedure | MedicationUse, ...] = ()
    states: Mapping[str, KeyState] = field(default_factory=dict)
    unreadable: tuple[Unreadable, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    unsupported: tuple[Unsupported, ...] = ()

    def specimen_of(self, observation: Observation) -> Specimen | None:
        """The specimen that was examined; None if none is named, or it could not be loaded or read."""
        named = observation.specimen
        return next((s for s in self.specimens if named is not None and s.origin.reference == named), None)
