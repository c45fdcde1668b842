"""GET /openapi.json: the addresses of this service in OpenAPI 3.1; the messages are our JSON Schemas, not a copy."""

from importlib.metadata import version
from typing import Any

import flask

from cds_hooks.protocol.components import components, reference
from cds_hooks.web.attributes import CARDS
from cds_hooks.web.desk import Desk
from cds_hooks.web.wire import json_answer

Json = dict[str, Any]

_MEANING = {
    400: "The body is not strict JSON in UTF-8.",
    401: "The caller is no registered client, or did not prove it with a token.",
    404: "There is no such service, or no such card or version.",
    412: "Data without which nothing can be said were neither prefetched nor can they be read.",
    413: "The body is too large.",
    415: "The body is not labelled as JSON, or it is encoded.",
    422: "The body is JSON, but no such message, or it holds data of another patient.",
    503: "The journal cannot record, so nothing is answered.",
}
_OF_A_BODY = (400, 413, 415, 422, 503)
_WHICH = [
    {
        "name": "version",
        "in": "query",
        "description": "A fingerprint of the knowledge, or a number of the card's version; what is served if not said.",
        "schema": {"type": "string"},
    },
    {"name": "card", "in": "query", "description": "One card alone.", "schema": {"enum": list(CARDS)}},
]


def blueprint(desk: Desk) -> flask.Blueprint:
    """The one route; the document is made once."""
    routes = flask.Blueprint("openapi", __name__)
    service = desk.knowledge.service
    made = document(service.id, service.hook, desk.base_url)

    @routes.get("/openapi.json")
    def describe() -> flask.Response:
        return json_answer(made)

    return routes


def document(service_id: str, hook: str, base_url: str | None) -> Json:
    """The whole document, for a service with this id on this hook that is reached at `base_url` (None: where the
    document is).
    """
    service = f"/cds-services/{service_id}"
    schemas = components()
    schemas["request"]["properties"]["hook"] = {"const": hook}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Recurrence CDS",
            "version": version("recurrence-cds"),
            "summary": "CDS Hooks 2.0.1 service, hook patient-view, for the recurrence risk of breast cancer.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": base_url or "/"}],
        "paths": {
            "/cds-services": {"get": _read("The services.", _json("The services.", reference("discovery")), 401)},
            service: {
                "post": _send(
                    "The cards for a chart.", "request", _json("The cards.", reference("response")), 401, 404, 412
                )
            },
            f"{service}/feedback": {
                "post": _send("What became of cards.", "feedback", _json("It is kept.", _empty()), 401, 404)
            },
            f"{service}/source-attributes": {
                "get": {**_read("What the cards rest on.", _json_or_page(), 404, 503), "parameters": _WHICH}
            },
            "/guide": {"get": _read("The clinician's guide.", _answer("A page.", "text/html", {"type": "string"}))},
            "/healthz": {"get": _read("Liveness.", _json("The process answers.", _status("alive")))},
            "/readyz": {"get": _read("Readiness.", _json("An answer could be recorded.", _status("ready")), 503)},
            "/openapi.json": {"get": _read("This document.", _json("This document.", {"type": "object"}))},
        },
        "components": {"schemas": schemas},
    }


def _read(summary: str, answer: Json, *refusals: int) -> Json:
    return {"summary": summary, "responses": {"200": answer, **_refusals(refusals)}}


def _send(summary: str, message: str, answer: Json, *refusals: int) -> Json:
    body = {"required": True, "content": {"application/json": {"schema": reference(message)}}}
    return {**_read(summary, answer, *_OF_A_BODY, *refusals), "requestBody": body}


def _refusals(statuses: tuple[int, ...]) -> Json:
    return {str(status): _json(_MEANING[status], reference("outcome")) for status in sorted(statuses)}


def _answer(description: str, media_type: str, schema: Json) -> Json:
    return {"description": description, "content": {media_type: {"schema": schema}}}


def _json(description: str, schema: Json) -> Json:
    return _answer(description, "application/json", schema)


def _json_or_page() -> Json:
    content = {"application/json": {"schema": {"type": "object"}}, "text/html": {"schema": {"type": "string"}}}
    return {"description": "The source attributes, for programs or for people.", "content": content}


def _empty() -> Json:
    return {"type": "object", "maxProperties": 0}


def _status(word: str) -> Json:
    return {"type": "object", "required": ["status"], "properties": {"status": {"const": word}}}
