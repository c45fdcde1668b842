"""A verdict and its reasons are one value."""

from collections.abc import Iterable
from enum import Enum
from itertools import chain
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


def each_once(reasons: Iterable[tuple[Because, ...]]) -> tuple[Because, ...]:
    """All of these reasons, in their order."""
    return tuple(dict.fromkeys(chain.from_iterable(reasons)))


class Verdict(Struct, frozen=True):
    """How a condition came out, and the tests that settled it, or that could still settle it. It is a Struct because a
    consultation makes hundreds, and these are made ten times as quickly as a dataclass.
    """

    truth: Truth
    because: tuple[Because, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """The unknown facts that could still settle it: what keeps a verdict open are the tests that cannot be told."""
        if self.truth is not UNKNOWN:
            return ()
        return tuple(dict.fromkeys([test.fact for test in self.because]))
