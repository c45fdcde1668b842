"""Checks of the considerations, one function each; every one returns its findings, one line each, with the place."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from string import Formatter
from typing import Any

from cds_hooks.fhir.codes import canonical_system
from cds_hooks.knowledge.approvals import approval_problems
from cds_hooks.knowledge.build import Facts
from cds_hooks.knowledge.examples import outcome_of
from cds_hooks.knowledge.strict_yaml import Document, Path
from cds_hooks.picture.vocabulary import Scope
from cds_hooks.reasoning.certain import certain
from cds_hooks.reasoning.conditions import NumberTest, WordTest, each_test, facts_in
from cds_hooks.reasoning.considerations import CardKind, Consideration, Outcome, Status
from cds_hooks.reasoning.gates import Gate

# Placeholders that `due` fills: the day of the last examination, and the month since when the next is due.
DATES = frozenset({"last_done", "due_since"})
BREASTS = frozenset({"breast", "other_breast"})  # by the side of the tumour

# A card informs and proposes a talk; it orders nothing. "Low" is a word of the tier, which no card may lend out, not
# even in a quotation. These rules are not in the knowledge folder, so that no copy of it can switch them off.
_LOW = r"\blow\b"
_FORBIDDEN = re.compile(rf"\b(?:start|giv|gave|prescrib|administer|must|never)\w*|{_LOW}", re.IGNORECASE)
_FORBIDDEN_QUOTED = re.compile(_LOW, re.IGNORECASE)
_TRIPLE_NEGATIVE = re.compile(r"triple[\s-]*negative|\bTNBC\b", re.IGNORECASE)
_STANDING_ALONE = re.compile(r"(?<![\w/.])\d+(?:\.\d+)?(?![\w/]*[A-Za-z])")  # not the 2 of HER2, nor the 6 of CDK4/6
_ANY_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_PLACEHOLDER = re.compile(r"\{\w*\}")
_MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class Filed:
    """A consideration as built, and the file that it was built from. `file` is its content."""

    value: Consideration
    document: Document
    file: bytes

    def at(self, *path: str | int) -> str:
        """File and line of a value."""
        return self.document.at(path)

    @property
    def entry(self) -> Mapping[str, Any]:
        """The consideration as written."""
        written: Mapping[str, Any] = self.document.value
        return written


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a consideration is checked against."""

    facts: Facts
    gates: Mapping[str, Gate]
    sources: Mapping[str, Any]
    approvals: Mapping[str, Any]


Check = Callable[[Filed, Surroundings], Iterator[str]]


def the_file_is_named_by_the_id(filed: Filed, _: Surroundings) -> Iterator[str]:
    """Who looks for a card's rule finds it by the id that the card carries."""
    if filed.document.name != f"considerations/{filed.value.id}.yaml":
        yield f"{filed.at('id')}: the id is {filed.value.id}, the file is called otherwise"


def the_gate_exists(filed: Filed, around: Surroundings) -> Iterator[str]:
    """The gate is in gates.yaml."""
    if filed.value.gate not in around.gates:
        yield f"{filed.at('gate')}: there is no gate {filed.value.gate}"


def facts_fit_the_scope(filed: Filed, around: Surroundings) -> Iterator[str]:
    """What is judged once for the patient rests on facts of the patient."""
    if filed.value.scope is Scope.PATIENT:
        for fact in dict.fromkeys(_judged(filed.value)):
            if around.facts[fact].scope is not Scope.PATIENT:
                yield f"{filed.at('scope')}: {fact} is a fact of each tumour, not of the patient"


def what_is_asked_for_matters(filed: Filed, around: Surroundings) -> Iterator[str]:
    """Only facts that the rule, its gate or what is due rests on are worth asking for."""
    gate = around.gates.get(filed.value.gate)
    asked = [fact for part in (gate.requirements if gate else ()) for fact in facts_in(part.require)]
    matter = {*asked, *facts_in(filed.value.asked)}
    for place, fact in enumerate(filed.value.ask_for):
        if fact not in matter:
            yield f"{filed.at('ask_for', place)}: the verdict does not rest on {fact}"


