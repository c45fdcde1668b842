"""Chart review: which decisions are to be reviewed, and what reviewers found. A review is a row of the journal of kind
"console"; its answers are sealed with it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from cds_hooks.audit.entry import Kind
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.measures.statistics import Interval, wilson
from cds_hooks.audit.measures.window import Window
from cds_hooks.audit.paging import LATEST_FIRST
from cds_hooks.audit.reading import unsealed
from cds_hooks.audit.tables import entry
from cds_hooks.errors import PayloadForgotten

ACTION = "review"
QUESTIONS: Mapping[str, str] = {
    "correct": "Is what the cards say right for this chart?",
    "right_patient": "Is it the right patient and the right tumour?",
    "actionable": "Could the clinician act on it?",
}
ANSWERS = ("yes", "no", "unsure")
MOST_READ = 2000  # reviews of a window, the latest

_RANDOM_FROM = 25  # the last 12 digits of an id are random (`identity.new_id`)


@dataclass(frozen=True, slots=True)
class Review:
    """What one reviewer answered about one decision; `tier` and `mode` are those of the decision."""

    decision: str
    tier: str
    mode: str
    answers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often the answer to a question was yes, of those that were yes or no; `unsure` are apart."""

    yes: int
    no: int
    unsure: int

    @property
    def interval(self) -> Interval | None:
        """The share of yes with its 95 % interval; None without any."""
        return wilson(self.yes, self.yes + self.no)


def to_review(journal: Journal, window: Window, count: int, tier: str | None = None) -> list[Mapping[str, Any]]:
    """Decisions with a card that nobody has reviewed, of one tier if it is named: the first in the order of the random
    part of their ids, which nobody can choose and everybody can repeat.
    """
    conditions = [*window.of(Kind.HOOK), entry.c.cards > 0, entry.c.status == 200]
    if tier is not None:
        conditions.append(entry.c.tier == tier)
    judged = entry.alias("judged")
    done = sa.select(judged.c.about).where(
        judged.c.tenant == window.tenant, judged.c.kind == Kind.CONSOLE.value, judged.c.action == ACTION
    )
    order = sa.func.substr(entry.c.id, _RANDOM_FROM)
    drawn = sa.select(entry.c.id).where(*conditions, entry.c.id.not_in(done)).order_by(order).limit(count)
    columns = (entry.c.id, entry.c.received_at, entry.c.tier, entry.c.mode, entry.c.cards, entry.c.considerations)
    with journal.database.reading() as connection:
        ids = list(connection.execute(drawn).scalars())
        chosen = sa.select(*columns).where(entry.c.id.in_(ids)).order_by(order)
        return [dict(row) for row in connection.execute(chosen).mappings()]


def reviews(journal: Journal, window: Window) -> tuple[Review, ...]:
    """The reviews that were given in the window, the latest of each decision and reviewer; no more than MOST_READ.

    Those whose key was shredded are left out. Raises JournalUnavailable, PayloadUnreadable.
    """
    decided = entry.alias("decided")
    chosen = (
        sa.select(entry, decided.c.tier.label("of_tier"), decided.c.mode.label("of_mode"))
        .join_from(entry, decided, decided.c.id == entry.c.about)
        .where(*window.of(Kind.CONSOLE), entry.c.action == ACTION, entry.c.status < 400)
        .order_by(*LATEST_FIRST)
        .limit(MOST_READ)
    )
    with journal.database.reading() as connection:
        rows = [dict(row) for row in connection.execute(chosen).mappings()]
    latest: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        latest.setdefault((row["about"], row["user"]), row)
    return tuple(_opened(journal, latest.values()))


def agreement(found: Iterable[Review]) -> dict[str, Agreement]:
    """By question."""
    every = list(found)
    said = {question: [each.answers[question] for each in every] for question in QUESTIONS}
    return {question: Agreement(*(answers.count(word) for word in ANSWERS)) for question, answers in said.items()}


def _opened(journal: Journal, rows: Iterable[Mapping[str, Any]]) -> Iterator[Review]:
    for row in rows:
        try:
            payload = unsealed(journal, row)
        except PayloadForgotten:
            continue
        if payload is not None and payload.items:
            answers = {question: payload.items[0][question] for question in QUESTIONS}
            yield Review(row["about"], row["of_tier"] or "none", row["of_mode"], answers)
