"""AuditEvents: what we read of a chart on an EHR's FHIR server, and who looked at the journal or took it away.

Reads follow IHE ITI Basic Audit Log Patterns (https://profiles.ihe.net/ITI/BALP), PatientRead and PatientQuery: agents
client and server by DICOM's role codes, which a query has the other way round than a read; entities patient, and data
or query. The profiles are of successes; a failure has the same shape, without the profile.
"""

import base64
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from cds_hooks.audit.entry import Kind
from cds_hooks.audit.exports.fhir_people import People, of_self
from cds_hooks.audit.payload import KeptKey, Payload
from cds_hooks.audit.snapshots import Snapshots
from cds_hooks.fhir.loading import Outcome

Resource = dict[str, Any]

_PROFILES = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit"
_DCM = "http://dicom.nema.org/resources/ontology/DCM"
_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
_INTERACTION = "http://hl7.org/fhir/restful-interaction"
_SOURCE, _DESTINATION = ("110153", "Source Role ID"), ("110152", "Destination Role ID")
_SUCCESS, _MINOR_FAILURE, _SERIOUS_FAILURE = "0", "4", "8"
_URI, _MACHINE = "5", "1"  # network types
_TOKEN = "{{context.patientId}}"  # noqa: S105 (of a prefetch template)


def reads(row: Mapping[str, Any], payload: Payload, people: People, versions: Snapshots) -> Iterator[Resource]:
    """An AuditEvent for each prefetch key that was asked of the FHIR server, whatever became of it."""
    loaded = [key for key in payload.keys if key.source != "prefetch"]
    if not loaded:
        return
    templates = {key.name: key.template for key in versions.get(row["knowledge"]).service.prefetch}
    for key in loaded:
        yield _read(row, payload, people, key, templates[key.name])


def _read(row: Mapping[str, Any], payload: Payload, people: People, key: KeptKey, template: str) -> Resource:
    address, succeeded = template.replace(_TOKEN, people.patient_id()), key.source == Outcome.LOADED.value
    is_read = "?" not in template
    what = _data(people, address) if is_read else _query(address)
    client, server = (_DESTINATION, _SOURCE) if is_read else (_SOURCE, _DESTINATION)
    ours = payload.settings.base_url if payload.settings else None
    host = urlsplit(ours or "").hostname or "recurrence-cds"
    event = _event(row, people, str(uuid5(UUID(row["id"]), f"read/{key.name}")))
    if succeeded:
        event["meta"] = {"profile": [f"{_PROFILES}.{'PatientRead' if is_read else 'PatientQuery'}"]}
    else:
        event["outcomeDesc"] = key.source
    fhir_server = payload.request["fhirServer"]
    return {
        **event,
        "type": _coding(f"{_TERMINOLOGY}/audit-event-type", "rest", "Restful Operation"),
        "subtype": [_coding(_INTERACTION, "read" if is_read else "search", "read" if is_read else "search")],
        "action": "R" if is_read else "E",
        "outcome": _SUCCESS if succeeded else _MINOR_FAILURE,
        "agent": [
            _agent(client, of_self(row["build"]), host, _MACHINE),
            _agent(server, {"display": fhir_server}, fhir_server, _URI),
            *event["agent"],
        ],
        "entity": [*event["entity"], what],
    }


def look(row: Mapping[str, Any], people: People) -> Resource:
    """An AuditEvent for a page of the console, an explanation that was opened, or an export."""
    exported = row["kind"] == Kind.CONTROL.value
    type_ = ("110106", "Export") if exported else ("110101", "Audit Log Used")
    event = _event(row, people, row["id"])
    about = {
        "identifier": {"system": "urn:recurrence-cds:about", "value": row["about"] or row["action"] or row["kind"]}
    }
    entity = {"what": about, "type": _coding(f"{_TERMINOLOGY}/audit-entity-type", "2", "System Object")}
    acted = [{"system": "urn:recurrence-cds:action", "code": row["action"] or row["kind"]}]
    nobody = {"who": of_self(row["build"]), "requestor": False}
    return {
        **event,
        "type": _coding(_DCM, *type_),
        "subtype": acted,
        "action": "R",
        "outcome": _outcome(row["status"]),
        "agent": event["agent"] or [nobody],
        "entity": [*event["entity"], entity],
    }


def _event(row: Mapping[str, Any], people: People, id_: str) -> Resource:
    """What all have: when, the user if one is known, who recorded it, and the patient."""
    user, patient = people.user(), people.patient()
    recipient = {"coding": [_coding(f"{_TERMINOLOGY}/v3-ParticipationType", "IRCP", "information recipient")]}
    person = _coding(f"{_TERMINOLOGY}/audit-entity-type", "1", "Person")
    role = _coding(f"{_TERMINOLOGY}/object-role", "1", "Patient")
    return {
        "resourceType": "AuditEvent",
        "id": id_,
        "recorded": row["received_at"],
        "agent": [{"type": recipient, "who": user, "requestor": True}] if user else [],
        "source": {
            "observer": of_self(row["build"]),
            "type": [_coding(f"{_TERMINOLOGY}/security-source-type", "4", "Application Server")],
        },
        "entity": [{"what": patient, "type": person, "role": role}] if patient else [],
    }


def _data(people: People, address: str) -> Resource:
    role = _coding(f"{_TERMINOLOGY}/object-role", "4", "Domain Resource")
    what = people.patient() if address.startswith("Patient/") else people.named(address)
    return {"what": what, "type": _coding(f"{_TERMINOLOGY}/audit-entity-type", "2", "System Object"), "role": role}


def _query(address: str) -> Resource:
    role = _coding(f"{_TERMINOLOGY}/object-role", "24", "Query")
    query = base64.b64encode(address.encode()).decode()
    return {"type": _coding(f"{_TERMINOLOGY}/audit-entity-type", "2", "System Object"), "role": role, "query": query}


def _agent(role: tuple[str, str], who: Resource, address: str, network: str) -> Resource:
    type_ = {"coding": [_coding(_DCM, *role)]}
    return {"type": type_, "who": who, "requestor": False, "network": {"address": address, "type": network}}


def _outcome(status: int) -> str:
    return _SUCCESS if status < 400 else _MINOR_FAILURE if status < 500 else _SERIOUS_FAILURE


def _coding(system: str, code: str, display: str) -> dict[str, str]:
    return {"system": system, "code": code, "display": display}
