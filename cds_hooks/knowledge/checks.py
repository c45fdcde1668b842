"""Checks over the whole knowledge, one function each; every one returns its findings, one line each, with the place.

They run once every file by itself has passed (YAML, schema, CSV), so they may rely on its shape.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any

from cds_hooks.knowledge.background import REVIEWED
from cds_hooks.knowledge.build import CODES, SOURCES, TEXT_SYSTEM, Facts, sought
from cds_hooks.knowledge.examples import example_picture
from cds_hooks.knowledge.strict_yaml import Document, Path, members_named
from cds_hooks.picture.vocabulary import CodeList, Scope
from cds_hooks.reasoning.conditions import facts_in
from cds_hooks.reasoning.considerations import Consideration
from cds_hooks.reasoning.gates import Gate
from cds_hooks.reasoning.stratify import NO_BREAST_CANCER, stratify
from cds_hooks.reasoning.tiers import Tier, TierTable

# Silence about these is never evidence, whatever a knowledge folder says.
NEVER_BY_SILENCE = frozenset(
    {"tumour_size", "grade", "er", "pr", "hormone_receptor", "her2", "positive_nodes", "vascular_invasion"}
)
_ORDERS = re.compile(r"\b(start|give|prescribe|administer)\b", re.IGNORECASE)
_PATIENT = "{{context.patientId}}"
_CODE_PARAMETER = {"DocumentReference": "type"}  # the search parameter for codes, where it is not `code`
_SAFE_CODE = re.compile(r"[A-Za-z0-9.-]+")


@dataclass(frozen=True, slots=True)
class Draft:
    """The knowledge as read and built, before it may be used. `reads` are the facts that readers produce."""

    documents: Mapping[str, Document]
    codelists: Mapping[str, CodeList]
    facts: Facts
    tiers: TierTable
    gates: Mapping[str, Gate]
    reads: frozenset[str]
    considerations: tuple[Consideration, ...] = ()

    def value(self, name: str) -> Any:
        """The content of a file."""
        return self.documents[name].value

    def at(self, name: str, *path: str | int) -> str:
        """File and line of a value."""
        return self.documents[name].at(path)

    @property
    def entries(self) -> Mapping[str, Any]:
        """The facts as written."""
        found: Mapping[str, Any] = self.value("facts")["facts"]
        return found

    @property
    def templates(self) -> Mapping[str, str]:
        """The templates of `wording.yaml`, without the members that tell of their review."""
        return {key: text for key, text in self.value("wording").items() if key not in REVIEWED}

    @property
    def prefetch(self) -> Mapping[str, Any]:
        """The prefetch keys of the one service, as written."""
        (service,) = self.value("services")["services"].values()
        found: Mapping[str, Any] = service["prefetch"]
        return found


Check = Callable[[Draft], Iterator[str]]


def code_lists_exist_and_are_used(draft: Draft) -> Iterator[str]:
    """Every code list that a fact names exists, and every code list is named."""
    named = {name: path for path, name in _named_code_lists(draft)}
    for name, path in named.items():
        if name not in draft.codelists:
            yield f"{draft.at('facts', *path)}: there is no code list {name}"
    for name in sorted(set(draft.codelists) - set(named)):
        yield f"codelists/{name}.csv:1: no fact uses this code list"


def facts_are_read_from_prefetch(draft: Draft) -> Iterator[str]:
    """Every fact is read from keys that are announced, and every announced key is read."""
    sources = list(_sources(draft))
    for path in sources:
        if path[-1] not in draft.prefetch:
            yield f"{draft.at('facts', *path)}: there is no prefetch key {path[-1]}"
    read = {path[-1] for path in sources}
    for key in draft.prefetch:
        if key not in read:
            yield f"{_key_at(draft, key)}: no fact is read from {key}"


def templates_keep_to_the_query_subset(draft: Draft) -> Iterator[str]:
    """Every template is the read of the patient, or a search by patient, with codes where it asks for them."""
    for key, entry in draft.prefetch.items():
        read = f"{entry['resource']}/{_PATIENT}"
        search = f"{entry['resource']}?patient={_PATIENT}"
        coded = f"{search}&{_CODE_PARAMETER.get(entry['resource'], 'code')}={CODES}"
        if entry["query"] not in (read, search, coded):
            yield f"{_key_at(draft, key)}: the query must be {read}, {search} or {coded}"
        elif CODES in entry["query"]:
            yield from _unannounceable(draft, key)


def facts_have_readers(draft: Draft) -> Iterator[str]:
    """Every fact is produced by a reader, and readers produce no other."""
    for id_ in draft.facts:
        if id_ not in draft.reads:
            yield f"{draft.at('facts', 'facts', id_)}: no reader produces {id_}"
    for id_ in sorted(draft.reads - set(draft.facts)):
        yield f"facts.yaml:1: a reader produces {id_}, which is not in the vocabulary"


def facts_are_used(draft: Draft) -> Iterator[str]:
    """Every fact is tested by the tier table, a gate or a consideration, or is marked as shown."""
    conditions = [
        *(column for row in draft.tiers.rows for column in row.columns.values()),
        *draft.tiers.low_requires,
        *(part.require for gate in draft.gates.values() for part in gate.requirements),
        *(caution.when for gate in draft.gates.values() for caution in gate.cautions),
        *(each.asked for each in draft.considerations),
        *(caution.when for each in draft.considerations for caution in each.cautions),
    ]
    tested = {fact for condition in conditions for fact in facts_in(condition)}
    for id_, entry in draft.entries.items():
        if id_ not in tested and entry.get("for_display") != "yes":
            yield f"{draft.at('facts', 'facts', id_)}: {id_} is neither tested nor shown"


def silence_proves_only_what_it_may(draft: Draft) -> Iterator[str]:
    """What silence proves is a word of the fact, and never a finding of pathology."""
    for id_, fact in draft.facts.items():
        at = draft.at("facts", "facts", id_, "if_absent")
        if fact.if_absent is not None and fact.if_absent not in fact.words:
            yield f"{at}: {fact.if_absent} is not a word of {id_}"
        if fact.if_absent is not None and id_ in NEVER_BY_SILENCE:
            yield f"{at}: silence of the chart proves nothing about {id_}"


def gates_judge_what_is_there(draft: Draft) -> Iterator[str]:
    """The tier table's gate exists, and patient gates test facts of the patient."""
    if draft.tiers.gate not in draft.gates:
        yield f"{draft.at('tiers', 'gate')}: there is no gate {draft.tiers.gate}"
    for id_, gate in draft.gates.items():
        for place, part in enumerate(gate.patient):
            for fact in facts_in(part.require):
                if draft.facts[fact].scope is not Scope.PATIENT:
                    at = draft.at("gates", "gates", id_, "patient", place)
                    yield f"{at}: {fact} is a fact of each tumour, not of the patient"


