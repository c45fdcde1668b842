"""The application under its production server, started as an operator starts it: from the environment."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def running_granian(environment: Mapping[str, str], log: Path) -> Iterator[int]:
    """Start one worker with this environment on a free port of loopback; the service's own log goes to `log`."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "--port", str(port)]
    with (
        log.open("wb") as kept,
        subprocess.Popen(
            [*command, "cds_hooks.app:wsgi"],
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=kept,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        said = list(_until(process.stdout, "Started worker"))
        rest = threading.Thread(target=process.stdout.read)
        rest.start()
        try:
            _wait_until_ready(port, [*said, log.read_text()])
            yield port
        finally:
            process.terminate()
            rest.join(20)


def _until(lines: Iterable[str], word: str) -> Iterator[str]:
    for line in lines:
        yield line
        if word in line:
            return


def _wait_until_ready(port: int, said: list[str]) -> None:
    """Block until the worker accepts; each refused connection returns at once, so this is a bounded busy wait."""
    for _ in range(100_000):
        with socket.socket() as attempt:
            if attempt.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise AssertionError("".join(said))
