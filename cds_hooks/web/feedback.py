"""What became of the cards: clients report it here."""

import flask

from cds_hooks.audit.entry import Kind
from cds_hooks.audit.feedback import Reasons, items_of, told
from cds_hooks.audit.payload import Payload, written
from cds_hooks.errors import NotAHookRequest
from cds_hooks.protocol.feedback import read_feedback
from cds_hooks.web.call import Call, admit, journaled, say
from cds_hooks.web.desk import Desk
from cds_hooks.web.wire import json_answer, read_body
from cds_hooks.writing.compose import wording_of


def blueprint(desk: Desk) -> flask.Blueprint:
    """The feedback route.

    The specification leaves the answer open: it is 200 with an empty object once the feedback is kept, also for a
    card that is not ours (the client can do nothing about it, and the report is worth keeping). Items that are none
    are kept out of the count, not out of the journal; where there are no others the answer says what to mend.
    """
    routes = flask.Blueprint("feedback", __name__)
    system = wording_of(desk.knowledge).say("override.system")
    reasons = Reasons(system, frozenset(desk.knowledge.override_reasons))

    @routes.post("/cds-services/<service_id>/feedback")
    @routes.post("/cds-services//<service_id>/feedback")
    def keep(service_id: str) -> flask.Response:
        with journaled(desk, Kind.FEEDBACK) as call:
            admit(call, f"/cds-services/{desk.knowledge.service.id}")  # some clients sign for the service itself
            desk.check_service(service_id)
            call.service = desk.knowledge.service.id
            return _kept(call, reasons)

    return routes


def _kept(call: Call, reasons: Reasons) -> flask.Response:
    desk = call.desk
    report = read_feedback(read_body(desk.max_body_bytes), desk.max_body_bytes)
    call.set_aside = [{"where": one.where, "why": one.text, "sent": one.sent} for one in report.refused]
    if report.refused and not report.items:
        raise NotAHookRequest(report.refused[0].text, report.refused[0].where)
    payload = Payload({}, {}, items=[told(item) for item in report.items], set_aside=call.set_aside)
    entry = call.entry(200, error="items_refused" if report.refused else None, payload=written(payload))
    desk.journal.record_feedback(entry, items_of(desk.journal.ring, call.caller.tenant, report.items, reasons))
    say(call, entry)
    return json_answer({})
