"""How much memory a process and its descendants need while something runs."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_EVERY = 0.5  # seconds


@dataclass
class Peak:
    """Megabytes of resident memory: the most that one process had, and the most that all had at a time."""

    one: float = 0.0
    together: float = 0.0


@contextmanager
def peak_memory() -> Iterator[Peak]:
    """Watch this process and all that it starts until the context ends."""
    peak, ended = Peak(), threading.Event()

    def watch() -> None:
        while not ended.wait(_EVERY):
            sizes = [_resident(pid) for pid in _family(os.getpid())]
            peak.one = max(peak.one, *sizes)
            peak.together = max(peak.together, sum(sizes))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        ended.set()
        thread.join()


def _family(root: int) -> list[int]:
    """A process and its descendants, by /proc."""
    parents: dict[int, int] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError):  # it has ended meanwhile
            continue
    family = [root]
    for member in family:
        family += [pid for pid, parent in parents.items() if parent == member]
    return family


def _resident(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
