"""What a server may do to us, and what it must never get."""

import asyncio
import gzip
import logging
import time
from collections.abc import Callable
from threading import Barrier, Event, Thread
from typing import Any

import httpx
import pytest

from cds_hooks.addresses import read_base
from cds_hooks.errors import RequiredDataMissing
from cds_hooks.fhir.loading import Limits, Outcome, Wanted
from cds_hooks.fhir.record import KeyState
from cds_hooks.fhir.server import _Consultation, _Load
from cds_hooks.fhir.supplement import load_missing
from cds_hooks.outbound.caller import Outbound
from tests.fhir.asking import CHART, LIMITS, OPTIONAL, QUERIES, TOKEN, holding, lacking, looked_up, servers
from tests.fhir.charts import KEYS, bundle, observation, raw, read
from tests.support.fhir_server import BOUND, FhirServer, dripping, held, running_fhir_server, says, sends, together

SHORT = Limits(deadline_ms=300, max_pages=5, max_entries=50, max_bytes=100_000)
NAMES = tuple(QUERIES)


def outcomes(ehr: FhirServer, *names: str, limits: Limits = LIMITS, **more: Any) -> dict[str, Outcome]:
    """What became of loading these keys from this server."""
    with servers(ehr.base, limits=limits) as allowed:
        return load_missing(lacking(*names, base=ehr.base, **more), KEYS, allowed).outcomes


def pages(server: FhirServer, *next_urls: str | None) -> None:
    """Pages of the tumour's search: each with one Observation and this next link."""
    for number, url in enumerate(next_urls):
        links = [] if url is None else [{"relation": "next", "url": url}]
        target = f"?page={number}" if number else QUERIES["tumour"]
        server.answers[target] = says(bundle(observation(f"o{number}", "21889-1"), link=links))


def test_all_keys_are_asked_for_at_the_same_time(ehr: FhirServer) -> None:
    here = Barrier(len(NAMES))
    holding(ehr)
    ehr.answers.update({target: together(here, answer) for target, answer in ehr.answers.items()})
    record, supplement = looked_up(lacking(*NAMES, base=ehr.base), ehr.base)
    assert record == read(**CHART)
    assert set(supplement.outcomes.values()) == {Outcome.LOADED}


@pytest.mark.parametrize("name", OPTIONAL)
def test_a_key_that_is_late_does_not_cost_the_others(ehr: FhirServer, name: str) -> None:
    holding(ehr).answers[QUERIES[name]] = held(told := Event(), says(raw(CHART[name])))
    try:
        record, supplement = looked_up(lacking(*NAMES, base=ehr.base), ehr.base, limits=SHORT)
    finally:
        told.set()
    assert record == read(**{**CHART, name: ...})
    assert supplement.outcomes[name] is Outcome.TIMEOUT


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\nContent-Length: 100000\r\n\r\n"


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nX-", HEAD, HEAD + b'{"resourceType":"'])
def test_one_deadline_ends_all_calls_even_those_that_drip(
    ehr: FhirServer, head: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cds_hooks.fhir.server._GRACE", BOUND)  # it is not this that ends them
    told = Event()
    ehr.answers.update({query: dripping(told, head) for query in QUERIES.values()})
    started = time.monotonic()
    try:
        assert set(outcomes(ehr, *NAMES, limits=SHORT).values()) == {Outcome.TIMEOUT}
    finally:
        told.set()
    assert 0.3 <= time.monotonic() - started < BOUND / 4


def test_a_busy_event_loop_holds_nobody_up(ehr: FhirServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cds_hooks.fhir.server._GRACE", 0.1)
    free = Event()
    with servers(ehr.base, limits=SHORT) as allowed:
        allowed._outbound._started().wait_for(asyncio.sleep(0))
        allowed._outbound._started()._loop.call_soon_threadsafe(free.wait, BOUND)
        supplement = load_missing(lacking("tumour", base=holding(ehr).base), KEYS, allowed)
        free.set()
    assert supplement.outcomes == {"tumour": Outcome.TIMEOUT}


def test_pages_that_came_before_the_deadline_are_used_as_a_part(ehr: FhirServer) -> None:
    told = Event()
    pages(ehr, f"{ehr.base}/?page=1", None)
    ehr.answers["?page=1"] = held(told, says(bundle()))
    try:
        record, supplement = looked_up(lacking("tumour", base=ehr.base), ehr.base, limits=SHORT)
    finally:
        told.set()
    assert record.states["tumour"] is KeyState.PARTIAL
    assert len(record.observations) == 2
    assert supplement.outcomes == {"tumour": Outcome.TIMEOUT}


def test_a_server_that_does_not_listen_is_unreachable() -> None:
    with running_fhir_server() as gone:
        base = gone.base
    with servers(base) as allowed:
        found = load_missing(lacking(*OPTIONAL, base=base), KEYS, allowed).outcomes
    assert found == dict.fromkeys(OPTIONAL, Outcome.UNREACHABLE)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nBad Header\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"a" * 200_000 + b"\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + raw(bundle()),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}",
        b"HTTP/1.1 99 ?\r\n\r\n",
    ],
)
def test_what_is_not_http_is_unreachable(ehr: FhirServer, said: bytes) -> None:
    ehr.answers[QUERIES["tumour"]] = sends(said)
    assert outcomes(ehr, "tumour") == {"tumour": Outcome.UNREACHABLE}


