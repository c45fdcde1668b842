"""Reading the registry of clients."""

import ipaddress
from pathlib import Path
from typing import Any

import pytest

from cds_hooks.addresses import read_address, read_base
from cds_hooks.errors import ClientsBroken
from cds_hooks.web.clients import Client, Clients, Mode, Pilot
from cds_hooks.web.registry import read_clients
from tests.support.tokens import ec_key, jwk

EXAMPLES = Path(__file__).parents[2] / "examples"
MINIMAL = "clients:\n  ehr:\n    issuer: https://ehr.example.org\n    jwks_url: https://ehr.example.org/keys\n"


def written(folder: Path, text: str) -> Clients:
    path = folder / "clients.yaml"
    path.write_text(text, encoding="utf-8")
    return read_clients(path)


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(ClientsBroken) as broken:
        written(folder, text)
    return list(broken.value.problems)


def test_a_client_is_read_whole(tmp_path: Path) -> None:
    text = f"""{MINIMAL}    subject: s
    tenant: "0815"
    algorithms: [RS384]
    audiences: [cds]
    fhir_servers: [https://EHR.example.org/fhir/]
    networks: [10.0.0.0/8, "fd00::/8"]
    cors_origins: [https://ehr.example.org]
    mode: pilot
    pilot: {{users: [Practitioner/1], sites: [https://ehr.example.org/fhir/a]}}
"""
    assert list(written(tmp_path, text)) == [
        Client(
            "ehr",
            Mode.PILOT,
            "https://ehr.example.org",
            "s",
            "0815",
            jwks_url=read_address("https://ehr.example.org/keys"),
            jku="https://ehr.example.org/keys",
            algorithms=frozenset({"RS384"}),
            audiences=frozenset({"cds"}),
            fhir_servers=(read_base("https://ehr.example.org/fhir"),),
            networks=(ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("fd00::/8")),
            cors_origins=("https://ehr.example.org",),
            pilot=Pilot(frozenset({"Practitioner/1"}), (read_base("https://ehr.example.org/fhir/a"),)),
        )
    ]


def test_the_examples_are_sound() -> None:
    assert [client.name for client in read_clients(EXAMPLES / "clients.yaml")] == [
        "st-elsewhere",
        "general-hospital",
        "tumour-board",
    ]
    (sandbox,) = read_clients(EXAMPLES / "clients-sandbox.yaml")
    assert sandbox.keys is not None
    assert set(sandbox.keys) == {("44823f3d-0b01-4a6c-a80e-b9d3e8a7226f", "ES384")}


def changed(**members: str) -> str:
    lines = [f"    {name}: {value}" for name, value in {"mode": "live", **members}.items()]
    return MINIMAL + "\n".join(lines) + "\n"


KEYED = MINIMAL.replace("jwks_url: https://ehr.example.org/keys", "mode: live")
PRIVATE = {**jwk(ec_key(), "a"), "d": "c2VjcmV0"}
BROKEN: dict[str, tuple[str, str]] = {
    "no mode": (MINIMAL, "clients.yaml:2: clients.ehr: 'mode' is a required property"),
    "an unknown mode": (changed(mode="loud"), "clients.yaml:5: clients.ehr.mode: 'loud' is not one of"),
    "a typing error": (changed(algorthms="[ES384]"), "('algorthms' was unexpected)"),
    "a weak algorithm": (changed(algorithms="[RS256]"), "clients.ehr.algorithms.0: 'RS256' is not one of"),
    "a pilot without anybody": (changed(mode="pilot"), "'pilot' is a required property"),
    "a pilot of patients": (changed(pilot="{users: [Patient/1]}"), "'Patient/1' does not match"),
    "a server in the clear": (changed(fhir_servers="[http://ehr.example.org/fhir]"), "fhir_servers.0: must be https"),
    "a server that is no address": (changed(fhir_servers="[ehr]"), "fhir_servers.0: is not a plain http(s) address"),
    "a site that is no address": (changed(pilot="{sites: [x]}"), "clients.ehr.pilot.sites.0: is not a plain"),
    "a range that is none": (changed(networks="[10.0.0.1/8]"), "networks.0: must be a range of addresses"),
    "everything as a range": (changed(networks="[0.0.0.0/0]"), "networks.0: must not be everything"),
    "an origin with a path": (changed(cors_origins="[https://a/b]"), "cors_origins.0: must be an origin"),
    "a jku beside an address": (changed(jku="https://a/b"), "jku stands beside keys alone"),
    "keys in the clear": (MINIMAL.replace("/keys", "/k").replace("jwks_url: https", "jwks_url: http"), "must be https"),
    "keys and an address": (changed(keys=f"[{jwk(ec_key(), 'a')}]"), "needs jwks_url or keys, and not both"),
    "no keys": (KEYED, "needs jwks_url or keys, and not both"),
    "a private key": (f"{KEYED}    keys: [{PRIVATE}]\n", "keys.0: holds a private key"),
    "a key twice": (f"{KEYED}    keys: [{jwk(ec_key(), 'a')}, {jwk(ec_key(1), 'a')}]\n", "two keys have the same kid"),
    "a key that is none": (f"{KEYED}    keys: [{{kty: oct, kid: a}}]\n", "keys.0: must be EC on P-384 or RSA"),
    "nobody": ("clients: {}\n", "{} should be non-empty"),
    "a name in capitals": (changed().replace("ehr:", "EHR:"), "'EHR' does not match"),
    "a client twice": (changed() + changed().removeprefix("clients:\n"), "'ehr' is written twice"),
    "not YAML": ("clients: [", "not YAML"),
}


