"""A verdict and its reasons are one value."""

from enum import Enum
from typing import NamedTuple

from msgspec import Struct


class Truth(Enum):
    """Three-valued truth (Kleene's strong logic)."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    __hash__ = object.__hash__  # of one value there is one object; Enum's own hash is ten times as slow


YES, NO, UNKNOWN = Truth


class Because(NamedTuple):
    """One test that was made: the fact, the test in words ("at least 4"), and how it came out."""

    fact: str
    test: str
    truth: Truth


class Verdict(Struct, frozen=True):
    """How a condition came out, the tests that settled it, and the unknown facts that could still settle it. It is a
    Struct because a consultation makes hundreds, and these are made ten times as quickly as a dataclass.
    """

    truth: Truth
    because: tuple[Because, ...] = ()
    missing: tuple[str, ...] = ()
