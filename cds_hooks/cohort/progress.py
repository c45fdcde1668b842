"""What a person sees while a run goes on."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

Advance = Callable[[int], None]


class Progress(Protocol):
    """Is told how far a run is."""

    def stage(self, title: str, total: int, done: int = 0) -> AbstractContextManager[Advance]:
        """A stage of `total` units, `done` of which were done before; what it gives is told of the units done since."""


class Bars:
    """Bars on stderr, one for each stage; nothing where there is no terminal."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True)

    @contextmanager
    def stage(self, title: str, total: int, done: int = 0) -> Iterator[Advance]:
        """A bar for work of `total` units, `done` of which were done before."""
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        with Bar(*columns, console=self._console, disable=not self._console.is_terminal) as bar:
            task = bar.add_task(title, total=total, completed=done)
            yield lambda units: bar.update(task, advance=units)
