"""`fixtures/README.md`, generated from the expectations: `python -m tests.support.readme`."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.support.expectation import Told, told_stories
from tests.support.refusals import refusals
from tests.support.stories import FIXTURES

GENERATED_FROM = "run python -m tests.support.readme"
HEADER = """# Synthetic stories

Invented people with invented charts, written by us; nobody here exists. Each folder of `patients/` is one story, named
by what matters in it: `bundle.json` is the chart (FHIR R4, as one of several kinds of system would write it) and
`expect.yaml` is what the service must answer. `refused/` holds requests that must be refused.

`bundle.json` is written by `python -m tests.support.stories`; `expect.yaml` is written by hand. This page is generated
by `python -m tests.support.readme`.

## expect.yaml

| word | meaning |
|---|---|
| `story` | the chart in a sentence |
| `matters` | what decides the answer, and why |
| `form` | the FHIR version in whose form part of the chart is written; without it, all of it is R4 |
| `episodes` | one entry for each tumour that gets a tier, and no other may; none: a card, but no tier |
| `episodes[].side` | `left`, `right` or `not stated` |
| `episodes[].tier` | the certain tier: `low`, `moderate`, `high` |
| `episodes[].range` | instead of `tier`: `{at_least, at_most}` |
| `episodes[].factors` | members of the assessment, exactly so (`value`, `unit`, `tier`, `range`, `er`, `pr`) |
| `why_unknown: true` | of a factor: no value, and a reason |
| `tier_at_least` | of a factor: its tier or more |
| `episodes[].missing` | exactly the facts that the answer names as missing |
| `silent` | instead of `episodes`: no card, and this is the reason |
| `cards` | the ids of the cards, exactly and in this order |
| `considers` | considerations that must stand on a card, each with its verdict: `applies` or `cannot_tell` |
| `never_considers` | considerations that must not |
| `says` | phrases that must stand on the cards (a word may go on: `node` is said by "nodes") |
| `never_says` | whole words that must not stand on them |

`refused/expect.yaml` maps each request to the HTTP status that it must get and the reason.

## Stories

| story | what the chart says | what matters | tier expected |
|---|---|---|---|
"""
REFUSED = """
## Refused requests

| request | status | why |
|---|---|---|
"""


def as_readme() -> str:
    """The whole page."""
    told = "".join(_row(story) for story in told_stories())
    refused = "".join(f"| `{name}.json` | {r['status']} | {r['why']} |\n" for name, r in refusals().items())
    return HEADER + told + REFUSED + refused


def _row(story: Told) -> str:
    expected = story.expect
    tier = f"none: {expected['silent']}" if "silent" in expected else _tiers(expected["episodes"])
    return f"| `{story.name}` | {expected['story']} | {expected['matters']} | {tier.replace('_', ' ')} |\n"


def _tiers(episodes: Sequence[Mapping[str, Any]]) -> str:
    return "; ".join(map(_tier, episodes)) or "none, and a card says why"


def _tier(episode: Mapping[str, Any]) -> str:
    span = episode.get("range")
    words = f"between {span['at_least']} and {span['at_most']}" if span else str(episode["tier"])
    return f"{episode['side']}: {words}"


if __name__ == "__main__":
    (FIXTURES / "README.md").write_text(as_readme(), encoding="utf-8")
