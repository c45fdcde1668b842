from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cds_hooks.cohort import local, pool
from cds_hooks.cohort.plan import Consultant


@cache
def consultant(folders: tuple[Path | None, ...], fingerprints: tuple[str, ...]) -> Consultant:
    return Consultant(folders, fingerprints)


class OneProcess:
    """A pool that works in this process: nothing to start."""

    def __init__(self, workers: int, folders: tuple[Path | None, ...], fingerprints: tuple[str, ...]) -> None:
        self.consultant = consultant(folders, fingerprints)

    def __enter__(self) -> "OneProcess":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def run(self, work: Callable[[Any], Any], items: Iterable[Any], done: Callable[[Any, Any], None]) -> None:
        pool._consultant = self.consultant
        for item in items:
            done(item, work(item))


@pytest.fixture
def one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the local engine work in the test's own process."""
    monkeypatch.setattr(local, "Pool", OneProcess)