def test_an_answer_cut_short_without_a_length_is_not_fhir(ehr: FhirServer) -> None:
    ehr.answers[QUERIES["tumour"]] = sends(b"HTTP/1.0 200 OK\r\n\r\n" + raw(bundle())[:-1])
    assert outcomes(ehr, "tumour") == {"tumour": Outcome.NOT_FHIR}


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "identity, gzip"])
def test_an_encoded_answer_is_not_unpacked(ehr: FhirServer, encoding: str) -> None:
    packed = gzip.compress(raw(bundle()))
    ehr.answers[QUERIES["tumour"]] = says(packed, Content_Encoding=encoding)
    assert outcomes(ehr, "tumour") == {"tumour": Outcome.NOT_FHIR}
    assert ehr.calls[0].headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(ehr: FhirServer, status: int) -> None:
    with running_fhir_server() as elsewhere:
        holding(elsewhere)
        to = f"{elsewhere.base}/{QUERIES['tumour']}"
        ehr.answers[QUERIES["tumour"]] = says(b"", status, Location=to)
        assert outcomes(ehr, "tumour") == {"tumour": Outcome.REDIRECTED}
        assert elsewhere.calls == []


def test_all_pages_are_loaded(ehr: FhirServer) -> None:
    pages(ehr, *(f"{ehr.base}/?page={number}" for number in range(1, 5)), None)
    record, supplement = looked_up(lacking("tumour", base=ehr.base), ehr.base)
    assert record.states["tumour"] is KeyState.COMPLETE
    assert len(record.observations) == 6
    assert supplement.pages == 5


def test_pages_that_lack_entries_of_the_total_are_a_part(ehr: FhirServer) -> None:
    pages(ehr, f"{ehr.base}/?page=1", None)
    ehr.answers["?page=1"] = says(bundle(observation("o1", "21889-1"), total=3))
    record, _ = looked_up(lacking("tumour", base=ehr.base), ehr.base)
    assert record.states["tumour"] is KeyState.PARTIAL


def test_no_more_than_the_allowed_pages_are_loaded(ehr: FhirServer) -> None:
    pages(ehr, *(f"{ehr.base}/?page={number}" for number in range(1, 20)), None)
    record, supplement = looked_up(lacking("tumour", base=ehr.base), ehr.base)
    assert len(ehr.calls) == LIMITS.max_pages
    assert record.states["tumour"] is KeyState.PARTIAL
    assert supplement.outcomes == {"tumour": Outcome.TOO_MANY_PAGES}


