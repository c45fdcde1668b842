"""Who is let in over HTTP, and what everybody else is told: one and the same."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from werkzeug.test import TestResponse

from cds_hooks.addresses import read_address, read_base
from cds_hooks.errors import JournalUnavailable
from cds_hooks.settings import Settings
from cds_hooks.web.clients import Client, Clients, Mode
from cds_hooks.web.tokens import Refused
from tests.callers.tables import AT, BAD, ENDPOINT, GOOD, Made, as_cerner, as_sandbox, registered
from tests.support.fhir_server import running_fhir_server, says
from tests.support.sink import listening_sink
from tests.support.tokens import BASE, ISSUER, claims_at, ec_key, good, header_of, jwk, signed
from tests.web.desk import SERVICE, Desk, opened, without_cards

SETTINGS = Settings(base_url=read_base(BASE))
FEEDBACK = f"{SERVICE}/feedback"
ITEM = {
    "card": "f0e1d2c3-0000-4000-8000-000000000000",
    "outcome": "overridden",
    "outcomeTimestamp": "2026-03-01T00:00:00Z",
}
REFUSAL = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "code": "login", "details": {"text": "The caller could not be authenticated."}}],
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with opened(tmp_path_factory.mktemp("gate"), SETTINGS, clients=registered()) as desk:
        yield desk


def call(desk: Desk, token: str | None, path: str = SERVICE, body: Any = None, **headers: str) -> TestResponse:
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    return desk.post(without_cards() if body is None else body, path, **headers)


def last(desk: Desk) -> dict[str, Any]:
    return desk.rows("entry")[-1]


@pytest.mark.parametrize(("make", "why"), BAD.values(), ids=BAD.keys())
def test_a_bad_token_is_answered_like_every_other(shared: Desk, make: Made, why: Refused) -> None:
    """H7."""
    answer = call(shared, make())
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.data == call(shared, None).data
    assert answer.get_json() == REFUSAL
    assert why.value in [line["silence"] for line in shared.logged()[-8:] if line["event"] == "decided"]


@pytest.mark.parametrize(("make", "client"), GOOD.values(), ids=GOOD.keys())
def test_a_good_token_is_let_in_once_and_its_client_noted(shared: Desk, make: Made, client: str) -> None:
    """X5, X9, X11."""
    token = make()
    assert call(shared, token).status_code == 200
    row = last(shared)
    assert (row["tenant"], row["mode"], len(row["token"])) == (client, "live", 64)
    assert call(shared, token).status_code == 401
    assert last(shared)["error"] == "replayed"


def test_what_is_kept_of_a_refusal_is_its_reason_and_nothing_of_the_token(shared: Desk) -> None:
    call(shared, good(AT, ENDPOINT, iss="https://canary.example", jti="canary-jti"))
    row = last(shared)
    assert (row["tenant"], row["status"], row["error"]) == ("default", 401, "unknown_client")
    assert row["issuer"] is row["token"] is row["key_id"] is None
    assert "canary" not in json.dumps([row, shared.logged()], default=str)


@pytest.mark.parametrize("header", ["", "Basic dTpw", "Bearer", "Token x", "Bearer a b", "Bearer x, Bearer y"])
def test_another_scheme_is_refused(shared: Desk, header: str) -> None:
    assert shared.post(without_cards(), Authorization=header).get_json() == REFUSAL


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer "])
def test_the_scheme_may_be_written_in_any_case(shared: Desk, scheme: str) -> None:
    """X2."""
    answer = shared.post(without_cards(), Authorization=f"{scheme} {good(AT, ENDPOINT)}")
    assert answer.status_code == 200


SPOOFED = {
    "Host": "evil.example",
    "X_Forwarded_Host": "evil.example",
    "X_Forwarded_Proto": "http",
    "Forwarded": "host=e",
}


def test_the_host_of_the_request_has_no_say(shared: Desk) -> None:
    assert call(shared, good(AT, ENDPOINT), **SPOOFED).status_code == 200
    assert call(shared, good(AT, f"http://evil.example{SERVICE}"), **SPOOFED).status_code == 401


@pytest.mark.parametrize(
    ("path", "audience", "status"),
    [
        (f"/cds-services/{SERVICE.removeprefix('/cds-services')}", f"{BASE}/cds-services/{SERVICE[13:]}", 200),
        (FEEDBACK, f"{BASE}{FEEDBACK}", 200),
        (FEEDBACK, ENDPOINT, 200),
        (FEEDBACK, f"{BASE}/cds-services", 401),
        (f"{SERVICE}", f"{BASE}{FEEDBACK}", 401),
        ("/cds-services/other", f"{BASE}/cds-services/other", 404),
    ],
)
def test_a_token_is_for_the_address_that_was_called(shared: Desk, path: str, audience: str, status: int) -> None:
    """X9."""
    body = {"feedback": [ITEM]} if path == FEEDBACK else without_cards()
    assert call(shared, good(AT, audience), path, body).status_code == status


@pytest.mark.parametrize("path", [SERVICE, FEEDBACK, "/cds-services/other", "/cds-services/other/feedback"])
@pytest.mark.parametrize("body", [b"{", b"", without_cards()])
def test_who_is_not_let_in_learns_nothing_else(shared: Desk, path: str, body: Any) -> None:
    """X1, B9."""
    assert call(shared, None, path, body).get_json() == REFUSAL


def test_discovery_is_for_everybody_but_a_bad_token_is_a_bad_token(shared: Desk) -> None:
    """D1, X1."""
    bad = {"Authorization": f"Bearer {good(AT, ENDPOINT)}"}
    fine = {"Authorization": f"Bearer {good(AT, f'{BASE}/cds-services')}"}
    assert shared.client.get("/cds-services").status_code == 200
    assert shared.client.get("/cds-services", headers=bad).get_json() == REFUSAL
    assert shared.client.get("/cds-services", headers=fine).status_code == 200
    assert last(shared)["tenant"] == "ehr"


def test_discovery_asks_for_a_token_if_it_is_told_to(tmp_path: Path) -> None:
    """X1."""
    with opened(tmp_path, replace(SETTINGS, authenticate_discovery=True), clients=registered()) as desk:
        assert desk.client.get("/cds-services").get_json() == REFUSAL
        fine = {"Authorization": f"Bearer {as_sandbox(f'{BASE}/cds-services/')()}"}
        assert desk.client.get("/cds-services/", headers=fine).status_code == 200


def test_pages_for_readers_and_probes_ask_for_nothing(shared: Desk) -> None:
    for path in ("/healthz", "/readyz", "/guide", "/openapi.json", f"{SERVICE}/source-attributes"):
        assert shared.client.get(path).status_code == 200


def test_where_nobody_is_registered_a_token_is_not_looked_at(tmp_path: Path) -> None:
    with opened(tmp_path) as desk:
        assert call(desk, "nonsense").status_code == 200
        assert last(desk)["tenant"] == "default"


def test_a_token_counts_for_its_own_tenant_alone(shared: Desk) -> None:
    """The same jti may come from two tenants: each has its own."""
    header = {"jku": "https://authorization.cerner.com/jwk"}
    assert [call(shared, as_cerner(tenant, **header)()).status_code for tenant in "ab"] == [200, 200]
    assert {row["tenant"] for row in shared.rows("nonce")} >= {"cerner-a", "cerner-b"}


def test_whether_a_token_was_used_must_be_known(shared: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise JournalUnavailable("down")

    monkeypatch.setattr("cds_hooks.audit.nonces.Nonces.spend", fail)
    assert call(shared, good(AT, ENDPOINT)).status_code == 503


def test_of_many_threads_at_two_instances_with_one_token_exactly_one_is_let_in(tmp_path: Path) -> None:
    clients = registered()
    with opened(tmp_path, SETTINGS, clients=clients) as one, opened(tmp_path, SETTINGS, clients=clients) as other:
        assert [race(one, other) for _ in range(4)] == [[200, *[401] * 5]] * 4


def race(*desks: Desk) -> list[int]:
    token, here, found = good(AT, ENDPOINT), Barrier(6), []

    def run(desk: Desk) -> None:
        client = desk.client.application.test_client()
        here.wait(10)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        found.append(client.post(SERVICE, data=json.dumps(without_cards()), headers=headers).status_code)

    threads = [Thread(target=run, args=(desks[number % len(desks)],)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(found)


def test_nothing_leaves_for_a_foreign_key_address(tmp_path: Path) -> None:
    """X7."""
    with listening_sink() as sink:
        registered_url = f"https://localhost:{sink.port}/keys"
        client = Client("ehr", Mode.LIVE, ISSUER, jwks_url=read_address(registered_url), jku=registered_url)
        with opened(tmp_path, SETTINGS, clients=Clients((client,))) as desk:
            for name in ("127.0.0.1", "localhost", "[::1]", "localhost."):
                header = header_of(jku=f"http://{name}:{sink.port}/keys")
                assert call(desk, signed(header, claims_at(AT, ENDPOINT), ec_key())).status_code == 401
    assert sink.heard == []


def test_a_new_key_of_a_client_is_known_at_its_first_call(tmp_path: Path) -> None:
    """X8, X13: over a real address, with a clock that the test moves."""
    now = [0.0]
    with running_fhir_server() as server:
        server.answers["keys"] = says({"keys": [jwk(ec_key(1), "old")]})
        url = f"{server.base}/keys"
        client = Client("ehr", Mode.LIVE, ISSUER, jwks_url=read_address(url), jku=url)
        with opened(tmp_path, SETTINGS, clients=Clients((client,)), monotonic=lambda: now[0]) as desk:
            assert call(desk, good(AT, ENDPOINT)).status_code == 401
            server.answers["keys"] = says({"keys": [jwk(ec_key(1), "old"), jwk(ec_key(), "ec-1")]})
            now[0] = 30.0
            assert call(desk, good(AT, ENDPOINT)).status_code == 200
    assert server.targets == ["keys", "keys"]
