"""A pool of processes for pieces of work that may be done again: one that dies costs its piece alone."""

import multiprocessing
import signal
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TypeVar

from cds_hooks.cohort.plan import Consultant, collect_seldom
from cds_hooks.errors import EngineUnavailable

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

MOST_DEATHS = 3  # of workers one after the other, without any piece done in between

_consultant: Consultant | None = None


def consultant() -> Consultant:
    """That of this worker."""
    if _consultant is None:
        raise AssertionError("called outside a worker")
    return _consultant


def _begin(folders: tuple[Path | None, ...], fingerprints: tuple[str, ...]) -> None:
    global _consultant  # noqa: PLW0603 (one for each process of the pool)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is told too, and ends its workers
    _consultant = Consultant(folders, fingerprints)
    collect_seldom()


class Pool:
    """Processes that hold the knowledge. They are started afresh, not forked: the parent has threads."""

    def __init__(self, workers: int, folders: tuple[Path | None, ...], fingerprints: tuple[str, ...]) -> None:
        self._workers = workers
        self._folders = folders
        self._fingerprints = fingerprints
        self._executor = self._started()

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None:  # interrupted or failed: what is half done is done again, nobody waits for it
            for process in multiprocessing.active_children():
                process.kill()
        self._executor.shutdown(cancel_futures=True)

    def run(
        self, work: Callable[[_Item], _Result], items: Iterable[_Item], done: Callable[[_Item, _Result], None]
    ) -> None:
        """Do `work` on every item, `done` being told in the order in which they end.

        Raises EngineUnavailable if workers keep dying, and whatever `work` raises.
        """
        left, deaths = dict.fromkeys(items), 0
        while left:
            try:
                for item, result in self._each(work, list(left)):
                    del left[item]
                    deaths = 0
                    done(item, result)
            except BrokenProcessPool:
                deaths += 1
                if deaths > MOST_DEATHS:
                    raise EngineUnavailable("the workers keep dying: too little memory? (--workers 1)") from None
                self._executor.shutdown(cancel_futures=True)
                self._executor = self._started()

    def _each(self, work: Callable[[_Item], _Result], items: list[_Item]) -> Iterable[tuple[_Item, _Result]]:
        futures = {self._executor.submit(work, item): item for item in items}
        for future in as_completed(futures):
            yield futures.pop(future), future.result()

    def _started(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self._workers,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_begin,
            initargs=(self._folders, self._fingerprints),
        )
