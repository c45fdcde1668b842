"""Versions of the knowledge: when each was used, what is approved, how two differ, and what that does to patients."""

import difflib
from collections.abc import Iterator, Mapping

import flask
from werkzeug.exceptions import NotFound

from cds_hooks.audit.reading import StoredDecision
from cds_hooks.audit.replay import decided_again
from cds_hooks.audit.snapshots import files
from cds_hooks.audit.usage import latest, usages
from cds_hooks.errors import NotInJournal
from cds_hooks.impact.answers import Answer, answer_of
from cds_hooks.impact.comparison import Change, by_consideration, totals
from cds_hooks.knowledge.approvals import approval_state
from cds_hooks.knowledge.background import FOUNDATION
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.web.console.access import ALL_ROLES, READERS, Role
from cds_hooks.web.console.shell import Shell, Visit
from cds_hooks.web.seen import Versions

DECISIONS = 40  # the latest, that are decided again under two versions while somebody waits
MOST_LINES = 2000  # of a difference
COMPARERS = frozenset({Role.APPROVER, *READERS})


def register(shell: Shell, versions: Versions) -> None:
    """GET /console/knowledge, /console/knowledge/difference, POST /console/knowledge/impact."""
    journal, served = shell.desk.journal, shell.desk.knowledge

    @shell.page("/knowledge", "knowledge", *ALL_ROLES, title="Knowledge")
    def show(visit: Visit) -> flask.Response:
        return shell.render(
            visit,
            "knowledge",
            "Knowledge",
            used=usages(journal, visit.tenant),
            served=served.fingerprint,
            approval=approval_state(served),
            required=shell.desk.require_approval,
            parts={name: (served.foundation[name], served.background.reviews.get(name)) for name in FOUNDATION},
            considerations=[(each, served.background.reviews.get(each.id)) for each in served.considerations],
            service=served.service.id,
            may_compare=visit.visitor.may(COMPARERS),
        )

    @shell.page("/knowledge/difference", "difference", *ALL_ROLES)
    def compare(visit: Visit) -> flask.Response:
        old = flask.request.args.get("old", "")
        visit.about(f"{old} {served.fingerprint}"[:200])
        try:
            before = files(journal, old)
        except NotInJournal:
            raise NotFound from None
        told = dict(differences(before, served.files))
        return shell.render(visit, "difference", "Knowledge", old=old, served=served.fingerprint, differences=told)

    @shell.page("/knowledge/impact", "impact", *COMPARERS, methods=("POST",))
    def decide_again(visit: Visit) -> flask.Response:
        old = flask.request.form.get("old", "")
        visit.about(f"{old} {served.fingerprint}"[:200])
        try:
            before = versions.get(old)
        except NotInJournal:
            raise NotFound from None
        changes = [
            Change(stored.row["id"], *(_answer(stored, each) for each in (before, served)))
            for stored in latest(journal, visit.tenant, DECISIONS)
        ]
        return shell.render(
            visit,
            "impact",
            "Knowledge",
            old=old,
            served=served.fingerprint,
            totals=totals(changes),
            considerations=by_consideration(changes),
            touched=[each for each in changes if each.tier_changed or each.cards_changed],
            readers=READERS,
        )


def differences(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Iterator[tuple[str, list[str]]]:
    """Each file that differs, with the lines that were taken away and added."""
    for path in sorted({*before, *after}):
        old, new = (each.get(path, b"").decode(errors="replace").splitlines() for each in (before, after))
        if old != new:
            yield path, list(difflib.unified_diff(old, new, "before", "served now", n=1, lineterm=""))[:MOST_LINES]


def _answer(stored: StoredDecision, knowledge: Knowledge) -> Answer:
    again = decided_again(stored, knowledge)
    if again.consultation is None:
        return Answer(silence=again.silence or "")
    return answer_of(again.consultation, again.cards, knowledge)
