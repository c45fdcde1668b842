"""Reports, documents, images, visits and specimens: what stands beside findings and treatment in the Record.

Field names follow FHIR R4B. References are "Type/id", or as written when they cannot be resolved.
"""

from dataclasses import dataclass

from cds_hooks.fhir.datatypes import Coding, Concept, Origin
from cds_hooks.fhir.dates import DateInterval


@dataclass(frozen=True, slots=True)
class DiagnosticReport:
    """A DiagnosticReport. `has_text` says that it has a conclusion in words, `has_attachment` that it has a presented
    form; neither is read. Without an effective time, `effective` is the day of issue. `results` are Observations,
    `specimens` Specimens, `imaging` ImagingStudies.
    """

    origin: Origin
    code: Concept
    category: tuple[Concept, ...] = ()
    status: str | None = None
    conclusion_codes: tuple[Concept, ...] = ()
    has_text: bool = False
    has_attachment: bool = False
    effective: DateInterval | None = None
    results: tuple[str, ...] = ()
    specimens: tuple[str, ...] = ()
    imaging: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentReference:
    """A DocumentReference; its content is not read. `date` is when the reference was made."""

    origin: Origin
    type: Concept
    category: tuple[Concept, ...] = ()
    date: DateInterval | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class ImagingStudy:
    """An ImagingStudy: `modality`, `body_site` and `laterality` are those of the study and of all its series."""

    origin: Origin
    status: str | None = None
    modality: tuple[Concept, ...] = ()
    procedure: tuple[Concept, ...] = ()
    body_site: tuple[Concept, ...] = ()
    laterality: tuple[Concept, ...] = ()
    started: DateInterval | None = None


@dataclass(frozen=True, slots=True)
class Encounter:
    """An Encounter; `discharge` is the disposition at discharge."""

    origin: Origin
    status: str | None = None
    klass: Coding | None = None
    type: tuple[Concept, ...] = ()
    service_type: Concept | None = None
    reason: tuple[Concept, ...] = ()
    period: DateInterval | None = None
    discharge: Concept | None = None


@dataclass(frozen=True, slots=True)
class Specimen:
    """A Specimen that something in the Record refers to. `method` is how it was collected (core biopsy, excision).
    One that is contained in a resource has that one's reference and its own id: "Observation/er#s".
    """

    origin: Origin
    type: Concept | None = None
    method: Concept | None = None
    body_site: Concept | None = None
    laterality: tuple[Concept, ...] = ()
    collected: DateInterval | None = None
