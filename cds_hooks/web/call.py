"""One call on its way through the edge: what is known of it so far, and the row that is committed before its answer."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from cds_hooks.audit.entry import Caller, Entry, Kind, Who
from cds_hooks.audit.payload import Payload, people, written
from cds_hooks.errors import JournalUnavailable, NotAuthenticated
from cds_hooks.web.desk import Desk
from cds_hooks.web.gate import Admitted
from cds_hooks.web.logs import request_id
from cds_hooks.web.problems import refusal


@dataclass(slots=True)
class Call:
    """A call while it is answered. Whoever finds out more about it notes it here; nothing is read from elsewhere."""

    desk: Desk
    kind: Kind
    id: str
    received_at: datetime
    started: float
    caller: Caller = field(default_factory=Caller)
    who: Who = field(default_factory=Who)
    service: str | None = None
    hook: str | None = None
    hook_instance: str | None = None
    action: str | None = None
    about: str | None = None
    phases: dict[str, float] = field(default_factory=dict)
    set_aside: list[dict[str, Any]] = field(default_factory=list)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Note how long this part of the answer takes, in milliseconds; all of them, if it has several."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.phases[name] = round(self.phases.get(name, 0.0) + _since(started), 1)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Compute while no other answer of this process does. Threads that compute together take the interpreter from
        each other: all of them are late, and so is a client that is only to be told to try again.
        """
        with self.phase("wait"):
            self.desk.turn.acquire()
        try:
            yield
        finally:
            self.desk.turn.release()

    def entry(self, status: int, **more: Any) -> Entry:
        """The row of this call as far as it is known; `more` are fields of Entry."""
        return Entry(
            id=self.id,
            kind=self.kind,
            received_at=self.received_at,
            status=status,
            duration_ms=_since(self.started),
            caller=self.caller,
            who=self.who,
            phases=dict(self.phases),
            service=self.service,
            hook=self.hook,
            hook_instance=self.hook_instance,
            action=self.action,
            about=self.about,
            build=self.desk.build,
            **more,
        )


@contextmanager
def journaled(desk: Desk, kind: Kind, **known: Any) -> Iterator[Call]:
    """A new call. What goes wrong in it is committed to the journal and raised on; what goes well, the route commits.

    Raises JournalUnavailable if a refusal cannot be committed: then that is what the client is told.
    """
    now = desk.clock()
    call = Call(desk, kind, desk.new_id(now), now, time.perf_counter(), **known)
    try:
        yield call
    except JournalUnavailable:
        raise
    except Exception as problem:
        refuse(call, problem)
        raise


def admit(call: Call, *endpoints: str) -> Admitted:
    """Find out who calls, and note it. A token may be for the address that was called or one of these paths.

    Raises NotAuthenticated, JournalUnavailable.
    """
    with call.phase("admit"):
        try:
            admitted = call.desk.gate.admit(*endpoints)
        except NotAuthenticated as refused:
            call.desk.metrics.refused(refused.reason)
            raise
    call.caller = replace(admitted.caller, mode=admitted.mode.word)
    return admitted


def refuse(call: Call, problem: Exception) -> None:
    """Commit a refusal, with what could be read of the call."""
    told = refusal(problem)
    request = {} if call.hook_instance is None else {"hookInstance": call.hook_instance}
    payload = Payload(
        people(call.who), request, refusal={"text": told.text, "where": told.where}, set_aside=call.set_aside
    )
    entry = call.entry(told.status, error=_word(problem), payload=written(payload))
    call.desk.journal.record(entry)
    say(call, entry)


def _word(problem: Exception) -> str:
    """What the journal calls it: the reason of a caller that was not let in, or the class of what went wrong."""
    return problem.reason if isinstance(problem, NotAuthenticated) else type(problem).__name__


def say(call: Call, entry: Entry) -> None:
    """One line in the log about what was decided and committed."""
    call.desk.log.info(
        "decided",
        request_id=request_id(),
        service=entry.service,
        decision_id=entry.id,
        status=entry.status,
        duration_ms=entry.duration_ms,
        cards=len(entry.cards),
        silence=entry.summary.silence or entry.error,
        client=entry.caller.tenant,
        mode=entry.caller.mode,
    )


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)
