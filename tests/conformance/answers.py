"""The answers to every story, and what stands on their cards."""

from dataclasses import dataclass
from itertools import chain
from typing import Any

import httpx

from tests.conformance.live import Live
from tests.support.expectation import names

Json = dict[str, Any]


@dataclass(frozen=True)
class Answered:
    """Story -> the answer that it got."""

    answers: dict[str, httpx.Response]

    @property
    def bodies(self) -> list[Json]:
        return [answer.json() for answer in self.answers.values()]

    @property
    def cards(self) -> list[Json]:
        return [card for body in self.bodies for card in body["cards"]]

    @property
    def suggestions(self) -> list[Json]:
        found = list(chain.from_iterable(card.get("suggestions", ()) for card in self.cards))
        assert found  # nothing is proved by no suggestion at all
        return found

    @property
    def actions(self) -> list[Json]:
        found = list(chain.from_iterable(one.get("actions", ()) for one in self.suggestions))
        assert found
        return found

    @property
    def links(self) -> list[Json]:
        found = list(chain.from_iterable(card.get("links", ()) for card in self.cards))
        assert found
        return found


def ask_every_story(live: Live) -> Answered:
    """Open every chart of the fixtures once, as an EHR that prefetched all."""
    answered = Answered({name: live.post(live.request(name)) for name in names()})
    assert len(answered.cards) > len(answered.answers) / 2
    return answered
