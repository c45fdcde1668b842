"""Coming in and going out: by the identity provider, or in the demo by an address that lets in once."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

import flask
from werkzeug.exceptions import Unauthorized

from cds_hooks.audit.entry import Caller, Kind, Who
from cds_hooks.audit.payload import Payload, people, written
from cds_hooks.errors import NotAuthenticated
from cds_hooks.web.call import journaled
from cds_hooks.web.console.access import ALL_ROLES, Visitor
from cds_hooks.web.console.openid import OpenId, Pending
from cds_hooks.web.console.shell import COOKIE, PATH, POLICY, Shell

DEMO_VISITOR = "demo"
PENDING = "recurrence-cds-console-sign-in"


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
            shell.desk.journal.record(call.entry(200, payload=written(Payload(people(call.who), {}))))
        return signed_in(shell, Visitor(DEMO_VISITOR, ALL_ROLES, since=shell.desk.clock().timestamp()))


def let_in_by(shell: Shell, openid: OpenId) -> None:
    """The way in by the identity provider: GET /console/sign-in, and back to GET /console/signed-in."""
    shell.sign_in_at = "sign_in"

    @shell.routes.get("/sign-in")
    def sign_in() -> flask.Response:
        with journaled(shell.desk, Kind.CONSOLE, caller=Caller(shell.tenants[0]), action="sign_in_begins") as call:
            pending = Pending()
            answer = flask.Response(status=302, headers={"Location": openid.address(pending)})
            cookie = shell.sessions.pending([pending.state, pending.nonce, pending.verifier], shell.desk.clock())
            # Lax: the provider sends the browser back from another site
            answer.set_cookie(
                PENDING, cookie, path=f"{PATH}/signed-in", secure=shell.secure, httponly=True, samesite="Lax"
            )
            shell.desk.journal.record(call.entry(302))
        return answer

    @shell.routes.get("/signed-in")
    def back() -> flask.Response:
        with journaled(shell.desk, Kind.CONSOLE, caller=Caller(shell.tenants[0]), action="sign_in") as call:
            word = shell.sessions.came_back(flask.request.cookies.get(PENDING), shell.desk.clock())
            if not word:
                raise NotAuthenticated("sign_in_cookie")
            visitor = openid.visitor(flask.request.args, Pending(*word), shell.desk.clock())
            call.who = Who(user=visitor.name)
            call.caller = Caller((shell.visible(visitor) or shell.tenants)[0])
            shell.desk.journal.record(call.entry(200, payload=written(Payload(people(call.who), {}))))
        answer = signed_in(shell, visitor)
        answer.delete_cookie(PENDING, path=f"{PATH}/signed-in", secure=shell.secure, httponly=True, samesite="Lax")
        return answer


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
