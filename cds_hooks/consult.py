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
from cds_hooks.reasoning.consider import UNAPPROVED, History, consider, only_approved
from cds_hooks.reasoning.considerations import Considered
from cds_hooks.reasoning.stratify import stratify
from cds_hooks.reasoning.tiers import EpisodeTier, TierWithheld


@dataclass(frozen=True, slots=True)
class Consultation:
    """What was seen and concluded, and the fingerprint of the knowledge that it rests on. `patient` is the reference
    of the patient ("Patient/1"), whom orders are for. `nothing_approved`: approval is required, and what every card
    rests on has none, so no card may be shown.
    """

    picture: Picture
    tiers: tuple[EpisodeTier, ...]
    withheld: tuple[TierWithheld, ...]
    knowledge: str
    considerations: tuple[Considered, ...] = ()
    patient: str = ""
    nothing_approved: bool = False


def consult(
    record: Record, history: History, knowledge: Knowledge, today: date, *, require_approval: bool = False
) -> Consultation:
    """See the chart, stratify each tumour episode, weigh every consideration; return all with their reasons.

    `history` is what the journal knows of earlier overrides, and `require_approval` says that only what a clinician
    approved may be shown: inputs of the decision, and kept with it. What is not approved is judged all the same.
    """
    picture = see(record, knowledge.vocabulary, today)
    tiers, withheld = stratify(picture, knowledge.tiers, knowledge.gates)
    considerations = consider(picture, history, knowledge.gates, knowledge.considerations)
    if require_approval:
        considerations = only_approved(considerations)
    patient, silent = record.patient.origin.reference, require_approval and not knowledge.foundation_approved
    return Consultation(picture, tiers, withheld, knowledge.fingerprint, considerations, patient, silent)


def silence_of(consultation: Consultation) -> str:
    """Why there is no card, if there is none: that approval is wanting, for which reasons the tier was withheld, or
    that nothing applies.
    """
    if consultation.nothing_approved:
        return "nothing_approved"
    reasons = dict.fromkeys(withheld.because for withheld in consultation.withheld)
    if any(one.silenced == UNAPPROVED and one.speaks for one in consultation.considerations):
        reasons[UNAPPROVED] = None
    return ", ".join(reasons) or "nothing_to_say"
