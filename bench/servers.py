"""The service and the floor under the same server with the same options, each on a free loopback port."""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from compileall import compile_dir
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cds_hooks

READY_WITHIN = 60.0  # seconds
_SHOWN = 5000  # characters of a log


@dataclass(frozen=True)
class Server:
    """A running server."""

    port: int
    pid: int

    @property
    def workers(self) -> list[int]:
        """The processes that answer."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return [int(pid) for pid in children if b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes()]


@dataclass(frozen=True)
class Running(Server):
    """The service as its discovery announces it."""

    service: str
    templates: Mapping[str, str]
    ready_after: float  # seconds from its start to the first answer of /readyz


@contextmanager
def running_service(workers: int, folder: Path, database_url: str | None = None) -> Iterator[Running]:
    """`recurrence-cds serve` as a hospital runs it, with a journal in `folder`, if no other database is named.

    It is compiled first, as pip does when it installs: a checkout is not, where Python may not write beside sources.
    """
    compile_dir(Path(cds_hooks.__file__).parent, quiet=1)
    port = free_port()
    key = folder / "bench.key"
    if not key.exists():
        key.write_text(secrets.token_hex(32))
    settings = {
        "RECURRENCE_CDS_PROFILE": "demo",
        "RECURRENCE_CDS_PORT": str(port),
        "RECURRENCE_CDS_WORKERS": str(workers),
        "RECURRENCE_CDS_DATABASE_URL": database_url or f"sqlite:///{folder / 'journal.sqlite3'}",
        "RECURRENCE_CDS_PSEUDONYM_KEY_FILE": str(key),
        "RECURRENCE_CDS_REQUIRE_APPROVAL": "false",
    }
    begun = time.monotonic()
    with running([sys.executable, "-m", "cds_hooks", "serve"], settings, folder / f"service-{port}.log") as pid:
        wait_for(f"http://127.0.0.1:{port}/readyz")
        ready_after = time.monotonic() - begun
        (announced,) = json.loads(wait_for(f"http://127.0.0.1:{port}/cds-services"))["services"]
        yield Running(port, pid, announced["id"], announced["prefetch"], ready_after)


@contextmanager
def running_floor(workers: int, folder: Path) -> Iterator[Server]:
    """The floor under the same server."""
    port = free_port()
    options = [
        "--interface",
        "wsgi",
        "--no-ws",
        "--blocking-threads",
        "2",
        "--port",
        str(port),
        "--workers",
        str(workers),
    ]
    with running([sys.executable, "-m", "granian", *options, "bench.floor:app"], {}, folder / "floor.log") as pid:
        wait_for(f"http://127.0.0.1:{port}/")
        yield Server(port, pid)


@contextmanager
def running(command: list[str], settings: Mapping[str, str], log: Path) -> Iterator[int]:
    """The command's process id; it is ended with the context. If that breaks, the end of its log is shown."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, env={**os.environ, **settings}, stdout=output, stderr=subprocess.STDOUT)
    try:
        yield process.pid
    except BaseException:
        sys.stderr.write(log.read_text()[-_SHOWN:])
        raise
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_for(url: str) -> Any:
    """The body of the first answer."""
    deadline = time.monotonic() + READY_WITHIN
    while True:
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 (loopback)
                return answer.read()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def free_port() -> int:
    """A port on which nothing listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
