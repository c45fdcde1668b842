"""The keys of clients at their addresses: rotation, failure, floods."""

import json
from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest

from cds_hooks.addresses import Address, read_address, read_base
from cds_hooks.errors import CallFailed, NotAuthenticated
from cds_hooks.outbound.caller import Outbound
from cds_hooks.outbound.places import Place
from cds_hooks.web.clients import Client, Mode
from cds_hooks.web.jwks import read_key, read_key_set
from cds_hooks.web.keys import BETWEEN_READS, FRESH, STALE, Keys
from tests.support.fhir_server import running_fhir_server, says
from tests.support.tokens import ec_key, jwk, rsa_key

URL = read_address("https://ehr.example.org/keys")
CLIENT = Client("ehr", Mode.LIVE, jwks_url=URL)


class Web:
    """The address of the keys, and a clock. `body` is what is there, None while it fails."""

    def __init__(self, *key_ids: str) -> None:
        self.now = 1000.0
        self.reads: list[float] = []
        self.told: list[bool] = []
        self.serve(*key_ids)
        self.keys = Keys(self.fetch, lambda: self.now, self.told.append)

    def serve(self, *key_ids: str) -> None:
        self.body: bytes | None = json.dumps({"keys": [jwk(ec_key(), key_id) for key_id in key_ids]}).encode()

    def fetch(self, url: Address, most: int, seconds: float) -> bytes:
        assert (url, most, seconds) == (URL, 1024 * 1024, 2.0)
        self.reads.append(self.now)
        if self.body is None:
            raise CallFailed("it fails")
        return self.body

    def asked_for(self, key_id: str) -> str:
        """ "found", or the reason why it was not."""
        try:
            self.keys.find(CLIENT, key_id, "ES384")
        except NotAuthenticated as refused:
            return refused.reason
        return "found"


def test_a_set_is_read_once_and_used_for_ten_minutes() -> None:
    web = Web("a")
    for _ in range(3):
        assert web.asked_for("a") == "found"
        web.now += FRESH / 3 - 1
    assert web.reads == [1000.0]
    web.now = 1000.0 + FRESH
    assert web.asked_for("a") == "found"
    assert web.reads == [1000.0, 1000.0 + FRESH]
    assert web.told == [True, True]


def test_a_new_key_is_known_at_once() -> None:
    """X13."""
    web = Web("a")
    web.asked_for("a")
    web.serve("a", "b")
    web.now += BETWEEN_READS
    assert web.asked_for("b") == "found"


def test_a_key_that_was_taken_away_no_longer_counts() -> None:
    web = Web("a", "b")
    web.asked_for("a")
    web.serve("b")
    web.now += FRESH
    assert web.asked_for("a") == "unknown_key"


def test_a_flood_of_made_up_ids_costs_two_reads_a_minute() -> None:
    web = Web("a")
    for number in range(600):
        assert web.asked_for(f"made-up-{number}") == "unknown_key"
        web.now += 0.1
    assert len(web.reads) == 2
    assert web.asked_for("a") == "found"


def test_while_the_address_fails_the_last_keys_count_for_a_day() -> None:
    web = Web("a")
    web.asked_for("a")
    web.body = None
    for web.now in (1000 + FRESH, 1000 + STALE - 1):
        assert web.asked_for("a") == "found"
    web.now = 1000 + STALE
    assert web.asked_for("a") == "keys_unavailable"
    assert web.told == [True, False, False]


def test_an_address_that_never_answered_is_asked_every_thirty_seconds() -> None:
    web = Web()
    web.body = None
    for _ in range(60):
        assert web.asked_for("a") == "keys_unavailable"
        web.now += 1
    assert len(web.reads) == 2
    web.serve("a")
    web.now += BETWEEN_READS
    assert web.asked_for("a") == "found"


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"keys": {}}', b'{"keys": [], "keys": []}', b"\xff"])
def test_what_is_no_key_set_counts_as_failure(body: bytes) -> None:
    web = Web("a")
    web.asked_for("a")
    web.body, web.now = body, 1000 + FRESH
    assert web.asked_for("a") == "found"
    assert web.told == [True, False]


def test_many_callers_at_once_cost_one_read() -> None:
    web, here = Web("a"), Barrier(8)
    found: list[str] = []

    def call() -> None:
        here.wait(10)
        found.append(web.asked_for("a"))

    threads = [Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["found"] * 8
    assert len(web.reads) == 1


def test_keys_are_read_from_a_real_address() -> None:
    with running_fhir_server() as server:
        server.answers["keys"] = says({"keys": [jwk(ec_key(), "a"), jwk(rsa_key(), "b")]})
        outbound = Outbound((Place(read_base(server.base)),))
        client = Client("ehr", Mode.LIVE, jwks_url=read_address(f"{server.base}/keys"))
        keys = Keys(outbound.fetch, lambda: 0.0, lambda _: None)
        assert keys.find(client, "b", "RS384").public_numbers() == rsa_key().public_key().public_numbers()
        outbound.close()
    assert "Authorization" not in server.calls[0].headers


Change = Callable[[dict[str, Any]], dict[str, Any]]
EC, RSA = jwk(ec_key(), "a"), jwk(rsa_key(), "b")
UNUSABLE: dict[str, Any] = {
    "no object": "a",
    "no id": {**EC, "kid": None},
    "an empty id": {**EC, "kid": ""},
    "for encryption": {**EC, "use": "enc"},
    "for signing alone": {**EC, "key_ops": ["sign"]},
    "for another algorithm": {**EC, "alg": "ES256"},
    "RSA for RS256": {**RSA, "alg": "RS256"},
    "another curve": jwk(ec_key(0, "secp256r1"), "a"),
    "a point that is not on the curve": {**EC, "x": EC["y"]},
    "no point": {**EC, "x": None},
    "a point that is no text": {**EC, "x": 1},
    "a small RSA key": jwk(rsa_key(0, 1024), "b"),
    "no modulus": {**RSA, "n": None},
    "a symmetric key": {"kty": "oct", "kid": "a", "k": "c2VjcmV0"},
    "an Edwards key": {"kty": "OKP", "crv": "Ed25519", "kid": "a", "x": "c2VjcmV0"},
    "no type": {"kid": "a"},
}


@pytest.mark.parametrize("key", UNUSABLE.values(), ids=UNUSABLE.keys())
def test_a_key_that_cannot_be_used_is_none(key: Any) -> None:
    with pytest.raises(ValueError, match=r"^(is|has|must)"):
        read_key(key)
    assert set(read_key_set({"keys": [key, {**EC, "kid": "good"}]})) == {("good", "ES384")}


def test_of_two_keys_with_one_id_each_has_its_algorithm() -> None:
    assert set(read_key_set({"keys": [EC, {**RSA, "kid": "a"}]})) == {("a", "ES384"), ("a", "RS384")}
