"""Headers of every answer: CORS for browser clients, and what keeps an answer from being kept or misread."""

import flask

_SERVICE_PATHS = "/cds-services"
_JSON_POLICY = "default-src 'none'; frame-ancestors 'none'"


def register(app: flask.Flask, origins: tuple[str, ...]) -> None:
    """Answer preflights (without authentication, as browsers need it) and set the headers on all answers.

    An origin is compared exactly; "*" among `origins` allows any. Credentials are never allowed.
    """

    @app.before_request
    def preflight() -> flask.Response | None:
        if flask.request.method != "OPTIONS" or not flask.request.path.startswith(_SERVICE_PATHS):
            return None
        response = flask.Response(status=204)
        del response.headers["Content-Type"]
        return response

    @app.after_request
    def add(response: flask.Response) -> flask.Response:
        headers = response.headers
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Cache-Control", "no-store")
        headers.setdefault("Referrer-Policy", "no-referrer")
        if response.mimetype == "application/json":
            headers.setdefault("Content-Security-Policy", _JSON_POLICY)
        if flask.request.path.startswith(_SERVICE_PATHS):
            _allow_origin(response, origins)
        return response


def _allow_origin(response: flask.Response, origins: tuple[str, ...]) -> None:
    origin = flask.request.headers.get("Origin")
    anyone = "*" in origins
    if not anyone:
        response.headers.add("Vary", "Origin")
    if origin is None or not (anyone or origin in origins):
        return
    response.headers["Access-Control-Allow-Origin"] = "*" if anyone else origin
    response.headers["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
    response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
    response.headers["Access-Control-Expose-Headers"] = "X-Request-Id"
    if flask.request.headers.get("Access-Control-Request-Private-Network") == "true":
        # a browser asks before a public page (the CDS Hooks Sandbox) may call a service on loopback
        response.headers["Access-Control-Allow-Private-Network"] = "true"
