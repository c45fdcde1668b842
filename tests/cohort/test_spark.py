"""Spark gives the answers of the local engine, whatever befalls its workers. One session for all tests here."""

import os
import signal
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cds_hooks.cohort.progress import Advance
from cds_hooks.cohort.run import run
from cds_hooks.cohort.spark import _consultant, _Sent, run_spark, started
from cds_hooks.errors import EngineUnavailable
from cds_hooks.knowledge.load import default_folder
from tests.cohort.populations import planned, population, result, rows

SPARK = partial(run_spark, master=None)


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    with warnings.catch_warnings(), pytest.MonkeyPatch.context() as patch:
        warnings.simplefilter("ignore")  # Spark leaves sockets to the collector
        patch.setenv("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")  # half the time to start
        found = started(None)
        yield found
        found.stop()


class Killing:
    """A progress that kills a Python worker of Spark while charts are consulted on."""

    def __init__(self) -> None:
        self.killed: list[int] = []

    @contextmanager
    def stage(self, title: str, total: int, done: int = 0) -> Iterator[Advance]:
        thread = threading.Thread(target=self._kill_one) if title == "consulting" else None
        if thread:
            thread.start()
        yield lambda _: None
        if thread:
            thread.join()

    def _kill_one(self) -> None:
        deadline = time.monotonic() + 60
        while not self.killed and time.monotonic() < deadline:
            for worker in busy_workers():
                os.kill(worker, signal.SIGKILL)
                self.killed.append(worker)
                return


def busy_workers() -> list[int]:
    """The processes that Spark's Python daemon forked, as far as they are running now."""
    found = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            command = status.with_name("cmdline").read_bytes()
            state, parent = status.read_text().rpartition(")")[2].split()[:2]
        except OSError:  # it has ended meanwhile
            continue
        if b"pyspark.daemon" in command:
            found[int(status.parent.name)] = (state, int(parent))
    return [pid for pid, (state, parent) in found.items() if parent in found and state == "R"]


def failed_tasks(session: Any) -> int:
    tracker = session.sparkContext.statusTracker()
    jobs = [tracker.getJobInfo(job) for job in tracker.getJobIdsForGroup(None)]
    stages = [tracker.getStageInfo(stage) for job in jobs if job for stage in job.stageIds]
    return sum(stage.numFailedTasks for stage in stages if stage)


@pytest.mark.usefixtures("one_process")
def test_spark_gives_the_digest_of_the_local_engine_though_a_worker_is_killed(session: Any, tmp_path: Path) -> None:
    source = population(tmp_path / "export", 40, lines=40)
    expected = result(planned(source, tmp_path / "local"))
    progress = Killing()
    found = run(planned(source, tmp_path / "spark"), SPARK, "spark", progress)
    assert progress.killed
    assert failed_tasks(session) >= 1
    assert found["digest"] == expected["digest"]
    assert found["export"] == expected["export"]
    assert rows(tmp_path / "spark") == rows(tmp_path / "local")


def test_a_worker_whose_knowledge_is_another_one_says_nothing() -> None:
    content = {p.relative_to(default_folder()).as_posix(): p.read_bytes() for p in default_folder().rglob("*.*")}
    with pytest.raises(EngineUnavailable, match="not that of the run"):
        _consultant(_Sent((content,), ("sha256:another",)))
