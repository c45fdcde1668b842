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
from cds_hooks.reasoning.consider import History, consider
from cds_hooks.reasoning.considerations import Considered
from cds_hooks.reasoning.stratify import stratify
from cds_hooks.reasoning.tiers import EpisodeTier, TierWithheld


@dataclass(frozen=True, slots=True)
class Consultation:
    """What was seen and concluded, and the fingerprint of the knowledge that it rests on. `patient` is the reference
    of the patient ("Patient/1"), whom orders are for.
    """

    picture: Picture
    tiers: tuple[EpisodeTier, ...]
    withheld: tuple[TierWithheld, ...]
    knowledge: str
    considerations: tuple[Considered, ...] = ()
    patient: str = ""


def consult(record: Record, history: History, knowledge: Knowledge, today: date) -> Consultation:
    """See the chart, stratify each tumour episode, weigh every consideration; return all with their reasons.

    `history` is what the journal knows of earlier overrides: an input of the decision, and kept with it.
    """
    picture = see(record, knowledge.vocabulary, today)
    tiers, withheld = stratify(picture, knowledge.tiers, knowledge.gates)
    considerations = consider(picture, history, knowledge.gates, knowledge.considerations)
    patient = record.patient.origin.reference
    return Consultation(picture, tiers, withheld, knowledge.fingerprint, considerations, patient)


def silence_of(consultation: Consultation) -> str:
    """Why there is no card, if there is none: the reasons for which the tier was withheld, or that nothing applies."""
    reasons = dict.fromkeys(withheld.because for withheld in consultation.withheld)
    return ", ".join(reasons) or "nothing_to_say"
