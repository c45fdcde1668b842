"""Sifting: which resources of a chart can matter, judged on raw JSON by code, before anything is typed."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sieve:
    """For each resource type, the normalised codes (any system: the system is compared later, by the readers) and
    code prefixes that a reader looks for. A type with `everything` is kept whole; a type not named is dropped.
    """

    codes: Mapping[str, frozenset[str]]
    prefixes: Mapping[str, tuple[str, ...]]
    everything: frozenset[str]
