"""What is answered to a valid request about a chart. Pure: it serves the edge and, later, the replay of an answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cds_hooks.consult import Consultation, consult, silence_of
from cds_hooks.fhir.record import Record
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.reasoning.consider import History
from cds_hooks.writing.compose import Pages, compose

# Cards are written for professionals: a patient, or someone close to one, is shown none.
NOT_PROFESSIONAL = frozenset({"Patient", "RelatedPerson"})


@dataclass(frozen=True, slots=True)
class Circumstances:
    """All that an answer depends on beside the chart and the knowledge.

    `decision_id` is a UUID, `today` the day of the call in UTC, `user_type` the FHIR type of the user; `history` is
    what the journal knew of the patient. `pages` is where readers reach this service, None if that is not known.
    With `require_approval` only what a clinician approved is shown.
    """

    decision_id: str
    today: date
    user_type: str
    history: History = field(default_factory=History)
    pages: Pages | None = None
    require_approval: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """The cards of one answer, or the reason why there is none; and the consultation, if there was one."""

    cards: tuple[Mapping[str, Any], ...]
    silence: str | None
    consultation: Consultation | None = None


def decide(record: Record, knowledge: Knowledge, given: Circumstances) -> Decision:
    """Consult, and write the cards."""
    if given.user_type in NOT_PROFESSIONAL:
        return Decision((), "user_is_not_a_professional")
    consultation = consult(record, given.history, knowledge, given.today, require_approval=given.require_approval)
    cards = compose(consultation, knowledge, given.decision_id, given.today, given.pages)
    return Decision(cards, None if cards else silence_of(consultation), consultation)
