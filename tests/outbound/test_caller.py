"""What leaves this service, and what does not."""

import asyncio
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from threading import Event, Thread
from typing import Any

import pytest

from cds_hooks.addresses import Address, read_address, read_base
from cds_hooks.errors import CallFailed
from cds_hooks.outbound.caller import Outbound
from cds_hooks.outbound.places import Place
from tests.support.fhir_server import FhirServer, dripping, running_fhir_server, says
from tests.support.sink import listening_sink

MANY = 1_000_000  # bytes


@pytest.fixture
def server() -> Iterator[FhirServer]:
    with running_fhir_server() as running:
        running.answers["keys"] = says({"keys": []})
        yield running


def fetched(url: str, *bases: str, max_bytes: int = MANY, seconds: float = 5.0) -> bytes:
    """What is at the address, when these bases are registered."""
    outbound = Outbound(Place(read_base(base)) for base in bases)
    try:
        return outbound.fetch(read_address(url), max_bytes, seconds)
    finally:
        outbound.close()


def resolving(monkeypatch: pytest.MonkeyPatch, **answers: Any) -> list[str]:
    """Let names stand for these addresses, each answer once, the last for ever; returns the names asked for."""
    asked: list[str] = []

    async def getaddrinfo(_: object, host: str, port: int, **more: Any) -> list[Any]:
        asked.append(host)
        known = answers[host.replace(".", "_")]
        ips = known.pop(0) if len(known) > 1 else known[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in ips]

    monkeypatch.setattr("asyncio.base_events.BaseEventLoop.getaddrinfo", getaddrinfo)
    return asked


def test_what_is_registered_can_be_read(server: FhirServer) -> None:
    assert fetched(f"{server.base}/keys", server.base) == b'{"keys": []}'
    assert server.calls[0].headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("change", [("127.0.0.1", "127.0.0.2"), ("127.0.0.1", "localhost"), ("127.0.0.1", "[::1]")])
def test_another_origin_is_not_called(change: tuple[str, str]) -> None:
    with listening_sink() as sink:
        base = f"http://127.0.0.1:{sink.port}"
        with pytest.raises(CallFailed):
            fetched(f"{base.replace(*change)}/keys", base)
    assert sink.heard == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(server: FhirServer, status: int) -> None:
    server.answers["keys"] = says(b"", status, Location=f"{server.base}/other")
    with pytest.raises(CallFailed):
        fetched(f"{server.base}/keys", server.base)
    assert server.targets == ["keys"]


def test_too_large_an_answer_is_cut_off(server: FhirServer) -> None:
    server.answers["keys"] = says(b"x" * 2000)
    with pytest.raises(CallFailed, match="too large"):
        fetched(f"{server.base}/keys", server.base, max_bytes=1999)


def test_an_answer_that_drips_is_cut_off_in_time(server: FhirServer) -> None:
    server.answers["keys"] = dripping(until := Event(), b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    started = time.monotonic()
    with pytest.raises(CallFailed):
        fetched(f"{server.base}/keys", server.base, seconds=0.3)
    until.set()
    assert 0.3 <= time.monotonic() - started < 3


def test_a_name_is_called_at_the_address_that_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: the second answer of the DNS is never asked for."""
    asked = resolving(monkeypatch, localhost=[["127.0.0.1"], ["10.0.0.1"]])
    with running_fhir_server() as server:
        server.answers["keys"] = says({})
        url = server.base.replace("127.0.0.1", "localhost")
        outbound = Outbound((Place(read_base(url)),))
        for _ in range(2):
            assert outbound.fetch(read_address(f"{url}/keys"), MANY, 5) == b"{}"
        outbound.close()
    assert asked == ["localhost"]
    assert server.calls[0].headers["Host"].startswith("localhost:")


@pytest.mark.parametrize("answers", [["127.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["169.254.169.254"], []])
def test_a_name_that_stands_for_a_private_address_is_not_called(
    monkeypatch: pytest.MonkeyPatch, answers: list[str]
) -> None:
    resolving(monkeypatch, ehr_example_org=[answers])
    with listening_sink() as sink, pytest.raises(CallFailed):
        fetched(f"https://ehr.example.org:{sink.port}/keys", f"https://ehr.example.org:{sink.port}")
    assert sink.heard == []


def test_a_name_that_cannot_be_resolved_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise socket.gaierror

    monkeypatch.setattr("asyncio.base_events.BaseEventLoop.getaddrinfo", fail)
    with pytest.raises(CallFailed):
        fetched("https://ehr.example.org/keys", "https://ehr.example.org")


def test_the_next_address_is_tried_where_nobody_listens(server: FhirServer, monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, localhost=[["127.0.0.9", "127.0.0.1"]])
    url = server.base.replace("127.0.0.1", "localhost")
    assert fetched(f"{url}/keys", url) == b'{"keys": []}'


def test_the_certificate_must_be_that_of_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    wrap = ssl.SSLContext.wrap_bio

    def see(context: ssl.SSLContext, *parts: Any, **more: Any) -> Any:
        asked.append(more.get("server_hostname"))
        return wrap(context, *parts, **more)

    monkeypatch.setattr(ssl.SSLContext, "wrap_bio", see)
    resolving(monkeypatch, localhost=[["127.0.0.1"]])
    with listening_sink() as sink, pytest.raises(CallFailed):
        fetched(f"https://localhost:{sink.port}/keys", f"https://localhost:{sink.port}")
    assert asked == [b"localhost"]


def test_nobody_waits_for_an_answer_when_we_close(server: FhirServer) -> None:
    outbound = Outbound((Place(read_base(server.base)),))
    outbound.run(lambda _: asyncio.sleep(0), 5)
    failed = Event()

    def read(address: Address) -> None:
        with pytest.raises(CallFailed):
            outbound.fetch(address, MANY, 30)
        failed.set()

    server.answers["keys"] = holding = _Holding()
    _in_background(lambda: read(read_address(f"{server.base}/keys")))
    assert holding.came.wait(10)
    outbound.close()
    assert failed.wait(10)
    holding.told.set()


class _Holding:
    """An answer that comes only when it is told to."""

    def __init__(self) -> None:
        self.came, self.told = Event(), Event()

    def __call__(self, _: Any) -> None:
        self.came.set()
        self.told.wait(10)


def _in_background(work: Callable[[], None]) -> None:
    Thread(target=work, daemon=True).start()
