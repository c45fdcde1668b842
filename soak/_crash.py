"""Workers killed under load: what the clients saw against what the journal holds.

Each client notes every answer it has read whole, with the hash of its bytes. Afterwards every answer must have its row,
with the same hash; every row without an answer must belong to a call whose connection broke, or that was refused
because the database went away while it committed: what became of such a row cannot be told, so no card is shown.
"""

import http.client
import json
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from bench.servers import Running
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.keyring import read_keyring
from cds_hooks.audit.tables import entry
from cds_hooks.audit.verify import verify

OLD_ENOUGH = 8.0  # seconds; the server takes workers that end sooner for one that cannot start, and gives up
PAUSE = 0.02  # seconds after a refusal or a broken connection


@dataclass
class Seen:
    """What the clients saw: answers by hook instance, calls whose connection broke, and other answers by status."""

    answers: dict[str, str] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    others: Counter[int] = field(default_factory=Counter)
    refused: set[str] = field(default_factory=set)
    kills: int = 0


@dataclass(frozen=True)
class Outcome:
    """How it came out; all but the first five must be nothing."""

    answers: int
    broken: int
    refused: int
    kills: int
    rows_without_answer: int
    answered_without_row: int
    answered_otherwise: int
    rows_unexplained: int
    findings: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """True if the law was kept."""
        return not (self.answered_without_row or self.answered_otherwise or self.rows_unexplained or self.findings)


@dataclass(frozen=True)
class Load:
    """How long, how many clients without a pause, and how often something is killed (seconds)."""

    seconds: float
    every: float
    clients: int


def run(
    services: Sequence[Running], request: Mapping[str, Any], load: Load, also: Callable[[], None] | None = None
) -> Seen:
    """Load the services for a while and kill the oldest of their workers again and again. `also` is harm of another
    kind, done before each kill.
    """
    seen, until = Seen(), time.monotonic() + load.seconds
    threads = [
        threading.Thread(target=_client, args=(services[number % len(services)], request, seen, until))
        for number in range(load.clients)
    ]
    for thread in threads:
        thread.start()
    born = dict.fromkeys(_workers(services), 0.0)
    while until - time.monotonic() > load.every:
        time.sleep(load.every)
        if also is not None:
            also()
        born = {pid: born.get(pid, time.monotonic()) for pid in _workers(services)}
        old = [pid for pid, since in born.items() if time.monotonic() - since > OLD_ENOUGH]
        if old:
            os.kill(min(old, key=born.__getitem__), signal.SIGKILL)
            seen.kills += 1
    for thread in threads:
        thread.join()
    return seen


def _workers(services: Sequence[Running]) -> list[int]:
    return [pid for service in services for pid in service.workers]


def judge(seen: Seen, url: str, folder: Path, key: Path) -> Outcome:
    """The clients' notes against the journal."""
    with closing(Journal(url, read_keyring(key), as_it_is=True)) as journal:
        chosen = sa.select(entry.c.hook_instance, entry.c.output_digest).where(entry.c.status == 200)
        with journal.database.reading() as connection:
            rows = {row.hook_instance: row.output_digest.hex() for row in connection.execute(chosen) if row[0]}
        done = verify(journal, folder / "recurrence-cds.checkpoints")
    return Outcome(
        answers=len(seen.answers),
        broken=len(seen.broken),
        refused=sum(seen.others.values()),
        kills=seen.kills,
        rows_without_answer=len(rows.keys() - seen.answers.keys()),
        answered_without_row=len(seen.answers.keys() - rows.keys()),
        answered_otherwise=sum(rows.get(call, said) != said for call, said in seen.answers.items()),
        rows_unexplained=len(rows.keys() - seen.answers.keys() - seen.broken - seen.refused),
        findings=tuple(f"{finding.where}: {finding.what}" for finding in done.findings),
    )


def _client(running: Running, request: Mapping[str, Any], seen: Seen, until: float) -> None:
    with _asking(running) as ask:
        while time.monotonic() < until:
            call = str(uuid4())
            try:
                status, answer = ask(json.dumps({**request, "hookInstance": call}).encode())
            except (OSError, http.client.HTTPException):
                seen.broken.add(call)
                time.sleep(PAUSE)
                continue
            if status == 200:
                seen.answers[call] = sha256(answer).hexdigest()
            else:
                seen.others[status] += 1
                seen.refused.add(call)
                time.sleep(PAUSE)


@contextmanager
def _asking(running: Running) -> Iterator[Callable[[bytes], tuple[int, bytes]]]:
    """One client's connection, opened anew after it broke."""
    kept: list[http.client.HTTPConnection] = []
    path = f"/cds-services/{running.service}"

    def ask(body: bytes) -> tuple[int, bytes]:
        connection = kept.pop() if kept else http.client.HTTPConnection("127.0.0.1", running.port, timeout=20)
        try:
            connection.request("POST", path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            raise
        kept.append(connection)
        return answer.status, content

    try:
        yield ask
    finally:
        for connection in kept:
            connection.close()
