"""Strict JSON in UTF-8 (RFC 8259, and the interoperable subset of RFC 7493 where it protects a patient).

A parser that keeps the last of two equal keys, or turns 1e999 into infinity, reads another chart than the one that
was sent. Such JSON is refused. The texts say what to mend and never repeat a value.

A body may have 16 MB, so the whole of it is only scanned in C (`check_body`, `members`: about 1 ms per MB); what is
really used is decoded again by `decode`, which is thorough, and slower where a text is written in an unusual way.
"""

import codecs
import json
import re
from collections.abc import Mapping
from decimal import Decimal
from itertools import chain
from math import isinf
from typing import Any, TypeVar

import msgspec

from cds_hooks.errors import NotAHookRequest, NotJson, TooLarge

_Found = TypeVar("_Found")

MAX_DEPTH = 64
_LONGEST_NUMBER = 400  # characters; a double needs at most 309 digits
_SUSPECT = 300  # digits in a row, from which an integer may be beyond a double
_DIGITS_AS_0 = bytes.maketrans(b"123456789", b"000000000")
# Whatever passes is decoded again by callers deeper in the stack: let them have this many frames more than the check.
_FRAMES_TO_SPARE = 200
_PIECE = 64 * 1024

_ANYTHING = msgspec.json.Decoder(msgspec.Raw)
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_NAME = msgspec.json.Decoder(str)

_CONTAINERS = (dict, list)
_PLAIN_STRING = re.compile(rb'"[ !#-\[\]-~]*"')  # ASCII without escapes: ids, types and the like
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*+\\u0000")  # an even number of backslashes before it: they escape each other
_MAYBE_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_AT_BYTE = re.compile(r"\(byte (\d+)\)")
_BEFORE_VALUE = re.compile(rb'[ \t\n\r]*[{,][ \t\n\r]*("(?:[^"\\]|\\.)*+")[ \t\n\r]*:[ \t\n\r]*')
_AFTER_LAST = re.compile(rb"[ \t\n\r]*\{?[ \t\n\r]*\}[ \t\n\r]*")


def too_large(max_bytes: int) -> str:
    """What a client is told whose body is too large."""
    return f"The body has more than {max_bytes} bytes, the most that this service accepts."


def check_text(body: bytes, max_bytes: int) -> None:
    """Refuse what is wrong before any parsing: too many bytes (TooLarge), not UTF-8, U+0000 in any form (NotJson)."""
    if len(body) > max_bytes:
        raise TooLarge(too_large(max_bytes))
    _check_characters(body, "")


def check_body(body: bytes, max_bytes: int) -> None:
    """`check_text`, and refuse what is not well-formed JSON: NaN and Infinity too, and nesting of some hundred levels.

    Raises TooLarge or NotJson. Duplicate keys, numbers out of range and depth 64 are left to `members` and `decode`.
    """
    check_text(body, max_bytes)
    _scan_with_frames_to_spare(_ANYTHING, body, _FRAMES_TO_SPARE)


def check_members(body: bytes, max_bytes: int) -> dict[str, bytes]:
    """`check_body` and `members` in one scan. Raises TooLarge, NotJson, or NotAHookRequest when it is no object."""
    check_text(body, max_bytes)
    return _values(_scan_with_frames_to_spare(_OBJECT, body, _FRAMES_TO_SPARE), body, "")


def check_known(body: bytes, max_bytes: int, decoder: "msgspec.json.Decoder[Any]") -> dict[str, Any] | None:
    """The members of `body` where they stand in it, with those of the objects in it that `decoder` looks into: all
    checked as by `check_members` in one scan. None where `body` is not what `decoder` takes: `check_members` will say.

    `decoder` takes a closed Struct of Raw and of dicts of Raw. Raises TooLarge or NotJson as `check_text`.
    """
    check_text(body, max_bytes)
    try:
        found = msgspec.structs.asdict(_scan_with_frames_to_spare(decoder, body, _FRAMES_TO_SPARE))
        known = {name: value for name, value in found.items() if value is not msgspec.UNSET}
        return known if _end_of(known, body, 0) == len(body) else None
    except (NotJson, NotAHookRequest):
        return None


def _end_of(found: Mapping[str, Any], body: bytes, at: int) -> int:
    """Where the object ends that begins at `at`, if its members are those that were found, each once; else -1."""
    left = dict(found)
    while head := _BEFORE_VALUE.match(body, at):
        value = left.pop(_NAME.decode(head[1]), b"")
        if isinstance(value, dict):
            at = _end_of(value, body, head.end())
        else:
            written = memoryview(value)
            at = head.end() + len(written) if written and body.startswith(written, head.end()) else -1
        if at < 0:
            return -1
    tail = _AFTER_LAST.match(body, at)
    return tail.end() if tail and not left else -1


def members(raw: bytes, where: str = "") -> dict[str, bytes]:
    """The members of a JSON object as raw bytes, in order; refuses a name that occurs twice (NotJson).

    `raw` is from a body that passed `check_text`. Values are well-formed but undecoded. Raises NotAHookRequest when
    `raw` is JSON but no object.
    """
    return _values(_scan(_OBJECT, raw, where), raw, where)


def _values(found: dict[str, msgspec.Raw], raw: bytes, where: str) -> dict[str, bytes]:
    # The scanner keeps the last of equal names. Where the text, member by member, is not what it found, one is twice.
    values: dict[str, bytes] = {}
    at = 0
    for name, value in found.items():
        head = _BEFORE_VALUE.match(raw, at)
        written, start = memoryview(value), head.end() if head else at
        if head is None or _NAME.decode(head[1]) != name or not raw.startswith(written, start):
            raise _duplicate(where)
        at = start + len(written)
        values[name] = raw[start:at]
    if not _AFTER_LAST.fullmatch(raw, at):
        raise _duplicate(where)
    return values


