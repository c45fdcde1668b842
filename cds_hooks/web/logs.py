"""Logs without patient data: JSON lines on stderr, built from a closed list of keys.

A key that is not on the list does not reach the log, whatever a caller passes. No message of an exception, no body,
no id of a request, and no address but the route's template is ever logged.
"""

import sys
import time
import uuid
from collections.abc import MutableMapping
from typing import Any, TextIO, cast

import flask
import msgspec
import structlog
from structlog.typing import FilteringBoundLogger

ALLOWED = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "request_id",
        "method",
        "route",
        "status",
        "duration_ms",
        "service",
        "decision_id",
        "cards",
        "silence",
        "exception",
        "raised_at",
        "knowledge",
        "pages",
        "outcomes",
        "client",
        "mode",
    }
)
_ENCODE = msgspec.json.Encoder().encode
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def logger(file: TextIO | None = None) -> FilteringBoundLogger:
    """A logger of its own (no global configuration), writing to `file` or stderr."""
    return cast(
        FilteringBoundLogger,
        structlog.wrap_logger(
            structlog.WriteLogger(file or sys.stderr),
            processors=[structlog.processors.TimeStamper(fmt="iso", utc=True), _line],
            wrapper_class=structlog.make_filtering_bound_logger("info"),
        ).bind(),  # now, and not anew for every line
    )


def _line(_: object, level: str, event: MutableMapping[str, Any]) -> str:
    """What is allowed of an event, as JSON."""
    told = {name: value for name, value in event.items() if name in ALLOWED and value is not None}
    return _ENCODE({**told, "level": level}).decode()


def request_id() -> str:
    """The id that we gave to the current request. A client's own is not taken: it could carry anything."""
    return str(flask.g.request_id)


def register(app: flask.Flask, log: FilteringBoundLogger) -> None:
    """Give every request an id (answered as X-Request-Id) and log one line for each answer."""

    @app.before_request
    def begin() -> None:
        flask.g.request_id = str(uuid.uuid4())
        flask.g.started = time.perf_counter()

    @app.after_request
    def end(response: flask.Response) -> flask.Response:
        request = flask.request
        response.headers["X-Request-Id"] = request_id()
        log.info(
            "answered",
            request_id=request_id(),
            method=request.method if request.method in _METHODS else "other",
            route=request.url_rule.rule if request.url_rule else "none",
            status=response.status_code,
            duration_ms=round((time.perf_counter() - flask.g.started) * 1000, 1),
        )
        return response
