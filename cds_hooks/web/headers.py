"""Headers of every answer: CORS for browser clients, and what keeps an answer from being kept or misread."""

import flask

_SERVICE_PATHS = "/cds-services"
_JSON_POLICY = "default-src 'none'; frame-ancestors 'none'"


_A_YEAR = "max-age=31536000"


def register(app: flask.Flask, origins: tuple[str, ...], *, https: bool) -> None:
    """Answer preflights (without authentication, as browsers need it) and set the headers on all answers.

    `origins` are those of all clients: they count for a preflight and for who is not let in; on the answer to a caller
    who is known those of this client alone do. An origin is compared exactly; "*" allows any. Credentials are never
    allowed. With `https` browsers are told to come back by https alone.
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
        if https:
            headers.setdefault("Strict-Transport-Security", _A_YEAR)
        if response.mimetype == "application/json":
            headers.setdefault("Content-Security-Policy", _JSON_POLICY)
        if flask.request.path.startswith(_SERVICE_PATHS):
            _allow_origin(response, flask.g.get("origins", origins))
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
