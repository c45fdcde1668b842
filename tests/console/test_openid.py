"""Signing in at an identity provider, over real HTTP on loopback."""

import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit

import pytest
from werkzeug.test import TestResponse

from cds_hooks.addresses import read_base
from cds_hooks.audit.entry import Kind
from cds_hooks.errors import SettingsBroken
from cds_hooks.profiles import check_profile
from cds_hooks.settings import Profile, Settings, read_settings
from cds_hooks.web.console.access import SIGN_IN_SECONDS
from cds_hooks.web.console.shell import COOKIE
from cds_hooks.web.console.sign_in import PENDING
from tests.support.openid import CLIENT, OTHER_KEY, SECRET, OpenIdProvider, providing
from tests.web.desk import NOW, Desk, opened

ROLES = (("cds-readers", "viewer"), ("cds-audit", "auditor"), ("cds-audit", "privacy"))


@dataclass(frozen=True)
class Hospital:
    """The service, and the provider of those who work there."""

    desk: Desk
    provider: OpenIdProvider

    def sent_away(self) -> str:
        """The address that the provider sends the browser back to."""
        begun = self.desk.client.get("/console/sign-in")
        assert begun.status_code == 302
        back = _not_followed(begun.headers["Location"])
        assert back.startswith("https://cds.example.org/console/signed-in?")
        return "/console/signed-in?" + urlsplit(back).query

    def sign_in(self, **claims: Any) -> TestResponse:
        """The whole way."""
        self.provider.claims.update(claims)
        return self.desk.client.get(self.sent_away())


def _not_followed(url: str) -> str:
    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: Any) -> None:
            return None

    with pytest.raises(HTTPError) as answer:
        urllib.request.build_opener(Stay).open(url, timeout=5)
    answer.value.close()
    return str(answer.value.headers["Location"])


@pytest.fixture
def hospital(tmp_path: Path) -> Iterator[Hospital]:
    (tmp_path / "secret").write_text(SECRET + "\n")
    with providing(NOW.timestamp()) as provider:
        settings = Settings(
            base_url=read_base("https://cds.example.org"),
            oidc_issuer=read_base(provider.url),
            oidc_client_id=CLIENT,
            oidc_client_secret_file=tmp_path / "secret",
            oidc_roles=ROLES,
        )
        with opened(tmp_path, settings) as desk:
            yield Hospital(desk, provider)


def last(hospital: Hospital) -> dict[str, Any]:
    return hospital.desk.calls(Kind.CONSOLE)[-1]


def test_who_signs_in_comes_in_with_their_roles(hospital: Hospital) -> None:
    answer = hospital.sign_in(roles=["cds-readers", "others"])
    assert answer.status_code == 200
    assert hospital.desk.client.get("/console/", base_url="https://localhost").status_code == 200
    assert hospital.desk.client.get("/console/decisions", base_url="https://localhost").status_code == 403
    row = next(row for row in hospital.desk.calls(Kind.CONSOLE) if row["action"] == "sign_in")
    assert row["user"] == hospital.desk.journal.ring.pseudonym("default", "user", "dr-4711")


def test_one_word_may_give_several_roles(hospital: Hospital) -> None:
    hospital.sign_in(roles="cds-audit")
    page = hospital.desk.client.get("/console/integrity", base_url="https://localhost")
    assert page.status_code == 200


def test_the_session_is_strict_and_the_way_there_lax(hospital: Hospital) -> None:
    begun = hospital.desk.client.get("/console/sign-in").headers["Set-Cookie"]
    assert all(part in begun for part in (PENDING, "Secure", "HttpOnly", "SameSite=Lax", "Path=/console/signed-in"))
    cookies = hospital.sign_in(roles=["cds-readers"]).headers.getlist("Set-Cookie")
    session = next(each for each in cookies if each.startswith(f"{COOKIE}="))
    assert all(part in session for part in ("Secure", "HttpOnly", "SameSite=Strict"))


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"roles": []}, "sign_in_no_role"),
        ({"roles": ["cds-reader"]}, "sign_in_no_role"),
        ({"roles": 7}, "sign_in_no_role"),
        ({"roles": None}, "sign_in_no_role"),
        ({"nonce": "another"}, "sign_in_token"),
        ({"nonce": None}, "sign_in_token"),
        ({"aud": "another"}, "sign_in_token"),
        ({"aud": [CLIENT, "another"]}, "sign_in_token"),
        ({"azp": "another"}, "sign_in_token"),
        ({"iss": "https://elsewhere.example.org"}, "sign_in_token"),
        ({"exp": NOW.timestamp() - 31}, "sign_in_token"),
        ({"exp": None}, "sign_in_token"),
        ({"iat": NOW.timestamp() + 600}, "sign_in_token"),
        ({"sub": None}, "sign_in_token"),
    ],
)
def test_a_token_that_is_not_meant_for_us_lets_nobody_in(
    hospital: Hospital, claims: dict[str, Any], reason: str
) -> None:
    answer = hospital.sign_in(**{"roles": ["cds-readers"], **claims})
    assert answer.status_code == 401
    assert (last(hospital)["action"], last(hospital)["error"]) == ("sign_in", reason)
    assert f"{COOKIE}=" not in str(answer.headers.getlist("Set-Cookie"))


