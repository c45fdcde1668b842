"""The console's routes, gathered."""

from collections.abc import Callable
from pathlib import Path

import flask
from werkzeug.exceptions import HTTPException

from cds_hooks.audit.snapshots import Snapshots
from cds_hooks.errors import RecurrenceCdsError
from cds_hooks.web.console import (
    acts,
    burden,
    decision,
    decisions,
    feedback,
    filters,
    integrity,
    knowledge,
    overview,
    reviews,
    silent,
    watch,
)
from cds_hooks.web.console.access import Sessions
from cds_hooks.web.console.shell import PATH, POLICY, Shell
from cds_hooks.web.console.sign_in import leave
from cds_hooks.web.desk import Desk
from cds_hooks.web.heartbeat import Heart
from cds_hooks.web.problems import refusal
from cds_hooks.web.seen import Versions

_TITLES = {
    401: "Sign in first",
    403: "Not for your role",
    404: "Nothing here",
    410: "Its key was shredded",
    503: "The journal is not available",
}

Entrance = Callable[[Shell], None]


def blueprint(  # noqa: PLR0913 (put together here)
    desk: Desk, heart: Heart, tenants: tuple[str, ...], entrance: Entrance, checkpoints: Path, *, secure: bool
) -> flask.Blueprint:
    """Every page. `entrance` registers the way in, `checkpoints` is the file of the journal's; with `secure` the cookie
    is sent over https alone.
    """
    routes = flask.Blueprint(
        "console",
        __name__,
        url_prefix=PATH,
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )
    journal = desk.journal
    key = journal.ring.derived(journal.ring.current, "console session")
    shell = Shell(desk, Sessions(key), tenants, routes, secure)
    versions = Versions(desk.knowledge, Snapshots(journal))
    overview.register(shell)
    decisions.register(shell)
    viewer = decision.Viewer(shell, versions)
    decision.register(viewer)
    acts.register(viewer)
    for room in (feedback, burden):
        room.register(shell)
    watch.register(shell, heart)
    for room in (silent, reviews):
        room.register(shell)
    knowledge.register(shell, versions)
    integrity.register(shell, checkpoints)
    filters.register(routes)
    leave(shell)
    entrance(shell)

    def told(problem: Exception) -> flask.Response:
        found = refusal(problem)
        title = _TITLES.get(found.status, "This cannot be shown")
        text = flask.render_template(
            "console/refused.html",
            title=title,
            status=found.status,
            text=found.text,
            shell=shell,
            signing_in=flask.request.endpoint == "console.back",
        )
        return flask.Response(text, found.status, mimetype="text/html", headers={"Content-Security-Policy": POLICY})

    routes.register_error_handler(HTTPException, told)
    routes.register_error_handler(RecurrenceCdsError, told)
    return routes
