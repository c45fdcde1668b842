"""A RiskAssessment for each tumour with a tier: the tier at diagnosis, or a range, and the results that it rests on.

It is the category of a published table, not a probability: `prediction` has no number. A range has no code, since none
says "between low and high".
"""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID, uuid5

from cds_hooks.audit.exports.fhir_people import People, of_self
from cds_hooks.audit.snapshots import Snapshots
from cds_hooks.reasoning.tiers import TierTable

Resource = dict[str, Any]

_RISK = "http://terminology.hl7.org/CodeSystem/risk-probability"
_OUTCOME = "Recurrence of breast cancer (tier at diagnosis, not a probability)"
_METHOD = "Tier of the factors at diagnosis: the highest factor decides, an unknown one leaves a range"


def assessments(
    row: Mapping[str, Any], trace: Mapping[str, Any] | None, people: People, versions: Snapshots
) -> Iterator[Resource]:
    """One for each tier in the trace of a decision. Raises NotInJournal, KnowledgeBroken: see `fhir.fhir`."""
    if trace is None or not trace["tiers"]:
        return
    table = versions.get(row["knowledge"]).tiers
    for tier in trace["tiers"]:
        episode = trace["episodes"][tier["episode"]]
        basis = _basis({**trace["patient"], **episode["facts"]}, table)
        told = _told(tier, episode, [people.named(reference) for reference in basis], people)
        yield {
            "resourceType": "RiskAssessment",
            "id": str(uuid5(UUID(row["id"]), f"tier/{tier['episode']}")),
            "status": "final",
            "method": {"text": f"{_METHOD} ({row['knowledge']})"},
            "subject": people.patient(),
            "occurrenceDateTime": row["received_at"],
            "performer": of_self(row["build"]),
            "prediction": [_prediction(tier)],
            **{name: value for name, value in told.items() if value},
        }


def _told(
    tier: Mapping[str, Any], episode: Mapping[str, Any], basis: list[Resource], people: People
) -> dict[str, Resource | list[Resource] | None]:
    """The elements that may have nothing to tell."""
    notes = [f"Side: {episode['side']}."] if episode["side"] else []
    notes += [f"Not known: {', '.join(tier['missing'])}.".replace("_", " ")] if tier["missing"] else []
    return {
        "encounter": people.encounter(),
        "condition": people.named(episode["conditions"][0]) if episode["conditions"] else None,
        "basis": basis,
        "note": [{"text": " ".join(notes)}] if notes else [],
    }


def _prediction(tier: Mapping[str, Any]) -> Resource:
    least, most = tier["at_least"], tier["at_most"]
    if least == most:
        risk: Resource = {"coding": [{"system": _RISK, "code": least}], "text": least}
    else:
        risk = {"text": f"between {least} and {most}"}
    drivers = ", ".join(tier["drivers"]).replace("_", " ")
    because = {"rationale": f"Decided by: {drivers}."} if drivers else {}
    return {"outcome": {"text": _OUTCOME}, "qualitativeRisk": risk, **because}


def _basis(facts: Mapping[str, Any], table: TierTable) -> list[str]:
    """The evidence of the facts of the table that are known, each once."""
    of_table = dict.fromkeys(name for factor in table.rows for name in factor.facts)
    known = (facts[name] for name in of_table if "value" in facts.get(name, ()))
    return list(dict.fromkeys(one["reference"] for fact in known for one in fact["evidence"]))
