"""A read-only FHIR R4 server over the fixture stories, for the demo: metadata, read and search.

It stands in for the EHR's FHIR server, so that a browser client (the CDS Hooks Sandbox, the try-it page) has
something to read: any origin may call it, and nothing can be written.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from cds_hooks.demo.search import PATIENT, TOKENS, Held, Page, SearchRefused, bundle, search
from cds_hooks.demo.stories import Resource, Story, reference_to

FHIR_JSON = "application/fhir+json"
FORM = "application/x-www-form-urlencoded"
# what the demo's charts may hold; a type without a resource is searched in vain, not refused
TYPES = (
    *("AllergyIntolerance", "CarePlan", "Condition", "DiagnosticReport", "DocumentReference", "Encounter"),
    *("FamilyMemberHistory", "Goal", "ImagingStudy", "Immunization"),
    *("Medication", "MedicationAdministration", "MedicationRequest", "MedicationStatement"),
    *("Observation", "Organization", "Patient", "Practitioner", "Procedure", "ServiceRequest", "Specimen"),
)
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Authorization, Cache-Control, Content-Type, Prefer",
    "Access-Control-Max-Age": "600",
    # a page of a public site (the hosted sandbox) asks the browser for this before it may call loopback
    "Access-Control-Allow-Private-Network": "true",
}
ISSUE_OF = {400: "invalid", 404: "not-found", 405: "not-supported", 415: "not-supported"}


def create_fhir_server(stories: Iterable[Story]) -> Flask:
    """The server as a Flask app; its base address is "/fhir"."""
    held = tuple(Held(resource, story.patient_id) for story in stories for resource in story.resources)
    by_reference = {reference_to(h.resource): h.resource for h in held}
    app = Flask("cds_hooks.demo.fhir_server", static_folder=None)
    app.url_map.strict_slashes = False

    @app.get("/fhir/metadata")
    def metadata() -> Response:
        return _answer(capability_statement(_base()))

    @app.get("/fhir/<resource_type>/<resource_id>")
    def read(resource_type: str, resource_id: str) -> Response:
        _known(resource_type)
        found = by_reference.get(f"{resource_type}/{resource_id}")
        if found is None:
            return _problem(404, "not-found", "There is no such resource.")
        return _answer(found)

    @app.get("/fhir/<resource_type>")
    def search_by_get(resource_type: str) -> Response:
        return _search(held, resource_type, list(request.args.items(multi=True)))

    @app.post("/fhir/<resource_type>/_search")
    def search_by_post(resource_type: str) -> Response:
        if request.content_length and request.mimetype != FORM:
            return _problem(415, "not-supported", f"A search is posted as {FORM}.")
        return _search(held, resource_type, [*request.args.items(multi=True), *request.form.items(multi=True)])

    @app.after_request
    def let_browsers_in(response: Response) -> Response:
        response.headers.update(CORS)
        return response

    app.register_error_handler(SearchRefused, lambda refused: _problem(400, "invalid", str(refused)))
    app.register_error_handler(HTTPException, _refused)
    return app


def capability_statement(base: str) -> Resource:
    """What this server can do."""
    parameters = [{"name": name, "type": "token"} for name in ("_id", *TOKENS)]
    parameters += [{"name": name, "type": "reference"} for name in PATIENT]
    interactions = [{"code": "read"}, {"code": "search-type"}]
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-01-01",
        "kind": "instance",
        "software": {"name": "Recurrence CDS demo"},
        "implementation": {"description": "Synthetic patients, read-only", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["json", FHIR_JSON],
        "rest": [
            {
                "mode": "server",
                "security": {"cors": True},
                "resource": [{"type": t, "interaction": interactions, "searchParam": parameters} for t in TYPES],
            }
        ],
    }


def _search(held: Iterable[Held], resource_type: str, parameters: list[tuple[str, str]]) -> Response:
    _known(resource_type)
    page = search(held, resource_type, parameters)
    if page.ignored and "handling=strict" in request.headers.get("Prefer", ""):
        raise SearchRefused(_ignored(page))
    outcome = _outcome("warning", "not-supported", _ignored(page)) if page.ignored else None
    address = f"{_base()}/{resource_type}"
    mark = [("_page", page.next_page)] if page.next_page else []
    next_url = _address(address, [*page.used, *mark]) if mark else None
    return _answer(bundle(page, _address(address, page.used), next_url, _base(), outcome))


def _address(address: str, parameters: Iterable[tuple[str, str]]) -> str:
    query = urlencode(list(parameters), safe=":/|,")
    return f"{address}?{query}" if query else address


def _ignored(page: Page) -> str:
    names = ", ".join(sorted(set(page.ignored)))
    return f"Not supported and left out of the search: {names}."


class UnknownType(HTTPException):
    """The resource type in the address is not one of this server's."""

    code = 404
    description = "This server holds no resources of that type."


def _known(resource_type: str) -> None:
    if resource_type not in TYPES:
        raise UnknownType


def _base() -> str:
    return request.host_url + "fhir"


def _refused(problem: HTTPException) -> Response:
    status = problem.code or 500
    response = _problem(status, ISSUE_OF.get(status, "exception"), problem.description or problem.name)
    response.headers.extend(h for h in problem.get_headers() if h[0] == "Allow")
    return response


def _problem(status: int, code: str, text: str) -> Response:
    return _answer(_outcome("error", code, text), status)


def _outcome(severity: str, code: str, text: str) -> Resource:
    issue = {"severity": severity, "code": code, "diagnostics": text}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def _answer(body: Mapping[str, Any], status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, content_type=FHIR_JSON)