@pytest.mark.parametrize(
    "lie",
    [
        {"key": OTHER_KEY},
        {"key": SECRET, "algorithm": "HS256"},
        {"key": None, "algorithm": "none"},
        {"token_status": 500},
        {"metadata": {"issuer": "https://elsewhere.example.org"}},
        {"metadata": {"token_endpoint": "http://127.0.0.1:1/token"}},
        {"metadata": {"jwks_uri": "https://169.254.169.254/keys"}},
        {"metadata": {"jwks_uri": "http://plain.example.org/keys"}},
        {"metadata": {"jwks_uri": None}},
        {"metadata": {"issuer": []}},  # no object at all
    ],
    ids=" ".join,  # both test workers must find the same names: a key prints its address
)
@pytest.mark.filterwarnings("ignore:The HMAC key")
def test_a_provider_that_lies_lets_nobody_in(hospital: Hospital, lie: dict[str, Any]) -> None:
    back = hospital.sent_away()
    hospital.provider.claims["roles"] = ["cds-readers"]
    for name, value in lie.items():
        setattr(hospital.provider, name, value)
    assert hospital.desk.client.get(back).status_code == 401
    assert last(hospital)["error"] in {"sign_in_token", "sign_in_provider"}


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda back: back.replace("state=", "state=x"), "sign_in_state"),
        (lambda back: back.replace("code=", "error=access_denied&was="), "sign_in_refused"),
        (lambda back: "/console/signed-in", "sign_in_state"),
    ],
)
def test_a_way_back_that_is_not_ours_lets_nobody_in(hospital: Hospital, spoil: Any, reason: str) -> None:
    answer = hospital.desk.client.get(spoil(hospital.sent_away()))
    assert answer.status_code == 401
    assert "Sign in" in answer.text
    assert last(hospital)["error"] == reason


def test_who_did_not_begin_here_does_not_come_in(hospital: Hospital) -> None:
    back = hospital.sent_away()
    assert hospital.desk.client.application.test_client().get(back).status_code == 401
    assert last(hospital)["error"] == "sign_in_cookie"
    assert SIGN_IN_SECONDS < 1000


def test_the_provider_that_does_not_answer_is_told_by_a_page(hospital: Hospital) -> None:
    hospital.provider.metadata["issuer"] = "https://elsewhere.example.org"
    assert hospital.desk.client.get("/console/sign-in").status_code == 401


def test_a_claim_names_the_clients_that_may_be_seen(tmp_path: Path, hospital: Hospital) -> None:
    assert hospital.sign_in(roles=["cds-readers"], tenants=["other"]).status_code == 200
    assert hospital.desk.client.get("/console/", base_url="https://localhost").status_code == 200  # no claim was named


def test_without_a_session_a_page_leads_to_the_sign_in(hospital: Hospital) -> None:
    assert '<a href="/console/sign-in">' in hospital.desk.client.get("/console/").text


COMPLETE = {
    "RECURRENCE_CDS_PROFILE": "demo",
    "RECURRENCE_CDS_BASE_URL": "https://cds.example.org",
    "RECURRENCE_CDS_OIDC_ISSUER": "https://login.example.org/realm",
    "RECURRENCE_CDS_OIDC_CLIENT_ID": CLIENT,
    "RECURRENCE_CDS_OIDC_CLIENT_SECRET_FILE": "secret",
    "RECURRENCE_CDS_OIDC_ROLES": "viewer=cds-readers, privacy=cds-privacy",
    "RECURRENCE_CDS_OIDC_NETWORKS": "10.0.0.0/8",
    "RECURRENCE_CDS_OIDC_TENANT_CLAIM": "sites",
}


def test_settings_of_the_provider_are_read() -> None:
    found = read_settings(COMPLETE)
    check_profile(found)
    assert found.oidc_roles == (("cds-readers", "viewer"), ("cds-privacy", "privacy"))
    assert [str(network) for network in found.oidc_networks] == ["10.0.0.0/8"]


@pytest.mark.parametrize("name", ["BASE_URL", "OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET_FILE", "OIDC_ROLES"])
def test_a_provider_that_is_half_told_is_no_provider(name: str) -> None:
    settings = read_settings({key: value for key, value in COMPLETE.items() if not key.endswith(name)})
    with pytest.raises(SettingsBroken, match=name):
        check_profile(settings)


@pytest.mark.parametrize(
    ("name", "value"), [("ROLES", "king=cds"), ("ROLES", "viewer"), ("NETWORKS", "10.0.0.1/8"), ("ISSUER", "ftp://x")]
)
def test_what_cannot_be_read_is_said(name: str, value: str) -> None:
    with pytest.raises(SettingsBroken, match=f"OIDC_{name} must be"):
        read_settings({**COMPLETE, f"RECURRENCE_CDS_OIDC_{name}": value})


def test_a_secret_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    settings = replace(read_settings(COMPLETE), oidc_client_secret_file=tmp_path / "none", profile=Profile.DEMO)
    with pytest.raises(SettingsBroken, match="the secret of the identity provider"), opened(tmp_path, settings):
        pass