def decode(raw: bytes, where: str = "") -> Any:
    """One JSON text as Python values: integers as int, other numbers as Decimal.

    Raises NotJson, with `where` in it, for all that the module refuses: also duplicate keys at any level, more than
    64 levels, numbers that a double cannot hold, lone surrogates.
    """
    if _PLAIN_STRING.fullmatch(raw):
        return raw[1:-1].decode()
    _check_characters(raw, where)
    value = _decoded_plainly(raw)
    if value is not _NOT_PLAIN:
        if raw.count(b"{") + raw.count(b"[") > MAX_DEPTH:  # what opens less often cannot be nested deeper
            _check_depth(value, where)
        return value
    return _decoded_thoroughly(raw, where)


def _decoded_plainly(raw: bytes) -> Any:
    """The value of a text that is, blanks apart, what an encoder makes of this value; `_NOT_PLAIN` for any other text.

    Such a text holds all its members once, since the value does, and no number that looks otherwise than it was read.
    """
    if b"\\u" in raw:  # an encoder writes the character
        return _NOT_PLAIN
    if len(raw) >= _SUSPECT and b"0" * _SUSPECT in raw.translate(_DIGITS_AS_0):  # the scanner bounds no integers
        return _NOT_PLAIN
    try:
        value = _PLAINLY.decode(raw)
    except (msgspec.DecodeError, NotJson, RecursionError):  # the thorough decoder says what is wrong
        return _NOT_PLAIN
    written = _AS_PLAIN(value)
    return value if written == raw or written == msgspec.json.format(raw, indent=-1) else _NOT_PLAIN


def _decoded_thoroughly(raw: bytes, where: str) -> Any:
    text = raw.decode()
    try:
        value = _THOROUGHLY.decode(text)
    except json.JSONDecodeError as problem:
        raise NotJson(f"This is not JSON: the mistake is at character {problem.pos}.", where) from None
    except NotJson as problem:
        raise NotJson(problem.text, where) from None
    except RecursionError:
        raise _too_deep(where) from None
    _check_depth(value, where)
    if _MAYBE_SURROGATE.search(text):
        _check_surrogates(value, where)
    return value


def _check_characters(raw: bytes, where: str) -> None:
    """UTF-8 without U+0000."""
    if not raw.isascii() and not _is_utf8(raw):
        raise NotJson("The text is not UTF-8.", where)
    # looking for it from the end is the interpreter's fastest way
    if b"\0" in raw or (raw.rfind(rb"\u0000") >= 0 and _NUL.search(raw)):
        raise NotJson("The character U+0000 is not allowed, raw or escaped: leave it out.", where)


def _is_utf8(raw: bytes) -> bool:
    """In pieces: a string of the whole body would take twice its memory, and most of the time."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(raw)
    try:
        for at in range(0, len(raw), _PIECE):
            decoder.decode(view[at : at + _PIECE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _scan_with_frames_to_spare(decoder: "msgspec.json.Decoder[_Found]", body: bytes, frames: int) -> _Found:
    if frames:
        return _scan_with_frames_to_spare(decoder, body, frames - 1)
    return _scan(decoder, body, "")


def _scan(decoder: "msgspec.json.Decoder[_Found]", raw: bytes, where: str) -> _Found:
    try:
        return decoder.decode(raw)
    except msgspec.ValidationError:
        raise NotAHookRequest("A JSON object is needed here.", where) from None
    except msgspec.DecodeError as problem:
        raise NotJson(_mistake(raw, problem), where) from None
    except RecursionError:
        raise _too_deep(where) from None


def _mistake(raw: bytes, problem: msgspec.DecodeError) -> str:
    found = _AT_BYTE.search(str(problem))
    if not found:
        return "This is not JSON: it ends too early, or an escape in a string is not valid."
    at = int(found[1])
    if raw.startswith((b"NaN", b"Infinity"), at):
        return f"NaN and Infinity are not JSON: leave the member out (at byte {at})."
    return f"This is not JSON: the mistake is at byte {at}."


def _duplicate(where: str) -> NotJson:
    return NotJson("A member name occurs twice in one object: each may stand once.", where)


def _too_deep(where: str) -> NotJson:
    return NotJson("The JSON is nested too deeply.", where)


def _check_depth(value: Any, where: str) -> None:
    level, depth = [value] if isinstance(value, dict | list) else [], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise _too_deep(where)
        children = chain.from_iterable(each.values() if isinstance(each, dict) else each for each in level)
        level = [child for child in children if isinstance(child, _CONTAINERS)]


def _check_surrogates(value: Any, where: str) -> None:
    try:
        json.dumps(value, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        raise NotJson("A string holds half of a surrogate pair: escape the whole character.", where) from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _duplicate("")
    return found


def _integer(token: str) -> int:
    _check_number(token)
    return int(token)


def _decimal(token: str) -> Decimal:
    _check_number(token)
    number = Decimal(token)
    if number and not float(token):
        raise NotJson("A number is too small to be told from zero.")
    return number


def _check_number(token: str) -> None:
    if len(token) > _LONGEST_NUMBER or isinf(float(token)):
        raise NotJson("A number has more digits, or is larger, than a double can hold.")


def _refuse_constant(_: str) -> None:
    raise NotJson("NaN and Infinity are not JSON: leave the member out.")


_NOT_PLAIN = object()
_PLAINLY = msgspec.json.Decoder(float_hook=_decimal)
_AS_PLAIN = msgspec.json.Encoder(decimal_format="number").encode
_THOROUGHLY = json.JSONDecoder(
    object_pairs_hook=_unique, parse_int=_integer, parse_float=_decimal, parse_constant=_refuse_constant
)
