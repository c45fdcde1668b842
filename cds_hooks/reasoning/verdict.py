"""A verdict and its reasons are one value."""

from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple


class Truth(Enum):
    """Three-valued truth (Kleene's strong logic)."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    __hash__ = object.__hash__  # of one value there is one object; Enum's own hash is ten times as slow


def all_hold(truths: Iterable[Truth]) -> Truth:
    """Conjunction; nothing asked holds."""
    found = set(truths)
    if Truth.NO in found:
        return Truth.NO
    return Truth.UNKNOWN if Truth.UNKNOWN in found else Truth.YES


def any_holds(truths: Iterable[Truth]) -> Truth:
    """Disjunction; of nothing, nothing holds."""
    found = set(truths)
    if Truth.YES in found:
        return Truth.YES
    return Truth.UNKNOWN if Truth.UNKNOWN in found else Truth.NO


class Because(NamedTuple):
    """One test that was made: the fact, the test in words ("at least 4"), and how it came out. It and a verdict are
    tuples because a consultation makes and compares thousands.
    """

    fact: str
    test: str
    truth: Truth


class Verdict(NamedTuple):
    """How a condition came out, the tests that settled it, and the unknown facts that could still settle it."""

    truth: Truth
    because: tuple[Because, ...] = ()
    missing: tuple[str, ...] = ()
