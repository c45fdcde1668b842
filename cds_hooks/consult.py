"""The spine: from what the chart says to what may be said. Pure; read this file first.

Fetching is done before it and auditing after it, both by `web`. The same inputs give the same Consultation,
whether they come over HTTP, from the command line or from a replay.
"""

from dataclasses import dataclass
from datetime import date

from cds_hooks.fhir.record import Record
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.picture.episode import Picture
from cds_hooks.picture.see import see
from cds_hooks.reasoning.stratify import stratify
from cds_hooks.reasoning.tiers import EpisodeTier, TierWithheld


@dataclass(frozen=True, slots=True)
class Consultation:
    """What was seen and concluded, and the fingerprint of the knowledge that it rests on."""

    picture: Picture
    tiers: tuple[EpisodeTier, ...]
    withheld: tuple[TierWithheld, ...]
    knowledge: str


def consult(record: Record, knowledge: Knowledge, today: date) -> Consultation:
    """See the chart, stratify each tumour episode, and return both with their reasons."""
    picture = see(record, knowledge.vocabulary, today)
    tiers, withheld = stratify(picture, knowledge.tiers, knowledge.gates)
    return Consultation(picture, tiers, withheld, knowledge.fingerprint)
