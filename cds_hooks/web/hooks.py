"""Discovery and the service call: from a body to recorded cards."""

import contextlib
from collections import Counter
from datetime import UTC
from hashlib import sha256

import flask

from cds_hooks.audit.entry import Kind, Who
from cds_hooks.audit.payload import Answered, input_digest, kept_keys, of_decision
from cds_hooks.audit.summary import cards_shown, summary
from cds_hooks.decide import NOT_PROFESSIONAL, Circumstances, decide
from cds_hooks.errors import JournalUnavailable
from cds_hooks.fhir.supplement import Supplement, load_missing, read_supplemented
from cds_hooks.protocol.canonical import canonical
from cds_hooks.protocol.request import HookRequest, read_request
from cds_hooks.web.call import Call, journaled, say
from cds_hooks.web.desk import Desk
from cds_hooks.web.logs import request_id
from cds_hooks.web.wire import answer_of, json_answer, read_body


def blueprint(desk: Desk) -> flask.Blueprint:
    """The routes of discovery and of the service.

    The double slash is what the CDS Hooks Sandbox calls when the discovery address was typed with a slash at its end.
    """
    routes = flask.Blueprint("hooks", __name__)

    @routes.get("/cds-services", strict_slashes=False)
    def discover() -> flask.Response:
        # discovery always answers, whatever becomes of its row
        with contextlib.suppress(JournalUnavailable), journaled(desk, Kind.DISCOVERY) as call:
            desk.journal.record(call.entry(200))
        return json_answer(desk.discovery)

    @routes.post("/cds-services/<service_id>")
    @routes.post("/cds-services//<service_id>")
    def call(service_id: str) -> flask.Response:
        with journaled(desk, Kind.HOOK) as call:
            desk.check_service(service_id)
            return _answer(call)

    return routes


def _answer(call: Call) -> flask.Response:
    """Decide, record, answer: in this order."""
    desk, knowledge = call.desk, call.desk.knowledge
    call.service = knowledge.service.id
    with call.phase("receive"):
        request = read_request(read_body(desk.max_body_bytes), knowledge.service.hook, desk.max_body_bytes)
    identify(call, request)
    supplement = load(call, request)
    with call.phase("read"):
        reading = read_supplemented(request, supplement, knowledge.service.prefetch, knowledge.sieve)
    today = call.received_at.astimezone(UTC).date()
    given = Circumstances(
        call.id, today, request.user_type, base_url=desk.base_url, require_approval=desk.require_approval
    )
    with call.phase("decide"):
        decision = decide(reading.record, knowledge, given)
        body = canonical({"cards": decision.cards})
    outcomes = {name: outcome.value for name, outcome in supplement.outcomes.items()}
    record(call, Answered(request, kept_keys(reading.used, outcomes), reading, given, decision, body))
    return answer_of(body)


def identify(call: Call, request: HookRequest) -> None:
    """Note who calls about whom."""
    call.who = Who(request.patient_id, request.user_id, request.encounter_id)
    call.hook, call.hook_instance = request.hook, request.hook_instance


def load(call: Call, request: HookRequest) -> Supplement:
    """What the request lacks, from the client's FHIR server. Nothing is loaded for somebody who is shown nothing."""
    if request.user_type in NOT_PROFESSIONAL:
        return Supplement()
    with call.phase("load"):
        supplement = load_missing(request, call.desk.knowledge.service.prefetch, call.desk.fhir_servers)
    if supplement.outcomes:
        outcomes = Counter(outcome.value for outcome in supplement.outcomes.values())
        call.desk.log.info(
            "loaded",
            request_id=request_id(),
            pages=supplement.pages,
            outcomes=outcomes,
            duration_ms=call.phases["load"],
        )
    return supplement


def record(call: Call, answered: Answered) -> None:
    """Commit a decision to the journal, then log it. Raises JournalUnavailable: then there is no answer to give."""
    knowledge, decision = call.desk.knowledge, answered.decision
    entry = call.entry(
        200,
        summary=summary(decision, answered.reading.record, knowledge.sieve),
        cards=cards_shown(decision, call.id),
        knowledge=knowledge.fingerprint,
        input_digest=input_digest(answered.keys),
        output_digest=sha256(answered.body).digest(),
        payload=of_decision(call.who, answered),
    )
    call.desk.journal.record(entry)
    say(call, entry)
