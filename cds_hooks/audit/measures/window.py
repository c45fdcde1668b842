"""The window that a figure is about: one tenant, from one day to another."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from cds_hooks.audit.entry import Kind
from cds_hooks.audit.tables import entry, reported, shown

LONGEST = 400  # days: no question may read without bound

SHOWN_IN = ("live", "pilot")  # modes; in a pilot, a call that is not of it is journaled as silent


@dataclass(frozen=True, slots=True)
class Window:
    """The days from `first` to `last`, both included, of a tenant, in UTC; of calls in these modes alone if any are
    named. Raises ValueError if the days are none or more than LONGEST.
    """

    tenant: str
    first: date
    last: date
    modes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= self.length <= LONGEST:
            raise ValueError(f"a window has 1 to {LONGEST} days, not {self.length}")

    @classmethod
    def ending(cls, tenant: str, last: date, days: int, modes: tuple[str, ...] = ()) -> "Window":
        """The window of so many days that ends with this day."""
        return cls(tenant, last - timedelta(days=days - 1), last, modes)

    @property
    def length(self) -> int:
        """Days."""
        return (self.last - self.first).days + 1

    def days(self) -> Iterator[str]:
        """Each day, as the journal writes it."""
        for number in range(self.length):
            yield (self.first + timedelta(days=number)).isoformat()

    def of(self, kind: Kind) -> tuple[sa.ColumnElement[bool], ...]:
        """The conditions on `entry` for calls of one kind."""
        end = (self.last + timedelta(days=1)).isoformat()
        received = entry.c.received_at
        return (
            entry.c.tenant == self.tenant,
            entry.c.kind == kind.value,
            received >= self.first.isoformat(),
            received < end,
            *([entry.c.mode.in_(self.modes)] if self.modes else []),
        )

    @property
    def sent(self) -> sa.ColumnElement[bool]:
        """The condition on `entry` that the caller was sent the cards, if there were any."""
        return entry.c.mode.in_(SHOWN_IN)

    def of_cards(self) -> tuple[sa.ColumnElement[bool], ...]:
        """The conditions on `shown` for cards that a caller was sent."""
        return (
            shown.c.tenant == self.tenant,
            shown.c.day >= self.first.isoformat(),
            shown.c.day <= self.last.isoformat(),
            shown.c.sent == 1,
        )

    def of_reports(self) -> tuple[sa.ColumnElement[bool], ...]:
        """The conditions on `reported` for what was told for the first time."""
        return (
            reported.c.tenant == self.tenant,
            reported.c.day >= self.first.isoformat(),
            reported.c.day <= self.last.isoformat(),
            reported.c.copy == 0,
        )