def factors_are_unique(draft: Draft) -> Iterator[str]:
    """No factor is written twice."""
    seen: set[str] = set()
    for place, row in enumerate(draft.tiers.rows):
        if row.key in seen:
            yield f"{draft.at('tiers', 'factors', place, 'factor')}: the factor {row.key} is there already"
        seen.add(row.key)


def citations_are_listed(draft: Draft) -> Iterator[str]:
    """Every source cited anywhere is in sources.yaml."""
    known = draft.value("sources")["sources"]
    for name in ("facts", "tiers"):
        for path, cited in members_named(draft.value(name), "source"):
            if cited not in known:
                yield f"{draft.at(name, *path)}: {cited} is not in sources.yaml"
    for key, text in draft.templates.items():
        for cited in text.split(", ") if key.endswith(".sources") else ():
            if cited not in known:
                yield f"{draft.at('wording', key)}: {cited} is not in sources.yaml"


def wording_is_well_formed(draft: Draft) -> Iterator[str]:
    """Every template can be filled: its braces match and hold plain names."""
    for key, text in draft.templates.items():
        try:
            fields = [(name, spec, how) for _, name, spec, how in Formatter().parse(text) if name is not None]
        except ValueError as error:
            yield f"{draft.at('wording', key)}: {key}: {error}"
            continue
        for name, spec, how in fields:
            if not name.isidentifier() or spec or how:
                yield f"{draft.at('wording', key)}: {key}: {{{name}}} is not a plain placeholder"


