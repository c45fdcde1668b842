"""A stored decision told again in words, for the pages that show one."""

from dataclasses import dataclass

import msgspec

from cds_hooks.audit.reading import StoredDecision
from cds_hooks.audit.replay import decided_again
from cds_hooks.audit.snapshots import Snapshots
from cds_hooks.audit.trace import encoded, trace
from cds_hooks.errors import NotInJournal
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.writing.telling import Told, told


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page shows of a decision: what is stored, what it means, and whether that is what was recorded then."""

    stored: StoredDecision
    told: Told | None
    as_recorded: bool


@dataclass(frozen=True, slots=True)
class Versions:
    """The knowledge that decisions rest on: what is served needs not be read again, which takes seconds."""

    served: Knowledge
    kept: Snapshots

    def get(self, fingerprint: str) -> Knowledge:
        """As `Snapshots.get`."""
        return self.served if fingerprint == self.served.fingerprint else self.kept.get(fingerprint)


def seen(stored: StoredDecision, versions: Versions) -> Seen:
    """The decision told in words: judged again under the knowledge of then, and compared with the trace of then."""
    if stored.trace is None:
        return Seen(stored, None, as_recorded=True)
    try:
        knowledge = versions.get(stored.row["knowledge"])
    except NotInJournal:
        return Seen(stored, None, as_recorded=False)
    consultation = decided_again(stored, knowledge).consultation
    if consultation is None:
        return Seen(stored, None, as_recorded=False)
    same = msgspec.json.decode(encoded(trace(consultation))) == stored.trace
    return Seen(stored, told(consultation, knowledge), same)
