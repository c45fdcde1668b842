"""The page behind a card: how the decision came about, for whoever has its link, as long as it can be opened."""

from datetime import datetime, timedelta

import flask
from werkzeug.exceptions import Gone, NotFound

from cds_hooks.audit.entry import Caller, Kind
from cds_hooks.audit.explaining import decision_of
from cds_hooks.audit.reading import StoredDecision, stored_decision
from cds_hooks.audit.snapshots import Snapshots
from cds_hooks.errors import PayloadForgotten
from cds_hooks.web.call import Call, journaled
from cds_hooks.web.desk import Desk
from cds_hooks.web.hidden import hidden
from cds_hooks.web.pages import POLICY
from cds_hooks.web.problems import refusal
from cds_hooks.web.seen import Versions, seen

ACTION = "explanation"


def blueprint(desk: Desk) -> flask.Blueprint:
    """GET /explanation/<word>. Each look at it is committed to the journal before it is shown; a word that opens
    nothing is answered alike, whatever is wrong with it.
    """
    routes = flask.Blueprint("explanation", __name__, template_folder="templates")
    versions = Versions(desk.knowledge, Snapshots(desk.journal))

    @routes.get("/explanation/<word>")
    def show(word: str) -> flask.Response:
        id_ = decision_of(desk.journal.ring, word)
        stored = None if id_ is None else _opened(desk, id_)
        tenant = Caller().tenant if stored is None else stored.row["tenant"]
        with journaled(desk, Kind.EXPLANATION, caller=Caller(tenant), action=ACTION, about=id_) as call:
            if stored is None:
                raise NotFound
            if _age_of(call, stored) > desk.explained_for:
                raise Gone
            answer = page("explanation.html", 200, seen=seen(stored, versions), until=_until(desk, stored))
            answer.set_data(hidden(answer.get_data(as_text=True), stored.who))
            desk.journal.record(call.entry(200))
        return answer

    def refused(problem: Exception) -> flask.Response:
        told = refusal(problem)
        return page("explanation_refused.html", told.status, expired=told.status == 410)

    for problem in (NotFound, Gone):
        routes.register_error_handler(problem, refused)
    return routes


def page(template: str, status: int, **values: object) -> flask.Response:
    """A page without a script."""
    text = flask.render_template(template, **values)
    return flask.Response(text, status, mimetype="text/html", headers={"Content-Security-Policy": POLICY})


def _opened(desk: Desk, id_: str) -> StoredDecision | None:
    """The decision; None if it is none, or nothing can be told of it any more: its key was destroyed on purpose."""
    try:
        stored = stored_decision(desk.journal, id_)
    except PayloadForgotten:
        return None
    return stored if stored is not None and stored.row["kind"] == Kind.HOOK.value and stored.response else None


def _age_of(call: Call, stored: StoredDecision) -> timedelta:
    return call.received_at - datetime.fromisoformat(stored.row["received_at"])


def _until(desk: Desk, stored: StoredDecision) -> datetime:
    return datetime.fromisoformat(stored.row["received_at"]) + desk.explained_for
