"""Small charts as Records, in the words of the tests, and what the picture says of them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import count
from typing import Any

from cds_hooks.fhir import codes
from cds_hooks.fhir.dates import DateInterval, written
from cds_hooks.fhir.record import (
    Answer,
    Coding,
    Component,
    Concept,
    Condition,
    DiagnosticReport,
    Encounter,
    ImagingStudy,
    KeyState,
    MedicationKind,
    MedicationUse,
    Observation,
    Origin,
    Patient,
    Procedure,
    Quantity,
    Record,
)
from cds_hooks.knowledge.load import load_knowledge
from cds_hooks.picture.episode import Picture
from cds_hooks.picture.fact import Fact, Interval, Known, Unknown
from cds_hooks.picture.see import see
from cds_hooks.picture.vocabulary import Vocabulary

TODAY = date(2025, 6, 30)
Resource = Condition | Observation | Procedure | MedicationUse | DiagnosticReport | ImagingStudy | Encounter
_NUMBERS = count(1)
_SYSTEMS = {
    "sct": codes.SNOMED,
    "loinc": codes.LOINC,
    "icd": codes.ICD_10_CM,
    "icd9": codes.ICD_9_CM,
    "icd11": "http://id.who.int/icd/release/11/mms",
    "cpt": codes.CPT,
    "dicom": "http://dicom.nema.org/resources/ontology/DCM",
    "class": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
    "discharge": "http://terminology.hl7.org/CodeSystem/discharge-disposition",
    "ajcc": codes.AJCC,
    "icdo": codes.ICD_O_3,
    "rxnorm": codes.RXNORM,
    "interpretation": codes.INTERPRETATION,
    "absent": codes.DATA_ABSENT_REASON,
    "uicc": codes.UICC,
    "hgnc": codes.HGNC,
    "gtr": codes.GTR,
    "atc": codes.ATC,
}


@cache
def vocabulary() -> Vocabulary:
    return load_knowledge().vocabulary


def coding(text: str, display: str | None = None) -> Coding:
    """A coding out of "sct 254837009"."""
    name, _, code = text.partition(" ")
    system = _SYSTEMS[name]
    return Coding(system, codes.normalise_code(system, code), display)


def concept(*texts: str, display: str | None = None, text: str | None = None) -> Concept:
    return Concept(tuple(coding(t, display) for t in texts), text)


def mm(value: str, unit: str | None = "mm", comparator: str | None = None) -> Quantity:
    return Quantity(Decimal(value), unit, None, None, comparator)


def number(value: str) -> Quantity:
    return Quantity(Decimal(value))


def origin(kind: str, name: str | None = None, *marks: str) -> Origin:
    return Origin(f"{kind}/{name or next(_NUMBERS)}", kind.lower(), None, marks)


def when(text: str | None) -> DateInterval | None:
    return written(text) if text else None


def answer(value: Any) -> Answer:
    return concept(value) if isinstance(value, str) and value.split(" ")[0] in _SYSTEMS else value


def observation(code: str | Concept, *values: Any, on: str | None = "2024-03-01", **more: Any) -> Observation:
    """An Observation; a value like "sct 10828004" is a coded answer, another string a string."""
    asked = code if isinstance(code, Concept) else concept(code)
    name = more.pop("name", None)
    more = {"status": "final", **more}
    return Observation(
        origin("Observation", name), asked, values=tuple(map(answer, values)), effective=when(on), **more
    )


def component(code: str, *values: Any, **more: Any) -> Component:
    return Component(concept(code), tuple(map(answer, values)), **more)


def condition(code: str | Concept = "icd C50.912", on: str | None = "2024-01-10", **more: Any) -> Condition:
    """A diagnosis; without arguments a cancer of the left breast."""
    said = code if isinstance(code, Concept) else concept(code)
    name = more.pop("name", None)
    return Condition(origin("Condition", name), said, onset=when(on), **{"verification_status": "confirmed", **more})


def procedure(code: str, on: str | None, **more: Any) -> Procedure:
    return Procedure(origin("Procedure"), concept(code), performed=when(on), **{"status": "completed", **more})


def drug(code: str | Concept, on: str | None, kind: str = "MedicationAdministration", **more: Any) -> MedicationUse:
    said = code if isinstance(code, Concept) else concept(code)
    uses = {"MedicationRequest": {"intent": "order", "status": "active"}}.get(kind, {"status": "completed"})
    return MedicationUse(origin(kind), MedicationKind(kind), said, when=when(on), **{**uses, **more})


def report(code: str, on: str | None, *conclusions: str, **more: Any) -> DiagnosticReport:
    """A DiagnosticReport with coded conclusions."""
    coded = tuple(concept(c) for c in conclusions)
    more = {"status": "final", "conclusion_codes": coded, **more}
    return DiagnosticReport(origin("DiagnosticReport"), concept(code), effective=when(on), **more)


def study(modality: str, on: str | None, *sites: str, **more: Any) -> ImagingStudy:
    """An ImagingStudy of these body sites."""
    more = {"status": "available", "body_site": tuple(concept(site) for site in sites), **more}
    return ImagingStudy(origin("ImagingStudy"), modality=(concept(modality),), started=when(on), **more)


def visit(kind: str, on: str | None, **more: Any) -> Encounter:
    """An Encounter of a type or service."""
    more = {"status": "finished", **more}
    return Encounter(origin("Encounter"), type=(concept(kind),), period=when(on), **more)


def all_loaded() -> dict[str, KeyState]:
    keys = {key for definition in vocabulary().facts.values() for key in definition.read_from}
    return dict.fromkeys(sorted(keys), KeyState.COMPLETE)


def record(*resources: Resource, states: Mapping[str, KeyState] | None = None, **more: Any) -> Record:
    def of(kind: type) -> Any:
        return tuple(r for r in resources if isinstance(r, kind))

    return Record(
        more.pop("patient", Patient(origin("Patient", "p"), "female", when("1960-05-05"))),
        conditions=of(Condition),
        observations=of(Observation),
        procedures=of(Procedure),
        medications=of(MedicationUse),
        reports=of(DiagnosticReport),
        imaging=of(ImagingStudy),
        encounters=of(Encounter),
        states={**all_loaded(), **(states or {})},
        **more,
    )


def picture(*resources: Resource, **more: Any) -> Picture:
    return see(record(*resources, **more), vocabulary(), TODAY)


def facts(*resources: Resource, **more: Any) -> Mapping[str, Fact]:
    """The facts of the only episode; a chart without a diagnosis gets a cancer of the left breast."""
    if not any(isinstance(r, Condition) for r in resources):
        resources = (condition(name="cancer"), *resources)
    (episode,) = picture(*resources, **more).episodes
    return episode.facts


def value(fact: Fact) -> Any:
    """A known value ("positive", 12, (10, None)), or why there is none."""
    if isinstance(fact, Unknown):
        return fact.why.value
    if not isinstance(fact.value, Interval):
        return fact.value
    interval = fact.value
    return plain(interval.exact) if interval.exact is not None else (plain(interval.low), plain(interval.high))


def plain(number_: Decimal | None) -> Any:
    return None if number_ is None else int(number_) if number_ == int(number_) else float(number_)


def known(fact: Fact) -> Known:
    assert isinstance(fact, Known), fact
    return fact


def preliminary(seen: Observation) -> Observation:
    return replace(seen, status="preliminary", origin=replace(seen.origin, marks=("preliminary",)))
