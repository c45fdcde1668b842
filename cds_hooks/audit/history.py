"""What the journal knows of a patient's earlier answers: considerations that were overridden for a lasting reason.

A dismissal speaks of a whole card. It counts for a consideration only if the card showed that one alone; a suggestion
that was accepted counts for the consideration whose own it was.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from cds_hooks.audit.journal import Journal
from cds_hooks.audit.tables import entry, reported, shown
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.picture.elapsed import months_before
from cds_hooks.reasoning.consider import History, Override
from cds_hooks.writing.wording import ids

_CHOSEN = (
    sa.select(shown.c.considerations, shown.c.suggestions, reported.c.outcome, reported.c.reason)
    .add_columns(reported.c.suggestions)
    .select_from(entry)
    .join(shown, shown.c.entry == entry.c.id)
    .join(reported, (reported.c.tenant == entry.c.tenant) & (reported.c.card_uuid == shown.c.uuid))
    .where(
        entry.c.tenant == sa.bindparam("tenant"),
        entry.c.patient == sa.bindparam("patient"),
        reported.c.day >= sa.bindparam("since"),
        reported.c.copy == 0,
    )
)


class _Said(NamedTuple):
    """What was reported of a card: a row of `_CHOSEN`, its lists as JSON texts."""

    considerations: str
    offered: str | None
    outcome: str
    reason: str | None
    accepted: str | None


@dataclass(frozen=True, slots=True)
class Lasting:
    """The codes of the reasons that last, and for how many months."""

    reasons: frozenset[str]
    months: int

    @classmethod
    def of(cls, knowledge: Knowledge) -> "Lasting":
        """As the knowledge has it."""
        said = knowledge.wording
        return cls(frozenset(ids(said["override.lasting"])), int(said["override.lasting_months"]))


def overrides_of(journal: Journal, knowledge: Knowledge, tenant: str, patient_id: str, today: date) -> History:
    """The overrides on record for a patient that are not too old. Raises JournalUnavailable."""
    lasting = Lasting.of(knowledge)
    asked = {
        "tenant": tenant,
        "patient": journal.ring.pseudonym(tenant, "patient", patient_id),
        "since": months_before(today, lasting.months).isoformat(),
    }
    found = [_Said(*row) for row in journal.database.ask(_CHOSEN, asked)]
    every = {override for said in found for override in _overrides(said, lasting)}
    return History(tuple(sorted(every, key=lambda o: (o.consideration, o.side, o.facts or ""))))


def _overrides(said: _Said, lasting: Lasting) -> Iterator[Override]:
    spoken = msgspec.json.decode(said.considerations)
    if said.outcome == "overridden" and said.reason in lasting.reasons:
        alone = [one for one in spoken if one["shown"]]
        yield from _of(alone) if len(alone) == 1 else ()
    if said.outcome == "accepted" and said.accepted and said.offered:
        offered = msgspec.json.decode(said.offered)
        own = {offered[uuid] for uuid in msgspec.json.decode(said.accepted) if uuid in offered}
        yield from _of(one for one in spoken if one["id"] in own and one["shown"])


def _of(spoken: Iterable[Mapping[str, Any]]) -> Iterator[Override]:
    return (Override(one["id"], one["side"], one["facts"]) for one in spoken if one["facts"])