@pytest.mark.parametrize(("text", "said"), BROKEN.values(), ids=BROKEN.keys())
def test_what_is_wrong_is_said(tmp_path: Path, text: str, said: str) -> None:
    text = (
        text
        if "mode" in text or said.startswith("clients.yaml:2") or text.endswith("{}\n")
        else f"{text}    mode: live\n"
    )
    found = problems(tmp_path, text)
    assert any(said in problem for problem in found), found
    assert all("\n" not in problem for problem in found)
    assert "c2VjcmV0" not in "".join(found)


def test_all_problems_are_said_at_once(tmp_path: Path) -> None:
    text = changed(fhir_servers="[x, http://y.example/]", networks="[z]", cors_origins="[https://a/]")
    assert [problem.split(": ")[1] for problem in problems(tmp_path, text)] == [
        "clients.ehr.fhir_servers.0",
        "clients.ehr.fhir_servers.1",
        "clients.ehr.networks.0",
        "clients.ehr.cors_origins.0",
    ]


def test_two_clients_whose_tokens_cannot_be_told_apart_are_a_problem(tmp_path: Path) -> None:
    found = problems(tmp_path, changed() + changed().removeprefix("clients:\n").replace("ehr:", "other:"))
    assert [problem.partition("another client")[0] for problem in found] == [
        "clients.yaml:3: clients.ehr: ",
        "clients.yaml:7: clients.other: ",
    ]


def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ClientsBroken, match=r"^the client registry .*no\.yaml cannot be read: No such file"):
        read_clients(tmp_path / "no.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"\xff")
    with pytest.raises(ClientsBroken, match="is not UTF-8"):
        read_clients(tmp_path / "latin.yaml")


PILOT = Pilot(frozenset({"Practitioner/1"}), (read_base("https://ehr.example.org/fhir/a"),))


@pytest.mark.parametrize(
    ("user", "server", "included"),
    [
        ("Practitioner/1", None, True),
        ("Practitioner/2", None, False),
        ("Practitioner/2", "https://ehr.example.org/fhir/a", True),
        ("Practitioner/2", "https://ehr.example.org/fhir/b", False),
        ("Practitioner/2", "nonsense", False),
    ],
)
def test_a_pilot_is_for_named_users_and_sites(user: str, server: Any, included: bool) -> None:
    assert PILOT.includes(user, server) is included


def test_a_client_is_found_by_name_and_by_its_whole_identity() -> None:
    one, other = Client("a", Mode.LIVE, "i", "s", None), Client("b", Mode.LIVE, "i", "s", "t")
    clients = Clients((one, other), anonymous=Client("nobody", Mode.LIVE, cors_origins=("*",)))
    assert clients.named("b") is other
    assert clients.of_token("i", "s", "t") is other
    assert clients.of_token("i", None, None) is None
    assert clients.named("c") is None
    assert clients.origins == ("*",)
