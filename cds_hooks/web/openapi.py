"""GET /openapi.json: the addresses of this service in OpenAPI 3.1; the messages are our JSON Schemas, not a copy."""

from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Any

import flask

from cds_hooks.knowledge.library import Service
from cds_hooks.protocol.components import components, reference
from cds_hooks.web.attributes import CARDS
from cds_hooks.web.desk import Desk
from cds_hooks.web.wire import json_answer

Json = dict[str, Any]

_MEANING = {
    400: "The body is not strict JSON in UTF-8.",
    401: "The caller is no registered client, or did not prove it with a token.",
    404: "There is no such service, card or version; or, of the metrics, the token is another.",
    412: "Data without which nothing can be said were neither prefetched nor can they be read.",
    413: "The body is too large.",
    415: "The body is not labelled as JSON, or it is encoded.",
    422: "The body is JSON, but no such message, or it holds data of another patient.",
    503: "The journal cannot record, or too many answers are in progress: try again.",
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


_TOKENS = {
    "caller": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "Signed by a registered client (ES384 or RS384), for the address that is called, used once.",
    },
    "operator": {"type": "http", "scheme": "bearer", "description": "The token of whoever runs the service."},
}


@dataclass(frozen=True, slots=True)
class Described:
    """What the document depends on: the one service, where it is reached (None: where the document is), which calls
    need a token, and whether there are metrics.
    """

    service: Service
    base_url: str | None = None
    calls_need_token: bool = False
    discovery_needs_token: bool = False
    has_metrics: bool = False


def blueprint(desk: Desk) -> flask.Blueprint:
    """The one route; the document is made once, when it is first asked for: then it is known what else is served."""
    routes = flask.Blueprint("openapi", __name__)
    registered = desk.gate.clients.anonymous is None

    @cache
    def made(has_metrics: bool) -> Json:
        guarded = registered and desk.gate.guards_discovery
        return document(Described(desk.knowledge.service, desk.base_url, registered, guarded, has_metrics))

    @routes.get("/openapi.json")
    def describe() -> flask.Response:
        return json_answer(made("metrics" in flask.current_app.blueprints))

    return routes


def document(described: Described) -> Json:
    """The whole document."""
    schemas = components()
    schemas["request"]["properties"]["hook"] = {"const": described.service.hook}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Recurrence CDS",
            "version": version("recurrence-cds"),
            "summary": "CDS Hooks 2.0.1 service, hook patient-view, for the recurrence risk of breast cancer.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": described.base_url or "/"}],
        "paths": {**_calls(described), **_pages(f"/cds-services/{described.service.id}"), **_figures(described)},
        "components": {"schemas": schemas, "securitySchemes": _TOKENS},
    }


def _calls(described: Described) -> Json:
    """What clients call."""
    service = f"/cds-services/{described.service.id}"
    services = _read("The services.", _json("The services.", reference("discovery")), 401)
    cards = _send("The cards for a chart.", "request", _json("The cards.", reference("response")), 401, 404, 412)
    feedback = _send("What became of cards.", "feedback", _json("It is kept.", _empty()), 401, 404)
    needed = described.calls_need_token
    return {
        "/cds-services": {"get": _needing("caller" if described.discovery_needs_token else None, services)},
        service: {"post": _needing("caller" if needed else None, cards)},
        f"{service}/feedback": {"post": _needing("caller" if needed else None, feedback)},
    }


def _pages(service: str) -> Json:
    """What readers and whatever runs the service ask for."""
    return {
        f"{service}/source-attributes": {
            "get": {**_read("What the cards rest on.", _json_or_page(), 404, 503), "parameters": _WHICH}
        },
        "/explanation/{word}": {"get": _explanation()},
        "/guide": {"get": _read("The clinician's guide.", _page("A page."))},
        "/healthz": {"get": _read("Liveness.", _json("The process answers.", _status("alive")))},
        "/readyz": {"get": _read("Readiness.", _json("An answer could be recorded.", _status("ready")), 503)},
        "/openapi.json": {"get": _read("This document.", _json("This document.", {"type": "object"}))},
    }


def _figures(described: Described) -> Json:
    if not described.has_metrics:
        return {}
    figures = _answer("Figures for Prometheus.", "text/plain", {"type": "string"})
    return {"/metrics": {"get": _needing("operator", _read("Metrics.", figures, 404))}}


def _needing(token: str | None, operation: Json) -> Json:
    return {**operation, "security": [{token: []}]} if token else operation


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


def _page(description: str) -> Json:
    return _answer(description, "text/html", {"type": "string"})


def _explanation() -> Json:
    """What the link of a card opens; the word in it is the key, so no token is asked for."""
    told = _read("How a decision came about.", _page("For whoever has the link of one of its cards."), 503)
    pages = {"404": _page("The word opens nothing."), "410": _page("It can no longer be opened.")}
    word = {"name": "word", "in": "path", "required": True, "schema": {"type": "string"}}
    return {**told, "parameters": [word], "responses": {**told["responses"], **pages}}


def _empty() -> Json:
    return {"type": "object", "maxProperties": 0}


def _status(word: str) -> Json:
    return {"type": "object", "required": ["status"], "properties": {"status": {"const": word}}}
