from collections.abc import Iterator

import pytest

from tests.support.fhir_server import FhirServer, running_fhir_server


@pytest.fixture(scope="module")
def listening() -> Iterator[FhirServer]:
    with running_fhir_server() as running:
        yield running


@pytest.fixture
def ehr(listening: FhirServer) -> FhirServer:
    """A FHIR server that holds nothing yet."""
    listening.answers.clear()
    listening.calls.clear()
    return listening
