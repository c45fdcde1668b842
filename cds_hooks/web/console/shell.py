"""What every page of the console has in common: who may see it, that it is journaled, and the frame around it."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import wraps
from typing import Any
from urllib.parse import urlencode

import flask
from werkzeug.exceptions import Forbidden, Unauthorized

from cds_hooks.audit.entry import Caller, Kind, Who
from cds_hooks.audit.payload import Payload, people, written
from cds_hooks.web.call import Call, journaled
from cds_hooks.web.console.access import Role, Sessions, Visitor
from cds_hooks.web.desk import Desk

COOKIE = "recurrence-cds-console"
PATH = "/console"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'none'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Visit:
    """One look at one page: by whom, at whose journal, on which day; `call` becomes its row."""

    visitor: Visitor
    tenant: str
    today: date
    call: Call
    said: list[dict[str, Any]] = field(default_factory=list)

    def keep(self, **said: Any) -> None:
        """Seal this into the row of the visit: what a visitor wrote or gave as a reason."""
        self.said.append(said)

    def about(self, thing: str) -> None:
        """Note what is looked at: a row's id, or a word of our own."""
        self.call.about = thing


View = Callable[..., flask.Response]


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its endpoint, what its link says (None: it has no link of its own), and who may see it."""

    endpoint: str
    title: str | None
    roles: frozenset[Role]


@dataclass
class Shell:
    """Makes views into pages of the console. `tenants` are the clients whose journal there may be; with `secure` the
    cookie is sent over https alone; `sign_in_at` is the endpoint at which visitors sign in, None in the demo.
    """

    desk: Desk
    sessions: Sessions
    tenants: tuple[str, ...]
    routes: flask.Blueprint
    secure: bool
    sign_in_at: str | None = None
    pages: dict[str, Page] = field(default_factory=dict)

    def page(
        self, rule: str, endpoint: str, *roles: Role, title: str | None = None, methods: tuple[str, ...] = ("GET",)
    ) -> Callable[[View], View]:
        """A view behind this address for visitors with one of the roles. It is given its Visit first; what it returns
        is sent once the visit is committed.
        """
        self.pages[endpoint] = Page(endpoint, title, frozenset(roles))

        def decorate(view: View) -> View:
            @wraps(view)
            def guarded(**arguments: str) -> flask.Response:
                return self._visited(endpoint, frozenset(roles), view, arguments)

            self.routes.add_url_rule(rule, endpoint, guarded, methods=list(methods), strict_slashes=False)
            return view

        return decorate

    def onward(self, endpoint: str, **arguments: str) -> flask.Response:
        """Lead on to a page once something is done."""
        return flask.Response(status=303, headers={"Location": address(endpoint, **arguments)})

    def render(self, visit: Visit, template: str, title: str, **values: Any) -> flask.Response:
        """A page in its frame."""
        links = [page for page in self.pages.values() if page.title and visit.visitor.may(page.roles)]
        text = flask.render_template(
            f"console/{template}.html",
            title=title,
            visit=visit,
            links=links,
            tenants=self.visible(visit.visitor),
            knowledge=self.desk.knowledge.fingerprint,
            address=address,
            here=here,
            Role=Role,
            **values,
        )
        return flask.Response(text, mimetype="text/html", headers={"Content-Security-Policy": POLICY})

    def visible(self, visitor: Visitor) -> tuple[str, ...]:
        """The tenants whose journal they may see."""
        return tuple(name for name in self.tenants if visitor.tenants is None or name in visitor.tenants)

    def _visited(
        self, endpoint: str, roles: frozenset[Role], view: View, arguments: Mapping[str, str]
    ) -> flask.Response:
        visitor = self.sessions.visitor(flask.request.cookies.get(COOKIE), self.desk.clock())
        asked = flask.request.values.get("tenant")
        visible = () if visitor is None else self.visible(visitor)
        tenant = asked if asked in visible else (visible or self.tenants)[0]
        with journaled(self.desk, Kind.CONSOLE, caller=Caller(tenant), action=endpoint) as call:
            if visitor is None:
                raise Unauthorized
            call.who = Who(user=visitor.name)
            if not visitor.may(roles) or tenant not in visible or asked not in (None, tenant):
                raise Forbidden
            if flask.request.method == "POST" and not _same(flask.request.form.get("csrf"), visitor.csrf):
                raise Forbidden
            visit = Visit(visitor, tenant, self.desk.clock().date(), call)
            answer = view(visit, **arguments)
            payload = written(Payload(people(call.who), {}, items=visit.said))
            self.desk.journal.record(call.entry(answer.status_code, payload=payload))
        return answer if "Set-Cookie" in answer.headers else self.kept(answer, visitor)

    def kept(self, answer: flask.Response, visitor: Visitor) -> flask.Response:
        """The answer with the visitor's session."""
        cookie = self.sessions.cookie(visitor, self.desk.clock())
        answer.set_cookie(COOKIE, cookie, path=PATH, secure=self.secure, httponly=True, samesite="Strict")
        return answer


def address(endpoint: str, **arguments: Any) -> str:
    """The address of a page with these arguments; those that are None are left out."""
    given = {name: value for name, value in arguments.items() if value is not None}
    return flask.url_for(f"console.{endpoint}", **given)


def here(**changed: Any) -> str:
    """The address of the current page with some of its arguments changed; None takes one away."""
    arguments = {**flask.request.args.to_dict(), **changed}
    return "?" + urlencode({name: value for name, value in arguments.items() if value is not None})


def after() -> str | None:
    """Where the page that is asked for begins; None for the first."""
    return flask.request.args.get("after")


def _same(given: str | None, expected: str) -> bool:
    return hmac.compare_digest((given or "").encode(), expected.encode())
