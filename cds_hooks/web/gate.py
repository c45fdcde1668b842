"""Who may come in, and how much they are shown: the one place that says whose call a call is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Protocol

import flask

from cds_hooks.audit.entry import Caller
from cds_hooks.web.clients import Client, Clients, Mode
from cds_hooks.web.tokens import KeyFinder, Refused, refused, verify

STRANGERS = "default"  # the tenant of calls by nobody who is registered; no client may have this name


class Nonces(Protocol):
    """Where used tokens are kept (`audit.nonces.Nonces`)."""

    def spend(self, tenant: str, token: str, expires_at: float, now: float) -> bool:
        """True the first time. Raises JournalUnavailable."""


class Switches(Protocol):
    """How far each client is held back now (`audit.switches.Switches`)."""

    def of(self, tenant: str) -> str | None:
        """The word of the mode that the switch of this tenant is at; None if it was never used."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """A caller that was let in, and the mode its client is in now."""

    client: Client
    caller: Caller
    mode: Mode

    def mode_for(self, user: str, fhir_server: str | None) -> Mode:
        """The mode of this one call: in a pilot, who is not of it is silent."""
        if self.mode is Mode.PILOT and not self.client.pilot.includes(user, fhir_server):
            return Mode.SILENT
        return self.mode


@dataclass(frozen=True, slots=True)
class Gate:
    """Lets callers in. `clock` gives aware times, `base_url` is where EHRs reach this service. With
    `guards_discovery` discovery is for those alone who are let in.
    """

    clients: Clients
    keys: KeyFinder
    nonces: Nonces
    switches: Switches
    clock: Callable[[], datetime]
    base_url: str | None
    guards_discovery: bool

    def admit(self, *endpoints: str) -> Admitted:
        """The caller of the current request, whose token is for its address or for one of these paths of ours.

        Raises NotAuthenticated, JournalUnavailable (whether a token was used before cannot be told).
        """
        if self.clients.anonymous is not None:
            return self._admitted(self.clients.anonymous, Caller(self.clients.anonymous.name))
        now = self.clock().timestamp()
        token = verify(_bearer(), self.clients, self.keys, self._audiences(endpoints), now)
        client, used = token.client, sha256(token.id.encode()).hexdigest()
        if not self.nonces.spend(client.name, used, token.expires_at, now):
            raise refused(Refused.REPLAYED)
        return self._admitted(client, Caller(client.name, client.issuer, client.subject, token.key_id, used))

    def _audiences(self, endpoints: tuple[str, ...]) -> frozenset[str]:
        """Never out of Host or X-Forwarded headers, which anybody can write."""
        return frozenset(f"{self.base_url}{path}" for path in (flask.request.path, *endpoints))

    def _admitted(self, client: Client, caller: Caller) -> Admitted:
        flask.g.origins = client.cors_origins
        return Admitted(client, caller, client.mode_under(self.switches.of(client.name)))


def _bearer() -> str:
    """The token of the current request; the scheme is written in any case (RFC 9110 section 11.1)."""
    scheme, _, token = flask.request.headers.get("Authorization", "").partition(" ")
    if not scheme:
        raise refused(Refused.NO_TOKEN)
    if scheme.lower() != "bearer":
        raise refused(Refused.MALFORMED)
    return token.strip(" ")
