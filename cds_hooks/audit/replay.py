"""Deciding again: from a row and the knowledge that it names, and from nothing else."""

import difflib
import json
from dataclasses import dataclass
from datetime import date

from cds_hooks.audit.payload import used_again
from cds_hooks.audit.reading import StoredDecision
from cds_hooks.decide import Circumstances, Decision, decide
from cds_hooks.errors import NotInJournal
from cds_hooks.fhir.read import read_again
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.protocol.canonical import canonical


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a decision said then, and what it says when it is made again."""

    id: str
    then: bytes
    again: bytes

    @property
    def same(self) -> bool:
        """True if not a byte differs."""
        return self.then == self.again

    @property
    def difference(self) -> tuple[str, ...]:
        """The lines that were taken away ("-") and added ("+"), card by card; empty if nothing differs."""
        before, after = _lines(self.then), _lines(self.again)
        told = difflib.unified_diff(before, after, "as it was answered", "as it is decided again", n=1, lineterm="")
        return tuple(told)


def replay(stored: StoredDecision, knowledge: Knowledge) -> Replayed:
    """Decide again under this knowledge. Raises NotInJournal if nothing was decided then (a refusal)."""
    cards = decided_again(stored, knowledge).cards
    return Replayed(stored.row["id"], stored.response or b"", canonical({"cards": cards}))


def decided_again(stored: StoredDecision, knowledge: Knowledge) -> Decision:
    """The decision of then, made again under this knowledge. Raises NotInJournal if nothing was decided (a refusal)."""
    if stored.response is None:
        raise NotInJournal(f"{stored.row['id']} was refused with {stored.row['status']}: nothing was decided")
    given = Circumstances(
        decision_id=stored.row["id"],
        today=date.fromisoformat(stored.payload.day),
        user_type=stored.who["user"].partition("/")[0],
        history=stored.history,
        pages=stored.settings.pages,
        require_approval=stored.settings.require_approval,
    )
    record = read_again(used_again(stored.payload, knowledge.service.prefetch), knowledge.sieve, stored.who["patient"])
    return decide(record, knowledge, given)


def _lines(answer: bytes) -> list[str]:
    """The answer laid out for reading, one line of a card's text on each line."""
    text = json.dumps(json.loads(answer), ensure_ascii=False, indent=1)
    return text.replace("\\n", "\n").splitlines()
