"""The token of a caller (CDS Hooks 2.0.1, "Trusting CDS Clients"): a JWT, short-lived, signed, for us, used once.

What can be refused without a key is refused first, and nothing is fetched for a caller who is not registered. A token
chooses nothing: which keys and algorithms count is written in the registry; `jwk`, `x5c` and `x5u` in it are not
looked at, and a `jku` may only repeat the registered address. PyJWT checks the signature; what it would let pass (a
life of ten years, no jti, another typ, a name that stands twice) is checked here.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Any, Protocol

import jwt

from cds_hooks.errors import NotAuthenticated, RequestRefused
from cds_hooks.protocol import strict_json
from cds_hooks.web.clients import Client, Clients
from cds_hooks.web.jwks import ALGORITHMS, LONGEST_ID, PublicKey

LONGEST_LIFE = 15 * 60  # seconds from iat to exp
LEEWAY = 30  # seconds by which clocks may differ
LONGEST_TOKEN = 16_384  # characters
_LONGEST_CLAIM = 2048
_LONGEST_JTI = 256
_MOST_AUDIENCES = 20
_COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")


class Refused(Enum):
    """Why a caller is not let in: words for the log and the journal, never for the caller."""

    NO_TOKEN = "no_token"  # noqa: S105 (a word)
    MALFORMED = "malformed"
    UNSUPPORTED_ALGORITHM = "unsupported_algorithm"
    WRONG_TYPE = "wrong_type"
    CRITICAL_HEADER = "critical_header"
    NO_KEY_ID = "no_key_id"
    BAD_CLAIMS = "bad_claims"
    UNKNOWN_CLIENT = "unknown_client"
    FOREIGN_KEY_ADDRESS = "foreign_key_address"
    WRONG_AUDIENCE = "wrong_audience"
    LIVES_TOO_LONG = "lives_too_long"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    UNKNOWN_KEY = "unknown_key"
    KEYS_UNAVAILABLE = "keys_unavailable"
    BAD_SIGNATURE = "bad_signature"
    REPLAYED = "replayed"


class KeyFinder(Protocol):
    """Where the keys of clients are (`web.keys.Keys`)."""

    def find(self, client: Client, key_id: str, algorithm: str) -> PublicKey:
        """The client's key. Raises NotAuthenticated: UNKNOWN_KEY, KEYS_UNAVAILABLE."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token that holds. `expires_at` is in seconds since 1970; `id` is its jti."""

    client: Client
    key_id: str
    id: str = field(repr=False)
    expires_at: float


def refused(why: Refused) -> NotAuthenticated:
    """The exception for a reason."""
    return NotAuthenticated(why.value)


def verify(text: str, clients: Clients, keys: KeyFinder, audiences: frozenset[str], now: float) -> Token:
    """The token in `text`, for one of `audiences` or of those of its client, at `now` (seconds since 1970).

    Raises NotAuthenticated. That it is used once is checked by whoever keeps the ids.
    """
    header, claims = parts(text)
    algorithm, key_id = _checked_header(header)
    client = clients.of_token(_text(claims, "iss"), _optional_text(claims, "sub"), _optional_text(claims, "tenant"))
    if client is None:
        raise refused(Refused.UNKNOWN_CLIENT)
    if algorithm not in client.algorithms:
        raise refused(Refused.UNSUPPORTED_ALGORITHM)
    if "jku" in header and (client.jku is None or header["jku"] != client.jku):
        raise refused(Refused.FOREIGN_KEY_ADDRESS)
    if _audiences(claims).isdisjoint(audiences | client.audiences):
        raise refused(Refused.WRONG_AUDIENCE)
    expires_at = _checked_times(claims, now)
    token_id = _text(claims, "jti", _LONGEST_JTI)
    _check_signature(text, algorithm, keys.find(client, key_id, algorithm))
    return Token(client, key_id, token_id, expires_at)


def parts(text: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Header and claims of the compact form, read strictly and not verified. Raises NotAuthenticated."""
    found = _COMPACT.fullmatch(text) if len(text) <= LONGEST_TOKEN else None
    if found is None:
        raise refused(Refused.MALFORMED)
    header, claims = (_decoded(part) for part in found.group(1, 2))
    return header, claims


def _decoded(part: str) -> Mapping[str, Any]:
    try:
        raw = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
        value = strict_json.decode(raw)
    except (binascii.Error, RequestRefused):
        raise refused(Refused.MALFORMED) from None
    if not isinstance(value, dict):
        raise refused(Refused.MALFORMED)
    return value


def _checked_header(header: Mapping[str, Any]) -> tuple[str, str]:
    """Algorithm and key id."""
    algorithm, key_id = header.get("alg"), header.get("kid")
    if algorithm not in ALGORITHMS:
        raise refused(Refused.UNSUPPORTED_ALGORITHM)
    if header.get("typ") != "JWT":
        raise refused(Refused.WRONG_TYPE)
    if "crit" in header:
        raise refused(Refused.CRITICAL_HEADER)
    if not isinstance(key_id, str) or not 0 < len(key_id) <= LONGEST_ID:
        raise refused(Refused.NO_KEY_ID)
    return algorithm, key_id


def _text(claims: Mapping[str, Any], name: str, longest: int = _LONGEST_CLAIM) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= longest:
        raise refused(Refused.BAD_CLAIMS)
    return value


def _optional_text(claims: Mapping[str, Any], name: str) -> str | None:
    return _text(claims, name) if name in claims else None


def _audiences(claims: Mapping[str, Any]) -> frozenset[str]:
    value = claims.get("aud")
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or len(listed) > _MOST_AUDIENCES or not all(isinstance(a, str) for a in listed):
        raise refused(Refused.BAD_CLAIMS)
    return frozenset(listed)


def _checked_times(claims: Mapping[str, Any], now: float) -> float:
    """When it expires."""
    expires, issued = _time(claims, "exp"), _time(claims, "iat")
    begins = _time(claims, "nbf") if "nbf" in claims else issued
    if not 0 < expires - issued <= LONGEST_LIFE:
        raise refused(Refused.LIVES_TOO_LONG)
    if now >= expires + LEEWAY:
        raise refused(Refused.EXPIRED)
    if max(issued, begins) > now + LEEWAY:
        raise refused(Refused.NOT_YET_VALID)
    return expires


def _time(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise refused(Refused.BAD_CLAIMS)
    return float(value)


def _check_signature(text: str, algorithm: str, key: PublicKey) -> None:
    try:
        jwt.PyJWS(algorithms=[algorithm]).decode(text, key, algorithms=[algorithm])
    except (jwt.PyJWTError, ValueError, TypeError):
        raise refused(Refused.BAD_SIGNATURE) from None
