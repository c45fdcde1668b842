"""From checked files to the values that the service reasons with. What is built here has passed its schema."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from cds_hooks.fhir.prefetch import PrefetchKey
from cds_hooks.fhir.sift import Sieve
from cds_hooks.knowledge.library import Part, Service, Source
from cds_hooks.picture.vocabulary import CodeList, FactDefinition, Kind, Scope
from cds_hooks.reasoning.conditions import (
    AllOf,
    AnyOf,
    AtLeast,
    Condition,
    ListTest,
    NoneOf,
    NumberTest,
    Test,
    WordTest,
    facts_in,
)
from cds_hooks.reasoning.considerations import Caution, Effect, Status
from cds_hooks.reasoning.gates import Gate, Requirement
from cds_hooks.reasoning.tiers import FactorRow, Tier, TierTable

Facts = Mapping[str, FactDefinition]
Entry = Mapping[str, Any]

_COLUMNS = {"low": Tier.LOW, "moderate": Tier.MODERATE, "high": Tier.HIGH}
CODES = "{codes}"
SOURCES = ("read_from", "also_from")
TEXT_SYSTEM = "urn:recurrence-cds:text"  # rows that hold words, not codes


def fact_definitions(entries: Mapping[str, Entry]) -> dict[str, FactDefinition]:
    """The vocabulary (`facts` of `facts.yaml`)."""
    return {
        id_: FactDefinition(
            id=id_,
            title=entry["title"],
            scope=Scope(entry["scope"]),
            kind=Kind(entry["kind"]),
            unit=entry.get("unit"),
            words=tuple(entry.get("words", ())),
            if_absent=entry.get("if_absent"),
            read_from=tuple(entry["read_from"]),
            whole=entry.get("whole") == "yes",
            sought=_sought(entry),
        )
        for id_, entry in entries.items()
    }


def _sought(entry: Entry) -> tuple[str, ...]:
    """The code lists whose resources can change the fact: where silence counts, also those that can only add to it."""
    sources = SOURCES if entry.get("if_absent") else SOURCES[:1]
    return tuple(sorted({name for source in sources for lists in entry.get(source, {}).values() for name in lists}))


def numbers(entries: Mapping[str, Entry]) -> dict[str, Decimal]:
    """The readers' numbers (`numbers` of `facts.yaml`)."""
    return {id_: Decimal(entry["value"]) for id_, entry in entries.items()}


def condition(written: Entry, facts: Facts) -> Condition:
    """One condition: a mapping with one key, an operator or a fact."""
    ((word, content),) = written.items()
    match word:
        case "all":
            return AllOf(_parts(content, facts))
        case "any":
            return AnyOf(_parts(content, facts))
        case "none":
            return NoneOf(_parts(content, facts))
        case "at_least":
            return AtLeast(content["n"], _parts(content["of"], facts))
        case _:
            return _test(facts[word], content)


def caution(entry: Entry, facts: Facts) -> Caution:
    """One caution, of a consideration or of a gate."""
    return Caution(Effect(entry["effect"]), condition(entry["when"], facts), entry["say"], entry["confirm"])


def tier_table(document: Entry, facts: Facts) -> TierTable:
    """The tier table (`tiers.yaml`)."""
    low_requires = tuple(condition(entry["require"], facts) for entry in document["low_requires"])
    return TierTable(
        rows=tuple(_row(entry, facts) for entry in document["factors"]),
        low_requires=low_requires,
        low_requires_facts=_facts_of(low_requires),
        gate=document["gate"],
        limits=_limits(document),
    )


def gates(entries: Mapping[str, Entry], facts: Facts) -> dict[str, Gate]:
    """The gates (`gates.yaml`)."""
    return {
        id_: Gate(
            id_,
            _requirements(entry["patient"], facts),
            _requirements(entry["episode"], facts),
            _requirements(entry.get("every_episode", ()), facts),
            tuple(caution(each, facts) for each in entry.get("cautions", ())),
        )
        for id_, entry in entries.items()
    }


def part(entry: Entry) -> Part:
    """How far a file has come (`version` and `status` of one of FOUNDATION)."""
    return Part(entry["version"], Status(entry["status"]))


def sources(entries: Mapping[str, Entry]) -> dict[str, Source]:
    """The sources (`sources.yaml`)."""
    return {
        id_: Source(id_, entry["label"], entry.get("url"), entry["note"], entry["short"])
        for id_, entry in entries.items()
    }