def test_no_more_than_the_allowed_entries_are_used(ehr: FhirServer) -> None:
    pages(ehr, f"{ehr.base}/?page=1", None)
    many = [observation(f"x{number}", "21889-1") for number in range(LIMITS.max_entries)]
    ehr.answers["?page=1"] = says(bundle(*many))
    record, supplement = looked_up(lacking("tumour", base=ehr.base), ehr.base)
    assert (record.states["tumour"], len(record.observations)) == (KeyState.PARTIAL, 2)
    assert supplement.outcomes == {"tumour": Outcome.TOO_LARGE}


@pytest.mark.parametrize("loop", [["?page=1", "?page=1"], ["?page=1", "?page=2", "?page=1"]])
def test_a_page_that_leads_back_ends_the_search(ehr: FhirServer, loop: list[str]) -> None:
    pages(ehr, *(f"{ehr.base}/{url}" for url in loop))
    record, supplement = looked_up(lacking("tumour", base=ehr.base), ehr.base)
    assert len(ehr.calls) == len(loop)
    assert record.states["tumour"] is KeyState.PARTIAL
    assert supplement.outcomes == {"tumour": Outcome.FOREIGN_PAGE}


@pytest.mark.parametrize(
    "change",
    [
        lambda base: base.replace("127.0.0.1", "127.0.0.2"),
        lambda base: base.replace("127.0.0.1", "localhost"),
        lambda base: base.replace("http://", "https://"),
        lambda base: base.replace("http://", "http://127.0.0.1@"),
        lambda base: base.replace("/fhir", "/admin"),
        lambda base: base.replace("/fhir", "/fhir/../admin"),
        lambda base: base.replace("/fhir", "/fhirs"),
        lambda base: base.rpartition(":")[0] + "/fhir",
        lambda _: "//127.0.0.1/fhir",
        lambda _: "file:///fhir",
        lambda _: "",
    ],
)
def test_a_page_elsewhere_is_not_asked_for(ehr: FhirServer, change: Any) -> None:
    pages(ehr, f"{change(ehr.base)}?page=1", None)
    record, supplement = looked_up(lacking("tumour", base=ehr.base), ehr.base)
    assert len(ehr.calls) == 1
    assert record.states["tumour"] is KeyState.PARTIAL
    assert supplement.outcomes == {"tumour": Outcome.FOREIGN_PAGE}


def test_the_token_does_not_reach_a_page_at_another_port(ehr: FhirServer) -> None:
    with running_fhir_server() as elsewhere:
        pages(ehr, f"{elsewhere.base}/?page=1", None)
        assert outcomes(ehr, "tumour") == {"tumour": Outcome.FOREIGN_PAGE}
        assert elsewhere.calls == []


@pytest.mark.parametrize("chunked", [False, True])
def test_a_huge_answer_is_cut_off_and_costs_no_other_key(ehr: FhirServer, chunked: bool) -> None:
    holding(ehr)
    body = b'{"resourceType":"Bundle","id":"' + b"x" * 1_000_000 + b'"}'
    pieces = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    ehr.answers[QUERIES["tumour"]] = sends(pieces) if chunked else says(body)
    record, supplement = looked_up(lacking(*NAMES, base=ehr.base), ehr.base)
    assert record == read(**{**CHART, "tumour": ...})
    assert supplement.outcomes == {**dict.fromkeys(NAMES, Outcome.LOADED), "tumour": Outcome.TOO_LARGE}


def test_who_holds_most_is_cut_and_not_who_comes_last(ehr: FhirServer) -> None:
    big, small = (_Load(Wanted(key, QUERIES[key.name]), None) for key in KEYS[2:4])
    consultation = _Consultation(httpx.AsyncClient(), read_base(ehr.base), {}, [big, small], LIMITS)
    consultation._take(big, LIMITS.max_bytes)
    consultation._take(small, 1)
    assert (big.cut, big.outcome, small.cut) == (True, Outcome.TOO_LARGE, False)


def test_pages_together_may_not_be_huge_either(ehr: FhirServer) -> None:
    big = observation("o", "21889-1", note=[{"text": "x" * 30_000}])
    for number, target in enumerate([QUERIES["tumour"], "?page=1", "?page=2", "?page=3"], start=1):
        link = [{"relation": "next", "url": f"{ehr.base}/?page={number}"}]
        ehr.answers[target] = says(bundle(big, link=link))
    assert outcomes(ehr, "tumour") == {"tumour": Outcome.TOO_LARGE}
    assert len(ehr.calls) == 4


