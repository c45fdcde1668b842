import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_hooks.errors import NotAHookRequest, NotJson, TooLarge
from cds_hooks.protocol.strict_json import MAX_DEPTH, check_body, decode, members

MIB = 1024 * 1024
NUL_ESCAPE = rb"\u0000"

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
numbers = st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=15,
)
objects = st.dictionaries(texts, values, max_size=5)
spacing = st.sampled_from([None, 1, "\t"])

NEVER_JSON = {
    "nothing": b"",
    "white space alone": b" \n",
    "a byte order mark": b'\xef\xbb\xbf{"a":1}',
    "UTF-16": '{"a":1}'.encode("utf-16"),
    "a byte that is not UTF-8": b'{"a":"\xff"}',
    "half a character at the end": b'"a\xc3',
    "a surrogate in UTF-8": b'{"a":"\xed\xa0\x80"}',
    "an overlong form": b'{"a":"\xc0\xaf"}',
    "a raw NUL": b'{"a":"\x00"}',
    "a NUL after the end": b'{"a":1}\x00',
    "an escaped NUL": b'{"a":"' + NUL_ESCAPE + b'"}',
    "an escaped NUL after an escaped backslash": b'{"a":"\\\\' + NUL_ESCAPE + b'"}',
    "an escaped NUL in a name": b'{"' + NUL_ESCAPE + b'":1}',
    "NaN": b'{"a":NaN}',
    "Infinity": b'{"a":[Infinity]}',
    "-Infinity": b'{"a":-Infinity}',
    "a raw newline in a string": b'{"a":"\n"}',
    "an unknown escape": b'{"a":"\\x41"}',
    "an unfinished escape": b'{"a":"\\u00"}',
    "a comma at the end of an object": b'{"a":1,}',
    "a comma at the end of an array": b'{"a":[1,]}',
    "a comment": b'{"a":1 /* one */}',
    "single quotes": b"{'a':1}",
    "a bare name": b"{a:1}",
    "a name that is no string": b"{1:1}",
    "a leading zero": b'{"a":01}',
    "a plus sign": b'{"a":+1}',
    "a bare decimal point": b'{"a":.5}',
    "a hexadecimal number": b'{"a":0x1F}',
    "an upper-case literal": b'{"a":True}',
    "two texts": b'{"a":1}{"a":1}',
    "an unfinished object": b'{"a":1',
    "an unfinished string": b'{"a":"b',
    "a no-break space": b'{"a":\xc2\xa01}',
}

NEVER_DECODED = {
    "two equal names": b'{"a":1,"a":1}',
    "two equal names, one escaped": b'{"a":1,"\\u0061":2}',
    "two equal names far inside": b'[{"a":[{"b":1,"c":2,"b":3}]}]',
    "a number beyond a double": b"1e999",
    "a negative number beyond a double": b"-1e999",
    "an integer beyond a double": b"9" * 310,
    "an integer of five thousand digits": b"1" * 5000,
    "a fraction of five thousand digits": b"0." + b"1" * 5000,
    "a number that a double makes zero": b"1e-999",
    "half of a surrogate pair": b'{"a":"\\ud800"}',
    "the other half": b'["\\uDC00 "]',
    "half of a pair in a name": b'{"\\ud83d":1}',
    "too many arrays": b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
    "too many objects": b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1),
    "a hundred thousand arrays": b"[" * 100_000 + b"]" * 100_000,
}

ODD_BUT_JSON = {
    "an escaped backslash before u0000": (b'"\\' + NUL_ESCAPE + b'"', "\\u0000"),
    "the word NaN in a string": (b'"NaN, Infinity, -Infinity"', "NaN, Infinity, -Infinity"),
    "brackets in a string": (b'"' + b"[{" * 500 + b'"', "[{" * 500),
    "a whole surrogate pair": (b'"\\ud83d\\ude00"', "😀"),
    "an escaped backslash before ud800": (b'"\\\\ud800"', "\\ud800"),
    "the deepest nesting": (b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, None),
    "an empty name": (b'{"":1}', {"": 1}),
    "a number without end": (b"12.50", Decimal("12.50")),
    "an exponent": (b"1E2", Decimal("1E2")),
    "zero with an exponent": (b"0e-999", Decimal("0E-999")),
    "minus zero": (b"-0", 0),
    "white space around": (b" \t\r\n1 \n", 1),
}


@pytest.mark.parametrize("body", NEVER_JSON.values(), ids=NEVER_JSON.keys())
def test_what_is_not_json_is_refused_wherever_it_is_read(body: bytes) -> None:
    for read in (decode, lambda raw: check_body(raw, MIB)):
        with pytest.raises(NotJson):
            read(body)


@pytest.mark.parametrize("body", NEVER_DECODED.values(), ids=NEVER_DECODED.keys())
def test_json_that_two_readers_may_take_differently_is_not_decoded(body: bytes) -> None:
    with pytest.raises(NotJson):
        decode(body)


