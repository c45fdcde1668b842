"""Typed requests, administrations and statements of drugs as the MedicationUses of the Record."""

from collections.abc import Mapping
from typing import Any

from cds_hooks.fhir import elements as read
from cds_hooks.fhir.dates import DateInterval
from cds_hooks.fhir.elements import Node
from cds_hooks.fhir.medications import ingredients
from cds_hooks.fhir.record import Concept, MedicationKind, MedicationUse, Origin
from cds_hooks.fhir.surroundings import Surroundings
from cds_hooks.fhir.typed import Untypeable, typed

Body = Mapping[str, Any]


def medication_use(body: Body, origin: Origin, around: Surroundings) -> MedicationUse:
    """A MedicationRequest, MedicationAdministration or MedicationStatement. Raises Untypeable."""
    kind = MedicationKind(body["resourceType"])
    members = typed(kind.value, body)
    supply = read.child(members, "dispenseRequest") or {}
    when = read.when(members, "effective") or _ordered(members, supply)
    stated = read.day(members, "dateAsserted")
    drug, unresolved = _drug(members, body, around)
    started, ended = read.ends(supply, "validity") if supply else read.ends(members, "effective")
    return MedicationUse(
        origin=origin.marked("dated by statement") if stated and not when else origin,
        kind=kind,
        drug=drug,
        status=read.text(members, "status"),
        intent=read.text(members, "intent"),
        do_not_perform=read.truth(members, "doNotPerform") or False,
        when=when or stated,
        authored=read.day(members, "authoredOn") or stated,
        status_reason=read.one_or_more_concepts(members, "statusReason"),
        reason=read.concepts_at(members, "reasonCode"),
        reason_reference=around.references(members, "reasonReference"),
        drug_unresolved=unresolved,
        started=started,
        ended=ended,
    )


def _ordered(members: Node, supply: Node) -> DateInterval | None:
    """From the order, or an earlier start of dispensing, to the end of dispensing if there is one."""
    ordered = read.day(members, "authoredOn")
    dispensed = read.span(supply, "validityPeriod")
    if ordered is None or dispensed is None:
        return ordered or dispensed
    begun = [day for day in (ordered.earliest, dispensed.earliest) if day]
    return DateInterval(min(begun, default=None), dispensed.latest)


def _drug(members: Node, body: Body, around: Surroundings) -> tuple[Concept, str | None]:
    """The drug, and the reference to it if it leads nowhere; the reference's display is then the drug's text."""
    if "medicationReference" not in members:
        return read.concept_at(members, "medicationCodeableConcept") or Concept(), None
    node = read.child(members, "medicationReference") or {}
    shown = Concept(text=read.text(node, "display"))
    written = read.text(node, "reference")
    if not written:
        return shown, None
    found = around.medicines.find(written, body.get("contained"))
    try:
        medication = typed("Medication", found) if found is not None else None
        concept = read.concept_at(medication, "code") or Concept() if medication is not None else None
        parts = [read.concept(part) for part in ingredients(medication or {}) if isinstance(part, dict)]
    except Untypeable:
        concept, parts = None, []
    if concept is None:
        return shown, around.addresses.resolve(written)
    codings = (*concept.codings, *(c for part in parts for c in part.codings))
    return Concept(tuple(dict.fromkeys(codings)), concept.text or shown.text), None
