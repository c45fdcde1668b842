"""Who looks at the console: roles, and the session that a browser carries as a signed cookie."""

import secrets
from dataclasses import dataclass, field
from enum import Enum
from hashlib import sha256

from itsdangerous import BadData, URLSafeTimedSerializer

SESSION_SECONDS = 30 * 60  # after that a visitor signs in again


class Role(Enum):
    """What a visitor may see: figures; decisions, under pseudonyms; who somebody is; what knowledge is served."""

    VIEWER = "viewer"
    AUDITOR = "auditor"
    PRIVACY = "privacy"
    APPROVER = "approver"


ALL_ROLES = frozenset(Role)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who has signed in. `name` is their identifier at the identity provider; `tenants` are those whose
    journal they may see, None for all; `csrf` is the word that their forms repeat.
    """

    name: str
    roles: frozenset[Role]
    tenants: frozenset[str] | None = None
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    def may(self, roles: frozenset[Role]) -> bool:
        """True if one of their roles is among these."""
        return bool(self.roles & roles)


class Sessions:
    """Cookies that only we can have made; `key` is secret."""

    def __init__(self, key: bytes) -> None:
        self._signer = URLSafeTimedSerializer(key, salt="console session", signer_kwargs={"digest_method": sha256})

    def cookie(self, visitor: Visitor) -> str:
        """The session as the value of a cookie."""
        tenants = None if visitor.tenants is None else sorted(visitor.tenants)
        return self._signer.dumps([visitor.name, sorted(r.value for r in visitor.roles), tenants, visitor.csrf])

    def visitor(self, cookie: str | None) -> Visitor | None:
        """Whose session it is; None if it is not ours or has ended."""
        try:
            name, roles, tenants, csrf = self._signer.loads(cookie or "", max_age=SESSION_SECONDS)
        except BadData:
            return None
        seen = None if tenants is None else frozenset(tenants)
        return Visitor(name, frozenset(Role(role) for role in roles), seen, csrf)