@pytest.mark.parametrize(("body", "value"), ODD_BUT_JSON.values(), ids=ODD_BUT_JSON.keys())
def test_odd_json_is_read_as_it_stands(body: bytes, value: object) -> None:
    check_body(body, MIB)
    if value is not None:
        assert decode(body) == value
    else:
        decode(body)


@given(value=values, indent=spacing)
def test_any_value_comes_back_as_it_was_written(value: object, indent: int | str | None) -> None:
    body = json.dumps(value, indent=indent).encode()
    check_body(body, 10 * MIB)
    assert decode(body) == json.loads(body, parse_float=Decimal)


@given(value=values)
def test_text_beyond_ascii_comes_back_as_it_was_written(value: object) -> None:
    body = json.dumps(value, ensure_ascii=False).encode()
    check_body(body, 10 * MIB)
    assert decode(body) == json.loads(body, parse_float=Decimal)


@given(value=objects, indent=spacing)
def test_members_are_the_very_bytes_between_the_names(value: dict[str, Any], indent: int | str | None) -> None:
    found = members(json.dumps(value, indent=indent).encode())
    assert list(found) == list(value)
    assert {name: decode(raw) for name, raw in found.items()} == decode(json.dumps(value).encode())


@given(value=objects, name=texts, first=values, second=values, data=st.data())
def test_a_name_that_stands_twice_is_refused(
    value: dict[str, Any], name: str, first: Any, second: Any, data: st.DataObject
) -> None:
    pairs = [*((k, v) for k, v in value.items() if k != name), (name, first)]
    pairs.insert(data.draw(st.integers(0, len(pairs) - 1)), (name, second))
    body = ("{" + ", ".join(f"{json.dumps(k)} : {json.dumps(v)}" for k, v in pairs) + "}").encode()
    for read in (members, decode):
        with pytest.raises(NotJson, match="twice"):
            read(body)


def test_a_value_that_imitates_members_does_not_hide_a_name_that_stands_twice() -> None:
    """Every length fits: only the bytes tell that the first "a" is not the one that was kept."""
    with pytest.raises(NotJson, match="twice"):
        members(b'{"a":1,"b":123,"a":{"q":1,"b":      22}}')


@pytest.mark.parametrize("raw", [b"[]", b"null", b'"a"', b"1", b"true"])
def test_only_an_object_has_members(raw: bytes) -> None:
    with pytest.raises(NotAHookRequest) as refused:
        members(raw, "prefetch")
    assert refused.value.where == "prefetch"


def test_the_size_is_bounded_to_the_byte() -> None:
    body = b'"' + b"a" * 98 + b'"'
    check_body(body, 100)
    with pytest.raises(TooLarge):
        check_body(body, 99)


def test_nesting_is_bounded_over_the_whole_body() -> None:
    with pytest.raises(NotJson, match="nested"):
        check_body(b"[" * 100_000 + b"]" * 100_000, MIB)


def test_what_passes_the_check_can_be_scanned_again_deeper_in_the_stack() -> None:
    """The scanner's bound is the interpreter's: a body at its edge must not fail later, as an error of ours."""

    def passes(depth: int) -> bool:
        try:
            check_body(b"[" * depth + b"]" * depth, MIB)
        except NotJson:
            return False
        return True

    deepest = max(depth for depth in range(500, 1000, 10) if passes(depth))

    def deeper(frames: int) -> None:
        if frames:
            deeper(frames - 1)
        else:
            members(b'{"a":' + b"[" * deepest + b"]" * deepest + b"}")

    deeper(150)


@pytest.mark.parametrize("shift", range(4))
def test_a_character_may_lie_across_the_pieces_in_which_a_body_is_read(shift: int) -> None:
    check_body(b'"' + b"a" * shift + "😀".encode() * 50_000 + b'"', MIB)


@pytest.mark.parametrize("at", [1, 65_535, 65_537, 131_071])
def test_half_a_character_is_found_wherever_it_lies(at: int) -> None:
    whole = b'"' + "é".encode() * 100_000 + b'"'
    with pytest.raises(NotJson, match="UTF-8"):
        check_body(whole[:at] + b"\xc3" + whole[at:], MIB)


def test_no_text_of_a_refusal_repeats_a_value() -> None:
    for body in (*NEVER_JSON.values(), *NEVER_DECODED.values(), b'{"canary":canary}', b'{"canary":1,"canary":2}'):
        with pytest.raises(NotJson) as refused:
            decode(body, "context")
        assert "canary" not in refused.value.text
        assert refused.value.where == "context"


def test_the_text_says_what_to_mend() -> None:
    with pytest.raises(NotJson, match=r"NaN and Infinity are not JSON.*byte 5"):
        check_body(b'{"a":NaN}', MIB)
    with pytest.raises(NotJson, match="byte 5"):
        check_body(b'{"a":oops}', MIB)
    with pytest.raises(NotJson, match="ends too early"):
        check_body(b'{"a":', MIB)
