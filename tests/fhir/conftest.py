from collections.abc import Iterator

import pytest

from tests.support.fhir_server import FhirServer, running_fhir_server


@pytest.fixture
def ehr() -> Iterator[FhirServer]:
    with running_fhir_server() as running:
        yield running
