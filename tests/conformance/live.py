"""The running service and the FHIR server of its client, as an EHR meets them: over HTTP alone, every call signed."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from cds_hooks.audit.keyring import read_or_create_keyring
from tests.support import ehr
from tests.support.expectation import told
from tests.support.fhir_server import FhirServer, running_fhir_server, says
from tests.support.granian import running_granian
from tests.support.tokens import BASE, ISSUER, JKU, ec_key, good, jwk, rsa_key

TENANT = "8f3b1a52-6f0d-4f6c-9c57-3a4d1d0f7c11"
ELSEWHERE = "https://elsewhere.example.org"
ORIGIN = "https://ehr.example.org"
TOKEN = "canary-token-31c7"  # noqa: S105 (a made-up one)
DEADLINE_MS = 2000
LIMIT = 4 * 1024 * 1024
STORY = "two_nodes_and_twenty_two_millimetres"
Json = dict[str, Any]


@dataclass(frozen=True)
class Live:
    """The service at its address, with all that it writes, and the FHIR server that it may read."""

    http: httpx.Client
    fhir: FhirServer
    database: Path
    log: Path
    service: Json = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"/cds-services/{self.service['id']}"

    @property
    def feedback(self) -> str:
        return f"{self.path}/feedback"

    @property
    def templates(self) -> Mapping[str, str]:
        return dict(self.service["prefetch"])

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.call("GET", path, None, **headers)

    def post(self, body: Any, path: str = "", **headers: str) -> httpx.Response:
        """POST bytes as they are, anything else as JSON, to the service unless told otherwise."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.call("POST", path or self.path, raw, **{"Content_Type": "application/json", **headers})

    def call(self, method: str, path: str, content: bytes | None, **headers: str) -> httpx.Response:
        """One call; underscores in the names of headers are dashes. It is signed unless it has an Authorization."""
        if method in {"GET", "POST"} and path.startswith("/cds-services"):
            headers.setdefault("Authorization", f"Bearer {good(time.time(), BASE + path)}")
        named = {name.replace("_", "-"): value for name, value in headers.items() if value}
        return self.http.request(method, path, content=content, headers=named)

    def cards(self, request: Json) -> list[Json]:
        """The cards of a request that has to be answered with 200."""
        answer = self.post(request)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["cards"])

    def chart(self, story: str = STORY) -> list[ehr.Resource]:
        """A story's resources; tests may change them."""
        return deepcopy(list(told(story).resources))

    def request(self, story: str = STORY) -> Json:
        """The request of an EHR that prefetched everything that was asked for."""
        return self.request_of(self.chart(story))

    def request_of(self, resources: list[ehr.Resource]) -> Json:
        patient_id = ehr.patient_id_of(resources)
        return ehr.patient_view(patient_id, ehr.fill_prefetch(self.templates, resources, patient_id))

    def query(self, key: str, request: Json) -> str:
        """The template of a key with the patient of the request, as the FHIR server is asked."""
        return self.templates[key].replace("{{context.patientId}}", request["context"]["patientId"])

    def held_back(self, request: Json, *keys: str) -> Json:
        """The request without these keys, which the FHIR server holds; with the token to read them."""
        kept = {key: value for key, value in request["prefetch"].items() if key not in keys}
        for key in keys:
            self.fhir.answers[self.query(key, request)] = says(request["prefetch"][key])
        return {**request, "prefetch": kept, "fhirServer": self.fhir.base, "fhirAuthorization": authorization()}

    def written(self) -> str:
        """All that the service has written so far."""
        files = [self.log, *self.database.parent.glob(f"{self.database.name}*")]
        return "".join(file.read_text(encoding="latin-1") for file in files)


def authorization(**changes: Any) -> Json:
    """What a client says of the token for its FHIR server."""
    own = {"token_type": "Bearer", "expires_in": 300, "scope": "patient/*.read", "subject": "cds-service"}
    return {"access_token": TOKEN, **own, **changes}


def without(members: Json, *names: str) -> Json:
    return {name: value for name, value in members.items() if name not in names}


def clients(fhir: str) -> Json:
    """The registry: an EHR with keys that were handed over, a tenant of it, and one whose keys are at an address."""
    keys = [jwk(ec_key(), "ec-1"), jwk(rsa_key(), "rsa-1")]
    common = {"mode": "live", "fhir_servers": [fhir], "networks": ["127.0.0.0/8"], "cors_origins": [ORIGIN]}
    return {
        "ehr": {"issuer": ISSUER, "keys": keys, "jku": JKU, **common},
        "tenant": {"issuer": ISSUER, "tenant": TENANT, "keys": keys, **common},
        "elsewhere": {"issuer": ELSEWHERE, "jwks_url": f"{fhir}/jwks", **common},
    }


@contextmanager
def live_service(folder: Path) -> Iterator[Live]:
    """Start both on loopback, with a fresh journal in `folder`."""
    database, log = folder / "journal.sqlite3", folder / "log"
    read_or_create_keyring(folder / "key")
    registry = folder / "clients.yaml"
    with running_fhir_server() as fhir:
        registry.write_text(json.dumps({"clients": clients(fhir.base)}))  # JSON is YAML
        environment = {
            "RECURRENCE_CDS_PROFILE": "production",
            "RECURRENCE_CDS_CLIENTS_FILE": str(registry),
            "RECURRENCE_CDS_AUTHENTICATE_DISCOVERY": "true",
            "RECURRENCE_CDS_DATABASE_URL": f"sqlite:///{database}",
            "RECURRENCE_CDS_PSEUDONYM_KEY_FILE": str(folder / "key"),
            "RECURRENCE_CDS_FETCH_DEADLINE_MS": str(DEADLINE_MS),
            "RECURRENCE_CDS_MAX_BODY_BYTES": str(LIMIT),
            "RECURRENCE_CDS_BASE_URL": BASE,
            "RECURRENCE_CDS_REQUIRE_APPROVAL": "false",  # nothing is approved yet, and what is said is tested
        }
        with (
            running_granian(environment, log) as port,
            httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as http,
        ):
            (service,) = Live(http, fhir, database, log).get("/cds-services").json()["services"]
            yield Live(http, fhir, database, log, service)
