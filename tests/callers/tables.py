"""Tokens that must not let anybody in, with the reason that the log shall give, and tokens that must."""

import base64
import json
from collections.abc import Callable
from typing import Any

from cds_hooks.web.clients import Client, Clients, Mode
from cds_hooks.web.jwks import read_key_set
from cds_hooks.web.tokens import Refused
from tests.support.tokens import (
    BASE,
    ISSUER,
    JKU,
    claims_at,
    ec_key,
    encoded,
    good,
    header_of,
    jwk,
    pem,
    rsa_key,
    signed,
)
from tests.web.desk import NOW, SERVICE

AT = NOW.timestamp()
ENDPOINT = f"{BASE}{SERVICE}"
Made = Callable[[], str]

EPIC_ID = "sa+Zk/0bJ3w=TQ+eQ/=="
EPIC = "https://epic.example.org/api/FHIR/R4"
CERNER = "https://cds-hooks.cerner.com"
SANDBOX = "https://sandbox.cds-hooks.org"


def registered() -> Clients:
    """The clients that the tables speak of, with their keys in the registry."""
    both = read_key_set({"keys": [jwk(ec_key(), "ec-1"), jwk(rsa_key(), "rsa-1"), jwk(rsa_key(1), EPIC_ID)]})
    shared: Any = {"mode": Mode.LIVE, "keys": both}
    return Clients(
        (
            Client("ehr", issuer=ISSUER, jku=JKU, **shared),
            Client("rs-only", issuer="https://rs.example.org", algorithms=frozenset({"RS384"}), **shared),
            Client("no-jku", issuer="https://out-of-band.example.org", **shared),
            Client("epic", issuer=EPIC, subject="app-1", jku=f"{EPIC}/keys", audiences=frozenset({BASE}), **shared),
            Client("cerner-a", issuer=CERNER, tenant="a", jku="https://authorization.cerner.com/jwk", **shared),
            Client("cerner-b", issuer=CERNER, tenant="b", jku="https://authorization.cerner.com/jwk", **shared),
            Client("sandbox", issuer=SANDBOX, jku=f"{SANDBOX}/.well-known/jwks.json", **shared),
            Client("meld", issuer="https://meld.example.org", audiences=frozenset({"sand_man"}), **shared),
        )
    )


def claiming(**changes: Any) -> Made:
    """A good token but for these claims."""
    return lambda: good(AT, ENDPOINT, **changes)


def headed(**changes: Any) -> Made:
    """A good token but for these members of its header."""
    return lambda: signed(header_of(**changes), claims_at(AT, ENDPOINT), ec_key(), "ES384")


def with_key(key: Any, algorithm: str, **header: Any) -> Made:
    """A good token but for the key that signs it."""
    return lambda: signed(header_of(algorithm, **header), claims_at(AT, ENDPOINT), key())


def secret(key: bytes, algorithm: str) -> str:
    """A token whose "signature" is an HMAC with a public key, which everybody has."""
    import hashlib  # noqa: PLC0415
    import hmac  # noqa: PLC0415

    content = f"{encoded(header_of(algorithm))}.{encoded(claims_at(AT, ENDPOINT))}"
    digest = hmac.new(key, content.encode(), {"HS256": hashlib.sha256, "HS384": hashlib.sha384}[algorithm])
    return f"{content}.{encoded(digest.digest())}"


def unsigned(header: dict[str, Any]) -> str:
    return f"{encoded(header)}.{encoded(claims_at(AT, ENDPOINT))}."


def resigned(change: Callable[[bytes], bytes]) -> Made:
    """A good token with another signature."""

    def make() -> str:
        content, _, signature = good(AT, ENDPOINT).rpartition(".")
        raw = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
        return f"{content}.{encoded(change(raw))}"

    return make


def raw(header: bytes, claims: bytes | None = None) -> Made:
    """Header and claims byte by byte, well signed."""
    return lambda: signed(header, claims or encoded_claims(), ec_key(), "ES384")


def encoded_claims(**changes: Any) -> bytes:
    return json.dumps(claims_at(AT, ENDPOINT, **changes)).encode()


