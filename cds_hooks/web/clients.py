"""Who may call this service: each client with its keys, its FHIR servers, its browser origins and its mode.

A client is one customer of one EHR. Its name is the tenant under which everything of it is kept.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum

from cds_hooks.addresses import Address, read_base
from cds_hooks.outbound.places import IpNetwork, Place
from cds_hooks.web.jwks import ALGORITHMS, KeySet


class Mode(IntEnum):
    """How much of an answer a client is shown; a higher one shows more."""

    OFF = 0  # nothing is judged: no cards
    SILENT = 1  # everything is judged and kept, no cards are shown
    PILOT = 2  # as live for named users or sites, silent for all others
    LIVE = 3

    @property
    def word(self) -> str:
        """As it is written."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Pilot:
    """Who sees cards in a pilot: users ("Practitioner/123") and sites, which are told apart by their FHIR servers."""

    users: frozenset[str] = frozenset()
    sites: tuple[Address, ...] = ()

    def includes(self, user: str, fhir_server: str | None) -> bool:
        """Whether this call is of the pilot."""
        if user in self.users:
            return True
        try:
            site = read_base(fhir_server or "")
        except ValueError:
            return False
        return any(base.covers(site) for base in self.sites)


@dataclass(frozen=True, slots=True)
class Client:
    """One client. Its tokens have exactly this `issuer`, `subject` and `tenant` (None: the token has none).

    `keys` are those written in the registry; without any, they are read from `jwks_url`. `jku` is the one address
    that a token may name, None for none. `audiences` are accepted beside the address of the endpoint. `networks` are
    the ranges beyond the public internet in which its servers may be.
    """

    name: str
    mode: Mode
    issuer: str = ""
    subject: str | None = None
    tenant: str | None = None
    jwks_url: Address | None = None
    jku: str | None = None
    keys: KeySet | None = None
    algorithms: frozenset[str] = frozenset(ALGORITHMS)
    audiences: frozenset[str] = frozenset()
    fhir_servers: tuple[Address, ...] = ()
    networks: tuple[IpNetwork, ...] = ()
    cors_origins: tuple[str, ...] = ()
    pilot: Pilot = field(default=Pilot())

    def mode_under(self, switched: str | None) -> Mode:
        """The mode with its switch at this word (None: it was never used): a switch can only hold back."""
        return self.mode if switched is None else min(self.mode, Mode[switched.upper()])

    @property
    def places(self) -> Iterator[Place]:
        """Every server that may be called for this client."""
        for base in (*self.fhir_servers, *([self.jwks_url] if self.jwks_url else [])):
            yield Place(base, self.networks)


@dataclass(frozen=True, slots=True)
class Clients:
    """The registered clients; or nobody in particular, `anonymous`, who need not say who they are (the demo)."""

    registered: tuple[Client, ...] = ()
    anonymous: Client | None = None

    def __iter__(self) -> Iterator[Client]:
        yield from self.registered
        if self.anonymous:
            yield self.anonymous

    def of_token(self, issuer: str, subject: str | None, tenant: str | None) -> Client | None:
        """The client whose tokens have exactly these claims."""
        for client in self.registered:
            if (client.issuer, client.subject, client.tenant) == (issuer, subject, tenant):
                return client
        return None

    def named(self, name: str) -> Client | None:
        """The client of this name."""
        return next((client for client in self if client.name == name), None)

    @property
    def origins(self) -> tuple[str, ...]:
        """The browser origins of all clients."""
        return tuple(dict.fromkeys(origin for client in self for origin in client.cors_origins))

    @property
    def places(self) -> Iterable[Place]:
        """Every server that may be called for any client."""
        return [place for client in self for place in client.places]
