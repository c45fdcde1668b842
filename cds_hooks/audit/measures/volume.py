"""How much is asked and answered: calls, cards, silence, refusals."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from cds_hooks.audit.entry import Kind
from cds_hooks.audit.measures.window import Window
from cds_hooks.audit.tables import entry

ANSWERED = 200
FAILED_FROM = 500


@dataclass(frozen=True, slots=True)
class Volume:
    """Calls of the hook; those that were answered, answered with cards, refused (4xx), and failed (5xx); the cards."""

    calls: int = 0
    answered: int = 0
    with_cards: int = 0
    cards: int = 0
    refused: int = 0
    failed: int = 0

    @property
    def silent(self) -> int:
        """Answers without a card."""
        return self.answered - self.with_cards

    @property
    def cards_per_100(self) -> float | None:
        """Cards per 100 answers; None without any."""
        return 100 * self.cards / self.answered if self.answered else None


@dataclass(frozen=True, slots=True)
class Counted:
    """A word and how often it was found."""

    word: str
    count: int


def volume_by_day(connection: sa.Connection, window: Window) -> dict[str, Volume]:
    """Each day of the window with its volume, also where nothing was asked."""
    answered = entry.c.status == ANSWERED
    cards = sa.func.coalesce(entry.c.cards, 0)
    day = entry.c.day
    chosen = (
        sa.select(
            day,
            sa.func.count().label("calls"),
            _count(answered).label("answered"),
            _count(answered & (cards > 0)).label("with_cards"),
            sa.func.sum(sa.case((answered, cards), else_=0)).label("cards"),
            _count((entry.c.status > ANSWERED) & (entry.c.status < FAILED_FROM)).label("refused"),
            _count(entry.c.status >= FAILED_FROM).label("failed"),
        )
        .where(*window.of(Kind.HOOK))
        .group_by(day)
    )
    found = {row["day"]: row for row in connection.execute(chosen).mappings()}
    return {each: _volume(found[each]) if each in found else Volume() for each in window.days()}


def total(volumes: Iterable[Volume]) -> Volume:
    """All of them together."""
    every = list(volumes)
    return Volume(*(sum(getattr(one, name) for one in every) for name in Volume.__slots__))


def silences(connection: sa.Connection, window: Window) -> tuple[Counted, ...]:
    """Why no card was shown, the most frequent first."""
    return _grouped(connection, window, entry.c.silence, entry.c.silence.is_not(None))


def errors(connection: sa.Connection, window: Window) -> tuple[Counted, ...]:
    """What was refused or failed, by status and class ("412 RequiredDataMissing"), the most frequent first."""
    word = sa.cast(entry.c.status, sa.String) + " " + sa.func.coalesce(entry.c.error, "")
    return _grouped(connection, window, word, entry.c.status != ANSWERED)


def tiers(connection: sa.Connection, window: Window) -> tuple[Counted, ...]:
    """The tiers that were found, ranges among them, the most frequent first."""
    return _grouped(connection, window, entry.c.tier, entry.c.tier.is_not(None))


def missing(connection: sa.Connection, window: Window) -> tuple[Counted, ...]:
    """The facts that kept a tier open, the most frequent first."""
    return words(connection, window, entry.c.missing)


def words(connection: sa.Connection, window: Window, column: sa.ColumnElement[str]) -> tuple[Counted, ...]:
    """The single words of a column of words, over all answered calls, the most frequent first."""
    found: Counter[str] = Counter()
    for group in _grouped(connection, window, column, column.is_not(None)):
        found.update(dict.fromkeys(group.word.split(), group.count))
    return tuple(Counted(word, count) for word, count in sorted(found.items(), key=lambda one: (-one[1], one[0])))


def _grouped(
    connection: sa.Connection, window: Window, word: sa.ColumnElement[str], where: sa.ColumnElement[bool]
) -> tuple[Counted, ...]:
    word = word.label("word")
    count = sa.func.count().label("times")
    chosen = sa.select(word, count).where(*window.of(Kind.HOOK), where).group_by(word).order_by(count.desc(), word)
    return tuple(Counted(row.word, row.times) for row in connection.execute(chosen))


def _count(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((condition, 1), else_=0))


def _volume(row: sa.RowMapping) -> Volume:
    return Volume(*(int(row[name]) for name in Volume.__slots__))
