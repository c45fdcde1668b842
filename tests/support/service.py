"""The real service on a loopback port, as the whole-path tests call it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
from werkzeug.serving import make_server

from cds_hooks.app import create_app
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.keyring import Keyring
from cds_hooks.demo.stories import TOLD_ON
from cds_hooks.knowledge.load import load_knowledge
from cds_hooks.settings import read_settings
from tests.support import ehr

NOW = datetime.combine(TOLD_ON, time(9, 0), UTC)
ASSESSMENT = "org.recurrence-cds.assessment"


@dataclass(frozen=True)
class Answer:
    """Status and decoded body of one call."""

    status: int
    body: dict[str, Any]

    @property
    def cards(self) -> list[dict[str, Any]]:
        assert self.status == 200, self.body
        return list(self.body["cards"])

    @property
    def episodes(self) -> list[dict[str, Any]]:
        """The episodes of the one assessment, or none."""
        found = [card["extension"][ASSESSMENT] for card in self.cards if ASSESSMENT in card.get("extension", {})]
        assert len(found) <= 1
        return list(found[0]["episodes"]) if found else []

    @property
    def prose(self) -> str:
        """All that a clinician reads on the cards."""
        return "\n".join(f"{card['summary']}\n{card.get('detail', '')}" for card in self.cards)


class Service:
    """A client of the running service that fills the prefetch as an EHR would."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        (announced,) = client.get("/cds-services").json()["services"]
        self.id: str = announced["id"]
        self.templates: Mapping[str, str] = announced["prefetch"]

    def view(self, resources: list[ehr.Resource], user: str = "Practitioner/fixture-doctor") -> Answer:
        """Open the chart that consists of these resources."""
        patient_id = ehr.patient_id_of(resources)
        return self.call(ehr.patient_view(patient_id, ehr.fill_prefetch(self.templates, resources, patient_id), user))

    def call(self, request: Mapping[str, Any]) -> Answer:
        return self.send(json.dumps(request).encode())

    def send(self, body: bytes) -> Answer:
        answer = self._client.post(
            f"/cds-services/{self.id}", content=body, headers={"Content-Type": "application/json"}
        )
        return Answer(answer.status_code, answer.json())


@contextmanager
def running_service(folder: Path) -> Iterator[Service]:
    """Start the service with a fresh journal in `folder`, at a fixed time, and stop it afterwards."""
    settings = read_settings(
        {
            "RECURRENCE_CDS_PROFILE": "demo",
            "RECURRENCE_CDS_DATABASE_URL": f"sqlite:///{folder / 'journal.sqlite3'}",
            "RECURRENCE_CDS_REQUIRE_APPROVAL": "false",
        }
    )
    journal = Journal(f"sqlite:///{folder / 'journal.sqlite3'}", Keyring.of(b"a key that only the tests use, 32"))
    app = create_app(settings, load_knowledge(), journal, lambda: NOW)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{server.server_port}", timeout=30) as client:
            yield Service(client)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        journal.close()
