"""A GuidanceResponse for each call of the service: what was asked, what came of it, and what was missing."""

from collections.abc import Iterator, Mapping
from typing import Any

from cds_hooks.audit.exports.fhir_people import People, of_self
from cds_hooks.audit.measures.volume import ANSWERED

Resource = dict[str, Any]

_DATA_MISSING = 412
_MODULE = "urn:recurrence-cds:service"


def response(row: Mapping[str, Any], people: People, *, forgotten: bool) -> Resource:
    """The resource; `forgotten` says that what was sealed in the row cannot be read any more."""
    service = f"{_MODULE}:{row['service']}" if row["service"] else _MODULE
    optional = {
        "requestIdentifier": {"value": row["hook_instance"]} if row["hook_instance"] else None,
        "subject": people.patient(),
        "encounter": people.encounter(),
        "note": [{"text": "What the decision rested on is no longer kept."}] if forgotten else None,
    }
    missing = [_requirement(fact) for fact in (row["missing"] or "").split()]
    contained, pointers = _contained(row)
    return {
        "resourceType": "GuidanceResponse",
        "id": row["id"],
        "contained": contained,
        **{name: value for name, value in optional.items() if value is not None},
        "moduleCanonical": f"{service}|{row['knowledge']}" if row["knowledge"] else service,
        "status": _status(row["status"]),
        "occurrenceDateTime": row["received_at"],
        "performer": of_self(row["build"]),
        **pointers,
        **({"dataRequirement": missing} if missing else {}),
    }


def _status(status: int) -> str:
    if status == ANSWERED:
        return "success"
    return "data-required" if status == _DATA_MISSING else "failure"


def _contained(row: Mapping[str, Any]) -> tuple[list[Resource], Resource]:
    """What came of it: the answer in our words, or why there is none."""
    if row["status"] != ANSWERED:
        said = {
            "severity": "error",
            "code": "processing",
            "diagnostics": f"{row['status']} {row['error'] or ''}".strip(),
        }
        problem = {"resourceType": "OperationOutcome", "id": "problem", "issue": [said]}
        return [problem], {"evaluationMessage": [{"reference": "#problem"}]}
    output = {"resourceType": "Parameters", "id": "output", "parameter": list(_parameters(row))}
    return [output], {"outputParameters": {"reference": "#output"}}


def _parameters(row: Mapping[str, Any]) -> Iterator[Resource]:
    yield {"name": "mode", "valueCode": row["mode"]}
    yield {"name": "cards", "valueInteger": row["cards"] or 0}
    for name in ("tier", "silence"):
        if row[name]:
            yield {"name": name, "valueCode": row[name]}
    for one in (row["considerations"] or "").split():
        yield {"name": "consideration", "valueCode": one}


def _requirement(fact: str) -> Resource:
    code = {"system": "urn:recurrence-cds:fact", "code": fact}
    return {"type": "Observation", "codeFilter": [{"path": "code", "code": [code]}]}
