"""The live service, once a session, and its answers to every story."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conformance.answers import Answered
    from tests.conformance.live import Live
    from tests.support.fhir_server import FhirServer


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    from tests.conformance.live import live_service  # noqa: PLC0415  (other tests need not load the product)

    with live_service(tmp_path_factory.mktemp("live")) as running:
        yield running


@pytest.fixture
def fhir(live: Live) -> FhirServer:
    """The client's FHIR server, empty, with no calls counted."""
    live.fhir.answers.clear()
    live.fhir.calls.clear()
    return live.fhir


@pytest.fixture(scope="session")
def answered(live: Live) -> Answered:
    """What is answered to every story that we tell."""
    from tests.conformance.answers import ask_every_story  # noqa: PLC0415

    return ask_every_story(live)
