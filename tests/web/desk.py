"""What the tests of the edge share: an application over a real journal, and requests to send to it."""

import io
import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cds_hooks.app import create_app
from cds_hooks.audit import tables
from cds_hooks.audit.entry import Kind
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.keyring import Keyring
from cds_hooks.audit.reading import StoredDecision, rows
from cds_hooks.audit.reading import opened as opened_row
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.knowledge.load import load_knowledge
from cds_hooks.outbound.caller import Outbound
from cds_hooks.profiles import clients_of, places_of
from cds_hooks.settings import Profile, Settings
from cds_hooks.web import logs
from cds_hooks.web.clients import Clients
from tests.support import ehr
from tests.support.expectation import told

KNOWLEDGE = load_knowledge()
SERVICE = f"/cds-services/{KNOWLEDGE.service.id}"
KEY = b"a key that only the tests use, 32"
NOW = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
STORY = "six_positive_nodes_and_nothing_else"
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Desk:
    """A running application without a socket, with all that it writes."""

    client: FlaskClient
    journal: Journal
    database: Path
    log: io.StringIO

    def post(self, body: Any, path: str = SERVICE, **headers: str) -> TestResponse:
        """POST `body` (bytes as they are, anything else as JSON) with the headers, underscores being dashes."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(path, data=raw, headers={**JSON, **named})

    def calls(self, kind: Kind = Kind.HOOK) -> list[dict[str, Any]]:
        """The rows of all calls of this kind, in their order."""
        return rows(self.journal, tables.entry.c.kind == kind.value)

    def decisions(self) -> list[StoredDecision]:
        """The calls of the service, opened."""
        return [opened_row(self.journal, row) for row in self.calls()]

    def rows(self, table: str) -> list[dict[str, Any]]:
        """All rows of a table of the journal."""
        connection = sqlite3.connect(self.database)
        connection.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in connection.execute(f"SELECT * FROM {table}")]  # noqa: S608 (our own names)
        finally:
            connection.close()

    def logged(self) -> list[dict[str, Any]]:
        """The log, a dictionary for each line."""
        return [json.loads(line) for line in self.log.getvalue().splitlines()]


@contextmanager
def opened(
    folder: Path,
    settings: Settings | None = None,
    blueprints: tuple[flask.Blueprint, ...] = (),
    *,
    require_approval: bool = False,
    knowledge: Knowledge = KNOWLEDGE,
    clients: Clients | None = None,
    monotonic: Callable[[], float] = time.monotonic,
    console_word: str | None = None,
    clock: Callable[[], datetime] = lambda: NOW,
) -> Iterator[Desk]:
    """A desk whose journal is a file in `folder`; it shows drafts too, unless approval is required, and without
    `clients` it answers anybody.
    """
    settings = replace(settings or Settings(), profile=Profile.DEMO, require_approval=require_approval)
    clients = clients or clients_of(settings)
    database, log = folder / "journal.sqlite3", io.StringIO()
    journal = Journal(f"sqlite:///{database}", Keyring.of(KEY))
    outbound = Outbound((*clients.places, *places_of(settings)))
    app = create_app(
        settings,
        knowledge,
        journal,
        clock,
        extra_blueprints=blueprints,
        log=logs.logger(log),
        clients=clients,
        outbound=outbound,
        monotonic=monotonic,
        console_word=console_word,
    )
    try:
        yield Desk(app.test_client(), journal, database, log)
    finally:
        outbound.close()
        journal.close()


def with_cards() -> dict[str, Any]:
    """A request that is answered with a card."""
    resources = deepcopy(list(told(STORY).resources))  # tests change what they are given
    return _request(resources, ehr.patient_id_of(resources))


def request_about(resources: Iterable[ehr.Resource]) -> dict[str, Any]:
    """A request with the chart that consists of these resources."""
    listed = deepcopy(list(resources))
    return _request(listed, ehr.patient_id_of(listed))


def without_cards() -> dict[str, Any]:
    """A request for a patient of whom nothing is known: there is nothing to say."""
    return _request([{"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1970"}], "p1")


def from_user(request: Mapping[str, Any], user: str) -> dict[str, Any]:
    """The same request, made by someone else."""
    return {**request, "context": {**request["context"], "userId": user}}


def _request(resources: list[ehr.Resource], patient_id: str) -> dict[str, Any]:
    templates = {key.name: key.template for key in KNOWLEDGE.service.prefetch}
    return ehr.patient_view(patient_id, ehr.fill_prefetch(templates, resources, patient_id))