def nothing_gives_orders(draft: Draft) -> Iterator[str]:
    """No wording and no limit tells anybody to start, give or prescribe: the service informs, professionals decide."""
    spoken = [(draft.at("wording", key), text) for key, text in draft.templates.items()]
    for name in ("tiers", "gates"):
        spoken += [(draft.at(name, *path), text) for path, text in members_named(draft.value(name), "say")]
    for at, text in spoken:
        order = _ORDERS.search(text)
        if order:
            yield f"{at}: {order.group()!r} reads as an order"


def reasons_for_silence_are_worded(draft: Draft) -> Iterator[str]:
    """Every reason for which a gate withholds a card has its words."""
    wording = draft.value("wording")
    reasons = {part.otherwise for gate in draft.gates.values() for part in gate.requirements}
    for reason in sorted({NO_BREAST_CANCER, *reasons}):
        if f"withheld.{reason}" not in wording:
            yield f"wording.yaml:1: no words for withheld.{reason}"


def tier_examples_come_out(draft: Draft) -> Iterator[str]:
    """Every example of the tier table comes out as it expects, and an empty record is never low."""
    if draft.tiers.gate not in draft.gates:
        return  # said by another check
    for place, example in enumerate(draft.value("tiers")["examples"]):
        expected, found = example["expect"], _outcome(draft, example["given"])
        if isinstance(expected, dict):
            expected = f"{expected['at_least']} to {expected['at_most']}"
        if found != expected:
            yield f"{draft.at('tiers', 'examples', place)}: {example['story']}: expected {expected}, came out {found}"
    if _outcome(draft, {}) == "low":
        yield "tiers.yaml:1: an empty record comes out low"


ALL: tuple[Check, ...] = (
    code_lists_exist_and_are_used,
    facts_are_read_from_prefetch,
    templates_keep_to_the_query_subset,
    facts_have_readers,
    facts_are_used,
    silence_proves_only_what_it_may,
    gates_judge_what_is_there,
    factors_are_unique,
    citations_are_listed,
    wording_is_well_formed,
    nothing_gives_orders,
    reasons_for_silence_are_worded,
    tier_examples_come_out,
)


def _named_code_lists(draft: Draft) -> Iterator[tuple[Path, str]]:
    for _, id_, member, key in _sources(draft):
        for place, name in enumerate(draft.entries[id_][member][key]):
            yield ("facts", id_, member, key, place), name
    for id_, entry in draft.entries.items():
        for place, name in enumerate(entry.get("uses", ())):
            yield ("facts", id_, "uses", place), name
    for place, name in enumerate(draft.value("facts")["for_every_fact"]):
        yield ("for_every_fact", place), name


def _sources(draft: Draft) -> Iterator[tuple[str, str, str, str]]:
    """The path of every prefetch key under which a fact is sought."""
    for id_, entry in draft.entries.items():
        for member in SOURCES:
            yield from (("facts", id_, member, key) for key in entry.get(member, ()))


def _unannounceable(draft: Draft, key: str) -> Iterator[str]:
    """What keeps the code lists sought under a key from standing in its template."""
    lists = [draft.codelists[name] for name in sought(draft.entries, key) if name in draft.codelists]
    if not any(codelist.meanings for codelist in lists):
        yield f"{_key_at(draft, key)}: no code is sought under {key}"
    for codelist in lists:
        if codelist.prefixes:
            yield f"codelists/{codelist.name}.csv:1: a code prefix cannot stand in the template of {key}"
        for system, code in codelist.meanings:
            if system != TEXT_SYSTEM and not _SAFE_CODE.fullmatch(code):
                yield f"codelists/{codelist.name}.csv:1: {code!r} of {system} cannot stand in the template of {key}"


def _key_at(draft: Draft, key: str) -> str:
    (service,) = draft.value("services")["services"]
    return draft.at("services", "services", service, "prefetch", key)


def _outcome(draft: Draft, given: Mapping[str, Any]) -> str:
    """What the tier table makes of one tumour: "high", "low to high", or the reason for having none."""
    picture = example_picture(draft.facts, given)
    tiers, withheld = stratify(picture, draft.tiers, draft.gates)
    if withheld:
        return f"no tier: {withheld[0].because}"
    at_least, at_most = (Tier(bound).name.lower() for bound in (tiers[0].at_least, tiers[0].at_most))
    return at_least if at_least == at_most else f"{at_least} to {at_most}"
