"""Who comes in, what each role may see, and that no look is without its row."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cds_hooks.addresses import read_base
from cds_hooks.audit.entry import Kind
from cds_hooks.errors import JournalUnavailable
from cds_hooks.settings import Settings
from cds_hooks.web.clients import Client, Clients, Mode
from cds_hooks.web.console.access import IDLE_SECONDS, SESSION_SECONDS, Role, Sessions
from cds_hooks.web.console.shell import COOKIE
from tests.console.visitors import CSRF, WORD, session, visitor
from tests.web.desk import NOW, Desk, opened, with_cards

V, A, P, K = Role.VIEWER, Role.AUDITOR, Role.PRIVACY, Role.APPROVER
# every page and act, and who may; an address with <id> is asked for with a decision
MAY: dict[tuple[str, str], set[Role]] = {
    ("GET", "/console/"): {V, A, P, K},
    ("GET", "/console/decisions"): {A, P},
    ("GET", "/console/decisions/<id>"): {A, P},
    ("POST", "/console/decisions/<id>/replay"): {A, P},
    ("GET", "/console/feedback"): {V, A, P, K},
    ("GET", "/console/feedback/comments"): {A, P},
    ("GET", "/console/burden"): {V, A, P, K},
    ("GET", "/console/watch"): {V, A, P, K},
    ("GET", "/console/silent"): {V, A, P, K},
    ("POST", "/console/decisions/<id>/people"): {P},
    ("POST", "/console/decisions/<id>/review"): {A, P},
    ("GET", "/console/reviews"): {A, P},
    ("GET", "/console/knowledge"): {V, A, P, K},
    ("GET", "/console/knowledge/difference"): {V, A, P, K},
    ("POST", "/console/knowledge/impact"): {A, P, K},
    ("GET", "/console/integrity"): {A, P},
    ("POST", "/console/integrity/verify"): {A, P},
    ("POST", "/console/leave"): {V, A, P, K},
}
OPEN = {"/console/enter/<word>", "/console/static/<path:filename>"}


def decided(desk: Desk) -> str:
    desk.post(with_cards())
    return str(desk.calls()[-1]["id"])


def test_the_table_of_roles_names_every_page(desk: Desk) -> None:
    rules = [rule for rule in desk.client.application.url_map.iter_rules() if rule.rule.startswith("/console")]
    found = {(method, rule.rule) for rule in rules for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}
    expected = {(method, path.replace("<id>", "<id_>")) for method, path in MAY} | {("GET", path) for path in OPEN}
    assert found == expected


@pytest.mark.parametrize("role", Role)
def test_each_role_sees_its_pages_and_no_other(desk: Desk, role: Role) -> None:
    id_ = decided(desk)
    browser = session(desk, visitor(role))
    for (method, path), roles in MAY.items():
        answer = browser.open(path.replace("<id>", id_), method=method, data={"csrf": CSRF})
        assert (answer.status_code == 403) == (role not in roles), (method, path)
        if path == "/console/leave":
            browser = session(desk, visitor(role))


@pytest.mark.parametrize(("method", "path"), MAY)
def test_without_a_session_there_is_nothing(desk: Desk, method: str, path: str) -> None:
    answer = desk.client.open(path.replace("<id>", "x"), method=method)
    assert answer.status_code == 401
    (row,) = desk.calls(Kind.CONSOLE)
    assert (row["status"], row["error"], row["user"]) == (401, "Unauthorized", None)


@pytest.mark.parametrize(("method", "path"), [each for each in MAY if each[0] == "POST"])
@pytest.mark.parametrize("word", ["", "wrong"])
def test_nothing_is_done_without_the_word_of_the_form(desk: Desk, method: str, path: str, word: str) -> None:
    answer = session(desk, visitor()).open(path.replace("<id>", decided(desk)), method=method, data={"csrf": word})
    assert answer.status_code == 403


def test_the_word_of_the_demo_lets_in_once(desk: Desk) -> None:
    answer = desk.client.get(f"/console/enter/{WORD}")
    assert answer.status_code == 200
    cookie = answer.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Strict", "Path=/console"} <= set(cookie.split("; "))
    assert desk.client.get("/console/").status_code == 200
    fresh = desk.client.application.test_client()
    assert fresh.get(f"/console/enter/{WORD}").status_code == 401
    assert [row["action"] for row in desk.calls(Kind.CONSOLE)] == ["sign_in", "overview", "sign_in"]


def test_a_wrong_word_spends_nothing(desk: Desk) -> None:
    assert desk.client.get("/console/enter/guessed").status_code == 401
    assert desk.client.get(f"/console/enter/{WORD}").status_code == 200


def test_the_word_is_nowhere_in_log_or_journal(desk: Desk) -> None:
    desk.client.get(f"/console/enter/{WORD}")
    assert WORD not in desk.log.getvalue()
    assert all(WORD not in str(row) for row in desk.rows("entry"))


def test_without_a_word_there_is_no_console(tmp_path: Path) -> None:
    with opened(tmp_path) as plain:
        assert plain.client.get("/console/").status_code == 404


def test_who_leaves_has_no_session(desk: Desk) -> None:
    desk.client.get(f"/console/enter/{WORD}")
    assert (
        session(desk, visitor())
        .post("/console/leave", data={"csrf": CSRF})
        .headers["Set-Cookie"]
        .startswith(f"{COOKIE}=;")
    )


@pytest.mark.parametrize(("later", "there"), [(IDLE_SECONDS, True), (IDLE_SECONDS + 1, False)])
def test_a_session_ends_when_nobody_looks(later: int, there: bool) -> None:
    sessions = Sessions(b"k" * 32)
    cookie = sessions.cookie(visitor(), NOW)
    assert (sessions.visitor(cookie, NOW + timedelta(seconds=later)) is not None) is there


def test_a_session_ends_after_a_day_of_work() -> None:
    sessions, late = Sessions(b"k" * 32), NOW + timedelta(seconds=SESSION_SECONDS + 1)
    assert sessions.visitor(sessions.cookie(visitor(), late), late) is None


@pytest.mark.parametrize("spoil", [lambda c: "", lambda c: c[:-1] + "!", lambda c: "x" + c, lambda c: "ü"])
def test_a_cookie_that_is_not_ours_is_none(spoil: object) -> None:
    sessions = Sessions(b"k" * 32)
    cookie = sessions.cookie(visitor(), NOW)
    assert sessions.visitor(spoil(cookie), NOW) is None  # type: ignore[operator]
    assert Sessions(b"l" * 32).visitor(cookie, NOW) is None


def test_every_look_is_a_row_that_names_who_and_what(desk: Desk) -> None:
    id_ = decided(desk)
    session(desk, visitor(A)).get(f"/console/decisions/{id_}")
    (row,) = desk.calls(Kind.CONSOLE)
    ring = desk.journal.ring
    assert (row["action"], row["about"], row["status"]) == ("decision", id_, 200)
    assert row["user"] == ring.pseudonym("default", "user", "somebody@example.org")


def test_a_look_that_cannot_be_journaled_is_not_answered(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = session(desk, visitor())

    def fail(*_: object) -> None:
        raise JournalUnavailable("the journal could not commit")

    monkeypatch.setattr(desk.journal, "record", fail)
    answer = browser.get("/console/")
    assert answer.status_code == 503
    assert "Calls" not in answer.text


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Desk]:
    clients = Clients(
        tuple(Client(name, Mode.LIVE, issuer=f"https://{name}.example.org") for name in ("north", "south"))
    )
    with opened(tmp_path, console_word=WORD, clients=clients) as running:
        yield running


@pytest.mark.parametrize(
    ("seen", "asked", "status"),
    [
        ({"south"}, None, 200),
        ({"south"}, "south", 200),
        ({"south"}, "north", 403),
        ({"south"}, "nowhere", 403),
        (None, "north", 200),
        (set(), None, 403),
    ],
)
def test_a_visitor_sees_the_journal_of_their_clients_alone(
    two: Desk, seen: set[str] | None, asked: str | None, status: int
) -> None:
    who = visitor(tenants=None if seen is None else frozenset(seen))
    answer = session(two, who).get("/console/", query_string={} if asked is None else {"tenant": asked})
    assert answer.status_code == status
    (row,) = two.calls(Kind.CONSOLE)
    assert row["tenant"] == (asked if status == 200 and asked else "south" if seen == {"south"} else "north")


def test_pages_run_no_script_and_no_style_of_their_own(desk: Desk) -> None:
    answer = session(desk, visitor()).get("/console/")
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    for inline in ("<script>", " style=", " onclick=", "<style"):
        assert inline not in answer.text


def test_over_https_the_cookie_is_secure(tmp_path: Path) -> None:
    settings = Settings(base_url=read_base("https://cds.example.org"))
    with opened(tmp_path, settings, console_word=WORD) as running:
        assert "Secure" in running.client.get(f"/console/enter/{WORD}").headers["Set-Cookie"]
