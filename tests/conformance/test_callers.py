"""X: who calls, proved by a token."""

import hashlib
import hmac
import time
from collections.abc import Callable
from ipaddress import ip_network
from typing import Any

import httpx
import pytest

from cds_hooks.addresses import read_address
from cds_hooks.errors import NotAuthenticated
from cds_hooks.outbound.caller import Outbound
from cds_hooks.outbound.places import Place
from cds_hooks.web.clients import Client, Mode
from cds_hooks.web.jwks import ES384
from cds_hooks.web.keys import BETWEEN_READS, Keys
from tests.conformance.live import ELSEWHERE, ORIGIN, TENANT, Live
from tests.support.fhir_server import FhirServer, says
from tests.support.tokens import BASE, JKU, claims_at, ec_key, encoded, header_of, jwk, pem, rsa_key, signed

requirement = pytest.mark.requirement
Made = Callable[[str], str]  # the address of the endpoint -> a token for it
ATTACKER = ec_key(66)


def made(key: Any = None, header: dict[str, Any] | None = None, **claims: Any) -> Made:
    """A token like a good one but for what is said; a claim or a member that is None is left out."""
    head = header_of(**(header or {}))
    return lambda url: signed(head, claims_at(time.time(), url, **claims), key or ec_key())


def at(**seconds: int) -> Made:
    """A token with these times, in seconds from now."""

    def make(url: str) -> str:
        changes: dict[str, Any] = {name: int(time.time()) + value for name, value in seconds.items()}
        return made(**changes)(url)

    return make


def not_signed(url: str) -> str:
    return f"{encoded(header_of('none'))}.{encoded(claims_at(time.time(), url))}."


def with_secret(secret: bytes, algorithm: str) -> Made:
    """A token with a shared secret, made by hand: libraries refuse to."""
    digest = {"HS256": hashlib.sha256, "HS384": hashlib.sha384}[algorithm]

    def make(url: str) -> str:
        content = f"{encoded(header_of(algorithm))}.{encoded(claims_at(time.time(), url))}"
        return f"{content}.{encoded(hmac.new(secret, content.encode(), digest).digest())}"

    return make


REFUSED: dict[str, Made] = {
    "no signature": not_signed,
    "no signature but one of another token": lambda url: not_signed(url) + made()(url).split(".")[2],
    "the public key as a secret, HS256": with_secret(pem(ec_key()), "HS256"),
    "the public key as a secret, HS384": with_secret(pem(rsa_key()), "HS384"),
    "an empty secret": with_secret(b"", "HS256"),
    "an algorithm that nobody chose": made(ec_key(1, "secp256r1"), {"algorithm": "ES256"}),
    "RS384 with the id of a key for ES384": made(rsa_key(), {"algorithm": "RS384", "kid": "ec-1"}),
    "no key id": made(header={"kid": None}),
    "an unknown key id": made(header={"kid": "ec-2"}),
    "no type": made(header={"typ": None}),
    "another type": made(header={"typ": "at+jwt"}),
    "an unknown issuer": made(iss="https://evil.example.org"),
    "an issuer with a slash more": made(iss="https://ehr.example.org/fhir/"),
    "the key of somebody else": made(ATTACKER),
    "a key that it brings along": made(ATTACKER, {"jwk": jwk(ATTACKER, "ec-1")}),
    "an address of keys that is not on the list": made(ATTACKER, {"jku": "https://evil.example.org/keys"}),
    "the address of another service": made(aud=f"{BASE}/cds-services/another"),
    "the address of discovery": made(aud=f"{BASE}/cds-services"),
    "our address at another host": made(aud="http://127.0.0.1/cds-services/breast-cancer-recurrence"),
    "no audience": made(aud=None),
    "expired": at(iat=-400, exp=-100),
    "made in the future": at(iat=120, exp=300),
    "not valid yet": at(nbf=120),
    "a life of an hour": at(exp=3600),
    "no end": made(exp=None),
    "no beginning": made(iat=None),
    "an end in quotes": made(exp="4102444800"),
    "no id": made(jti=None),
    "an empty id": made(jti=""),
    "a tenant that nobody registered": made(tenant="another"),
}
IDS = {
    "X3": ("no signature", "no signature but one of another token"),
    "X4": ("the public key as a secret, HS256", "the public key as a secret, HS384", "an empty secret"),
    "X5": ("an algorithm that nobody chose", "RS384 with the id of a key for ES384", "the key of somebody else"),
    "X6": ("no key id", "an unknown key id", "no type", "another type"),
    "X7": (
        "an unknown issuer",
        "an issuer with a slash more",
        "a key that it brings along",
        "an address of keys that is not on the list",
    ),
    "X9": ("the address of another service", "the address of discovery", "our address at another host", "no audience"),
    "X10": (
        "expired",
        "made in the future",
        "not valid yet",
        "a life of an hour",
        "no end",
        "no beginning",
        "an end in quotes",
    ),
    "X11": ("no id", "an empty id"),
    "X12": ("a tenant that nobody registered",),
}
ACCEPTED: dict[str, Made] = {
    "ES384": made(),
    "RS384": made(rsa_key(), {"algorithm": "RS384"}),
    "an address of keys as agreed": made(header={"jku": JKU}),
    "no address of keys": made(header={"jku": None}),
    "several audiences": lambda url: made(aud=["https://other.example.org", url])(url),
    "a life of a quarter of an hour": at(exp=900),
    "a beginning before it was made": at(nbf=-300),
    "a clock that is a little ahead": at(iat=20, exp=320),
    "its tenant": made(tenant=TENANT),
    "a claim that we do not know": made(later={"a": 1}),
}


