"""An order that only content gives, so that neither the order of resources nor repeating one changes an answer."""

from collections.abc import Callable, Iterable
from typing import TypeVar

_Item = TypeVar("_Item")


def in_fixed_order(items: Iterable[_Item], reference_of: Callable[[_Item], str]) -> tuple[_Item, ...]:
    """Each once, by reference; those that share one by all that they hold (costly to write out, so only for these)."""
    by_reference: dict[str, list[_Item]] = {}
    for item in items:
        by_reference.setdefault(reference_of(item), []).append(item)
    if not by_reference:
        return ()
    found: list[_Item] = []
    for reference in sorted(by_reference):
        same = by_reference[reference]
        found += same if len(same) == 1 else sorted(set(same), key=repr)
    return tuple(found)
