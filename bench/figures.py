"""A measured figure beside its goal."""

from collections.abc import Iterable
from dataclasses import dataclass

from rich.table import Table


@dataclass(frozen=True)
class Figure:
    """One measurement; `goal` is the most it may be, or the least where `at_least`; None where there is none."""

    name: str
    measured: float
    unit: str = ""
    goal: float | None = None
    at_least: bool = False

    @property
    def holds(self) -> bool:
        """True if there is no goal, or it is reached."""
        if self.goal is None:
            return True
        return self.measured >= self.goal if self.at_least else self.measured <= self.goal

    @property
    def bound(self) -> str:
        """The goal as it is read."""
        return "" if self.goal is None else f"{'≥' if self.at_least else '≤'} {shown(self.goal)}"


def shown(number: float) -> str:
    """A number with as many digits as it is good for."""
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.1f}" if abs(number) >= 10 else f"{number:.2f}"


def table(title: str, figures: Iterable[Figure]) -> Table:
    """Figures for people."""
    found = Table(title=title)
    found.add_column("")
    for heading in ("measured", "goal", "holds"):
        found.add_column(heading, justify="right")
    for figure in figures:
        holds = "" if figure.goal is None else "yes" if figure.holds else "NO"
        found.add_row(figure.name, f"{shown(figure.measured)} {figure.unit}", figure.bound, holds)
    return found
