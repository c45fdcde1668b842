"""An EHR's side of a call: evaluating the announced prefetch templates over a chart, and wording the request."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl
from uuid import NAMESPACE_URL, uuid5

Resource = dict[str, Any]
ELEMENTS = {"code": "code", "category": "category", "type": "type", "clinical-status": "clinicalStatus"}


def resources_of(bundle: Mapping[str, Any]) -> list[Resource]:
    """The resources of a Bundle, in its order."""
    return [entry["resource"] for entry in bundle["entry"]]


def patient_id_of(resources: Iterable[Resource]) -> str:
    """The id of the chart's one Patient."""
    (patient,) = [r for r in resources if r["resourceType"] == "Patient"]
    return str(patient["id"])


def fill_prefetch(templates: Mapping[str, str], resources: list[Resource], patient_id: str) -> dict[str, Any]:
    """What an EHR would send for each template: the instance read, or a searchset of every match."""
    return {
        key: _answer(template.replace("{{context.patientId}}", patient_id), resources)
        for key, template in templates.items()
    }


def patient_view(
    patient_id: str, prefetch: Mapping[str, Any], user: str = "Practitioner/fixture-doctor"
) -> dict[str, Any]:
    """A patient-view request; the instance id follows from the patient, so that equal charts make equal requests."""
    return {
        "hook": "patient-view",
        "hookInstance": str(uuid5(NAMESPACE_URL, patient_id)),
        "context": {"userId": user, "patientId": patient_id},
        "prefetch": dict(prefetch),
    }


def searchset(found: Iterable[Resource]) -> dict[str, Any]:
    """A complete search answer."""
    entries = [{"resource": resource, "search": {"mode": "match"}} for resource in found]
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(entries),
        **({"entry": entries} if entries else {}),
    }


def _answer(query: str, resources: list[Resource]) -> Any:
    path, asked, parameters = query.partition("?")
    if not asked:
        kind, _, wanted = path.partition("/")
        return next((r for r in resources if r["resourceType"] == kind and r["id"] == wanted), None)
    found = [r for r in resources if r["resourceType"] == path]
    for name, text in parse_qsl(parameters, strict_parsing=True):
        found = [r for r in found if _matches(r, name, text.split(","))]
    return searchset(found)


def _matches(resource: Resource, name: str, wanted: list[str]) -> bool:
    if name in {"patient", "subject"} or name.startswith("_"):
        return True
    if name in {"status", "intent"}:
        return resource.get(name) in wanted
    concepts = resource.get(ELEMENTS[name], [])
    codings = [c for item in (concepts if isinstance(concepts, list) else [concepts]) for c in item.get("coding", [])]
    return any(_is_token(token, coding) for token in wanted for coding in codings)


def _is_token(token: str, coding: Resource) -> bool:
    system, bar, code = token.rpartition("|")
    return code == coding.get("code") and (not bar or system == coding.get("system", ""))
