"""OpenID Connect Core 1.0: the authorization code flow with PKCE (RFC 7636), state and nonce, against one provider.

Everything is asked of the provider anew at each sign-in: its addresses, its keys and the ID token. Authlib writes the
requests and judges the claims, joserfc (its companion) the signature.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from authlib.oauth2.auth import encode_client_secret_basic
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from cds_hooks.addresses import Address, read_address
from cds_hooks.errors import CallFailed, NotAuthenticated, RequestRefused
from cds_hooks.protocol import strict_json
from cds_hooks.web.console.access import Role, Visitor

ALGORITHMS = ["RS256", "PS256", "ES256", "RS384", "PS384", "ES384"]  # never "none", never a shared secret
LEEWAY = 30  # seconds by which clocks may differ
WITHIN = 5.0  # seconds for each call to the provider
MOST_BYTES = 256 * 1024

Fetch = Callable[[Address, int, float], bytes]
SendForm = Callable[[Address, str, Mapping[str, str], int, float], bytes]


@dataclass(frozen=True, slots=True)
class Provider:
    """Who signs visitors in. `roles` says which words of the claim `role_claim` give which role; the claim
    `tenant_claim` lists the clients whose journal a visitor may see, "" if they may see all.
    """

    issuer: Address
    client_id: str
    client_secret: str = field(repr=False)
    roles: tuple[tuple[str, Role], ...]
    role_claim: str = "roles"
    tenant_claim: str = ""


@dataclass(frozen=True, slots=True)
class Pending:
    """What a browser that was sent to the provider must come back with. It is kept in a signed cookie."""

    state: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))


@dataclass(frozen=True, slots=True)
class OpenId:
    """The flow. `fetch` and `send_form` are those of `Outbound`, so that only registered servers are called."""

    provider: Provider
    redirect_uri: str
    fetch: Fetch
    send_form: SendForm

    def address(self, pending: Pending) -> str:
        """Where to send the browser. Raises NotAuthenticated."""
        address: str = prepare_grant_uri(
            str(self._place("authorization_endpoint")),
            self.provider.client_id,
            "code",
            redirect_uri=self.redirect_uri,
            scope="openid",
            state=pending.state,
            nonce=pending.nonce,
            code_challenge=create_s256_code_challenge(pending.verifier),
            code_challenge_method="S256",
        )
        return address

    def visitor(self, answer: Mapping[str, str], pending: Pending, now: datetime) -> Visitor:
        """Who came back. Raises NotAuthenticated with the reason, for the journal alone."""
        if not secrets.compare_digest(answer.get("state", "").encode(), pending.state.encode()):
            raise NotAuthenticated("sign_in_state")
        if "code" not in answer:
            raise NotAuthenticated("sign_in_refused")
        return self._known(self._claims(self._tokens(answer["code"], pending), pending, now), now)

    def _tokens(self, code: str, pending: Pending) -> dict[str, Any]:
        form = prepare_token_request(
            "authorization_code", redirect_uri=self.redirect_uri, code=code, code_verifier=pending.verifier
        )
        headers: dict[str, str] = {}
        encode_client_secret_basic(self.provider, "POST", "", headers, form)
        place = self._place("token_endpoint")
        return _json(lambda: self.send_form(place, form, headers, MOST_BYTES, WITHIN))

    def _claims(self, tokens: Mapping[str, Any], pending: Pending, now: datetime) -> dict[str, Any]:
        place = self._place("jwks_uri")
        keys: Any = _json(lambda: self.fetch(place, MOST_BYTES, WITHIN))
        issuer, own = str(self.provider.issuer), self.provider.client_id
        asked = {"iss": {"essential": True, "values": [issuer, f"{issuer}/"]}, "aud": {"essential": True, "value": own}}
        known = {"nonce": pending.nonce, "client_id": own, "access_token": tokens.get("access_token")}
        try:
            token = jwt.decode(tokens.get("id_token", ""), KeySet.import_key_set(keys), algorithms=ALGORITHMS)
            claims = CodeIDToken(token.claims, token.header, asked, known)
            claims.validate(now=int(now.timestamp()), leeway=LEEWAY)
        except (JoseError, ValueError, TypeError, KeyError):
            raise NotAuthenticated("sign_in_token") from None
        return dict(claims)

    def _known(self, claims: Mapping[str, Any], now: datetime) -> Visitor:
        provider, said = self.provider, frozenset(_words(claims, self.provider.role_claim))
        roles = frozenset(role for word, role in provider.roles if word in said)
        if not roles:
            raise NotAuthenticated("sign_in_no_role")
        tenants = frozenset(_words(claims, provider.tenant_claim)) if provider.tenant_claim else None
        return Visitor(str(claims["sub"]), roles, tenants, now.timestamp())

    def _place(self, name: str) -> Address:
        place = replace(self.provider.issuer, path=f"{self.provider.issuer.path}/.well-known/openid-configuration")
        found = _json(lambda: self.fetch(place, MOST_BYTES, WITHIN))
        if str(found.get("issuer", "")).rstrip("/") != str(self.provider.issuer):
            raise NotAuthenticated("sign_in_provider")
        try:
            address = read_address(str(found.get(name)))
        except ValueError:
            raise NotAuthenticated("sign_in_provider") from None
        if address.scheme == "http" and not address.is_loopback:
            raise NotAuthenticated("sign_in_provider")
        return address


def _json(answer: Callable[[], bytes]) -> dict[str, Any]:
    try:
        found = strict_json.decode(answer())
    except (CallFailed, RequestRefused):
        raise NotAuthenticated("sign_in_provider") from None
    if not isinstance(found, dict):
        raise NotAuthenticated("sign_in_provider")
    return found


def _words(claims: Mapping[str, Any], name: str) -> list[str]:
    """The words of a claim that is a list of them, or one text of them between blanks."""
    found = claims.get(name)
    if isinstance(found, str):
        return found.split()
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []
