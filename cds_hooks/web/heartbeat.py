"""The heartbeat: a synthetic patient who is consulted at most once a minute, so that silence is not taken for health.

It goes the way of any chart, from prefetch to cards. Its rows are of a kind and a chain of their own: no figure about
patients counts them. It beats when metrics are read, and when somebody looks at the watch page of the console.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC

from cds_hooks.audit.entry import Caller, Entry, Kind
from cds_hooks.audit.summary import summary
from cds_hooks.decide import Circumstances, decide
from cds_hooks.errors import JournalUnavailable
from cds_hooks.fhir.bundle import prefetch_of
from cds_hooks.fhir.read import read_record
from cds_hooks.reasoning.tiers import Tier
from cds_hooks.shipped import patients_folder
from cds_hooks.web.desk import Desk

TENANT = "heartbeat"
STORY = "six_positive_nodes_and_nothing_else"  # four or more positive nodes: high, whatever else is not known
EXPECTED = Tier.HIGH.name.lower()
BETWEEN = 60.0  # seconds


@dataclass
class Heart:
    """Beats for one process. Safe for threads."""

    desk: Desk
    clock: Callable[[], float] = time.monotonic
    _last: float | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def beat(self) -> None:
        """Consult, if that was not done within the last minute, and journal what came of it. Never raises: whatever
        went wrong is a row, or the lack of one, and a count.
        """
        with self._lock:
            if self._last is not None and self.clock() - self._last < BETWEEN:
                return
            self._last = self.clock()
        entry = self._consulted()
        try:
            self.desk.journal.record(entry)
        except JournalUnavailable:
            self.desk.metrics.beaten("not_journaled")
        else:
            self.desk.metrics.beaten("right" if entry.summary.tier == EXPECTED else "wrong")

    def _consulted(self) -> Entry:
        desk, now, began = self.desk, self.desk.clock(), time.perf_counter()
        plain = Entry(
            id=desk.new_id(now),
            kind=Kind.HEARTBEAT,
            received_at=now,
            status=200,
            duration_ms=0.0,
            caller=Caller(TENANT),
            service=desk.knowledge.service.id,
            knowledge=desk.knowledge.fingerprint,
            build=desk.build,
        )
        try:
            keys, sieve = desk.knowledge.service.prefetch, desk.knowledge.sieve
            chart = (patients_folder() / STORY / "bundle.json").read_bytes()
            patient, prefetch = prefetch_of(chart, keys, None)
            record = read_record(prefetch, keys, sieve, patient)
            today = now.astimezone(UTC).date()
            given = Circumstances(plain.id, today, "Practitioner", require_approval=desk.require_approval)
            decision = decide(record, desk.knowledge, given)
            found = summary(decision, record, sieve)
        except Exception as problem:  # whatever stops it is what it is there to show
            return replace(plain, status=500, error=type(problem).__name__, duration_ms=_since(began))
        return replace(plain, summary=found, duration_ms=_since(began))


def _since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 1)
