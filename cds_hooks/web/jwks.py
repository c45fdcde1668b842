"""Public keys of callers, as JSON Web Keys (RFC 7517), each bound to the one algorithm that it may verify.

ES384 on P-384 and RS384 on RSA of 2048 bits or more are what CDS Hooks recommends; there is nothing else, so there is
nothing to confuse: no symmetric key, no "none", no choice of a token's own.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from jwt.exceptions import PyJWTError

ES384, RS384 = "ES384", "RS384"
ALGORITHMS = (ES384, RS384)
LONGEST_ID = 512  # characters of a key id
MOST_KEYS = 100  # of one set that are looked at

_RSA_BITS = range(2048, 8193)
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})

PublicKey = EllipticCurvePublicKey | RSAPublicKey
KeySet = Mapping[tuple[str, str], PublicKey]  # by key id and algorithm


def read_key(jwk: Any) -> tuple[tuple[str, str], PublicKey]:
    """Key id and algorithm, and the key. Raises ValueError, which says what is wrong in words of our own."""
    if not isinstance(jwk, dict):
        raise ValueError("is not a JSON Web Key")  # noqa: TRY004 (a value of the wire, not a mistake of ours)
    key_id = jwk.get("kid")
    if not isinstance(key_id, str) or not 0 < len(key_id) <= LONGEST_ID:
        raise ValueError("has no kid")
    if jwk.get("use", "sig") != "sig" or "verify" not in jwk.get("key_ops", ("verify",)):
        raise ValueError("is not for signatures")
    algorithm, key = _public(jwk)
    if jwk.get("alg", algorithm) != algorithm:
        raise ValueError(f"is for another algorithm than {algorithm}")
    return (key_id, algorithm), key


def _public(jwk: dict[str, Any]) -> tuple[str, PublicKey]:
    match jwk.get("kty"), jwk.get("crv"):
        case "EC", "P-384":
            return ES384, _parsed(ECAlgorithm, jwk, ("kty", "crv", "x", "y"))
        case "RSA", _:
            key = _parsed(RSAAlgorithm, jwk, ("kty", "n", "e"))
            if key.key_size not in _RSA_BITS:
                raise ValueError("must have 2048 to 8192 bits")
            return RS384, key
        case _:
            raise ValueError("must be EC on P-384 or RSA")


def _parsed(kind: type[ECAlgorithm | RSAAlgorithm], jwk: dict[str, Any], members: tuple[str, ...]) -> PublicKey:
    """The key made of these members alone: what is private in it is not looked at."""
    try:
        key = kind.from_jwk({name: jwk.get(name) for name in members})
    except (PyJWTError, TypeError, ValueError):
        raise ValueError("is not a valid key") from None
    assert isinstance(key, PublicKey)  # noqa: S101 (no private member was passed)
    return key


def has_private_part(jwk: Mapping[str, Any]) -> bool:
    """Whether somebody gave away more than the public key."""
    return not _PRIVATE.isdisjoint(jwk)


def read_key_set(jwks: Any) -> KeySet:
    """The usable keys of a JWK Set; others in it (for encryption, of other types) are passed over.

    Raises ValueError where it is no JWK Set. Of two keys with one id and algorithm the first counts.
    """
    keys = jwks.get("keys") if isinstance(jwks, dict) else None
    if not isinstance(keys, list):
        raise ValueError("is not a JWK Set")  # noqa: TRY004
    return _usable(keys[:MOST_KEYS])


def _usable(keys: Iterable[Any]) -> KeySet:
    found: dict[tuple[str, str], PublicKey] = {}
    for jwk in keys:
        try:
            name, key = read_key(jwk)
        except ValueError:
            continue
        found.setdefault(name, key)
    return found