def test_each_call_carries_the_token_and_asks_for_fhir(ehr: FhirServer) -> None:
    looked_up(lacking(*NAMES, base=holding(ehr).base), ehr.base)
    assert {call.headers["Authorization"] for call in ehr.calls} == {f"Bearer {TOKEN}"}
    assert {call.headers["Accept"] for call in ehr.calls} == {"application/fhir+json"}


def test_without_a_token_the_calls_carry_none(ehr: FhirServer) -> None:
    record, _ = looked_up(lacking(*NAMES, base=holding(ehr).base, token=None), ehr.base)
    assert record == read(**CHART)
    assert not any("Authorization" in call.headers for call in ehr.calls)


@pytest.mark.parametrize("token", ["a b", "a\r\nX: y", "a\n", "ä", "\0", "x" * 20_000])
def test_what_cannot_be_a_token_is_not_sent(ehr: FhirServer, token: str) -> None:
    assert outcomes(ehr, "tumour", token=token) == {"tumour": Outcome.UNAUTHORIZED}
    assert ehr.calls == []


@pytest.mark.parametrize("listed", [None, "https://ehr.example.org/fhir", "/fhir/r4", "http://127.0.0.1:1/fhir"])
def test_a_server_that_is_not_listed_is_never_called(ehr: FhirServer, listed: str | None) -> None:
    bases = [] if listed is None else [ehr.base.replace("/fhir", listed) if listed.startswith("/") else listed]
    with pytest.raises(RequiredDataMissing):
        looked_up(lacking(*NAMES, base=holding(ehr).base), *bases)
    assert ehr.calls == []


@pytest.mark.parametrize("path", ["", "/fhir", "/fhir/"])
def test_a_server_under_a_listed_base_is_called(ehr: FhirServer, path: str) -> None:
    looked_up(lacking("tumour", base=holding(ehr).base + "/"), ehr.base.replace("/fhir", path))
    assert ehr.targets == [QUERIES["tumour"]]


def test_connections_are_used_again_and_cookies_and_tokens_are_not_kept(ehr: FhirServer) -> None:
    ehr.answers[QUERIES["tumour"]] = says(bundle(), Set_Cookie="canary=1")
    with servers(ehr.base) as allowed:
        for token in (TOKEN, None, "other"):
            load_missing(lacking("tumour", base=ehr.base, token=token), KEYS, allowed)
    assert len({call.client for call in ehr.calls}) == 1
    assert not any("Cookie" in call.headers for call in ehr.calls)
    assert [call.headers.get("Authorization") for call in ehr.calls] == [f"Bearer {TOKEN}", None, "Bearer other"]


def test_the_environment_changes_nothing(ehr: FhirServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert outcomes(holding(ehr), "tumour") == {"tumour": Outcome.LOADED}


def test_nothing_is_logged_by_the_http_library(ehr: FhirServer, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        outcomes(holding(ehr), *NAMES)
    assert [record.name for record in caplog.records if record.name.startswith("http")] == []
    assert TOKEN not in caplog.text


def in_background(do: Callable[[], object]) -> Event:
    """What is set when it is done."""
    ended = Event()

    def run() -> None:
        do()
        ended.set()

    Thread(target=run, daemon=True).start()
    return ended


def test_nobody_waits_for_a_server_when_we_close(ehr: FhirServer) -> None:
    came, told = Event(), Event()

    def announce(handler: Any) -> None:
        came.set()
        held(told, says(bundle()))(handler)

    ehr.answers[QUERIES["tumour"]] = announce
    with servers(ehr.base) as allowed:
        ended = in_background(lambda: load_missing(lacking("tumour", base=ehr.base), KEYS, allowed))
        assert came.wait(BOUND)
        allowed._outbound.close()
        assert ended.wait(LIMITS.deadline_ms / 2000)
        told.set()


def test_what_was_never_used_need_not_be_closed() -> None:
    Outbound(()).close()
