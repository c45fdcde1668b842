"""An EHR's side of authentication: keys, made once for all tests, and tokens of any shape signed with them."""

import base64
import json
import uuid
from collections.abc import Mapping
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm, get_default_algorithms

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
Json = dict[str, Any]

BASE = "https://cds.example.org"
ISSUER = "https://ehr.example.org/fhir"
JKU = "https://ehr.example.org/keys"


@cache
def ec_key(number: int = 0, curve: str = "secp384r1") -> ec.EllipticCurvePrivateKey:
    """One of as many keys on a curve as are asked for."""
    return ec.generate_private_key({"secp384r1": ec.SECP384R1, "secp256r1": ec.SECP256R1}[curve]())


@cache
def rsa_key(number: int = 0, bits: int = 2048) -> rsa.RSAPrivateKey:
    """One of as many RSA keys as are asked for."""
    return rsa.generate_private_key(65537, bits)


def jwk(key: PrivateKey, key_id: str, **more: Any) -> Json:
    """The public part as a JSON Web Key."""
    public = key.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        return {**RSAAlgorithm.to_jwk(public, as_dict=True), "kid": key_id, **more}
    return {**ECAlgorithm.to_jwk(public, as_dict=True), "kid": key_id, **more}


def pem(key: PrivateKey) -> bytes:
    """The public part as text, the favourite secret of those who confuse algorithms."""
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def encoded(value: Any) -> str:
    """Base64url of bytes, or of anything else as JSON."""
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(header: Any, claims: Any, key: Any, algorithm: str | None = None) -> str:
    """A token of any header and claims; signed by the header's algorithm if no other is said."""
    content = f"{encoded(header)}.{encoded(claims)}"
    signer = get_default_algorithms()[algorithm or header["alg"]]
    return f"{content}.{encoded(signer.sign(content.encode(), signer.prepare_key(key)))}"


def claims_at(now: float, audience: Any, **changes: Any) -> Json:
    """Good claims, five minutes long; a change to None leaves the claim out."""
    usual = {"iss": ISSUER, "aud": audience, "iat": int(now), "exp": int(now) + 300, "jti": str(uuid.uuid4())}
    return without_nones({**usual, **changes})


def header_of(algorithm: str = "ES384", **changes: Any) -> Json:
    """A good header; a change to None leaves the member out."""
    usual = {"alg": algorithm, "typ": "JWT", "kid": {"ES384": "ec-1", "RS384": "rsa-1"}.get(algorithm, "ec-1")}
    return without_nones({**usual, **changes})


def without_nones(members: Mapping[str, Any]) -> Json:
    return {name: value for name, value in members.items() if value is not None}


def good(now: float, audience: Any, algorithm: str = "ES384", **claims: Any) -> str:
    """A token that the client of `registered` may use."""
    key = ec_key() if algorithm == "ES384" else rsa_key()
    return signed(header_of(algorithm), claims_at(now, audience, **claims), key)
