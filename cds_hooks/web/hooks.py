"""Discovery and the service call: from a body to recorded cards."""

import contextlib
from collections import Counter
from dataclasses import replace
from datetime import UTC, date
from hashlib import sha256

import flask

from cds_hooks.audit.entry import Entry, Kind, Summary, Who
from cds_hooks.audit.history import overrides_of
from cds_hooks.audit.payload import Answered, Payload, input_digest, kept_keys, of_decision, people, written
from cds_hooks.audit.place import place_of
from cds_hooks.audit.summary import cards_shown, summary
from cds_hooks.decide import NOT_PROFESSIONAL, Circumstances, decide
from cds_hooks.errors import JournalUnavailable
from cds_hooks.fhir.supplement import Supplement, load_missing, read_supplemented
from cds_hooks.protocol.canonical import canonical
from cds_hooks.protocol.request import HookRequest, read_request
from cds_hooks.reasoning.consider import History
from cds_hooks.web.call import Call, admit, journaled, say
from cds_hooks.web.clients import Mode
from cds_hooks.web.desk import Desk
from cds_hooks.web.gate import Admitted
from cds_hooks.web.logs import request_id
from cds_hooks.web.wire import answer_of, json_answer, read_body

SWITCHED_OFF = "switched_off"  # why there is no card: the client's mode is off
REASONS = frozenset({SWITCHED_OFF, "user_is_not_a_professional", "nothing_approved", "nothing_to_say"})
_NO_CARDS = b'{"cards":[]}'


def blueprint(desk: Desk) -> flask.Blueprint:
    """The routes of discovery and of the service.

    The double slash is what the CDS Hooks Sandbox calls when the discovery address was typed with a slash at its end.
    """
    routes = flask.Blueprint("hooks", __name__)

    @routes.get("/cds-services", strict_slashes=False)
    def discover() -> flask.Response:
        with journaled(desk, Kind.DISCOVERY) as call:
            if desk.gate.guards_discovery or "Authorization" in flask.request.headers:
                admit(call)
            with contextlib.suppress(JournalUnavailable):  # discovery answers, whatever becomes of its row
                desk.journal.record(call.entry(200))
        return json_answer(desk.discovery)

    @routes.post("/cds-services/<service_id>")
    @routes.post("/cds-services//<service_id>")
    def call(service_id: str) -> flask.Response:
        with journaled(desk, Kind.HOOK) as call:
            admitted = admit(call)
            desk.check_service(service_id)
            return _answer(call, admitted)

    return routes


def _answer(call: Call, admitted: Admitted) -> flask.Response:
    """Decide, record, answer: in this order. What is shown of it depends on the mode."""
    desk, knowledge = call.desk, call.desk.knowledge
    call.service = knowledge.service.id
    with call.phase("receive"):
        body = read_body(desk.max_body_bytes)
    with call.turn(), call.phase("receive"):
        request = read_request(body, knowledge.service.hook, desk.max_body_bytes)
    identify(call, request)
    mode = admitted.mode_for(request.user_id, request.fhir_server)
    call.caller = replace(call.caller, mode=mode.word)
    if mode is Mode.OFF:
        return _switched_off(call, request)
    supplement = load(call, request)
    today = call.received_at.astimezone(UTC).date()
    with call.phase("remember"):
        history = overrides_of(desk.journal, knowledge, call.caller.tenant, request.patient_id, today)
    with call.turn():
        answered = _decided(call, request, supplement, today, history)
        said = answered.body if mode >= Mode.PILOT else _NO_CARDS
        entry = entry_of(call, answered, said)
    commit(call, entry)
    return answer_of(said)


def _decided(call: Call, request: HookRequest, supplement: Supplement, today: date, history: History) -> Answered:
    """From what came to what is said. Raises RequestRefused."""
    desk, knowledge = call.desk, call.desk.knowledge
    with call.phase("read"):
        keys, sieve = knowledge.service.prefetch, knowledge.sieve
        reading = read_supplemented(request, supplement, keys, sieve, desk.max_entries)
    call.who = replace(call.who, location=place_of(reading.used, request.encounter_id))
    given = Circumstances(
        call.id,
        today,
        request.user_type,
        history=history,
        pages=desk.pages(call.id),
        require_approval=desk.require_approval,
    )
    with call.phase("decide"):
        decision = decide(reading.record, knowledge, given)
        body = canonical({"cards": decision.cards})
    outcomes = {name: outcome.value for name, outcome in supplement.outcomes.items()}
    return Answered(request, kept_keys(reading.used, outcomes), reading, given, decision, body)


def _switched_off(call: Call, request: HookRequest) -> flask.Response:
    """Nothing is read and nothing is judged; that it was asked is kept."""
    told = {"hook": request.hook, "hookInstance": request.hook_instance}
    payload = written(Payload(people(call.who), told))
    digest = sha256(_NO_CARDS).digest()
    commit(call, call.entry(200, summary=Summary(silence=SWITCHED_OFF), output_digest=digest, payload=payload))
    return answer_of(_NO_CARDS)


def identify(call: Call, request: HookRequest) -> None:
    """Note who calls about whom."""
    call.who = Who(request.patient_id, request.user_id, request.encounter_id)
    call.hook, call.hook_instance = request.hook, request.hook_instance


def load(call: Call, request: HookRequest) -> Supplement:
    """What the request lacks, from the client's FHIR server. Nothing is loaded for somebody who is shown nothing."""
    if request.user_type in NOT_PROFESSIONAL:
        return Supplement()
    with call.phase("load"):
        supplement = load_missing(
            request, call.desk.knowledge.service.prefetch, call.desk.fhir_servers[call.caller.tenant]
        )
    if supplement.outcomes:
        outcomes = Counter(outcome.value for outcome in supplement.outcomes.values())
        call.desk.metrics.loaded(outcomes)
        call.desk.log.info(
            "loaded",
            request_id=request_id(),
            pages=supplement.pages,
            outcomes=outcomes,
            duration_ms=call.phases["load"],
        )
    return supplement


def entry_of(call: Call, answered: Answered, said: bytes) -> Entry:
    """The row of a decision; `said` is the answer, with its cards or without."""
    knowledge, decision = call.desk.knowledge, answered.decision
    return call.entry(
        200,
        summary=summary(decision, answered.reading.record, knowledge.sieve),
        cards=cards_shown(decision, call.id),
        knowledge=knowledge.fingerprint,
        input_digest=input_digest(answered.keys),
        output_digest=sha256(said).digest(),
        sent=said == answered.body,
        payload=of_decision(call.who, answered),
    )


def commit(call: Call, entry: Entry) -> None:
    """Commit to the journal, then log and count. Raises JournalUnavailable: then there is no answer to give."""
    call.desk.journal.record(entry)
    say(call, entry)
    shown = [card.card_id for card in entry.cards]
    call.desk.metrics.decided(entry.caller.tenant, entry.caller.mode, shown, entry.summary.silence)
