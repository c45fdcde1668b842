"""Canonical JSON (RFC 8785): equal values are equal bytes, so that a hash over them means something."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import rfc8785

_ENCODE = msgspec.json.Encoder(order="sorted").encode

# What msgspec writes in another way than RFC 8785: a number with an exponent, a fraction of zero or more digits than a
# double holds, and NaN (as null). And beyond the Basic Multilingual Plane the RFC sorts names by UTF-16 units, msgspec
# by code points. A text that looks like one of these costs time, nothing else.
_NUMBER = re.compile(rb"[:,\[]-?[0-9][0-9.]*(?:\.0[,\]}]|e|[0-9]{15})")
_BEYOND = range(0xF0, 0xF5)  # the first bytes of a character there, in UTF-8


def canonical(value: Mapping[str, Any] | Sequence[Any]) -> bytes:
    """`value` as RFC 8785 has it: no blanks, sorted names, shortest numbers, UTF-8.

    Raises rfc8785.CanonicalizationError for NaN, infinities and integers that a double does not hold, TypeError for
    what JSON has no word for, UnicodeEncodeError for a lone surrogate.
    """
    text = _ENCODE(value)
    return rfc8785.dumps(value) if _otherwise(text) else text


def _otherwise(text: bytes) -> bool:
    return b"null" in text or _NUMBER.search(text) is not None or any(byte in text for byte in _BEYOND)
