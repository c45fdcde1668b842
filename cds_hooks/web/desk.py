"""What the routes work with."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from structlog.typing import FilteringBoundLogger

from cds_hooks.audit.explaining import word_for
from cds_hooks.audit.journal import Journal
from cds_hooks.errors import UnknownService
from cds_hooks.fhir.server import FhirServers
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.web.gate import Gate
from cds_hooks.web.metrics import Metrics
from cds_hooks.writing.compose import Pages


@dataclass(frozen=True, slots=True)
class Desk:
    """The service as the routes see it. `clock` gives aware times, `new_id` a new id for a call, `discovery` is the
    answer to GET /cds-services, `base_url` where readers reach this service, None if not known; `build` names the
    program that answers. `gate` lets callers in, and each tenant has `fhir_servers` of its own. With `require_approval`
    only what a clinician approved is shown. The explanation of a decision can be opened for `explained_for`.
    Who computes an answer holds `turn`.
    """

    knowledge: Knowledge
    journal: Journal
    log: FilteringBoundLogger
    clock: Callable[[], datetime]
    new_id: Callable[[datetime], str]
    max_body_bytes: int
    max_entries: int
    discovery: Mapping[str, Any]
    gate: Gate
    fhir_servers: Mapping[str, FhirServers]
    metrics: Metrics
    base_url: str | None = None
    build: str = ""
    require_approval: bool = True
    explained_for: timedelta = timedelta(hours=24)
    turn: threading.Lock = field(default_factory=threading.Lock)

    def pages(self, decision_id: str) -> Pages | None:
        """Where readers of this decision's cards find more."""
        return None if self.base_url is None else Pages(self.base_url, word_for(self.journal.ring, decision_id))

    def check_service(self, service_id: str) -> None:
        """Raises UnknownService."""
        if service_id != self.knowledge.service.id:
            raise UnknownService("There is no such service: see /cds-services for those there are.")
