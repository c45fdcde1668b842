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
from cds_hooks.audit.replay import Replayed
from cds_hooks.audit.reviews import ANSWERS, QUESTIONS
from cds_hooks.errors import PayloadForgotten
from cds_hooks.web.console.access import READERS
from cds_hooks.web.console.shell import Shell, Visit
from cds_hooks.web.hidden import hidden
from cds_hooks.web.seen import Versions, seen
from cds_hooks.writing.rendered import card_markdown

LEAST_REASON = 10  # characters of the reason for being told who somebody is


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


def _feedback_of(stored: StoredDecision) -> Mapping[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for kept in stored.feedback:
        found.setdefault(kept.row["card_uuid"], []).append(kept)
    return found