def placeholders_can_be_filled(filed: Filed, _: Surroundings) -> Iterator[str]:
    """Every placeholder is a fact that is known whenever the rule holds, a date that `due` gives, or a breast."""
    breasts = BREASTS if filed.value.scope is Scope.EPISODE else frozenset()
    known = {test.fact for test in certain(filed.value.asked)} | (DATES if filed.value.due else set()) | breasts
    for member, text in (("summary", filed.value.card.summary), ("detail", filed.value.card.detail)):
        yield from _placeholder_problems(filed, ("card", member), text, known)
    if filed.value.due:
        yield from _placeholder_problems(filed, ("due", "none_found"), filed.value.due.none_found, set(breasts))


def a_warning_is_for_safety_or_for_what_is_due(filed: Filed, _: Surroundings) -> Iterator[str]:
    """Risk and treatment never warn."""
    may_warn = filed.value.card.kind is CardKind.SAFETY or filed.value.due is not None
    if filed.value.card.indicator == "warning" and not may_warn:
        yield f"{filed.at('card', 'indicator')}: a warning is for safety, or for what is due"


def nothing_gives_orders(filed: Filed, _: Surroundings) -> Iterator[str]:
    """No text that a card shows tells anybody to start, give or prescribe, nor borrows the word of the lowest tier."""
    quoted = [(("citations", place, "says"), cited.says) for place, cited in enumerate(filed.value.citations)]
    for texts, forbidden in ((_shown(filed), _FORBIDDEN), (quoted, _FORBIDDEN_QUOTED)):
        for path, text in texts:
            if found := forbidden.search(text):
                yield f"{filed.at(*path)}: {found.group()!r} is not said on a card"


def triple_negative_is_said_only_of_known_negatives(filed: Filed, _: Surroundings) -> Iterator[str]:
    """The rule itself demands negative hormone receptors and a negative HER2 where a text says triple negative."""
    negative = {
        test.fact
        for test in certain(filed.value.when)
        if isinstance(test, WordTest) and set(test.one_of) == {"negative"}
    }
    for path, text in _shown(filed):
        if _TRIPLE_NEGATIVE.search(text) and not {"hormone_receptor", "her2"} <= negative:
            yield f"{filed.at(*path)}: says triple negative, which the rule does not make certain"


def citations_are_listed(filed: Filed, around: Surroundings) -> Iterator[str]:
    """Every source cited is in sources.yaml."""
    for place, cited in enumerate(filed.value.citations):
        if cited.source not in around.sources:
            yield f"{filed.at('citations', place, 'source')}: {cited.source} is not in sources.yaml"


def numbers_were_read_somewhere(filed: Filed, _: Surroundings) -> Iterator[str]:
    """A number in summary or detail is one of the rule, or stands in a citation that was not merely recalled."""
    value = filed.value
    known = {number for cited in value.citations if cited.seen != "recalled" for number in _numbers(cited.says)}
    known |= _numbers_of_the_rule(value)
    for member, text in (("summary", value.card.summary), ("detail", value.card.detail)):
        for number in _STANDING_ALONE.findall(_PLACEHOLDER.sub("", text)):
            if Decimal(number) not in known:
                yield f"{filed.at('card', member)}: {number} stands in no citation that was read"


def orders_are_coded(filed: Filed, _: Surroundings) -> Iterator[str]:
    """Orders carry the canonical name of their code system, and are told apart by their id."""
    seen: set[str] = set()
    for place, order in enumerate(filed.value.suggestions):
        if canonical_system(order.system) != order.system:
            at = filed.at("suggestions", place, "code", "system")
            yield f"{at}: {order.system} is not the canonical name of a code system"
        if order.id in seen:
            yield f"{filed.at('suggestions', place, 'id')}: {order.id} is there already"
        seen.add(order.id)


