"""What became of the cards: reasons, comments, and which considerations are overridden most."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import flask

from cds_hooks.audit.comments import commented, comments
from cds_hooks.audit.measures import acceptance
from cds_hooks.audit.measures.memory import Remembered
from cds_hooks.audit.measures.statistics import wilson
from cds_hooks.audit.measures.volume import Counted
from cds_hooks.audit.reading import quarantined
from cds_hooks.web.console.access import ALL_ROLES, READERS
from cds_hooks.web.console.shell import Shell, Visit, after
from cds_hooks.web.console.windows import period

MOST = 30  # rows of a ranking
MOST_LISTED = 30  # reports on unknown cards


@dataclass(frozen=True, slots=True)
class Share:
    """A word, how often it was found, its share of all, and that of it and all before it (Pareto)."""

    word: str
    count: int
    share: float
    together: float


def register(shell: Shell) -> None:
    """GET /console/feedback, /console/feedback/comments."""
    memory = Remembered()

    @shell.page("/feedback", "feedback", *ALL_ROLES, title="Feedback")
    def show(visit: Visit) -> flask.Response:
        window, journal = period(visit), shell.desk.journal
        unknown = quarantined(journal, window, MOST_LISTED) if visit.visitor.may(READERS) else []
        with journal.database.reading() as connection:
            by_card = acceptance.acceptance_by_card(connection, window)
            by_consideration = acceptance.acceptance_by_consideration(connection, window, memory)
            return shell.render(
                visit,
                "feedback",
                "Feedback",
                window=window,
                total=acceptance.together(by_card.values()),
                unknown=acceptance.unknown_cards(connection, window),
                quarantined=unknown,
                reasons=list(pareto(acceptance.reasons(connection, window))),
                commented=commented(connection, window),
                by_card=by_card,
                by_consideration=dict(list(by_consideration.items())[:MOST]),
                by_user=acceptance.acceptance_by_user_type(connection, window, memory),
                readers=READERS,
                wilson=wilson,
            )

    @shell.page("/feedback/comments", "comments", *READERS)
    def read(visit: Visit) -> flask.Response:
        window = period(visit)
        found = comments(shell.desk.journal, window, after())
        return shell.render(visit, "comments", "Feedback", window=window, comments=found)


def pareto(counted: Iterable[Counted]) -> Iterator[Share]:
    """The words with their shares, in their order."""
    every = list(counted)
    total, together = sum(one.count for one in every), 0
    for one in every:
        together += one.count
        yield Share(one.word, one.count, one.count / total, together / total)
