"""Runs that are interrupted, and workers that die: the answers are the same."""

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cds_hooks.cohort.progress import Advance
from cds_hooks.cohort.run import run
from tests.cohort.populations import LOCAL, planned, population, result

CONSULTING = "consulting"


class Watching:
    """A progress that is seen by the test: what was done before a stage, and after every piece `then` is called."""

    def __init__(self, then: Callable[[int], None]) -> None:
        self.before: dict[str, int] = {}
        self._then = then

    @contextmanager
    def stage(self, title: str, total: int, done: int = 0) -> Iterator[Advance]:
        self.before[title] = done
        pieces = iter(range(1, total + 2))
        yield lambda _: self._then(next(pieces)) if title == CONSULTING else None


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return population(tmp_path_factory.mktemp("export"), 24, lines=12)


@pytest.fixture(scope="module")
def digest(source: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(result(planned(source, tmp_path_factory.mktemp("whole")))["digest"])


def test_a_run_that_was_interrupted_goes_on_where_it_was(source: Path, digest: str, tmp_path: Path) -> None:
    def interrupt(pieces: int) -> None:
        if pieces == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(planned(source, tmp_path), LOCAL, "local", Watching(interrupt))
    again = Watching(lambda _: None)
    assert run(planned(source, tmp_path), LOCAL, "local", again)["digest"] == digest
    assert again.before[CONSULTING] >= 3
    assert not (tmp_path / "work").exists()


def test_a_worker_that_is_killed_costs_its_piece_and_no_answer(source: Path, digest: str, tmp_path: Path) -> None:
    killed = []

    def kill(pieces: int) -> None:
        if pieces == 1:
            killed.append(multiprocessing.active_children()[0])
            killed[0].kill()

    assert run(planned(source, tmp_path), LOCAL, "local", Watching(kill))["digest"] == digest
    assert killed


@pytest.mark.usefixtures("one_process")
@pytest.mark.parametrize("name", ["local", "another engine"])
def test_unfinished_work_is_taken_up_by_the_same_engine_alone(
    source: Path, digest: str, tmp_path: Path, name: str
) -> None:
    def interrupt(pieces: int) -> None:
        if pieces == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(planned(source, tmp_path), LOCAL, "local", Watching(interrupt))
    again = Watching(lambda _: None)
    assert run(planned(source, tmp_path), LOCAL, name, again)["digest"] == digest
    assert (again.before[CONSULTING] > 0) is (name == "local")
