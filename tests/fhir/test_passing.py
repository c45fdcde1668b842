"""What is let pass unopened is what would have been dropped: the same is read as when each entry is opened."""

import gc
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from cds_hooks.errors import RequestRefused
from cds_hooks.fhir.passing import Passing
from cds_hooks.fhir.prefetch import Opened, Room, open_key
from cds_hooks.fhir.read import Reading, _Reading
from cds_hooks.fhir.sift import Sieve
from tests.fhir.charts import KEYS, PATIENT, SIEVE, bundle, coded, observation, raw

Passes = Callable[[Raw], bytes | None]
PULSE = observation("pulse", "8867-4", valueQuantity={"value": 72.50, "unit": "/min"}, meta={"versionId": "2"})
SIZE = observation("size", "21889-1", valueQuantity={"value": 22, "unit": "mm"})
LINKED = {"fullUrl": "urn:uuid:1", "resource": PULSE, "search": {"mode": "match"}, "link": []}
OTHERS: tuple[Any, ...] = (
    SIZE,
    {**PULSE, "subject": {"reference": "Patient/other"}},
    {**PULSE, "subject": {"reference": "urn:uuid:p"}},
    {**PULSE, "subject": {"reference": "Group/p"}},
    {**PULSE, "subject": [{"reference": "Patient/p"}]},
    {**PULSE, "patient": {"reference": "Patient/other"}},
    {**PULSE, "component": [{"code": coded("33728-7")}]},
    {**PULSE, "code": {"coding": [*coded("8867-4")["coding"], *coded("21889-1")["coding"]]}},
    {**PULSE, "invented": True},
    {**PULSE, "resourceType": "Condition"},
    {name: value for name, value in PULSE.items() if name != "subject"},
    {name: value for name, value in PULSE.items() if name != "code"},
    {"resource": PULSE, "search": {"mode": "include"}},
    {"resource": PULSE, "search": {"mode": "outcome"}},
    {"resource": PULSE, "request": {"method": "GET"}},
    {"resource": {**PULSE, "id": "size", "meta": {"lastUpdated": "2030-01-01T00:00:00Z"}}},
    {"resource": {**PULSE, "id": "size", "note": "another copy"}},
    {"resource": {**PULSE, "id": "size", "invented": "a copy that is opened"}},
    {"fullUrl": "urn:uuid:1", "resource": None},
)
PLAIN: tuple[Any, ...] = (PULSE, LINKED, {**PULSE, "code": {"text": "Pulse"}}, {"resource": PULSE})


def opened(sent: bytes, passes: Passes, sieve: Sieve = SIEVE) -> tuple[Opened, ...]:
    prefetch = {"patient": raw(PATIENT), "conditions": raw(bundle()), "receptors": raw(bundle(SIZE)), "tumour": sent}
    return tuple(
        open_key(key, prefetch, passes if key.resource_type == "Observation" else _none, Room()) for key in KEYS
    )


def reading(sent: bytes, passes: Passes) -> Reading | tuple[str, str, str]:
    try:
        return _Reading(opened(sent, passes), SIEVE, "p").reading()
    except RequestRefused as refused:
        return type(refused).__name__, refused.text, refused.where


def _none(_: Raw) -> None:
    return None


def passing(sieve: Sieve = SIEVE) -> Passes:
    return Passing(sieve, "p").of("Observation")


def entry(given: dict[str, Any], separators: tuple[str, str] = (",", ":")) -> Raw:
    return Raw(json.dumps(given if "resource" in given else {"resource": given}, separators=separators).encode())


@pytest.mark.parametrize("plain", PLAIN, ids=repr)
def test_a_plain_result_that_nobody_asks_for_passes(plain: dict[str, Any]) -> None:
    own_id = plain.get("resource", plain)["id"]
    assert passing()(entry(plain)) == json.dumps(own_id).encode()


@pytest.mark.parametrize("other", OTHERS[:15], ids=repr)
def test_all_else_is_opened(other: dict[str, Any]) -> None:
    assert passing()(entry(other)) is None


@pytest.mark.parametrize("name", sorted(PULSE))
def test_a_result_with_a_member_twice_is_opened(name: str) -> None:
    text = json.dumps(PULSE, separators=(",", ":"))
    twice = "{" + f'"{name}":{json.dumps(PULSE[name], separators=(",", ":"))},' + text[1:]
    assert passing()(Raw(b'{"resource":%b}' % twice.encode())) is None


@pytest.mark.parametrize("text", [b'{"code":1e999}', b'{"code":"1","code":"2"}'])
@pytest.mark.parametrize("member", ["code", "subject", "search"])
def test_what_is_not_json_where_it_is_looked_at_is_opened(member: str, text: bytes) -> None:
    given = {"resource": PULSE, "search": {"mode": "match"}}
    place = given if member == "search" else PULSE
    held = json.dumps(place[member], separators=(",", ":")).encode()
    sent = bytes(entry(given))
    assert passing()(Raw(sent)) is not None
    assert passing()(Raw(sent.replace(held, text))) is None


def test_where_everything_is_asked_for_nothing_passes() -> None:
    sieve = replace(SIEVE, everything=frozenset({"Observation"}))
    assert passing(sieve)(entry(PULSE)) is None
    assert Passing(SIEVE, "p").of("Procedure")(entry(PULSE)) is None


def test_what_passed_counts_among_the_matches() -> None:
    tumour = opened(raw(bundle(PULSE, SIZE, LINKED, total=3)), passing())[3]
    assert (len(tumour.matches), len(tumour.passed), tumour.state.value) == (1, 2, "complete")
    assert [resource.members["id"] for resource in tumour.everything] == [Raw(b'"size"'), *[Raw(b'"pulse"')] * 2]


@given(chart=st.lists(st.sampled_from((*OTHERS, *PLAIN)), max_size=6), indent=st.sampled_from([None, 1]))
def test_the_same_is_read_whether_results_pass_or_are_opened(chart: list[Any], indent: int | None) -> None:
    sent = json.dumps(bundle(*chart), indent=indent).encode()
    assert reading(sent, passing()) == reading(sent, _none)


def test_a_chart_is_let_go_with_its_record_and_not_only_when_garbage_is_collected() -> None:
    sent = json.dumps(bundle(SIZE, *OTHERS[12:], *PLAIN), separators=(",", ":")).encode()
    gc.disable()
    try:
        held = sys.getrefcount(sent)
        reading(sent, passing())
        assert sys.getrefcount(sent) == held
    finally:
        gc.enable()
