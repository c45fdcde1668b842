"""Replicas of the service behind nginx, as a hospital runs them, each a real process on a loopback port."""

import hashlib
import http.client
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.granian import free_port

READY_WITHIN = 60.0  # seconds; a loaded machine with two cores starts four workers at once

NGINX = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx-error.log warn; worker_processes 1;
events {{ worker_connections 512; }}
http {{
    access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    {shipped}
}}
"""


@dataclass
class Replica:
    """One `recurrence-cds serve`."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def wait_until_ready(self) -> None:
        """Return when /readyz answers 200; raises AssertionError with the log if it does not in time."""
        deadline = time.monotonic() + READY_WITHIN
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5):
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError(f"the replica did not become ready:\n{self.log.read_text()[-2000:]}")

    def stop(self) -> int:
        """Ask it to stop as an orchestrator does, and wait until what it was answering is answered: its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=40)


@contextmanager
def replicas(folder: Path, settings: Mapping[str, str]) -> Iterator["Replicas"]:
    """Starts replicas with these settings; ends what is left of them."""
    started = Replicas(folder, settings)
    try:
        yield started
    finally:
        for replica in started.all:
            if replica.process.poll() is None:
                replica.process.kill()
                replica.process.wait()


@dataclass
class Replicas:
    """The replicas that were started so far."""

    folder: Path
    settings: Mapping[str, str]
    all: list[Replica] = field(default_factory=list)

    def start(self, **more: str) -> Replica:
        """One more, not yet ready; `more` are settings in lower case without their prefix."""
        port, log = free_port(), self.folder / f"replica-{len(self.all)}.log"
        own = {f"RECURRENCE_CDS_{name.upper()}": value for name, value in more.items()}
        environ = {**os.environ, **self.settings, **own, "RECURRENCE_CDS_PORT": str(port)}
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "cds_hooks", "serve"], env=environ, stdout=output, stderr=subprocess.STDOUT
            )
        replica = Replica(process, port, log)
        self.all.append(replica)
        return replica


class Proxy:
    """nginx with the configuration that we ship, but for addresses, names and TLS."""

    def __init__(self, folder: Path, shipped: Path) -> None:
        self.port = free_port()
        self._folder, self._shipped = folder, shipped.read_text()
        self._process: subprocess.Popen[bytes] | None = None

    def point_at(self, replicas: Iterable[Replica]) -> None:
        """Send calls to these replicas from now on; returns when nothing is sent to others any more."""
        servers = "\n".join(f"server 127.0.0.1:{replica.port} max_fails=0;" for replica in replicas)
        (self._folder / "nginx.conf").write_text(
            NGINX.format(folder=self._folder, shipped=on_loopback(self._shipped, servers, self.port))
        )
        if self._process is None:
            nginx = shutil.which("nginx") or "/usr/sbin/nginx"
            self._process = subprocess.Popen([nginx, "-c", f"{self._folder}/nginx.conf", "-p", str(self._folder)])
            _until(lambda: _answers(self.port))
            return
        before = _children(self._process.pid)
        self._process.send_signal(signal.SIGHUP)
        _until(lambda: not before & _children(self._process.pid) if self._process else True)

    def close(self) -> None:
        """Stop nginx."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=10)


def on_loopback(shipped: str, servers: str, port: int) -> str:
    """The shipped configuration with our replicas, one loopback port, and without TLS and request limits."""
    kept = []
    for line in shipped.splitlines():
        if "server cds-" in line or line.strip().startswith(("ssl_", "limit_req", "server_name", "access_log")):
            continue
        kept.append(line.replace("listen 443 ssl", f"listen 127.0.0.1:{port}"))
        if line.startswith("upstream"):
            kept.append(servers)
    return "\n".join(kept)


@dataclass(frozen=True)
class Call:
    """What a client saw of one call: `status` 0 if the connection broke. `digest` is the SHA-256 of the body."""

    hook_instance: str
    status: int
    digest: str
    seconds: float


class Load:
    """Clients that call again and again until told to stop, and keep what they saw."""

    def __init__(self, port: int, path: str, body: bytes, clients: int = 4, headers: Mapping[str, str] = {}) -> None:
        self.seen: list[Call] = []
        self._port, self._path, self._body, self._headers = port, path, body, dict(headers)
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._call_on) for _ in range(clients)]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, count: int) -> None:
        """Return when so many more calls have been answered."""
        target = len(self.seen) + count
        _until(lambda: len(self.seen) >= target)

    def _call_on(self) -> None:
        while not self._stop.is_set():
            self.seen.append(self._call(str(uuid.uuid4())))

    def _call(self, hook_instance: str) -> Call:
        body = self._body.replace(b"HOOK-INSTANCE", hook_instance.encode())
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        started = time.monotonic()
        try:
            connection.request("POST", self._path, body, {"Content-Type": "application/json", **self._headers})
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            return Call(hook_instance, 0, "", time.monotonic() - started)
        finally:
            connection.close()
        return Call(hook_instance, answer.status, hashlib.sha256(text).hexdigest(), time.monotonic() - started)


def _until(holds: Callable[[], bool], within: float = READY_WITHIN) -> None:
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def _answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def _children(pid: int) -> set[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {int(child) for child in listed}
