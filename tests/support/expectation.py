"""Reading `expect.yaml` and telling in words where an answer departs from it. Format: fixtures/README.md."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import yaml

from tests.support.ehr import Resource, resources_of
from tests.support.stories import FIXTURES

NO_SIDE = "not stated"
ABOUT = "org.recurrence-cds.card"
WORDS = {
    "story",
    "matters",
    "form",
    "silent",
    "episodes",
    "cards",
    "considers",
    "never_considers",
    "says",
    "never_says",
}
EPISODE_WORDS = {"side", "tier", "range", "factors", "missing"}
FACTOR_WORDS = {"value", "unit", "tier", "range", "er", "pr", "why_unknown", "tier_at_least"}
ORDER = ("low", "moderate", "high")


@dataclass(frozen=True)
class Told:
    """A story as it is on disk."""

    name: str
    resources: tuple[Resource, ...]
    expect: Mapping[str, Any]


@cache
def told_stories() -> tuple[Told, ...]:
    """Every story of the fixtures, by name."""
    return tuple(_read(folder) for folder in sorted((FIXTURES / "patients").iterdir()))


def told(name: str) -> Told:
    """One story by its name."""
    return next(story for story in told_stories() if story.name == name)


def names() -> list[str]:
    return [story.name for story in told_stories()]


def _read(folder: Path) -> Told:
    bundle = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))
    expect = yaml.safe_load((folder / "expect.yaml").read_text(encoding="utf-8"))
    return Told(folder.name, tuple(resources_of(bundle)), expect)


class HasCards(Protocol):
    """What is read of an answer."""

    @property
    def cards(self) -> list[dict[str, Any]]: ...
    @property
    def episodes(self) -> list[dict[str, Any]]: ...
    @property
    def prose(self) -> str: ...


def departures(expect: Mapping[str, Any], answer: HasCards) -> list[str]:
    """Every point in which the answer is not as expected."""
    if "silent" in expect:
        return ["cards where silence belongs"] if answer.cards else []
    found = {episode.get("side", NO_SIDE): episode for episode in answer.episodes}
    wanted = {episode["side"]: episode for episode in expect["episodes"]}
    problems = [] if set(found) == set(wanted) else [f"sides {sorted(found)}, expected {sorted(wanted)}"]
    for side in sorted(set(found) & set(wanted)):
        problems += [f"{side}: {problem}" for problem in _episode(wanted[side], found[side])]
    return problems + list(_cards(expect, answer.cards)) + list(_prose(expect, answer.prose))


def _cards(expect: Mapping[str, Any], cards: list[dict[str, Any]]) -> Iterator[str]:
    about = [card["extension"][ABOUT] for card in cards]
    ids = [one["id"] for one in about]
    if ids != expect.get("cards", ids):
        yield f"cards {ids}, expected {expect['cards']}"
    found = {entry["id"]: entry["verdict"] for one in about for entry in one["considerations"]}
    for id_, verdict in expect.get("considers", {}).items():
        if found.get(id_) != verdict:
            yield f"{id_} {found.get(id_, 'is not on a card')}, expected {verdict}"
    yield from (f"{id_} is on a card" for id_ in expect.get("never_considers", []) if id_ in found)


def _episode(wanted: Mapping[str, Any], got: Mapping[str, Any]) -> Iterator[str]:
    for word in ("tier", "range"):
        if wanted.get(word) != got.get(word):
            yield f"{word} {got.get(word)}, expected {wanted.get(word)}"
    if "missing" in wanted and set(wanted["missing"]) != set(got.get("missing", [])):
        yield f"missing {got.get('missing', [])}, expected {wanted['missing']}"
    for factor, expected in wanted.get("factors", {}).items():
        yield from (f"{factor}: {problem}" for problem in _factor(expected, got["factors"].get(factor, {})))


def _factor(expected: Mapping[str, Any], got: Mapping[str, Any]) -> Iterator[str]:
    if expected.get("why_unknown") and ("value" in got or not got.get("why_unknown")):
        yield f"should be unknown with a reason: {got}"
    for word in ("value", "unit", "tier", "range", "er", "pr"):
        if word in expected and got.get(word) != expected[word]:
            yield f"{word} {got.get(word)!r}, expected {expected[word]!r}"
    least = got.get("tier") or got.get("range", {}).get("at_least", "low")
    if ORDER.index(least) < ORDER.index(expected.get("tier_at_least", "low")):
        yield f"at least {least}, expected at least {expected['tier_at_least']}"


def _prose(expect: Mapping[str, Any], prose: str) -> Iterator[str]:
    for phrase in expect.get("says", []):
        if not says(prose, phrase):
            yield f"the card does not say {phrase!r}"
    for word in expect.get("never_says", []):
        if has_word(prose, word):
            yield f"the card says {word!r}"


def says(prose: str, phrase: str) -> bool:
    """Whether words of the prose begin with the phrase, in any case ("node" is said by "nodes")."""
    return re.search(rf"\b{re.escape(phrase)}", prose, re.IGNORECASE) is not None


def has_word(prose: str, word: str) -> bool:
    """Whether the whole word stands in the prose, in any case ("low" is not in "lower" or "below")."""
    return re.search(rf"\b{re.escape(word)}\b", prose, re.IGNORECASE) is not None