def sent(live: Live, token: str, **headers: str) -> httpx.Response:
    """The answer to a good request with this token."""
    return live.post(live.request(), Authorization=f"Bearer {token}", **headers)


@requirement("X1", "X2", "B9")
def test_nobody_who_does_not_say_who_they_are_is_told_anything(live: Live) -> None:
    calls = [("GET", "/cds-services", None), ("POST", live.path, b"{}"), ("POST", live.feedback, b'{"feedback":[]}')]
    for method, path, body in calls:
        answer = live.call(method, path, body, Authorization="", Content_Type="application/json")
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


@requirement("X2")
@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_one_kind_of_token_opens_discovery_service_and_feedback(live: Live, scheme: str) -> None:
    for method, path, body in [("GET", "/cds-services", None), ("POST", live.feedback, b'{"feedback":[]}')]:
        signed_call = f"{scheme} {made()(BASE + path)}"
        answer = live.call(method, path, body, Authorization=signed_call, Content_Type="application/json")
        assert answer.status_code == 200
    assert live.post(live.request(), Authorization=f"{scheme} {made()(BASE + live.path)}").status_code == 200


@requirement("X3", "X4", "X5", "X6", "X7", "X9", "X10", "X11", "X12", "H7")
@pytest.mark.parametrize("why", REFUSED)
def test_a_token_that_does_not_hold_is_refused_without_a_reason(live: Live, fhir: FhirServer, why: str) -> None:
    answer = sent(live, REFUSED[why](BASE + live.path))
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert answer.content == live.post(live.request(), Authorization="").content
    assert fhir.calls == []


def test_every_requirement_on_tokens_has_cases_of_its_own() -> None:
    assert sorted(case for cases in IDS.values() for case in cases) == sorted(REFUSED)


@requirement("X5", "X8", "X9", "X10", "X12", "X6")
@pytest.mark.parametrize("how", ACCEPTED)
def test_a_token_that_holds_is_taken_in_every_form_that_clients_send(live: Live, how: str) -> None:
    assert sent(live, ACCEPTED[how](BASE + live.path)).status_code == 200


@requirement("X7", "X13")
def test_keys_are_read_at_the_address_on_the_list_and_nowhere_else(live: Live, fhir: FhirServer) -> None:
    fhir.answers["jwks"] = says({"keys": [jwk(ec_key(7), "their-own")]})
    token = made(ec_key(7), {"kid": "their-own"}, iss=ELSEWHERE)(BASE + live.path)
    assert sent(live, token).status_code == 200
    assert fhir.targets == ["jwks"]


@requirement("X9")
def test_a_token_for_the_service_is_good_for_its_feedback_and_hosts_are_not_believed(live: Live) -> None:
    token = f"Bearer {made()(BASE + live.path)}"
    assert live.post({"feedback": []}, live.feedback, Authorization=token).status_code == 200
    spoofed = made(aud=f"https://evil.example.org{live.path}")(BASE)
    assert sent(live, spoofed, Host="evil.example.org", X_Forwarded_Host="evil.example.org").status_code == 401


@requirement("X11")
def test_a_token_is_good_once(live: Live) -> None:
    token = made()(BASE + live.path)
    assert [sent(live, token).status_code for _ in range(3)] == [200, 401, 401]


@requirement("X13")
def test_a_new_key_of_a_client_is_found(fhir: FhirServer) -> None:
    url, now, told = read_address(f"{fhir.base}/jwks"), [0.0], list[bool]()
    outbound = Outbound([Place(url, (ip_network("127.0.0.0/8"),))])
    keys = Keys(outbound.fetch, lambda: now[0], told.append)
    client = Client("ehr", Mode.LIVE, ELSEWHERE, jwks_url=url)
    try:
        fhir.answers["jwks"] = says({"keys": [jwk(ec_key(1), "old")]})
        assert keys.find(client, "old", ES384)
        fhir.answers["jwks"] = says({"keys": [jwk(ec_key(2), "new")]})
        with pytest.raises(NotAuthenticated):
            keys.find(client, "new", ES384)
        now[0] += BETWEEN_READS
        assert keys.find(client, "new", ES384)
    finally:
        outbound.close()
    assert told == [True, True]


@requirement("X14")
def test_tokens_of_callers_are_nowhere(live: Live) -> None:
    good, bad = made()(BASE + live.path), made(iss="https://evil.example.org")(BASE + live.path)
    answers = [sent(live, good).text, sent(live, bad).text]
    for part in (*good.split("."), *bad.split(".")[1:]):
        assert part not in "".join([*answers, live.written()])


@requirement("O1", "H7")
def test_a_browser_can_read_that_its_token_was_refused(live: Live) -> None:
    answer = live.post(live.request(), Authorization="", Origin=ORIGIN)
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (401, ORIGIN)
