"""What is done to a decision: it is made again, its people are named, it is reviewed. Nothing in it changes by that."""

import flask
from werkzeug.exceptions import BadRequest, NotFound

from cds_hooks.audit.replay import replay
from cds_hooks.audit.reviews import ACTION, ANSWERS, QUESTIONS
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.web.console.access import READERS, Role
from cds_hooks.web.console.decision import LEAST_REASON, Viewer
from cds_hooks.web.console.shell import Visit

MOST_WRITTEN = 1000  # characters


def register(viewer: Viewer) -> None:
    """POST /console/decisions/<id>/replay, …/people, …/review."""
    shell = viewer.shell

    @shell.page("/decisions/<id_>/replay", "replay", *READERS, methods=("POST",))
    def again(visit: Visit, id_: str) -> flask.Response:
        stored = viewer.found(visit, id_)
        if stored.response is None:
            raise NotFound
        under = {name: replay(stored, version) for name, version in _versions(viewer, stored.row["knowledge"]).items()}
        return viewer.page(visit, stored, replayed=under)

    @shell.page("/decisions/<id_>/people", "people", Role.PRIVACY, methods=("POST",))
    def name(visit: Visit, id_: str) -> flask.Response:
        stored, reason = viewer.found(visit, id_), flask.request.form.get("reason", "").strip()
        if not LEAST_REASON <= len(reason) <= MOST_WRITTEN:
            raise BadRequest
        visit.keep(reason=reason)
        return viewer.page(visit, stored, people=stored.who)

    @shell.page("/decisions/<id_>/review", ACTION, *READERS, methods=("POST",))
    def judge(visit: Visit, id_: str) -> flask.Response:
        viewer.found(visit, id_)
        said = {question: flask.request.form.get(question, "") for question in QUESTIONS}
        note = flask.request.form.get("note", "").strip()
        if not set(said.values()) <= set(ANSWERS) or len(note) > MOST_WRITTEN:
            raise BadRequest
        visit.keep(**said, note=note)
        return shell.onward("reviews", tenant=visit.tenant)


def _versions(viewer: Viewer, then: str) -> dict[str, Knowledge]:
    """The knowledge of then, and that of now if it is another."""
    found, served = {"the knowledge of then": viewer.versions.get(then)}, viewer.versions.served
    return found if served.fingerprint == then else {**found, "the knowledge served now": served}
