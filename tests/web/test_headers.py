from pathlib import Path

import flask
import pytest

from cds_hooks.settings import Settings
from tests.web.desk import SERVICE, Desk, opened, without_cards

EHR = "https://ehr.example.org"
ALL = ["/cds-services", "/cds-services/", SERVICE, f"/cds-services/{SERVICE}", f"{SERVICE}/feedback"]
ASKED = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}


def test_a_public_page_that_may_call_us_may_also_call_us_on_the_local_network(tmp_path: Path) -> None:
    with opened(tmp_path, Settings(cors_origins=(EHR,))) as desk:
        asked = {"Origin": EHR, **ASKED, "Access-Control-Request-Private-Network": "true"}
        allowed = desk.client.options(SERVICE, headers=asked)
        refused = desk.client.options(SERVICE, headers={**asked, "Origin": "https://elsewhere.example"})
    assert allowed.headers["Access-Control-Allow-Private-Network"] == "true"
    assert "Access-Control-Allow-Private-Network" not in refused.headers


@pytest.mark.parametrize("path", ALL)
def test_a_preflight_is_granted_without_authentication(tmp_path: Path, path: str) -> None:
    """O1."""
    with opened(tmp_path, Settings(cors_origins=(EHR,))) as desk:
        answer = desk.client.options(path, headers={"Origin": EHR, **ASKED})
    assert (answer.status_code, answer.data) == (204, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == EHR
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, POST, OPTIONS"
    assert answer.headers["Access-Control-Allow-Headers"] == "Authorization, Content-Type"
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize(("body", "status"), [(without_cards(), 200), (b"{", 400), ({}, 422)])
def test_a_browser_may_read_an_answer_and_a_refusal(tmp_path: Path, body: object, status: int) -> None:
    """O1."""
    with opened(tmp_path, Settings(cors_origins=("https://other.example.org", EHR))) as desk:
        answer = desk.post(body, Origin=EHR)
    assert answer.status_code == status
    assert answer.headers["Access-Control-Allow-Origin"] == EHR
    assert "Origin" in answer.headers["Vary"]


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example.org", f"{EHR}/", f"{EHR}:443", "http://ehr.example.org", f"{EHR}.evil.org", "null", "*"],
)
def test_another_origin_is_granted_nothing(tmp_path: Path, origin: str) -> None:
    """O2."""
    with opened(tmp_path, Settings(cors_origins=(EHR,))) as desk:
        answers = [desk.client.options(SERVICE, headers={"Origin": origin}), desk.post(without_cards(), Origin=origin)]
    assert not [name for answer in answers for name, _ in answer.headers if name.startswith("Access-Control")]


def test_no_origin_is_granted_by_default(desk: Desk) -> None:
    """O2."""
    assert "Access-Control-Allow-Origin" not in desk.client.get("/cds-services", headers={"Origin": EHR}).headers


def test_any_origin_is_granted_when_set_so(tmp_path: Path) -> None:
    with opened(tmp_path, Settings(cors_origins=("*",))) as desk:
        answer = desk.client.get("/cds-services", headers={"Origin": EHR})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_what_is_no_service_path_is_open_to_no_origin(tmp_path: Path) -> None:
    with opened(tmp_path, Settings(cors_origins=("*",))) as desk:
        answer = desk.client.get("/readyz", headers={"Origin": EHR})
        assert desk.client.options("/readyz").status_code == 405
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("path", ["/cds-services", "/readyz", "/nothing", SERVICE])
def test_an_answer_is_neither_stored_nor_sniffed_nor_shown_as_a_page(desk: Desk, path: str) -> None:
    headers = desk.client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"


def test_a_page_of_another_blueprint_keeps_its_own_policy(tmp_path: Path) -> None:
    pages = flask.Blueprint("pages", __name__)
    page = flask.Response(
        "<p>", headers={"Content-Security-Policy": "default-src 'self'", "Cache-Control": "max-age=9"}
    )
    pages.add_url_rule("/", view_func=lambda: page)
    with opened(tmp_path, blueprints=(pages,)) as desk:
        headers = desk.client.get("/").headers
    assert headers["Content-Security-Policy"] == "default-src 'self'"
    assert headers["Cache-Control"] == "max-age=9"
