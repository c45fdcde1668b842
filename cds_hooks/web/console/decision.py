"""One decision, from what came in to what went out; and made again, under the same knowledge or today's."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import flask
import msgspec
from werkzeug.exceptions import NotFound

from cds_hooks.audit.reading import StoredDecision, stored_decision
from cds_hooks.audit.replay import Replayed, decided_again, replay
from cds_hooks.audit.snapshots import Snapshots
from cds_hooks.audit.trace import encoded, trace
from cds_hooks.errors import NotInJournal
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.web.console.access import READERS
from cds_hooks.web.console.hidden import hidden
from cds_hooks.web.console.shell import Shell, Visit
from cds_hooks.writing.rendered import card_markdown
from cds_hooks.writing.telling import Told, told


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page shows of a decision: what is stored, what it means, and whether that is what was recorded then."""

    stored: StoredDecision
    told: Told | None
    as_recorded: bool


def register(shell: Shell) -> None:
    """GET /console/decisions/<id>, POST …/replay."""
    versions = Versions(shell.desk.knowledge, Snapshots(shell.desk.journal))
    markdown = card_markdown()

    def found(visit: Visit, id_: str) -> StoredDecision:
        visit.about(id_)
        stored = stored_decision(shell.desk.journal, id_, visit.tenant)
        if stored is None or stored.row["kind"] != "hook":
            raise NotFound
        return stored

    def page(visit: Visit, stored: StoredDecision, replayed: Mapping[str, Replayed]) -> flask.Response:
        cards = [] if stored.response is None else msgspec.json.decode(stored.response)["cards"]
        answer = shell.render(
            visit,
            "decision",
            "Decision",
            seen=seen(stored, versions),
            cards=cards,
            rendered=[markdown.render(card.get("detail", "")) for card in cards],
            feedback=_feedback_of(stored),
            replayed=replayed,
        )
        answer.set_data(hidden(answer.get_data(as_text=True), stored.who))
        return answer

    @shell.page("/decisions/<id_>", "decision", *READERS)
    def show(visit: Visit, id_: str) -> flask.Response:
        return page(visit, found(visit, id_), {})

    @shell.page("/decisions/<id_>/replay", "replay", *READERS, methods=("POST",))
    def again(visit: Visit, id_: str) -> flask.Response:
        stored = found(visit, id_)
        if stored.response is None:
            raise NotFound
        under: dict[str, Knowledge] = {"the knowledge of then": versions.get(stored.row["knowledge"])}
        if versions.served.fingerprint != stored.row["knowledge"]:
            under["the knowledge served now"] = versions.served
        return page(visit, stored, {name: replay(stored, knowledge) for name, knowledge in under.items()})


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


def _feedback_of(stored: StoredDecision) -> Mapping[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for kept in stored.feedback:
        found.setdefault(kept.row["card_uuid"], []).append(kept)
    return found
