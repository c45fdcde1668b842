"""The demo answers a request that brings nothing but the address of its own FHIR server."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import httpx
import pytest

from cds_hooks.app import create_app
from cds_hooks.demo.run import address_of, listen, start
from cds_hooks.knowledge.load import load_knowledge

STORY = "triple-negative-with-four-positive"
KEYS = {key.name: key.template for key in load_knowledge().service.prefetch}


@pytest.fixture
def addresses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, str]]:
    """Of the service and of the FHIR server."""
    monkeypatch.chdir(tmp_path)
    with ExitStack() as running:
        service, fhir = (running.enter_context(closing(listen(0))) for _ in range(2))
        start(create_app, service, fhir, running)
        yield f"{address_of(service)}/cds-services/breast-cancer-recurrence", f"{address_of(fhir)}/fhir"


def view(service: str, fhir: str, prefetch: dict[str, object]) -> httpx.Response:
    context = {"userId": "Practitioner/1", "patientId": STORY}
    body = {"hook": "patient-view", "hookInstance": "1", "fhirServer": fhir, "context": context, "prefetch": prefetch}
    return httpx.post(service, content=json.dumps(body), headers={"Content-Type": "application/json"})


def test_a_chart_is_loaded_when_nothing_is_sent(addresses: tuple[str, str]) -> None:
    service, fhir = addresses
    sent = {
        name: httpx.get(f"{fhir}/{template.replace('{{context.patientId}}', STORY)}").json()
        for name, template in KEYS.items()
    }
    loaded, told = (view(service, fhir, prefetch).json()["cards"] for prefetch in ({}, sent))
    assert loaded
    assert [(c["summary"], c["detail"]) for c in loaded] == [(c["summary"], c["detail"]) for c in told]


def test_no_other_server_is_asked(addresses: tuple[str, str]) -> None:
    service, fhir = addresses
    assert view(service, fhir.replace("127.0.0.1", "localhost"), {}).status_code == 412