def swapped() -> str:
    """The signature of one token under the claims of another."""
    one, other = good(AT, ENDPOINT), good(AT, ENDPOINT, iat=int(AT) - 1)
    return f"{one.rpartition('.')[0]}.{other.rpartition('.')[2]}"


HEADER = json.dumps(header_of()).encode()
B = Refused

BAD: dict[str, tuple[Made, Refused]] = {
    # no token at all, or none that can be read
    "nothing": (lambda: "", B.MALFORMED),
    "one word": (lambda: "token", B.MALFORMED),
    "two parts": (lambda: good(AT, ENDPOINT).rpartition(".")[0], B.MALFORMED),
    "five parts, as an encrypted token has": (lambda: good(AT, ENDPOINT) + ".a.b", B.MALFORMED),
    "padding": (lambda: good(AT, ENDPOINT) + "=", B.MALFORMED),
    "standard base64": (lambda: good(AT, ENDPOINT)[:-1] + "+", B.MALFORMED),
    "a blank inside": (lambda: good(AT, ENDPOINT).replace(".", ". ", 1), B.MALFORMED),
    "a quote around it": (lambda: f'"{good(AT, ENDPOINT)}"', B.MALFORMED),
    "far too long": (claiming(padding="x" * 20_000), B.MALFORMED),
    "a header that is not JSON": (raw(b"{"), B.MALFORMED),
    "a header that is a list": (raw(b"[]"), B.MALFORMED),
    "a header that is not UTF-8": (raw(b'{"alg":"\xff"}'), B.MALFORMED),
    "an algorithm that is said twice": (raw(HEADER[:-1] + b',"alg":"none"}'), B.MALFORMED),
    "claims that are a list": (raw(HEADER, b"[]"), B.MALFORMED),
    "claims that are not JSON": (raw(HEADER, b"{"), B.MALFORMED),
    "an issuer that is said twice": (raw(HEADER, b'{"iss":"x",' + encoded_claims()[1:]), B.MALFORMED),
    "NaN as a time": (raw(HEADER, encoded_claims(exp=float("nan"))), B.MALFORMED),
    "infinity as a time": (raw(HEADER, encoded_claims().replace(b'"exp": ', b'"exp": 1e999, "was": ')), B.MALFORMED),
    "claims nested without end": (raw(HEADER, b'{"a":' * 500 + b"1" + b"}" * 500), B.MALFORMED),
    "a NUL in the issuer": (claiming(iss=f"{ISSUER}\0"), B.MALFORMED),
    # algorithms
    "none": (lambda: unsigned(header_of(alg="none")), B.MALFORMED),
    "none, with a signature": (headed(alg="none"), B.UNSUPPORTED_ALGORITHM),
    "None": (headed(alg="None"), B.UNSUPPORTED_ALGORITHM),
    "no algorithm": (headed(alg=None), B.UNSUPPORTED_ALGORITHM),
    "an empty algorithm": (headed(alg=""), B.UNSUPPORTED_ALGORITHM),
    "a list of algorithms": (headed(alg=["ES384"]), B.UNSUPPORTED_ALGORITHM),
    "es384 in small letters": (headed(alg="es384"), B.UNSUPPORTED_ALGORITHM),
    "HS256 with the public key as secret": (lambda: secret(pem(ec_key()), "HS256"), B.UNSUPPORTED_ALGORITHM),
    "HS384 with the public key as secret": (lambda: secret(pem(rsa_key()), "HS384"), B.UNSUPPORTED_ALGORITHM),
    "RS256": (with_key(rsa_key, "RS256", kid="rsa-1"), B.UNSUPPORTED_ALGORITHM),
    "PS384": (with_key(rsa_key, "PS384", kid="rsa-1"), B.UNSUPPORTED_ALGORITHM),
    "ES256": (with_key(lambda: ec_key(0, "secp256r1"), "ES256"), B.UNSUPPORTED_ALGORITHM),
    "an algorithm that this client does not use": (claiming(iss="https://rs.example.org"), B.UNSUPPORTED_ALGORITHM),
    "RS384 with the id of an EC key": (with_key(rsa_key, "RS384", kid="ec-1"), B.UNKNOWN_KEY),
    "ES384 with the id of an RSA key": (with_key(ec_key, "ES384", kid="rsa-1"), B.UNKNOWN_KEY),
    # header
    "no type": (headed(typ=None), B.WRONG_TYPE),
    "another type": (headed(typ="at+jwt"), B.WRONG_TYPE),
    "a type that is a number": (headed(typ=1), B.WRONG_TYPE),
    "a critical header": (headed(crit=["exp"]), B.CRITICAL_HEADER),
    "an empty list of critical headers": (headed(crit=[]), B.CRITICAL_HEADER),
    "an unencoded payload": (headed(crit=["b64"], b64=False), B.CRITICAL_HEADER),
    "no key id": (headed(kid=None), B.NO_KEY_ID),
    "an empty key id": (headed(kid=""), B.NO_KEY_ID),
    "a key id that is a number": (headed(kid=1), B.NO_KEY_ID),
    "a key id without end": (headed(kid="k" * 600), B.NO_KEY_ID),
    "an unknown key id": (headed(kid="ec-2"), B.UNKNOWN_KEY),
    "a key id that is a path": (headed(kid="../../dev/null"), B.UNKNOWN_KEY),
    "its own key in the header": (
        with_key(lambda: ec_key(9), "ES384", jwk=jwk(ec_key(9), "ec-1")),
        B.BAD_SIGNATURE,
    ),
    "its own key in the header under its own id": (
        with_key(lambda: ec_key(9), "ES384", kid="mine", jwk=jwk(ec_key(9), "mine")),
        B.UNKNOWN_KEY,
    ),
    "its own certificate": (with_key(lambda: ec_key(9), "ES384", x5c=["MIIB"]), B.BAD_SIGNATURE),
    # key addresses
    "a foreign jku": (headed(jku="https://evil.example/keys"), B.FOREIGN_KEY_ADDRESS),
    "a jku with a slash more": (headed(jku=f"{JKU}/"), B.FOREIGN_KEY_ADDRESS),
    "a jku in capitals": (headed(jku=JKU.upper()), B.FOREIGN_KEY_ADDRESS),
    "a jku with a port": (headed(jku="https://ehr.example.org:443/keys"), B.FOREIGN_KEY_ADDRESS),
    "a jku with a user": (headed(jku="https://ehr.example.org@evil.example/keys"), B.FOREIGN_KEY_ADDRESS),
    "a jku with a query": (headed(jku=f"{JKU}?x=1"), B.FOREIGN_KEY_ADDRESS),
    "a jku with a fragment": (headed(jku=f"{JKU}#@evil.example"), B.FOREIGN_KEY_ADDRESS),
    "a jku that is a list": (headed(jku=[JKU]), B.FOREIGN_KEY_ADDRESS),
    "a jku where none was agreed": (
        lambda: signed(
            header_of(jku="https://out-of-band.example.org/keys"),
            claims_at(AT, ENDPOINT, iss="https://out-of-band.example.org"),
            ec_key(),
        ),
        B.FOREIGN_KEY_ADDRESS,
    ),
    # who
    "no issuer": (claiming(iss=None), B.BAD_CLAIMS),
    "an empty issuer": (claiming(iss=""), B.BAD_CLAIMS),
    "an issuer that is a list": (claiming(iss=[ISSUER]), B.BAD_CLAIMS),
    "an unknown issuer": (claiming(iss="https://evil.example"), B.UNKNOWN_CLIENT),
    "an issuer with a slash more": (claiming(iss=f"{ISSUER}/"), B.UNKNOWN_CLIENT),
    "an issuer in capitals": (claiming(iss=ISSUER.upper()), B.UNKNOWN_CLIENT),
    "an issuer with a blank": (claiming(iss=f"{ISSUER} "), B.UNKNOWN_CLIENT),
    "an issuer that looks alike": (claiming(iss=ISSUER.replace("e", "\u0435", 1)), B.UNKNOWN_CLIENT),
    "a subject that is not registered": (claiming(sub="somebody"), B.UNKNOWN_CLIENT),
    "without the registered subject": (claiming(iss=EPIC), B.UNKNOWN_CLIENT),
    "another subject than the registered one": (claiming(iss=EPIC, sub="app-2"), B.UNKNOWN_CLIENT),
    "a tenant that is not registered": (claiming(iss=CERNER, tenant="c"), B.UNKNOWN_CLIENT),
    "without a tenant where tenants are registered": (claiming(iss=CERNER), B.UNKNOWN_CLIENT),
    "a tenant where none is registered": (claiming(tenant="a"), B.UNKNOWN_CLIENT),
    "a tenant that is a list": (claiming(iss=CERNER, tenant=["a"]), B.BAD_CLAIMS),
    # for whom
    "no audience": (claiming(aud=None), B.BAD_CLAIMS),
    "an audience that is an object": (claiming(aud={"a": ENDPOINT}), B.BAD_CLAIMS),
    "an empty list of audiences": (claiming(aud=[]), B.WRONG_AUDIENCE),
    "a list of audiences with a number": (claiming(aud=[ENDPOINT, 1]), B.BAD_CLAIMS),
    "more audiences than anybody needs": (claiming(aud=[ENDPOINT] * 21), B.BAD_CLAIMS),
    "another service of ours": (claiming(aud=f"{BASE}/cds-services/other"), B.WRONG_AUDIENCE),
    "the discovery address": (claiming(aud=f"{BASE}/cds-services"), B.WRONG_AUDIENCE),
    "the feedback address": (claiming(aud=f"{ENDPOINT}/feedback"), B.WRONG_AUDIENCE),
    "the base address": (claiming(aud=BASE), B.WRONG_AUDIENCE),
    "an audience with a slash more": (claiming(aud=f"{ENDPOINT}/"), B.WRONG_AUDIENCE),
    "an audience in other letters": (claiming(aud=ENDPOINT.replace("cds.", "CDS.")), B.WRONG_AUDIENCE),
    "an audience in the clear": (claiming(aud=ENDPOINT.replace("https", "http")), B.WRONG_AUDIENCE),
    "the audience of the Host header": (claiming(aud=f"http://localhost{SERVICE}"), B.WRONG_AUDIENCE),
    "the extra audience of another client": (claiming(aud="sand_man"), B.WRONG_AUDIENCE),
    # when
    "no exp": (claiming(exp=None), B.BAD_CLAIMS),
    "no iat": (claiming(iat=None), B.BAD_CLAIMS),
    "exp as a text": (claiming(exp=str(int(AT) + 300)), B.BAD_CLAIMS),
    "exp as true": (claiming(exp=True), B.BAD_CLAIMS),
    "iat as a list": (claiming(iat=[int(AT)]), B.BAD_CLAIMS),
    "nbf as a text": (claiming(nbf="0"), B.BAD_CLAIMS),
    "expired": (claiming(iat=int(AT) - 331, exp=int(AT) - 31), B.EXPIRED),
    "expired to the second": (claiming(iat=int(AT) - 330, exp=int(AT) - 30), B.EXPIRED),
    "long expired": (claiming(iat=1, exp=301), B.EXPIRED),
    "issued in the future": (claiming(iat=int(AT) + 31, exp=int(AT) + 300), B.NOT_YET_VALID),
    "not before the future": (claiming(nbf=int(AT) + 31), B.NOT_YET_VALID),
    "a life of more than 15 minutes": (claiming(exp=int(AT) + 901), B.LIVES_TOO_LONG),
    "a life of ten years": (claiming(exp=int(AT) + 315_360_000), B.LIVES_TOO_LONG),
    "no life at all": (claiming(exp=int(AT)), B.LIVES_TOO_LONG),
    "a life that ends before it begins": (claiming(exp=int(AT) - 10), B.LIVES_TOO_LONG),
    "a time beyond all times": (claiming(exp=10**300), B.LIVES_TOO_LONG),
    # once
    "no jti": (claiming(jti=None), B.BAD_CLAIMS),
    "an empty jti": (claiming(jti=""), B.BAD_CLAIMS),
    "a jti that is a number": (claiming(jti=7), B.BAD_CLAIMS),
    "a jti without end": (claiming(jti="j" * 257), B.BAD_CLAIMS),
    # signatures
    "signed by another EC key": (with_key(lambda: ec_key(1), "ES384"), B.BAD_SIGNATURE),
    "signed by another RSA key": (with_key(lambda: rsa_key(1), "RS384"), B.BAD_SIGNATURE),
    "an empty signature": (lambda: good(AT, ENDPOINT).rpartition(".")[0] + ".AA", B.BAD_SIGNATURE),
    "a signature of zeros": (resigned(lambda _: bytes(96)), B.BAD_SIGNATURE),
    "a signature with a bit turned": (resigned(lambda s: bytes([s[0] ^ 1]) + s[1:]), B.BAD_SIGNATURE),
    "a signature with a byte more": (resigned(lambda s: s + b"\0"), B.BAD_SIGNATURE),
    "a signature cut short": (resigned(lambda s: s[:-1]), B.BAD_SIGNATURE),
    "the signature of another token": (swapped, B.BAD_SIGNATURE),
}


