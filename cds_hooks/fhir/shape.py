"""What the shapes of `plain` have in common."""

from collections.abc import Callable
from functools import cache
from operator import attrgetter

from msgspec import UNSET, Struct


class Shape(Struct, forbid_unknown_fields=True, rename="camel", gc=False):
    """A closed list of members: a modifierExtension, or anything else that is not named, does not fit."""


# elements that several members stand for, with the kind of value at the end of their name
_CHOICES = ("value", "effective", "onset", "abatement", "performed", "medication", "deceased", "collected")


@cache
def choices(shape: type[Struct]) -> tuple[tuple[Callable[[Struct], tuple[object, ...]], int], ...]:
    """For each element of a shape that may be said in several ways: all its members, and how many of them there are."""
    names = {choice: [n for n in shape.__struct_fields__ if n.startswith(choice)] for choice in _CHOICES}
    return tuple((attrgetter(*ways), len(ways)) for ways in names.values() if len(ways) > 1)


class Choice(Shape):
    """One that says no element in two ways (value[x])."""

    def __post_init__(self) -> None:
        for members, ways in choices(type(self)):
            if members(self).count(UNSET) < ways - 1:
                raise ValueError