def service(id_: str, entry: Entry, facts: Mapping[str, Entry], codelists: Mapping[str, CodeList]) -> Service:
    """The service as announced; the codes of its templates come from the code lists that the facts seek."""
    keys = tuple(
        PrefetchKey(
            name=name,
            resource_type=key["resource"],
            template=key["query"].replace(CODES, ",".join(_announced(sought(facts, name), codelists))),
            required=key["required"] == "yes",
        )
        for name, key in entry["prefetch"].items()
    )
    return Service(id_, entry["hook"], entry["title"], entry["description"], entry["usage_requirements"], keys)


def sieve(entry: Entry, facts: Mapping[str, Entry], codelists: Mapping[str, CodeList]) -> Sieve:
    """What to look at in a chart: by resource type, the codes that the facts seek there."""
    codes: dict[str, set[str]] = {}
    prefixes: dict[str, set[str]] = {}
    words: dict[str, set[str]] = {}
    everything = set()
    for name, key in entry["prefetch"].items():
        lists = sought(facts, name)
        if "?" not in key["query"] or key.get("keep_all") == "yes":
            everything.add(key["resource"])
        codes.setdefault(key["resource"], set()).update(_codes(lists, codelists))
        prefixes.setdefault(key["resource"], set()).update(
            prefix for name_ in lists for system, prefix in codelists[name_].prefixes if system != TEXT_SYSTEM
        )
        words.setdefault(key["resource"], set()).update(
            word for name_ in lists for system, word in codelists[name_].prefixes if system == TEXT_SYSTEM
        )
    return Sieve(
        codes={type_: frozenset(found) for type_, found in codes.items() if type_ not in everything},
        prefixes={type_: tuple(sorted(found)) for type_, found in prefixes.items() if type_ not in everything},
        everything=frozenset(everything),
        words={type_: tuple(sorted(found)) for type_, found in words.items() if found and type_ not in everything},
    )


def sought(facts: Mapping[str, Entry], key: str) -> tuple[str, ...]:
    """The code lists that facts seek under a prefetch key, each once."""
    return tuple(dict.fromkeys(name for fact in facts.values() for name in sources_of(fact).get(key, ())))


def sources_of(fact: Entry) -> dict[str, list[str]]:
    """The prefetch keys that a fact is read from, and those that can only add to it, with the code lists sought."""
    found: dict[str, list[str]] = {}
    for member in SOURCES:
        for key, lists in fact.get(member, {}).items():
            found[key] = [*found.get(key, ()), *lists]
    return found


def _codes(lists: Iterable[str], codelists: Mapping[str, CodeList]) -> list[str]:
    return sorted({code for name in lists for _, code in codelists[name].meanings})


def _announced(lists: Iterable[str], codelists: Mapping[str, CodeList]) -> list[str]:
    """Codes for a template, without their system (the readers compare it) and without words, which no server finds."""
    return sorted({code for name in lists for system, code in codelists[name].meanings if system != TEXT_SYSTEM})


def _parts(written: Iterable[Entry], facts: Facts) -> tuple[Condition, ...]:
    return tuple(condition(part, facts) for part in written)


def _test(fact: FactDefinition, content: Entry) -> Test:
    if fact.kind is Kind.NUMBER:
        return NumberTest(fact.id, **{word: Decimal(bound) for word, bound in content.items()}, whole=fact.whole)
    (allowed,) = content.values()
    words = (allowed,) if isinstance(allowed, str) else tuple(allowed)
    if fact.kind is Kind.WORD:
        return WordTest(fact.id, words, fact.words)
    return ListTest(fact.id, words, fact.words)


def _row(entry: Entry, facts: Facts) -> FactorRow:
    columns = {tier: condition(entry[name], facts) for name, tier in _COLUMNS.items() if name in entry}
    return FactorRow(entry["factor"], entry["title"], columns, _facts_of(columns.values()), _limits(entry))


def _limits(entry: Entry) -> tuple[str, ...]:
    return tuple(limit["say"] for limit in entry.get("limits", ()))


def _requirements(entries: Iterable[Entry], facts: Facts) -> tuple[Requirement, ...]:
    return tuple(Requirement(condition(entry["require"], facts), entry["otherwise"]) for entry in entries)


def _facts_of(conditions: Iterable[Condition]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fact for part in conditions for fact in facts_in(part)))
