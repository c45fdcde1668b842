"""What a process holds, as Linux tells it."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Holding:
    """Memory in MB (resident, shared pages included), open descriptors, and those of them that are sockets."""

    megabytes: float
    descriptors: int
    sockets: int
    threads: int


def processor_seconds(pids: Iterable[int]) -> float:
    """Seconds of processor time that the processes took so far, to a hundredth."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])  # utime, stime
    return ticks / os.sysconf("SC_CLK_TCK")


def holding(pid: int) -> Holding:
    """What the process holds now."""
    folder = Path(f"/proc/{pid}")
    status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
    open_ = [descriptor.readlink().name for descriptor in (folder / "fd").iterdir()]
    return Holding(
        megabytes=int(status["VmRSS"].split()[0]) / 1024,
        descriptors=len(open_),
        sockets=sum(name.startswith("socket:") for name in open_),
        threads=int(status["Threads"]),
    )