def as_epic(**changes: Any) -> Made:
    claims = {"sub": "app-1", "nbf": int(AT) - 300, "exp": int(AT) + 900, "iss": EPIC, **changes}
    header = {"kid": EPIC_ID, "jku": f"{EPIC}/keys"}
    return lambda: signed(header_of("RS384", **header), claims_at(AT, claims.get("aud", BASE), **claims), rsa_key(1))


def as_cerner(tenant: str, **header: Any) -> Made:
    return lambda: signed(header_of("RS384", **header), claims_at(AT, ENDPOINT, iss=CERNER, tenant=tenant), rsa_key())


def as_sandbox(audience: str = ENDPOINT) -> Made:
    header = header_of(jku=f"{SANDBOX}/.well-known/jwks.json")
    return lambda: signed(header, claims_at(AT, audience, iss=SANDBOX), ec_key())


GOOD: dict[str, tuple[Made, str]] = {
    "plain": (claiming(), "ehr"),
    "RS384": (lambda: good(AT, ENDPOINT, "RS384"), "ehr"),
    "with the registered jku": (headed(jku=JKU), "ehr"),
    "with other header members": (headed(x5u="https://evil.example/c", jwk=jwk(ec_key(9), "k"), cty="x"), "ehr"),
    "with claims that we do not know": (claiming(azp="x", extension={"a": [1]}), "ehr"),
    "with our address among audiences": (claiming(aud=["https://other.example", ENDPOINT]), "ehr"),
    "times with decimals": (claiming(iat=AT - 0.25, exp=AT + 299.5), "ehr"),
    "15 minutes, the most": (claiming(exp=int(AT) + 900), "ehr"),
    "just not expired": (claiming(iat=int(AT) - 329, exp=int(AT) - 29), "ehr"),
    "a clock that is 30 seconds ahead": (claiming(iat=int(AT) + 30, exp=int(AT) + 330), "ehr"),
    "not before 30 seconds from now": (claiming(nbf=int(AT) + 30), "ehr"),
    "a jti of 64 hex digits": (claiming(jti="0f" * 32), "ehr"),
    "a jti of the greatest length": (claiming(jti="j" * 256), "ehr"),
    "a jti in any script": (claiming(jti="Größe 日本"), "ehr"),
    "keys agreed out of band, without a jku": (claiming(iss="https://out-of-band.example.org"), "no-jku"),
    "a client with one algorithm": (lambda: good(AT, ENDPOINT, "RS384", iss="https://rs.example.org"), "rs-only"),
    "Epic: sub, nbf five minutes back, 15 minutes, key id in base64, the audience that was typed": (as_epic(), "epic"),
    "Epic: the audience of the endpoint": (as_epic(aud=ENDPOINT), "epic"),
    "Epic: without nbf": (as_epic(nbf=None), "epic"),
    "Cerner: one tenant": (as_cerner("a", jku="https://authorization.cerner.com/jwk"), "cerner-a"),
    "Cerner: another tenant": (as_cerner("b"), "cerner-b"),
    "the CDS Hooks Sandbox": (as_sandbox(), "sandbox"),
    "the Meld sandbox": (claiming(iss="https://meld.example.org", aud="sand_man"), "meld"),
    "an Inferno test kit: 64 hex digits, five minutes": (claiming(jti="ab" * 32, aud=ENDPOINT), "ehr"),
}
