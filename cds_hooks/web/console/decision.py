"""One decision, from what came in to what went out; and made again, under the same knowledge or today's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import flask
import msgspec
from markdown_it import MarkdownIt
from werkzeug.exceptions import Gone, NotFound

from cds_hooks.audit.entry import Kind
from cds_hooks.audit.reading import StoredDecision, stored_decision
from cds_hooks.audit.replay import Replayed, decided_again
from cds_hooks.audit.reviews import ANSWERS, QUESTIONS
from cds_hooks.audit.snapshots import Snapshots
from cds_hooks.audit.trace import encoded, trace
from cds_hooks.errors import NotInJournal, PayloadForgotten
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.web.console.access import READERS
from cds_hooks.web.console.hidden import hidden
from cds_hooks.web.console.shell import Shell, Visit
from cds_hooks.writing.rendered import card_markdown
from cds_hooks.writing.telling import Told, told

LEAST_REASON = 10  # characters of the reason for being told who somebody is


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


@dataclass(frozen=True, slots=True)
class Viewer:
    """Shows decisions."""

    shell: Shell
    versions: Versions
    markdown: MarkdownIt = field(default_factory=card_markdown)

    def found(self, visit: Visit, id_: str) -> StoredDecision:
        """A decision of the visit's tenant. Raises NotFound, Gone."""
        visit.about(id_)
        try:
            stored = stored_decision(self.shell.desk.journal, id_, visit.tenant)
        except PayloadForgotten:
            raise Gone from None
        if stored is None or stored.row["kind"] != Kind.HOOK.value:
            raise NotFound
        return stored

    def page(
        self,
        visit: Visit,
        stored: StoredDecision,
        replayed: Mapping[str, Replayed] | None = None,
        people: Mapping[str, str] | None = None,
    ) -> flask.Response:
        """The decision; with what it comes to if it is made again, or with the people as they were sent."""
        cards = [] if stored.response is None else msgspec.json.decode(stored.response)["cards"]
        answer = self.shell.render(
            visit,
            "decision",
            "Decision",
            seen=seen(stored, self.versions),
            cards=cards,
            rendered=[self.markdown.render(card.get("detail", "")) for card in cards],
            feedback=_feedback_of(stored),
            questions=QUESTIONS,
            answers=ANSWERS,
            least_reason=LEAST_REASON,
            replayed=replayed or {},
            people=people,
        )
        if not people:
            answer.set_data(hidden(answer.get_data(as_text=True), stored.who))
        return answer


def register(viewer: Viewer) -> None:
    """GET /console/decisions/<id>."""

    @viewer.shell.page("/decisions/<id_>", "decision", *READERS)
    def show(visit: Visit, id_: str) -> flask.Response:
        return viewer.page(visit, viewer.found(visit, id_))


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


def _feedback_of(stored: StoredDecision) -> Mapping[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for kept in stored.feedback:
        found.setdefault(kept.row["card_uuid"], []).append(kept)
    return found
