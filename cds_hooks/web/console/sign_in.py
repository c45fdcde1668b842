"""Coming in and going out. The demo prints an address that lets in once."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

import flask
from werkzeug.exceptions import Unauthorized

from cds_hooks.audit.entry import Caller, Kind, Who
from cds_hooks.audit.payload import Payload, people, written
from cds_hooks.web.call import journaled
from cds_hooks.web.console.access import ALL_ROLES, Visitor
from cds_hooks.web.console.shell import COOKIE, PATH, POLICY, Shell

DEMO_VISITOR = "demo"


@dataclass
class OneTime:
    """A word that lets in the first who says it, and nobody after."""

    word: str = field(repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)
    _used: bool = False

    def spend(self, said: str) -> bool:
        """True the first time."""
        with self._lock:
            right = not self._used and hmac.compare_digest(said.encode(), self.word.encode())
            self._used = self._used or right
        return right


def let_in_once(shell: Shell, once: OneTime) -> None:
    """The demo's way in: GET /console/enter/<word>."""

    @shell.routes.get("/enter/<word>")
    def enter(word: str) -> flask.Response:
        with journaled(shell.desk, Kind.CONSOLE, caller=Caller(shell.tenants[0]), action="sign_in") as call:
            if not once.spend(word):
                raise Unauthorized
            call.who = Who(user=DEMO_VISITOR)
            shell.desk.journal.record(call.entry(303, payload=written(Payload(people(call.who), {}))))
        return signed_in(shell, Visitor(DEMO_VISITOR, ALL_ROLES, since=shell.desk.clock().timestamp()))


def signed_in(shell: Shell, visitor: Visitor) -> flask.Response:
    """A page that leads on into the console, with the session.

    It is a page and not a redirect: a browser sends a cookie of SameSite=Strict along only with what our own page asks
    for, not with a redirect that another site began.
    """
    text = flask.render_template("console/entered.html", next=flask.url_for("console.overview"))
    answer = flask.Response(text, mimetype="text/html", headers={"Content-Security-Policy": POLICY})
    return shell.kept(answer, visitor)


def leave(shell: Shell) -> Callable[[], flask.Response]:
    """POST /console/leave: the session ends."""

    @shell.page("/leave", "leave", *ALL_ROLES, methods=("POST",))
    def left(_visit: object) -> flask.Response:
        answer = flask.Response(status=303, headers={"Location": flask.url_for("console.overview")})
        answer.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="Strict")
        return answer

    return left
