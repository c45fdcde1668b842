"""The client registry, `clients.yaml`: read strictly; every problem is reported with its line, or all of it is good."""

import ipaddress
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from cds_hooks.addresses import Address, is_origin, read_address, read_base
from cds_hooks.errors import ClientsBroken
from cds_hooks.knowledge.schema import problems_in
from cds_hooks.knowledge.strict_yaml import Document, read_yaml
from cds_hooks.outbound.places import IpNetwork
from cds_hooks.web.clients import Client, Clients, Mode, Pilot
from cds_hooks.web.jwks import ALGORITHMS, KeySet, PublicKey, has_private_part, read_key

_Raw = TypeVar("_Raw")
_Read = TypeVar("_Read")
_Path = tuple[str | int, ...]


def read_clients(path: Path) -> Clients:
    """The registry in the file. Raises ClientsBroken with all problems, one line each."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ClientsBroken((f"the client registry {path} cannot be read: {error.strerror}",)) from error
    except UnicodeDecodeError:
        raise ClientsBroken((f"{path.name}: is not UTF-8",)) from None
    document = read_yaml(text, path.name)
    problems = list(document.problems) or problems_in(document, _schema())
    if problems:
        raise ClientsBroken(tuple(problems))
    reader = _Reader(document)
    clients = tuple(reader.client(name) for name in document.value["clients"])
    if found := [*reader.problems, *_shared(document, clients)]:
        raise ClientsBroken(tuple(found))
    return Clients(clients)


@cache
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((files("cds_hooks.web") / "clients.schema.json").read_text(encoding="utf-8"))
    return schema


def _shared(document: Document, clients: tuple[Client, ...]) -> Iterator[str]:
    """Two clients whose tokens cannot be told apart."""
    counted = Counter((client.issuer, client.subject, client.tenant) for client in clients)
    for client in clients:
        if counted[client.issuer, client.subject, client.tenant] > 1:
            where = document.at(("clients", client.name, "issuer"))
            yield f"{where}: clients.{client.name}: another client has the same issuer, subject and tenant"


class _Reader:
    """Makes clients of what the schema let pass, and collects what it could not see."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.problems: list[str] = []

    def client(self, name: str) -> Client:
        """One client; parts with problems are left out of it."""
        raw: Mapping[str, Any] = self._document.value["clients"][name]
        at: _Path = ("clients", name)
        pilot = raw.get("pilot", {})
        self._check_sources_of_keys(at, raw)
        return Client(
            name=name,
            mode=Mode[raw["mode"].upper()],
            issuer=raw["issuer"],
            subject=raw.get("subject"),
            tenant=raw.get("tenant"),
            jwks_url=self._one((*at, "jwks_url"), _jwks_url, raw.get("jwks_url")),
            jku=raw.get("jwks_url", raw.get("jku")),
            keys=self._keys((*at, "keys"), raw["keys"]) if "keys" in raw else None,
            algorithms=frozenset(raw.get("algorithms", ALGORITHMS)),
            audiences=frozenset(raw.get("audiences", ())),
            fhir_servers=self._all((*at, "fhir_servers"), read_base, raw.get("fhir_servers", ())),
            networks=self._all((*at, "networks"), _network, raw.get("networks", ())),
            cors_origins=self._all((*at, "cors_origins"), _origin, raw.get("cors_origins", ())),
            pilot=Pilot(
                frozenset(pilot.get("users", ())),
                self._all((*at, "pilot", "sites"), read_base, pilot.get("sites", ())),
            ),
        )

    def _check_sources_of_keys(self, at: _Path, raw: Mapping[str, Any]) -> None:
        if ("jwks_url" in raw) == ("keys" in raw):
            self._problem(at, "needs jwks_url or keys, and not both")
        if {"jwks_url", "jku"} <= raw.keys():
            self._problem(at, "jku stands beside keys alone: with jwks_url it is that address")

    def _problem(self, at: _Path, what: object) -> None:
        self.problems.append(f"{self._document.at(at)}: {'.'.join(map(str, at))}: {what}")

    def _one(self, at: _Path, read: Callable[[_Raw], _Read], raw: _Raw | None) -> _Read | None:
        if raw is None:
            return None
        try:
            return read(raw)
        except ValueError as problem:
            self._problem(at, problem)
            return None

    def _all(self, at: _Path, read: Callable[[_Raw], _Read], many: Iterable[_Raw]) -> tuple[_Read, ...]:
        found = (self._one((*at, index), read, raw) for index, raw in enumerate(many))
        return tuple(one for one in found if one is not None)

    def _keys(self, at: _Path, jwks: list[dict[str, Any]]) -> KeySet:
        read = self._all(at, _key, jwks)
        if len(dict(read)) < len(read):
            self._problem(at, "two keys have the same kid")
        return dict(read)


def _key(jwk: dict[str, Any]) -> tuple[tuple[str, str], PublicKey]:
    if has_private_part(jwk):
        raise ValueError("holds a private key: write the public part alone, and make a new key")
    return read_key(jwk)


def _jwks_url(text: str) -> Address:
    address = read_address(text)
    if address.scheme == "http" and not address.is_loopback:
        raise ValueError("must be https: http is for this computer only")
    return address


def _network(text: str) -> IpNetwork:
    try:
        network = ipaddress.ip_network(text)
    except ValueError:
        raise ValueError("must be a range of addresses such as 10.20.0.0/16") from None
    if network.prefixlen == 0:
        raise ValueError("must not be everything")
    return network


def _origin(text: str) -> str:
    if text != "*" and not is_origin(text):
        raise ValueError('must be an origin as browsers send it, such as "https://ehr.example.org"; no path, no slash')
    return text
