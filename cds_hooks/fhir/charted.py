"""Typed reports, documents, images, visits and specimens as those of the Record."""

from collections.abc import Mapping
from typing import Any

from cds_hooks.fhir import dates, paths
from cds_hooks.fhir import elements as read
from cds_hooks.fhir.record import (
    Concept,
    DiagnosticReport,
    DocumentReference,
    Encounter,
    ImagingStudy,
    Origin,
    Specimen,
)
from cds_hooks.fhir.resources import BY_ISSUE
from cds_hooks.fhir.surroundings import Surroundings
from cds_hooks.fhir.typed import typed

Body = Mapping[str, Any]


def diagnostic_report(body: Body, origin: Origin, around: Surroundings) -> DiagnosticReport:
    """A DiagnosticReport; of its presented form only whether there is one. Raises Untypeable."""
    members = typed("DiagnosticReport", body)
    effective = read.when(members, "effective")
    issued = None if effective else dates.written(body.get("issued"))
    specimens = (around.specimen(item, origin) for item in read.children(members, "specimen"))
    return DiagnosticReport(
        origin=origin.marked(BY_ISSUE) if issued else origin,
        code=read.concept_at(members, "code") or Concept(),
        category=read.concepts_at(members, "category"),
        status=read.text(members, "status"),
        conclusion_codes=read.concepts_at(members, "conclusionCode"),
        has_text=read.text(members, "conclusion") is not None,
        has_attachment=bool(body.get("presentedForm")),
        effective=effective or issued,
        results=around.references(members, "result"),
        specimens=tuple(specimen for specimen in specimens if specimen),
        imaging=around.references(members, "imagingStudy"),
    )


def document_reference(body: Body, origin: Origin, _: Surroundings) -> DocumentReference:
    """A DocumentReference. Raises Untypeable."""
    members = typed("DocumentReference", body)
    return DocumentReference(
        origin=origin,
        type=read.concept_at(members, "type") or Concept(),
        category=read.concepts_at(members, "category"),
        date=dates.written(body.get("date")),
        status=read.text(members, "status"),
    )


def imaging_study(body: Body, origin: Origin, _: Surroundings) -> ImagingStudy:
    """An ImagingStudy, its series taken together. Raises Untypeable."""
    members = typed("ImagingStudy", body)
    series = read.children(members, "series")

    def of_series(name: str) -> tuple[Concept, ...]:
        return tuple(dict.fromkeys(concept for one in series for concept in read.coding_concepts(one, name)))

    modality = (*read.coding_concepts(members, "modality"), *of_series("modality"))
    return ImagingStudy(
        origin=origin,
        status=read.text(members, "status"),
        modality=tuple(dict.fromkeys(modality)),
        procedure=read.concepts_at(members, "procedureCode"),
        body_site=of_series("bodySite"),
        laterality=of_series("laterality"),
        started=read.day(members, "started"),
    )


def encounter(body: Body, origin: Origin, _: Surroundings) -> Encounter:
    """An Encounter. Raises Untypeable."""
    members = typed("Encounter", body)
    klass = read.child(members, "class")
    stay = read.child(members, "hospitalization") or {}
    return Encounter(
        origin=origin,
        status=read.text(members, "status"),
        klass=None if klass is None else read.coding(klass),
        type=read.concepts_at(members, "type"),
        service_type=read.concept_at(members, "serviceType"),
        reason=read.concepts_at(members, "reasonCode"),
        period=read.span(members, "period"),
        discharge=read.concept_at(stay, "dischargeDisposition"),
    )


def specimen(body: Body, origin: Origin) -> Specimen:
    """A Specimen; without a time of collection, `collected` is the day of receipt. Raises Untypeable."""
    members = typed("Specimen", body)
    collection = read.child(members, "collection") or {}
    collected = read.when(collection, "collected")
    received = None if collected else dates.written(body.get("receivedTime"))
    site = read.child(collection, "bodySite") or {}
    return Specimen(
        origin=origin.marked("dated by receipt") if received else origin,
        type=read.concept_at(members, "type"),
        method=read.concept_at(collection, "method"),
        body_site=read.concept_at(collection, "bodySite"),
        laterality=read.extension_concepts(site, paths.LATERALITY),
        collected=collected or received,
    )
