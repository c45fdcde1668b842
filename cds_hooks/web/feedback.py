"""What became of the cards: clients report it here."""

import flask

from cds_hooks.protocol.feedback import read_feedback
from cds_hooks.web.hooks import Desk
from cds_hooks.web.wire import json_answer, read_body


def blueprint(desk: Desk) -> flask.Blueprint:
    """The feedback route.

    The specification leaves the answer open: it is 200 with an empty object once the feedback is kept, also for a
    card that is not ours (the client can do nothing about it, and the report is worth keeping).
    """
    routes = flask.Blueprint("feedback", __name__)

    @routes.post("/cds-services/<service_id>/feedback")
    @routes.post("/cds-services//<service_id>/feedback")
    def keep(service_id: str) -> flask.Response:
        desk.check_service(service_id)
        items = read_feedback(read_body(desk.max_body_bytes), desk.max_body_bytes)
        desk.journal.keep_feedback(items, desk.clock())
        return json_answer({})

    return routes
