"""Checks of the wording against its use, once per knowledge load: a broken template must not reach a clinician."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from cds_hooks.consult import Consultation
from cds_hooks.errors import KnowledgeBroken
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.picture.fact import Why
from cds_hooks.picture.vocabulary import Kind
from cds_hooks.protocol.response import check_answer
from cds_hooks.reasoning.gates import Requirement
from cds_hooks.reasoning.ranking import ORDER
from cds_hooks.reasoning.stratify import NO_BREAST_CANCER
from cds_hooks.reasoning.tiers import Tier
from cds_hooks.writing.compose import compose
from cds_hooks.writing.extremes import extremes
from cds_hooks.writing.extremes_considered import extremes_considered
from cds_hooks.writing.facts_said import unit_key
from cds_hooks.writing.summary import LONGEST
from cds_hooks.writing.templates import TEMPLATES
from cds_hooks.writing.tumour import SHOWN_FACT, tumours
from cds_hooks.writing.wording import ids, placeholders

# Families whose members the knowledge decides; their templates have no placeholders.
OPTIONAL_FAMILIES = ("short.", "override.reason.")

# A card tells what is known and leaves the decision to the reader: it orders nothing. These rules are not in the
# knowledge folder, so that no copy of it can switch them off.
FORBIDDEN = re.compile(r"\b(start|giv|gave|prescrib|administer|must|never)\w*", re.IGNORECASE)
TIER_WORDS = re.compile(r"\b(low|moderate|high)(er|est)?\b", re.IGNORECASE)
TRIPLE_NEGATIVE = re.compile(r"triple[\s-]*negative|\bTNBC\b", re.IGNORECASE)
TOPIC_CODE = re.compile(r"[A-Za-z0-9]{1,100}", re.ASCII)  # Epic locks an overridden topic out by such a code

_DECISION = "00000000-0000-4000-8000-000000000000"
_DAY = date(2025, 12, 31)


def check_cards(knowledge: Knowledge) -> list[str]:
    """Every problem of the wording, one line each; the cards themselves are only tried if the templates fit."""
    return list(_template_problems(knowledge)) or list(dict.fromkeys(_card_problems(knowledge)))


def _template_problems(knowledge: Knowledge) -> Iterator[str]:
    expected = {**TEMPLATES, **_members(knowledge)}
    templates, optional = knowledge.wording, _optional(knowledge)
    yield from (f"wording.yaml: {key} is missing" for key in sorted(expected.keys() - templates.keys()))
    for key, template in templates.items():
        if key not in expected and key not in optional and not key.startswith(OPTIONAL_FAMILIES):
            yield f"wording.yaml: {key} is not used"
            continue
        yield from _placeholder_problems(key, template, expected.get(key, frozenset()))
        if not key.endswith((".sources", ".lasting")):  # ids, not words
            yield from _word_problems(key, template)
    yield from _value_problems(knowledge)


def _members(knowledge: Knowledge) -> dict[str, frozenset[str]]:
    """Keys that follow from the rest of the knowledge: reasons, words of facts, sources of caveats."""
    keys = ["why.bounded", *(f"why.{why.value}" for why in Why)]
    keys += [f"withheld.{reason}" for reason in _reasons(knowledge)]
    for factor, fact_id in SHOWN_FACT.items():
        fact = knowledge.vocabulary.facts.get(fact_id)
        if fact is not None and fact.kind is Kind.WORD:
            keys += [f"value.{factor}.{word}" for word in fact.words]
    keys += [key for key in knowledge.wording if key.startswith("caveat.") and key.endswith(".sources")]
    keys += [key for kind in ORDER for key in (f"card.{kind.value}.version", *_topic(kind.value))]
    keys += [f"attributes.use.{kind.value}" for kind in ORDER]
    return dict.fromkeys(keys, frozenset())


def _topic(card: str) -> tuple[str, str]:
    return f"topic.{card}.code", f"topic.{card}.display"


def _optional(knowledge: Knowledge) -> frozenset[str]:
    """Words for values, tests and units of facts, where those of the vocabulary do not read well."""
    facts = knowledge.vocabulary.facts.values()
    values = {f"value.{fact.id}.{word}" for fact in facts for word in fact.words}
    rules = {f"rule.{fact.id}.{word}" for fact in facts for word in fact.words}
    return frozenset(values | rules | {unit_key(fact.unit) for fact in facts if fact.unit})


def _reasons(knowledge: Knowledge) -> list[str]:
    asked: list[Requirement] = []
    for gate in knowledge.gates.values():
        asked += gate.requirements
    return [*(requirement.otherwise for requirement in asked), NO_BREAST_CANCER]


def _placeholder_problems(key: str, template: str, expected: frozenset[str]) -> Iterator[str]:
    try:
        found = placeholders(template)
    except ValueError:
        yield f"wording.yaml: {key} has a brace that does not belong to a placeholder"
        return
    yield from (f"wording.yaml: {key} uses {{{name}}}, which is not filled" for name in sorted(found - expected))
    yield from (f"wording.yaml: {key} does not show {{{name}}}" for name in sorted(expected - found))


def _word_problems(key: str, template: str) -> Iterator[str]:
    if found := FORBIDDEN.search(template):
        yield f"wording.yaml: {key} says {found.group()!r}; a card advises and orders nothing"
    if not key.startswith("tier.") and (found := TIER_WORDS.search(template)) and not _may_name_its_tier(key, found):
        yield f"wording.yaml: {key} says {found.group()!r}; the words of a tier stand in tier.* alone"
    if not key.endswith("triple_negative") and TRIPLE_NEGATIVE.search(template):
        yield f"wording.yaml: {key} says triple negative; that stands in *.triple_negative alone"


def _may_name_its_tier(key: str, found: re.Match[str]) -> bool:
    return key == "caveat.her2" and found.group() == "high"  # shown only where HER2 is positive, which is HIGH


def _value_problems(knowledge: Knowledge) -> Iterator[str]:
    said = knowledge.wording
    for card in (kind.value for kind in ORDER):
        yield from _frame_problems(said, card)
    yield from _override_problems(said)
    for key in sorted(key for key in said if key.endswith(".sources")):
        unknown = [source for source in ids(said[key]) if source not in knowledge.sources]
        yield from (f"wording.yaml: {key} names {source}, which is not in sources.yaml" for source in unknown)
    if sorted(ids(said.get("driver.order", ""))) != sorted(row.key for row in knowledge.tiers.rows):
        yield "wording.yaml: driver.order does not name each factor of tiers.yaml once"
    for row in knowledge.tiers.rows:
        if row.key not in SHOWN_FACT:
            yield f"tiers.yaml: the factor {row.key} has no place in the assessment"


def _override_problems(said: Mapping[str, str]) -> Iterator[str]:
    if not any(key.startswith("override.reason.") for key in said):
        yield "wording.yaml: there is no override.reason.*"
    for reason in ids(said.get("override.lasting", "")):
        if f"override.reason.{reason}" not in said:
            yield f"wording.yaml: override.lasting names {reason}, which is no override.reason.*"
    if not said.get("override.lasting_months", "1").isdecimal():
        yield "wording.yaml: override.lasting_months is not a whole number"


def _frame_problems(said: Mapping[str, str], card: str) -> Iterator[str]:
    if not said.get(f"card.{card}.version", "1").isdecimal():
        yield f"wording.yaml: card.{card}.version is not a whole number"
    if not TOPIC_CODE.fullmatch(said.get(f"topic.{card}.code", "x")):
        yield f"wording.yaml: topic.{card}.code is not 1 to 100 letters and digits"


def _card_problems(knowledge: Knowledge) -> Iterator[str]:
    check = AnswerCheck()
    for consultation in extremes(knowledge):
        try:
            cards = compose(consultation, knowledge, _DECISION, _DAY)
        except KnowledgeBroken as broken:
            yield from broken.problems
            continue
        yield from (f"wording.yaml: {problem}" for problem in check.problems(cards))
        yield from (f"wording.yaml: {problem}" for problem in _unsaid_problems(consultation, cards))
    for name, consultation in extremes_considered(knowledge):
        try:
            cards = compose(consultation, knowledge, _DECISION, _DAY)
        except KnowledgeBroken:
            yield f"{name}: its summary does not fit into {LONGEST} characters"
            continue
        yield from (f"{name}: {problem}" for problem in check.problems(cards))


class AnswerCheck:
    """Checks the cards of many answers. Override reasons are a third of the work and those of one card are mostly those
    of all others, so equal ones are checked once.
    """

    def __init__(self) -> None:
        self._reasons: list[object] = []

    def problems(self, cards: Iterable[Mapping[str, Any]]) -> list[str]:
        """What is wrong in one answer."""
        return check_answer({"cards": [self._without_known_reasons(card) for card in cards]})

    def _without_known_reasons(self, card: Mapping[str, Any]) -> Mapping[str, Any]:
        reasons = card.get("overrideReasons")
        if reasons not in self._reasons:
            self._reasons.append(reasons)
            return card
        return {name: value for name, value in card.items() if name != "overrideReasons"}


def _unsaid_problems(consultation: Consultation, cards: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Words that a card may only say of a tumour of which they are true."""
    found = tumours(consultation)
    text = "\n".join(f"{card['summary']}\n{card['detail']}" for card in cards)
    if re.search(r"\blow\b", text, re.IGNORECASE) and not any(t.tier.at_least is Tier.LOW for t in found):
        yield "a card says low where no tumour can be low"
    if TRIPLE_NEGATIVE.search(text) and not any(t.triple_negative for t in found):
        yield "a card says triple negative where HER2 or the receptors are not known to be negative"
