"""From an exception to an answer: the one place that decides the HTTP status, and what a client is told."""

from dataclasses import dataclass
from pathlib import Path

import flask
from structlog.typing import FilteringBoundLogger
from werkzeug.exceptions import HTTPException

from cds_hooks import errors
from cds_hooks.protocol.outcome import operation_outcome
from cds_hooks.web.logs import request_id
from cds_hooks.web.wire import json_answer

_SECONDS_TO_WAIT = "1"  # before a client asks again where only the moment was wrong


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer other than 200: the HTTP status, a code of FHIR's issue-type, and what to mend, without any value."""

    status: int
    code: str
    text: str
    where: str = ""


def refusal(problem: BaseException) -> Refusal:  # noqa: C901, PLR0911, PLR0912 (one flat match)
    """What the client is told of `problem`; of an exception that is not ours nothing but its status."""
    match problem:
        case errors.NotJson(text=text, where=where):
            return Refusal(400, "structure", text, where)
        case errors.NotAuthenticated():  # one answer for every reason: who attacks learns nothing from it
            return Refusal(401, "login", "The caller could not be authenticated.")
        case errors.UnknownService(text=text) | errors.UnknownVersion(text=text):
            return Refusal(404, "not-found", text)
        case errors.RequiredDataMissing(text=text, where=where):
            return Refusal(412, "required", text, where)
        case errors.TooLarge(text=text):
            return Refusal(413, "too-long", text)
        case errors.NotJsonMediaType(text=text):
            return Refusal(415, "not-supported", text)
        case errors.WrongHook(text=text, where=where):
            return Refusal(422, "not-supported", text, where)
        case errors.WrongPatient(text=text, where=where):
            return Refusal(422, "business-rule", text, where)
        case errors.RequestRefused(text=text, where=where):
            return Refusal(422, "invalid", text, where)
        case errors.JournalUnavailable():
            return Refusal(503, "transient", "The journal is not available, so no answer is given. Try again.")
        case errors.Overloaded():
            return Refusal(503, "throttled", "The service is busy, so no answer is given. Try again.")
        case HTTPException(code=404):
            return Refusal(404, "not-found", "There is nothing at this address.")
        case HTTPException(code=405):
            return Refusal(405, "not-supported", "This method is not allowed at this address.")
        case HTTPException(code=int(status)) if 400 <= status < 500:
            return Refusal(status, "processing", "The request cannot be answered.")
        case _:
            return Refusal(500, "exception", "An internal error: the service's log holds it under the request id.")


def register(app: flask.Flask, log: FilteringBoundLogger) -> None:
    """Answer every exception with an OperationOutcome; log its class and place, never its message."""

    def answer(problem: Exception) -> flask.Response:
        told = refusal(problem)
        if told.status >= 500 and not isinstance(problem, errors.Overloaded):
            log.error("failed", request_id=request_id(), status=told.status, **_trace(problem))
        response = json_answer(operation_outcome(told.code, told.text, told.where), told.status)
        if told.status == 401:
            response.headers["WWW-Authenticate"] = "Bearer"
        if isinstance(problem, HTTPException):  # Allow with 405
            response.headers.extend((name, value) for name, value in problem.get_headers() if name == "Allow")
        if told.status == 503:
            response.headers["Retry-After"] = _SECONDS_TO_WAIT
        return response

    app.register_error_handler(Exception, answer)


def _trace(problem: BaseException) -> dict[str, str]:
    """The class of an exception and the line that raised it; both are ours, unlike its message."""
    step = problem.__traceback__
    while step and step.tb_next:
        step = step.tb_next
    place = f"{Path(step.tb_frame.f_code.co_filename).name}:{step.tb_lineno}" if step else ""
    return {"exception": type(problem).__name__, "raised_at": place}
