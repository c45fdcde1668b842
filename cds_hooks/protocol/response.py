"""The answer of a service (CDS Hooks 2.0.1, "CDS Service Response"): its shape as types, and its check.

The check runs in tests and once per knowledge load for every card, not on each request.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NotRequired, TypedDict

from cds_hooks.protocol import schema


class Coding(TypedDict):
    """A code; `display` is required in override reasons."""

    code: str
    system: str
    display: NotRequired[str]


class Source(TypedDict):
    """Where the guidance of a card comes from; `topic` is the key by which EHRs lock out an overridden topic."""

    label: str
    url: NotRequired[str]
    icon: NotRequired[str]
    topic: Coding


class Action(TypedDict):
    """A change that a suggestion offers; `resource` for create and update, `resourceId` for delete."""

    type: Literal["create", "update", "delete"]
    description: str
    resource: NotRequired[dict[str, Any]]
    resourceId: NotRequired[str]


class Suggestion(TypedDict):
    """Something that the clinician may accept."""

    label: str
    uuid: str
    isRecommended: NotRequired[bool]
    actions: NotRequired[list[Action]]


class Link(TypedDict):
    """A page to open; `appContext` only with type "smart"."""

    label: str
    url: str
    type: Literal["absolute", "smart"]
    appContext: NotRequired[str]
    autolaunchable: NotRequired[bool]


class Card(TypedDict):
    """One card. `summary` has at most 139 characters; `detail` is GitHub Flavored Markdown."""

    uuid: str
    summary: str
    detail: NotRequired[str]
    indicator: Literal["info", "warning", "critical"]
    source: Source
    suggestions: NotRequired[list[Suggestion]]
    selectionBehavior: NotRequired[Literal["at-most-one", "any"]]
    overrideReasons: NotRequired[list[Coding]]
    links: NotRequired[list[Link]]
    extension: NotRequired[dict[str, Any]]


class Answer(TypedDict):
    """The whole answer; no cards when there is nothing to say."""

    cards: list[Card]


def check_answer(answer: Mapping[str, Any]) -> list[str]:
    """Problems of an answer: its schema, null or empty members, uuids used twice. Empty when it may be sent."""
    found = [str(problem) for problem in schema.problems("response", answer)]
    found += [f"{where}: null or empty members are left out" for where in _empties(answer, "") if where != "cards"]
    found += [f"the uuid of {where} is used twice" for where in _repeated_uuids(answer)]
    return found


def _empties(node: object, where: str) -> Iterator[str]:
    if where and (node is None or node in ("", [], {}, ())):
        yield where
    elif isinstance(node, Mapping):
        for name, child in node.items():
            yield from _empties(child, f"{where}.{name}" if where else str(name))
    elif isinstance(node, list | tuple):
        for index, child in enumerate(node):
            yield from _empties(child, f"{where}[{index}]")


def _repeated_uuids(answer: Mapping[str, Any]) -> list[str]:
    cards = [card for card in answer.get("cards") or () if isinstance(card, Mapping)]
    suggestions = [each for card in cards for each in card.get("suggestions") or () if isinstance(each, Mapping)]
    uses = Counter(str(each.get("uuid")) for each in [*cards, *suggestions] if "uuid" in each)
    return [uuid for uuid, count in uses.items() if count > 1]
