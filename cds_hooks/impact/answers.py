"""One chart under one version: what would be answered, taken apart into what can change."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from cds_hooks.consult import Consultation, consult, silence_of
from cds_hooks.errors import RequestRefused
from cds_hooks.fhir.bundle import prefetch_of
from cds_hooks.fhir.read import read_record
from cds_hooks.impact.charts import Chart
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.reasoning.consider import History
from cds_hooks.writing.compose import CARD, compose, wording_of

_DECISION = "00000000-0000-4000-8000-000000000000"  # any: the uuids of the cards are not compared


@dataclass(frozen=True, slots=True)
class Shown:
    """One card: what it claims, and separately its words. `considerations` are ids with their verdicts, `orders` the
    codes that it offers.
    """

    kind: str
    indicator: str
    summary: str
    considerations: tuple[tuple[str, str], ...]
    orders: tuple[str, ...]
    words: str

    @property
    def claim(self) -> tuple[object, ...]:
        """All of it but its words."""
        return (self.kind, self.indicator, self.considerations, self.orders)


@dataclass(frozen=True, slots=True)
class Answer:
    """`tiers` is a line for each tumour: its tier, its range, or why it has none. `silence` is the reason if there is
    no card, `refused` what kept the chart from being read, else "".
    """

    tiers: tuple[str, ...] = ()
    cards: tuple[Shown, ...] = ()
    silence: str = ""
    refused: str = ""

    @property
    def considerations(self) -> frozenset[tuple[str, str]]:
        """Those on all cards, with their verdicts."""
        return frozenset(one for card in self.cards for one in card.considerations)


def answer(chart: Chart, knowledge: Knowledge, today: date, *, require_approval: bool) -> Answer:
    """What would be answered on that day, without any history of the patient."""
    keys = knowledge.service.prefetch
    try:
        patient_id, prefetch = prefetch_of(chart.document, keys, None)
        record = read_record(prefetch, keys, knowledge.sieve, patient_id)
    except RequestRefused as problem:
        return Answer(refused=problem.text)
    found = consult(record, History(), knowledge, today, require_approval=require_approval)
    return answer_of(found, compose(found, knowledge, _DECISION, today), knowledge)


def answer_of(found: Consultation, cards: Iterable[Mapping[str, Any]], knowledge: Knowledge) -> Answer:
    """A consultation and the cards that were written of it."""
    shown = tuple(_shown(card) for card in cards)
    return Answer(tuple(_tiers(found, knowledge)), shown, "" if shown else silence_of(found))


def _tiers(found: Consultation, knowledge: Knowledge) -> Iterator[str]:
    wording, episodes = wording_of(knowledge), found.picture.episodes
    for tier in found.tiers:
        yield f"{episodes[tier.episode].side or 'side not stated'}: {wording.range(tier.at_least, tier.at_most)}"
    for withheld in found.withheld:
        side = "patient" if withheld.episode is None else episodes[withheld.episode].side or "side not stated"
        yield f"{side}: none ({withheld.because})"


def _shown(card: Mapping[str, Any]) -> Shown:
    about = card["extension"][CARD]
    considered = sorted({(each["id"], each["verdict"]) for each in about["considerations"]})
    spoken = {name: value for name, value in card.items() if name not in ("uuid", "extension", "suggestions")}
    offered = card.get("suggestions", ())
    labels = [[each["label"], [action["description"] for action in each["actions"]]] for each in offered]
    orders = sorted(code for each in offered for action in each["actions"] for code in _codes(action["resource"]))
    words = json.dumps([spoken, labels], sort_keys=True)
    return Shown(about["id"], card["indicator"], card["summary"], tuple(considered), tuple(orders), words)


def _codes(resource: Mapping[str, Any]) -> Iterator[str]:
    for concept in (resource["code"], *resource.get("bodySite", ())):
        yield from (f"{coding['system']}|{coding['code']}" for coding in concept["coding"])
