"""Who looks at the console: roles, and the session that a browser carries as a signed cookie."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from functools import partial
from hashlib import sha256

from itsdangerous import BadData, URLSafeSerializer

SIGN_IN_SECONDS = 10 * 60  # at the identity provider
IDLE_SECONDS = 30 * 60  # without a look at a page; after that a visitor signs in again
SESSION_SECONDS = 8 * 60 * 60  # after that in any case


class Role(Enum):
    """What a visitor may see: figures; decisions, under pseudonyms; who somebody is; what knowledge is served."""

    VIEWER = "viewer"
    AUDITOR = "auditor"
    PRIVACY = "privacy"
    APPROVER = "approver"


ALL_ROLES = frozenset(Role)
READERS = frozenset({Role.AUDITOR, Role.PRIVACY})  # of single decisions


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who has signed in. `name` is their identifier at the identity provider; `tenants` are those whose
    journal they may see, None for all; `since` is when they signed in (seconds since 1970); `csrf` is the word that
    their forms repeat.
    """

    name: str
    roles: frozenset[Role]
    tenants: frozenset[str] | None = None
    since: float = 0.0
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    def may(self, roles: Iterable[Role]) -> bool:
        """True if one of their roles is among these."""
        return not self.roles.isdisjoint(roles)


class Sessions:
    """Cookies that only we can have made; `key` is secret. They hold no secret themselves but the word of the forms."""

    def __init__(self, key: bytes) -> None:
        signer = partial(URLSafeSerializer, key, signer_kwargs={"digest_method": sha256})
        self._signer, self._pending = signer(salt="console session"), signer(salt="console sign-in")

    def cookie(self, visitor: Visitor, now: datetime) -> str:
        """The session as the value of a cookie."""
        tenants = None if visitor.tenants is None else sorted(visitor.tenants)
        roles = sorted(role.value for role in visitor.roles)
        return self._signer.dumps([visitor.name, roles, tenants, visitor.since, visitor.csrf, now.timestamp()])

    def pending(self, word: list[str], now: datetime) -> str:
        """What a browser is to come back with, as the value of a cookie."""
        return self._pending.dumps([*word, now.timestamp()])

    def came_back(self, cookie: str | None, now: datetime) -> list[str]:
        """What it came back with; empty if it is not ours or too old."""
        try:
            *word, sent = self._pending.loads(cookie or "")
        except BadData:
            return []
        return word if now.timestamp() - sent <= SIGN_IN_SECONDS else []

    def visitor(self, cookie: str | None, now: datetime) -> Visitor | None:
        """Whose session it is; None if it is not ours or has ended."""
        try:
            name, roles, tenants, since, csrf, seen = self._signer.loads(cookie or "")
        except BadData:
            return None
        moment = now.timestamp()
        if moment - seen > IDLE_SECONDS or moment - since > SESSION_SECONDS:
            return None
        allowed = None if tenants is None else frozenset(tenants)
        return Visitor(name, frozenset(Role(role) for role in roles), allowed, since, csrf)
