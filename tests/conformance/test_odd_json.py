"""JSON that two parsers may read differently, or that is meant to exhaust one: over HTTP, wherever it stands."""

import codecs
import gzip
import json

import pytest

from tests.conformance.live import Live

requirement = pytest.mark.requirement
CANARY = "Xanthippe-Canary-0417"
NUL = b"\\u0000"
MILLION = b"[" + b"0," * 999_999 + b"0]"

ODD_VALUES = {
    "NaN": b"NaN",
    "Infinity": b"-Infinity",
    "a number beyond a double": b"1e999",
    "a number that a double makes zero": b"1e-999",
    "an integer of 5000 digits": b"9" * 5000,
    "two equal names": b'{"a":1,"a":2}',
    "two equal names, one of them escaped": b'{"a":1,"\\u0061":2}',
    "an escaped NUL": b'"' + NUL + b'"',
    "a raw NUL": b'"\x00"',
    "a raw control character": b'"\x07"',
    "half of a surrogate pair": b'"\\ud800"',
    "a surrogate in UTF-8": b'"\xed\xa0\x80"',
    "a byte that is no UTF-8": b'"\xff"',
    "an overlong form": b'"\xc0\xaf"',
    "a comment": b"1/**/",
    "a trailing comma": b"[1,]",
    "single quotes": b"'a'",
    "a leading zero": b"01",
    "65 levels": b"[" * 65 + b"]" * 65,
    "1000 levels": b"[" * 1000 + b"]" * 1000,
    "100 000 levels": b"[" * 100_000 + b"]" * 100_000,
    "100 000 objects in each other": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "a million levels that do not end": b"[" * 1_000_000,
}
# where it stands: in the context, and in a resource that the tier depends on
PLACES = {"context": b'"context": {', "resource": b'"code": "mm"'}
ODD_BODIES = {
    "nothing": lambda body: b"",
    "blanks": lambda body: b" \n" * 1000,
    "a byte order mark": lambda body: codecs.BOM_UTF8 + body,
    "UTF-16": lambda body: body.decode().encode("utf-16"),
    "UTF-16 without a mark": lambda body: body.decode().encode("utf-16-be"),
    "UTF-32": lambda body: body.decode().encode("utf-32"),
    "half of it": lambda body: body[: len(body) // 2],
    "a second text after it": lambda body: body + body,
    "a brace after it": lambda body: body + b"}",
    "a NUL after it": lambda body: body + b"\0",
    "a bracket around it": lambda body: b"[" + body + b"]",
    "a string of it": lambda body: json.dumps(body.decode()).encode(),
    "a million numbers": lambda body: MILLION,
    "a million numbers for a context": lambda body: body.replace(
        b'"context": {', b'"context": ' + MILLION + b', "x": {'
    ),
    "a million numbers for a key": lambda body: body.replace(
        b'"obsTumour": {', b'"obsTumour": ' + MILLION + b', "x": {'
    ),
    "a million numbers for entries": lambda body: body.replace(b'"entry": [', b'"entry": ' + MILLION + b', "x": [', 1),
    "the patient twice": lambda body: body.replace(b'"prefetch": {', b'"prefetch": {"patient": null, '),
    "the context twice": lambda body: body.replace(b'"context": {', b'"context": {}, "context": {'),
}


def body_of(live: Live) -> bytes:
    """A request that is answered with cards, and holds a name to be looked for."""
    request = live.request()
    request["prefetch"]["patient"]["name"] = [{"family": CANARY}]
    return json.dumps(request).encode()


def check_refused(live: Live, body: bytes) -> None:
    answer = live.post(body)
    assert answer.status_code in {400, 422}
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert CANARY not in answer.text
    assert answer.elapsed.total_seconds() < 1


@requirement("R8", "R9")
def test_the_body_that_these_tests_spoil_is_answered(live: Live) -> None:
    assert live.post(body_of(live)).json()["cards"]
    assert all(place in body_of(live) for place in PLACES.values())


@requirement("R8", "R9")
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("odd", ODD_VALUES.values(), ids=ODD_VALUES)
def test_odd_json_inside_a_body_is_refused_in_no_time(live: Live, odd: bytes, place: bytes) -> None:
    name = b'"odd": ' + odd + b", "
    spoilt = place + name if place.endswith(b"{") else name + place
    check_refused(live, body_of(live).replace(place, spoilt, 1))


@requirement("R8", "R9", "J1")
@pytest.mark.parametrize("spoil", ODD_BODIES.values(), ids=ODD_BODIES)
def test_an_odd_body_is_refused_in_no_time(live: Live, spoil: object) -> None:
    assert callable(spoil)
    check_refused(live, spoil(body_of(live)))


@requirement("R9")
@pytest.mark.parametrize("entry", [b"null", b"{}", b'{"resource":{}}', b'{"resource":{"resourceType":"Basic"}}'])
def test_twenty_thousand_empty_entries_are_read_in_no_time(live: Live, entry: bytes) -> None:
    entries = b'"entry": [' + (entry + b",") * 20_000
    answer = live.post(body_of(live).replace(b'"entry": [', entries, 1))
    assert answer.status_code in {200, 413, 422}
    assert answer.elapsed.total_seconds() < 1


@requirement("R8", "R9")
@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "gzip, identity"])
def test_a_packed_body_is_refused_unopened(live: Live, encoding: str) -> None:
    answer = live.post(gzip.compress(body_of(live)), Content_Encoding=encoding)
    assert answer.status_code == 415
    assert answer.json()["resourceType"] == "OperationOutcome"
