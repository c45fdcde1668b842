"""A small OpenID Connect provider on loopback, as strict as it has to be, that can be told to lie."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

CLIENT, SECRET, CODE = "recurrence-cds", "a secret of the tests", "the-code"
KEY: RSAPrivateKey = generate_private_key(65537, 2048)
OTHER_KEY: RSAPrivateKey = generate_private_key(65537, 2048)


@dataclass
class OpenIdProvider:
    """Where it is, what it says about whoever signs in (`claims`), and how it lies: `metadata` over what it announces,
    `key` and `algorithm` of the signature, `token_status` of its token endpoint.
    """

    url: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    key: Any = KEY
    algorithm: str = "RS256"
    token_status: int = 200
    asked: dict[str, str] = field(default_factory=dict)
    now: float = 0.0

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser is sent back to."""
        assert (query["response_type"], query["client_id"], query["scope"]) == ("code", CLIENT, "openid")
        assert query["code_challenge_method"] == "S256"
        self.asked = query
        return f"{query['redirect_uri']}?{urlencode({'code': CODE, 'state': query['state']})}"

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any]:
        """The answer to a code, which must come with its verifier and the secret."""
        assert authorization == "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        challenge = base64.urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        assert (form["code"], challenge) == (CODE, self.asked["code_challenge"])
        assert form["redirect_uri"] == self.asked["redirect_uri"]
        usual = {"iss": self.url, "sub": "dr-4711", "aud": CLIENT, "iat": self.now, "exp": self.now + 300}
        claims = {**usual, "nonce": self.asked["nonce"], **self.claims}
        told = {name: value for name, value in claims.items() if value is not None}
        id_token = jwt.encode(told, self.key, self.algorithm, {"kid": "k1"})
        return {"access_token": "unused", "token_type": "Bearer", "id_token": id_token}

    def announced(self) -> dict[str, Any]:
        """Its addresses."""
        places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        return {"issuer": self.url, **{name: f"{self.url}/{path}" for name, path in places.items()}, **self.metadata}


@contextmanager
def providing(now: float) -> Iterator[OpenIdProvider]:
    """A provider whose clock stands at `now`."""
    provider = OpenIdProvider(now=now)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            split = urlsplit(self.path)
            if split.path == "/authorize":
                query = {name: values[0] for name, values in parse_qs(split.query).items()}
                self.send_response(302)
                self.send_header("Location", provider.authorize(query))
                self.end_headers()
            elif split.path == "/keys":
                public = json.loads(RSAAlgorithm.to_jwk(KEY.public_key()))
                self._say({"keys": [{**public, "kid": "k1", "use": "sig"}]})
            else:
                self._say(provider.announced() if provider.metadata.get("issuer") != [] else [])

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._say(provider.token(form, self.headers["Authorization"]), provider.token_status)

        def _say(self, what: object, status: int = 200) -> None:
            raw = json.dumps(what).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name in the library)
            """Log nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield provider
        server.shutdown()
