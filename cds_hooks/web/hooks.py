"""Discovery and the service call: from a body to recorded cards."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import flask
from structlog.typing import FilteringBoundLogger

from cds_hooks.audit.entry import Entry, cards_shown
from cds_hooks.audit.journal import Journal
from cds_hooks.consult import consult, silence_of
from cds_hooks.errors import UnknownService
from cds_hooks.fhir.record import Record
from cds_hooks.fhir.server import FhirServers
from cds_hooks.fhir.supplement import Supplement, load_missing, read_supplemented
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.protocol.request import HookRequest, read_request
from cds_hooks.reasoning.consider import History
from cds_hooks.web.logs import request_id
from cds_hooks.web.problems import refusal
from cds_hooks.web.wire import json_answer, read_body
from cds_hooks.writing.compose import compose

# Cards are written for professionals: a patient, or someone close to one, is shown none.
_NOT_PROFESSIONAL = frozenset({"Patient", "RelatedPerson"})


@dataclass(frozen=True, slots=True)
class Desk:
    """What the routes work with. `clock` gives aware times, `new_id` a new decision id, `discovery` is the answer to
    GET /cds-services, `base_url` where readers reach this service, None if not known. With `require_approval` only what
    a clinician approved is shown.
    """

    knowledge: Knowledge
    journal: Journal
    log: FilteringBoundLogger
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    max_body_bytes: int
    discovery: Mapping[str, Any]
    fhir_servers: FhirServers
    base_url: str | None = None
    require_approval: bool = True

    def check_service(self, service_id: str) -> None:
        """Raises UnknownService."""
        if service_id != self.knowledge.service.id:
            raise UnknownService("There is no such service: see /cds-services for those there are.")


@dataclass(frozen=True, slots=True)
class Decision:
    """The cards of one answer, or the reason why there is none."""

    cards: tuple[dict[str, Any], ...]
    silence: str | None


def blueprint(desk: Desk) -> flask.Blueprint:
    """The routes of discovery and of the service.

    The double slash is what the CDS Hooks Sandbox calls when the discovery address was typed with a slash at its end.
    """
    routes = flask.Blueprint("hooks", __name__)

    @routes.get("/cds-services", strict_slashes=False)
    def discover() -> flask.Response:
        return json_answer(desk.discovery)

    @routes.post("/cds-services/<service_id>")
    @routes.post("/cds-services//<service_id>")
    def call(service_id: str) -> flask.Response:
        desk.check_service(service_id)
        return _answer(desk)

    return routes


def look_up(request: HookRequest, desk: Desk) -> Record:
    """The chart: what was sent, and what it lacks from the client's FHIR server. Nothing is loaded for somebody who is
    shown nothing. Raises what `fhir.read.read_record` raises.
    """
    keys = desk.knowledge.service.prefetch
    started = time.perf_counter()
    loads = request.user_type not in _NOT_PROFESSIONAL
    supplement = load_missing(request, keys, desk.fhir_servers) if loads else Supplement()
    duration_ms = round((time.perf_counter() - started) * 1000, 1)
    try:
        return read_supplemented(request, supplement, keys, desk.knowledge.sieve)
    finally:
        if supplement.outcomes:
            outcomes = Counter(outcome.value for outcome in supplement.outcomes.values())
            desk.log.info(
                "loaded", request_id=request_id(), pages=supplement.pages, outcomes=outcomes, duration_ms=duration_ms
            )


def decide(  # noqa: PLR0913 (all that a decision rests on)
    request: HookRequest,
    record: Record,
    knowledge: Knowledge,
    decision_id: str,
    today: date,
    *,
    base_url: str | None = None,
    require_approval: bool = False,
) -> Decision:
    """What is answered to a valid request about this chart."""
    if request.user_type in _NOT_PROFESSIONAL:
        return Decision((), "user_is_not_a_professional")
    consultation = consult(record, History(), knowledge, today, require_approval=require_approval)
    cards = compose(consultation, knowledge, decision_id, today, base_url)
    return Decision(cards, None if cards else silence_of(consultation))


def _answer(desk: Desk) -> flask.Response:
    """Decide, record, answer: in this order. What is refused is recorded too, as far as the request could be read."""
    call = _Call(desk, desk.new_id(), desk.clock(), time.perf_counter())
    request = None
    try:
        request = read_request(read_body(desk.max_body_bytes), desk.knowledge.service.hook, desk.max_body_bytes)
        today = call.received_at.astimezone(UTC).date()
        record = look_up(request, desk)
        decision = decide(
            request,
            record,
            desk.knowledge,
            call.decision_id,
            today,
            base_url=desk.base_url,
            require_approval=desk.require_approval,
        )
    except Exception as problem:
        call.record(request, refusal(problem).status, Decision((), type(problem).__name__))
        raise
    call.record(request, 200, decision)
    return json_answer({"cards": decision.cards})


@dataclass(frozen=True, slots=True)
class _Call:
    desk: Desk
    decision_id: str
    received_at: datetime
    started: float

    def record(self, request: HookRequest | None, status: int, decision: Decision) -> None:
        """Commit to the journal, then log. Raises JournalUnavailable: then there is no answer to give."""
        duration_ms = round((time.perf_counter() - self.started) * 1000, 1)
        service = self.desk.knowledge.service
        entry = Entry(
            decision_id=self.decision_id,
            received_at=self.received_at,
            service=service.id,
            status=status,
            duration_ms=duration_ms,
            hook=service.hook if request else None,
            hook_instance=request.hook_instance if request else None,
            patient_id=request.patient_id if request else None,
            user_id=request.user_id if request else None,
            knowledge=self.desk.knowledge.fingerprint,
            silence=decision.silence,
            cards=cards_shown(decision.cards),
        )
        self.desk.journal.record(entry)
        self.desk.log.info(
            "decided",
            request_id=request_id(),
            service=service.id,
            decision_id=self.decision_id,
            status=status,
            duration_ms=duration_ms,
            cards=len(decision.cards),
            silence=decision.silence,
        )
