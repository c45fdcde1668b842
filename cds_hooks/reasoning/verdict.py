"""A verdict and its reasons are one value."""

from dataclasses import dataclass
from enum import Enum


class Truth(Enum):
    """Three-valued truth (Kleene's strong logic)."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Because:
    """One test that was made: the fact, the test in words ("at least 4"), and how it came out."""

    fact: str
    test: str
    truth: Truth


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a condition came out, the tests that settled it, and the unknown facts that could still settle it."""

    truth: Truth
    because: tuple[Because, ...] = ()
    missing: tuple[str, ...] = ()
