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
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def logger(file: TextIO | None = None) -> FilteringBoundLogger:
    """A logger of its own (no global configuration), writing to `file` or stderr."""
    return cast(
        FilteringBoundLogger,
        structlog.wrap_logger(
            structlog.WriteLogger(file or sys.stderr),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                _only_allowed,
                structlog.processors.JSONRenderer(),
            ],
            wrapper_class=structlog.make_filtering_bound_logger("info"),
        ),
    )


def _only_allowed(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {name: value for name, value in event.items() if name in ALLOWED and value is not None}


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
