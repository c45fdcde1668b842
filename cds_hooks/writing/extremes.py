"""Made-up consultations that stretch the wording: every word of every fact, the longest numbers, many tumours."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import combinations, product

from cds_hooks.consult import Consultation
from cds_hooks.fhir.record import Unsupported
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.picture.episode import Episode, Picture
from cds_hooks.picture.fact import Evidence, Fact, Interval, Known, SetAside, Unknown, Why
from cds_hooks.picture.vocabulary import FactDefinition, Kind, Scope
from cds_hooks.reasoning.conditions import facts_in
from cds_hooks.reasoning.stratify import stratify

_PROOF = (Evidence("Observation/1", "2024-12-31", ("preliminary",)),)
_OTHER = (SetAside("Observation/2", "older result"),)
_NOTE = ("contradicts another result",)
_NUMBERS = tuple(Decimal(text) for text in ("0", "1", "3", "9.99", "50.01", "123456.78"))
_SIDES = ("right", "left", "")
_VERSIONS = ("DSTU2 or STU3", "DSTU2", "STU3", "R5")
_TYPES = (
    "Condition",
    "DiagnosticReport",
    "DocumentReference",
    "Encounter",
    "ImagingStudy",
    "MedicationAdministration",
    "MedicationOrder",
    "MedicationRequest",
    "MedicationStatement",
    "MedicationUsage",
    "Observation",
    "Procedure",
    "Specimen",
)

_CAVEATS = ("er", "pr", "sex")

Facts = dict[str, Fact]


def extremes(knowledge: Knowledge) -> Iterator[Consultation]:
    """Consultations in which every template is used and every list is at its longest."""
    silent = _unknown(knowledge.vocabulary.facts)
    passing = {**silent, **_passing(knowledge)}
    spoken = _spoken_of(knowledge)
    tumours = list(_tumours(passing, {id_: knowledge.vocabulary.facts[id_] for id_ in sorted(spoken)}))
    for facts in tumours:
        yield _consultation(knowledge, (("right", facts),))
    for facts, other in zip(tumours, reversed(tumours), strict=True):
        yield _consultation(knowledge, (("right", facts), ("left", other)))
    for count in (3, 12):
        yield _consultation(knowledge, tuple((_SIDES[n % 3], tumours[-1 - n]) for n in range(count)))
    yield from _unread(knowledge, passing)


def _spoken_of(knowledge: Knowledge) -> frozenset[str]:
    """The facts that the tier card can name: those of the table and of its gate, and those of its caveats."""
    table = knowledge.tiers
    gate = knowledge.gates[table.gate]
    asked = {fact for each in (*gate.patient, *gate.episode) for fact in facts_in(each.require)}
    tested = {fact for row in table.rows for fact in row.facts}
    return frozenset({*tested, *table.low_requires_facts, *asked, *_CAVEATS} & knowledge.vocabulary.facts.keys())


def _tumours(passing: Facts, definitions: Mapping[str, FactDefinition]) -> Iterator[Facts]:
    """Nothing known, for every reason; then all facts known in many mixtures; then each value alone, and each pair of
    words that the table tests.
    """
    values = _all_values({id_: fact for id_, fact in definitions.items() if not isinstance(passing[id_], Known)})
    for why in Why:
        yield {**passing, **{id_: Unknown(why, _PROOF, _OTHER, _NOTE) for id_ in values}}
    for pick in range(max(map(len, values.values()), default=0)):
        yield {**passing, **{id_: choices[pick % len(choices)] for id_, choices in values.items()}}
    for id_, choices in values.items():
        yield from ({**passing, id_: fact} for fact in choices)
    words = [(id_, fact) for id_ in ("hormone_receptor", "her2", "er", "sex") for fact in values.get(id_, ())]
    for (one, fact), (two, other) in combinations(words, 2):
        yield {**passing, one: fact, two: other}


def _all_values(definitions: Mapping[str, FactDefinition]) -> dict[str, list[Fact]]:
    values = {id_: list(_values(definition)) for id_, definition in definitions.items()}
    return {id_: found for id_, found in values.items() if found}


def _values(definition: FactDefinition) -> Iterator[Fact]:
    if definition.kind is Kind.NUMBER:
        for number in _NUMBERS:
            yield Known(Interval.exactly(number), _PROOF, _OTHER)
            yield Known(Interval(number, None), _PROOF, _OTHER, Why.AFTER_SYSTEMIC_THERAPY, _NOTE)
            yield Known(Interval(number, number + 40, low_open=True, high_open=True), _PROOF)
            yield Known(Interval(None, number), _PROOF)
    elif definition.kind is Kind.WORD:
        for word in definition.words:
            yield Known(word, _PROOF, _OTHER, None, _NOTE)
    if definition.if_absent is not None:
        yield Known(definition.if_absent)


def _facts_of(knowledge: Knowledge, scope: Scope) -> dict[str, FactDefinition]:
    return {id_: fact for id_, fact in knowledge.vocabulary.facts.items() if fact.scope is scope}


def _unknown(definitions: Mapping[str, FactDefinition]) -> Facts:
    return {id_: Unknown(Why.NOT_RECORDED) for id_ in definitions}


def _passing(knowledge: Knowledge) -> Facts:
    """Facts of the patient that pass the gate: those that silence proves."""
    definitions = _facts_of(knowledge, Scope.PATIENT).values()
    return {fact.id: Known(fact.if_absent) for fact in definitions if fact.if_absent is not None}


def _unread(knowledge: Knowledge, passing: Facts) -> Iterator[Consultation]:
    """What is not read, with a tumour and without one, from one report or type to very many."""
    for reports, versions in product((0, 1, 12), (0, 1, 4)):
        text = tuple(Evidence(f"DiagnosticReport/{n}", f"2024-{n + 1:02}-28" if n else "") for n in range(reports))
        shapes = tuple(Unsupported(_VERSIONS[n], _TYPES[: n * 4 + 1]) for n in range(versions))
        silent = _consultation(knowledge, (("", passing),)).picture
        none = replace(silent, episodes=())
        for picture in (silent, replace(none, only_text=text), replace(none, only_named=text)):
            shown = replace(picture, unsupported=shapes)
            tiers, withheld = stratify(shown, knowledge.tiers, knowledge.gates)
            yield Consultation(shown, tiers, withheld, knowledge.fingerprint)


def _consultation(knowledge: Knowledge, sides: tuple[tuple[str, Facts], ...]) -> Consultation:
    patient_ids = _facts_of(knowledge, Scope.PATIENT)
    patient = {id_: fact for id_, fact in sides[0][1].items() if id_ in patient_ids}
    episodes = tuple(
        Episode(side, (f"Condition/{n}",), {id_: fact for id_, fact in facts.items() if id_ not in patient_ids})
        for n, (side, facts) in enumerate(sides)
    )
    picture = Picture(patient, episodes)
    tiers, withheld = stratify(picture, knowledge.tiers, knowledge.gates)
    return Consultation(picture, tiers, withheld, knowledge.fingerprint)
