"""Visitors of the console with a session of their own, and what they see."""

import re
from html import unescape

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cds_hooks.web.console.access import ALL_ROLES, Role, Sessions, Visitor
from cds_hooks.web.console.shell import COOKIE
from tests.web.desk import NOW, Desk

WORD = "a-word-for-the-tests"
CSRF = "the-word-of-its-forms"


def session(desk: Desk, visitor: Visitor) -> FlaskClient:
    """A browser with the session of this visitor."""
    ring = desk.journal.ring
    cookie = Sessions(ring.derived(ring.current, "console session")).cookie(visitor, NOW)
    browser = desk.client.application.test_client()
    browser.set_cookie(COOKIE, cookie, path="/console")
    return browser


def visitor(*roles: Role, tenants: frozenset[str] | None = None) -> Visitor:
    """Somebody with these roles, all if none is said."""
    return Visitor("somebody@example.org", frozenset(roles) or ALL_ROLES, tenants, NOW.timestamp(), CSRF)


def text(answer: TestResponse) -> str:
    """What a reader sees of a page, in one line."""
    page = re.sub(r"<(style|head)\b.*?</\1>", " ", answer.get_data(as_text=True), flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))
