"""A real PostgreSQL for the tests: started once, on a socket of its own, as a user without privileges."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg

OWNER, SERVICE = "owner", "service"
_QUICK = {"fsync": "off", "full_page_writes": "off"}  # a test's database need not survive a power cut


@dataclass(frozen=True)
class Server:
    """A running server. `folder` holds its data and its socket."""

    folder: Path

    def url(self, database: str, role: str = OWNER) -> str:
        """Where a database is, for SQLAlchemy."""
        return f"postgresql://{role}@/{database}?host={self.folder}"

    def new_database(self) -> str:
        """A database of its own, that OWNER owns and SERVICE may enter."""
        name = f"j{uuid4().hex}"
        self.execute(f"CREATE DATABASE {name} OWNER {OWNER}")
        return name

    def execute(self, statement: str, database: str = "postgres", role: str = "postgres") -> list[tuple[object, ...]]:
        """Run one statement, committed; its rows if it has any."""
        with psycopg.connect(host=str(self.folder), dbname=database, user=role, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def start(self) -> None:
        """Start, and wait until it accepts connections."""
        self._control("start", "-l", str(self.folder / "log"))

    def stop(self, how: str = "fast") -> None:
        """Stop: "fast", or "immediate" as in a crash."""
        self._control("stop", "-m", how)

    def _control(self, command: str, *options: str) -> None:
        run("pg_ctl", command, "-w", "-t", "20", "-D", str(self.folder / "data"), *options)


def run(program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs, which refuse to be run by root."""
    command = [str(_binaries() / program), *arguments]
    if os.geteuid() == 0:
        user = _unprivileged()
        command = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", *command]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd="/")


@contextmanager
def running(settings: dict[str, str] = _QUICK) -> Iterator[Server]:
    """A new server, stopped and removed afterwards. Its socket's path must be short, so it is in /tmp."""
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
    try:
        if os.geteuid() == 0:
            os.chown(folder, _unprivileged().pw_uid, _unprivileged().pw_gid)
        run("initdb", "--no-sync", "-A", "trust", "-U", "postgres", "-E", "UTF8", "-D", str(folder / "data"))
        options = {"listen_addresses": "''", "unix_socket_directories": f"'{folder}'", **settings}
        with (folder / "data" / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = {value}\n" for name, value in options.items())
        server = Server(folder)
        server.start()
        try:
            for role in (OWNER, SERVICE):
                server.execute(f"CREATE ROLE {role} LOGIN")
            yield server
        finally:
            with suppress(subprocess.CalledProcessError):  # a test may have stopped it already
                server.stop("immediate")
    finally:
        shutil.rmtree(folder)


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        raise FileNotFoundError("/usr/lib/postgresql/*/bin/initdb: install Debian's package postgresql")
    return found[-1].parent


def _unprivileged() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")
