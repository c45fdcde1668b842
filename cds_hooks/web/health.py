"""Probes for whatever runs the service."""

import flask

from cds_hooks.errors import JournalUnavailable
from cds_hooks.knowledge.approvals import approval_state
from cds_hooks.web.desk import Desk
from cds_hooks.web.wire import json_answer


def blueprint(desk: Desk) -> flask.Blueprint:
    """/healthz: the process answers. /readyz: an answer could be recorded now, which knowledge it would rest on, and
    whether that is approved. A service that must stay silent for want of approval is ready: it answers without a card.
    """
    routes = flask.Blueprint("health", __name__)

    @routes.get("/healthz")
    def alive() -> flask.Response:
        return json_answer({"status": "alive"})

    @routes.get("/readyz")
    def ready() -> flask.Response:
        if not desk.journal.ready():
            raise JournalUnavailable("not ready")
        approval = approval_state(desk.knowledge) if desk.require_approval else "not required"
        return json_answer({"status": "ready", "knowledge": desk.knowledge.fingerprint, "approval": approval})

    return routes
