"""Changes to a message that respect its structure: what a parser takes, and a reader may stumble over.

Every decision is taken by a `Choose`, so that hypothesis can shrink them and a fuzzer can steer them.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

Json = dict[str, Any]
Choose = Callable[[int], int]  # a number from 0 to one less than the given one
Place = tuple[Any, Any]  # a container and the name or index of a child of it

ODD: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1.5,
    10**30,
    1e308,
    "",
    " ",
    "\t\n",
    "0",
    "-1",
    "NaN",
    "null",
    "a" * 20_000,
    "\u202e\u200b\ufeff",
    "e\u0301\U0001f600" * 40,
    "<script>alert(1)</script>",
    "2026-02-30",
    "9999-12-31T23:59:60Z",
    "0001-01-01",
    "2026",
    "Patient/somebody-else",
    "#contained",
    "urn:uuid:0",
    "http://snomed.info/sct",
    "final",
    "entered-in-error",
    [],
    {},
    [[]],
    [None],
    {"a": {"a": {}}},
    {"coding": [{}]},
    [{"system": "http://loinc.org"}],
)


def mutated(message: Json, choose: Choose, most: int = 4) -> Json:
    """The message with one to `most` changes."""
    changed = deepcopy(message)
    for _ in range(1 + choose(most)):
        places = list(_places(changed))
        if places:
            CHANGES[choose(len(CHANGES))](places, choose)
    return changed


def _places(node: Any) -> Iterator[Place]:
    for name, child in node.items() if isinstance(node, dict) else enumerate(node):
        yield node, name
        if isinstance(child, dict | list):
            yield from _places(child)


def _drop(places: list[Place], choose: Choose) -> None:
    parent, name = places[choose(len(places))]
    del parent[name]


def _repeat(places: list[Place], choose: Choose) -> None:
    parent, name = places[choose(len(places))]
    if isinstance(parent, list):
        parent.extend(deepcopy(parent[name]) for _ in range(1 + choose(3)))
    else:
        parent[name] = [parent[name], deepcopy(parent[name])]


def _retype(places: list[Place], choose: Choose) -> None:
    parent, name = places[choose(len(places))]
    parent[name] = deepcopy(ODD[choose(len(ODD))])


def _nest(places: list[Place], choose: Choose) -> None:
    parent, name = places[choose(len(places))]
    for _ in range(1 + choose(40)):
        parent[name] = [parent[name]] if choose(2) else {str(name): parent[name]}


def _swap(places: list[Place], choose: Choose) -> None:
    (one, name), (other, place) = (places[choose(len(places))] for _ in range(2))
    one[name], other[place] = deepcopy(other[place]), deepcopy(one[name])


def _rename(places: list[Place], choose: Choose) -> None:
    parent, name = places[choose(len(places))]
    if isinstance(parent, dict):
        new = (name.upper(), f"_{name}", name[:-1], "resourceType", "id", "extension")[choose(6)]
        parent[new] = parent.pop(name)


def _graft(places: list[Place], choose: Choose) -> None:
    """Put a copy of one part under a name or at the end of another."""
    (one, name), (other, place) = (places[choose(len(places))] for _ in range(2))
    if isinstance(other, list):
        other.append(deepcopy(one[name]))
    elif isinstance(other, dict):
        other[f"{place}s" if choose(2) else "contained"] = deepcopy(one[name])


CHANGES: tuple[Callable[[list[Place], Choose], None], ...] = (_drop, _repeat, _retype, _nest, _swap, _rename, _graft)