def examples_come_out(filed: Filed, around: Surroundings) -> Iterator[str]:
    """There is an example of each outcome, each comes out as it expects, and an empty record never applies."""
    gate = around.gates.get(filed.value.gate)
    if gate is None:
        return  # said by another check
    for place, example in enumerate(filed.entry["examples"]):
        found = outcome_of(filed.value, around.facts, gate, example["given"])
        if found.value != example["expect"]:
            at = filed.at("examples", place)
            yield f"{at}: {example['story']}: expected {example['expect']}, came out {found.value}"
    for outcome in Outcome:
        if not any(example["expect"] == outcome.value for example in filed.entry["examples"]):
            yield f"{filed.at('examples')}: there is no example of {outcome.value}"
    if outcome_of(filed.value, around.facts, gate, {}) is Outcome.APPLIES:
        yield f"{filed.at('when')}: it applies to an empty record"


def what_is_approved_is_locked(filed: Filed, around: Surroundings) -> Iterator[str]:
    """Approved content has a reviewer, read evidence, and the hash that was approved; nothing else has an approval."""
    approval = around.approvals.get(filed.value.id)
    if filed.value.status is Status.APPROVED:
        for problem in approval_problems(filed.entry, filed.file, approval):
            yield f"{filed.at('status')}: {problem}"
    elif filed.value.status is Status.DRAFT and approval is not None:
        yield f"{filed.at('status')}: a draft, but approvals.yaml has it as approved"


ALL: tuple[Check, ...] = (
    the_file_is_named_by_the_id,
    the_gate_exists,
    facts_fit_the_scope,
    what_is_asked_for_matters,
    placeholders_can_be_filled,
    a_warning_is_for_safety_or_for_what_is_due,
    nothing_gives_orders,
    triple_negative_is_said_only_of_known_negatives,
    citations_are_listed,
    numbers_were_read_somewhere,
    orders_are_coded,
    examples_come_out,
    what_is_approved_is_locked,
)


def _judged(value: Consideration) -> Iterator[str]:
    yield from facts_in(value.asked)
    for caution in value.cautions:
        yield from facts_in(caution.when)


def _shown(filed: Filed) -> Iterator[tuple[Path, str]]:
    """Every text of ours that a card shows; what a source says is quoted as it is."""
    value = filed.value
    yield from ((("title",), value.title), (("why",), value.why))
    yield from ((("card", "summary"), value.card.summary), (("card", "detail"), value.card.detail))
    if value.due:
        yield ("due", "none_found"), value.due.none_found
    for place, caution in enumerate(value.cautions):
        yield from ((("cautions", place, "say"), caution.say), (("cautions", place, "confirm"), caution.confirm))
    yield from ((("limits", place), limit) for place, limit in enumerate(value.limits))
    yield from ((("suggestions", place, "label"), order.label) for place, order in enumerate(value.suggestions))


def _placeholder_problems(filed: Filed, path: Path, text: str, known: set[str]) -> Iterator[str]:
    at = filed.at(*path)
    try:
        fields = [(name, spec, how) for _, name, spec, how in Formatter().parse(text) if name is not None]
    except ValueError as error:
        yield f"{at}: {error}"
        return
    for name, spec, how in fields:
        if not name.isidentifier() or spec or how:
            yield f"{at}: {{{name}}} is not a plain placeholder"
        elif name not in known:
            yield f"{at}: {{{name}}} is not certain to be known when the rule holds"


def _numbers(text: str) -> set[Decimal]:
    return {Decimal(number) for number in _ANY_NUMBER.findall(text)}


def _numbers_of_the_rule(value: Consideration) -> set[Decimal]:
    conditions = [value.asked, *(caution.when for caution in value.cautions)]
    tests = [test for condition in conditions for test in each_test(condition)]
    numbers = {cut for test in tests if isinstance(test, NumberTest) for cut in test.cuts}
    return numbers | {cut / _MONTHS_A_YEAR for cut in numbers}
