"""A FHIR server on loopback that does what a test tells it: answer, hold, lie, break off."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Barrier, BrokenBarrierError, Event, Lock, Thread
from typing import Any
from urllib.parse import unquote

BOUND = 10.0  # seconds that anything here waits at most
Behaviour = Callable[[BaseHTTPRequestHandler], None]


def says(body: Any, status: int = 200, **headers: str) -> Behaviour:
    """An answer: `body` as it is if it is bytes, else as JSON. Underscores in names of headers are dashes."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {"Content-Type": "application/fhir+json", **{n.replace("_", "-"): v for n, v in headers.items()}}

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(raw)), **named}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(raw)

    return answer


def sends(raw: bytes) -> Behaviour:
    """These bytes and no more, whatever HTTP says."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(raw)
        handler.close_connection = True

    return answer


def held(until: Event, then: Behaviour) -> Behaviour:
    """Answer only when told to."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        until.wait(BOUND)
        then(handler)

    return answer


def together(barrier: Barrier, then: Behaviour) -> Behaviour:
    """Answer only once as many calls as the barrier asks for are here at the same time."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        try:
            barrier.wait(BOUND)
        except BrokenBarrierError:
            says({}, 503)(handler)
        else:
            then(handler)

    return answer


def dripping(until: Event, head: bytes) -> Behaviour:
    """Send `head`, and then a byte now and then, for ever: no single wait is long."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(head)
        for _ in range(int(BOUND / 0.02)):
            if until.wait(0.02):
                break
            handler.wfile.write(b"a")
        handler.close_connection = True

    return answer


@dataclass(frozen=True)
class Call:
    """A call as it came; `target` is the decoded path with its query, without the base."""

    target: str
    headers: Mapping[str, str]
    client: tuple[str, int]


@dataclass
class FhirServer:
    """The running server. `answers` holds what is done for each target; all others are not found."""

    base: str
    answers: dict[str, Behaviour] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)

    @property
    def targets(self) -> list[str]:
        """What was asked for, in alphabetical order: calls come side by side."""
        return sorted(call.target for call in self.calls)


NOT_FOUND = says({"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "not-found"}]}, 404)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is what many tests are about."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def running_fhir_server(path: str = "/fhir") -> Iterator[FhirServer]:
    """Start it on a free port; its base has this path."""
    lock = Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            target = unquote(self.path).removeprefix(f"{path}/")
            with lock:
                running.calls.append(Call(target, dict(self.headers), self.client_address))
            running.answers.get(target, NOT_FOUND)(self)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = _Server(("127.0.0.1", 0), Handler)
    running = FhirServer(f"http://127.0.0.1:{server.server_port}{path}")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
