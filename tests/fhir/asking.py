"""What the tests of loading share: requests that lack data, and the Record that is read with what is loaded."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from cds_hooks.addresses import read_base
from cds_hooks.fhir.loading import Limits
from cds_hooks.fhir.record import Record
from cds_hooks.fhir.server import FhirServers
from cds_hooks.fhir.supplement import Supplement, load_missing, read_supplemented
from cds_hooks.outbound.caller import Outbound
from cds_hooks.outbound.places import Place
from cds_hooks.protocol.request import FhirAuthorization, HookRequest
from tests.fhir.charts import KEYS, PATIENT, SIEVE, Resource, bundle, condition, drug, observation, procedure, raw
from tests.support.fhir_server import FhirServer, says

TOKEN = "canary-token-5f2c"  # noqa: S105 (looked for where it must not be)
LIMITS = Limits(deadline_ms=5000, max_pages=5, max_entries=50, max_bytes=100_000)
QUERIES = {key.name: key.template.replace("{{context.patientId}}", "p") for key in KEYS}
OPTIONAL = tuple(key.name for key in KEYS if not key.required)
CHART: Mapping[str, Resource] = {
    "patient": PATIENT,
    "conditions": bundle(condition()),
    "receptors": bundle(observation("er")),
    "tumour": bundle(observation("size", "21889-1")),
    "procedures": bundle(procedure()),
    "requests": bundle(drug()),
    "given": bundle(drug("MedicationAdministration", "given")),
    "stated": bundle(drug("MedicationStatement", "stated")),
}


def holding(server: FhirServer, chart: Mapping[str, Any] = CHART) -> FhirServer:
    """The server, holding this chart."""
    server.answers.update({QUERIES[name]: says(raw(value)) for name, value in chart.items()})
    return server


def lacking(*names: str, base: str | None, chart: Mapping[str, Any] = CHART, token: str | None = TOKEN) -> HookRequest:
    """A request that sends all keys of the chart but these."""
    return HookRequest(
        hook="patient-view",
        hook_instance="1",
        user_id="Practitioner/1",
        patient_id="p",
        fhir_server=base,
        fhir_authorization=FhirAuthorization(token) if token else None,
        prefetch={n: None if v is None else raw(v) for n, v in chart.items() if n not in names},
    )


@contextmanager
def servers(*bases: str, limits: Limits = LIMITS) -> Iterator[FhirServers]:
    """The allow-list with these bases."""
    allowed = tuple(read_base(base) for base in bases)
    outbound = Outbound(map(Place, allowed))
    try:
        yield FhirServers(allowed, limits, outbound)
    finally:
        outbound.close()


def looked_up(request: HookRequest, *bases: str, limits: Limits = LIMITS) -> tuple[Record, Supplement]:
    """The Record, and what was loaded for it."""
    with servers(*bases, limits=limits) as allowed:
        supplement = load_missing(request, KEYS, allowed)
        return read_supplemented(request, supplement, KEYS, SIEVE).record, supplement
