"""What the prefetch lacks, loaded from the client's FHIR server, and read like a prefetch.

Loaded is a key that was not sent, and what follows the first page of one that was sent in part. A key sent as null,
as an empty Bundle or as an OperationOutcome has been asked for already: it is not asked for again (CDS Hooks 2.0.1,
"Prefetch Templates").
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from cds_hooks.errors import RequestRefused, RequiredDataMissing
from cds_hooks.fhir.loading import Outcome, Wanted
from cds_hooks.fhir.pages import next_page
from cds_hooks.fhir.prefetch import PrefetchKey
from cds_hooks.fhir.read import Reading, read_prefetch
from cds_hooks.fhir.server import FhirServers
from cds_hooks.fhir.sift import Sieve
from cds_hooks.protocol.request import HookRequest

_PATIENT = "{{context.patientId}}"  # the only token that a template may hold
# An id that means the same in a path and in a query: no dot segment, no comma (which would be "or" in a search).
_PLAIN_ID = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._~-]{1,1024}")


@dataclass(slots=True)
class Supplement:
    """What was loaded, by key, in the shape of a prefetch; `outcomes` has every key that was asked for."""

    values: dict[str, bytes] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    pages: int = 0

    def withdraw(self, name: str) -> None:
        """Take back what came for the key: it is as if nothing had come."""
        del self.values[name]
        self.outcomes[name] = Outcome.UNUSABLE


def load_missing(request: HookRequest, keys: tuple[PrefetchKey, ...], servers: FhirServers) -> Supplement:
    """What `request` lacks and its server gives; nothing where that server may not be called. Never raises."""
    supplement = Supplement()
    server = servers.allowed(request.fhir_server)
    if server is None or not _PLAIN_ID.fullmatch(request.patient_id):
        return supplement
    wanted = tuple(_wanted(request, keys, servers.max_bytes))
    if not wanted:
        return supplement
    token = request.fhir_authorization.access_token if request.fhir_authorization else None
    for loaded in servers.load(server, token, wanted):
        supplement.outcomes[loaded.key.name] = loaded.outcome
        supplement.pages += loaded.pages
        if loaded.value is not None:
            supplement.values[loaded.key.name] = loaded.value
    return supplement


def _wanted(request: HookRequest, keys: tuple[PrefetchKey, ...], max_bytes: int) -> Iterator[Wanted]:
    for key in keys:
        if key.name not in request.prefetch:
            yield Wanted(key, key.template.replace(_PATIENT, request.patient_id))
        elif not key.is_read and (following := next_page(request.prefetch[key.name], max_bytes)):
            yield Wanted(key, following[1], following[0])


def read_supplemented(
    request: HookRequest,
    supplement: Supplement,
    keys: tuple[PrefetchKey, ...],
    sieve: Sieve,
    most_entries: int | None = None,
) -> Reading:
    """The Record of what was sent and what was loaded. Raises what `read_prefetch` raises of what was sent.

    What was loaded passes the same checks. Where it does not, the client is not to blame: its key counts as not
    loaded, or as the part that the client sent.
    """
    while True:
        try:
            values = {**request.prefetch, **supplement.values}
            return read_prefetch(values, keys, sieve, request.patient_id, most_entries)
        except RequiredDataMissing:
            raise
        except RequestRefused as refused:
            if not supplement.values:
                raise
            _, _, name = refused.where.partition("prefetch.")
            # where it is not said which key it was, or it was one that the client sent whole, none is trusted
            for guilty in (name,) if name in supplement.values else tuple(supplement.values):
                supplement.withdraw(guilty)
