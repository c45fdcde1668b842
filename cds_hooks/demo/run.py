"""The demo: the CDS service with its try-it page, and a FHIR server with synthetic patients, in one process.

Both listen on loopback only. The service is the same app as in production, without authentication and with CORS
for any origin, so that the hosted CDS Hooks Sandbox can call it from the browser.
"""

import http.client
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from wsgiref.types import WSGIApplication

from flask import Flask
from rich.console import Console
from werkzeug.serving import WSGIRequestHandler, make_server

from cds_hooks.addresses import read_base
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.keyring import read_or_create_keyring
from cds_hooks.audit.notary import Notary
from cds_hooks.demo.fhir_server import create_fhir_server
from cds_hooks.demo.stories import Story, load_stories
from cds_hooks.demo.told_today import told_today
from cds_hooks.demo.try_it import create_try_it, sandbox_address, to_begin_with
from cds_hooks.errors import DemoCannotStart
from cds_hooks.fhir.typed import warm_up
from cds_hooks.knowledge.load import load_knowledge
from cds_hooks.settings import Profile, Settings
from cds_hooks.writing.checks import check_cards

LOOPBACK = "127.0.0.1"
JOURNAL_FILE = "recurrence-cds.sqlite3"
KEY_FILE = "recurrence-cds.key"
READY_WITHIN = 10.0  # seconds

CreateApp = Callable[..., Flask]


def run_demo(create_app: CreateApp, port: int = 8000, fhir_port: int = 8001, clients: Path | None = None) -> None:
    """Serve both until SIGINT or SIGTERM; print the addresses as soon as both answer.

    `create_app` is `app.create_app`, handed in because the demo stands on a lower floor. A port of 0 takes a free
    one. With a registry of `clients` callers are authenticated. The journal and its key are kept in the working folder.
    Raises DemoCannotStart when a port is taken or the patients cannot be served, KnowledgeBroken, ClientsBroken,
    JournalUnavailable or SettingsBroken.
    """
    stop = threading.Event()
    with _stopped_by_signals(stop), ExitStack() as running:
        service, fhir = (running.enter_context(closing(listen(p))) for p in (port, fhir_port))
        start(create_app, service, fhir, running, clients)
        stop.wait()


def start(
    create_app: CreateApp, service: socket.socket, fhir: socket.socket, running: ExitStack, clients: Path | None = None
) -> None:
    """Start both servers on their sockets, wait until they answer, and print where they are.

    What is started is entered into `running`, which stops it in the reverse order.
    """
    stories = told_today(load_stories(), datetime.now(UTC).date())
    service_url, fhir_url = address_of(service), f"{address_of(fhir)}/fhir"
    settings = Settings(
        profile=Profile.DEMO,
        clients_file=clients,
        database_url=f"sqlite:///{JOURNAL_FILE}",
        pseudonym_key_file=Path(KEY_FILE),
        cors_origins=("*",),
        fhir_servers=(read_base(fhir_url),),
        base_url=read_base(service_url),
        require_approval=False,  # every card says that nobody has approved it
    )
    kept_in = str(Path(JOURNAL_FILE).resolve())
    word = secrets.token_urlsafe(24)
    key = read_or_create_keyring(settings.pseudonym_key_file)
    journal = running.enter_context(closing(Journal(settings.database_url, key)))
    running.callback(Notary(journal, settings.checkpoints, lambda: datetime.now(UTC)).close)
    app = create_app(
        settings,
        load_knowledge(None, (check_cards,)),
        journal,
        lambda: datetime.now(UTC),
        console_word=word,
        extra_blueprints=() if clients else (create_try_it(stories, service_url, fhir_url, kept_in),),
    )
    running.enter_context(serving(app, service))
    running.enter_context(serving(create_fhir_server(stories), fhir))
    warm_up()
    for url in (f"{service_url}/cds-services", f"{fhir_url}/metadata"):
        wait_for(url)
    announce(Console(), stories, service_url, fhir_url, kept_in, f"{service_url}/console/enter/{word}", clients)


def listen(port: int) -> socket.socket:
    """A socket that listens on loopback; raises DemoCannotStart."""
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((LOOPBACK, port))
        taken.listen(128)
    except (OSError, OverflowError) as problem:
        taken.close()
        why = getattr(problem, "strerror", None) or problem
        raise DemoCannotStart(
            f"port {port} cannot be used ({why}); choose another with --port or --fhir-port"
        ) from problem
    return taken


def address_of(listening: socket.socket) -> str:
    """The root address of the server on this socket."""
    return f"http://{LOOPBACK}:{listening.getsockname()[1]}"


class _QuietHandler(WSGIRequestHandler):
    """Keeps request lines, which hold patient ids, out of the terminal."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing."""


@contextmanager
def serving(app: WSGIApplication, listening: socket.socket) -> Iterator[None]:
    """Serve the app on the socket by threads of this process, until the context ends."""
    port = listening.getsockname()[1]
    server = make_server(LOOPBACK, port, app, threaded=True, request_handler=_QuietHandler, fd=listening.fileno())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


def wait_for(url: str) -> None:
    """Return when the address answers 200; raises DemoCannotStart when it does not in time."""
    host, _, path = url.removeprefix("http://").partition("/")
    deadline = time.monotonic() + READY_WITHIN
    status = 0
    while time.monotonic() < deadline:
        with closing(http.client.HTTPConnection(host, timeout=READY_WITHIN)) as connection:
            connection.request("GET", f"/{path}")
            with connection.getresponse() as response:
                status = response.status
        if status == 200:
            return
        time.sleep(0.05)
    raise DemoCannotStart(f"{url} does not answer (last status: {status})")


def announce(  # noqa: PLR0913, PLR0917 (all that is said)
    console: Console,
    stories: tuple[Story, ...],
    service_url: str,
    fhir_url: str,
    kept_in: str,
    console_url: str,
    clients: Path | None = None,
) -> None:
    """Print where everything is. Addresses are never wrapped: they must survive copying."""
    first, others = to_begin_with(stories)
    sandbox = sandbox_address(fhir_url, [*first, *others][0].patient_id, f"{service_url}/cds-services")
    lines = (
        ("Clients", str(clients)) if clients else ("Try-it page", f"{service_url}/"),
        ("CDS Hooks Sandbox", sandbox),
        ("Service discovery", f"{service_url}/cds-services"),
        ("FHIR server", fhir_url),
        ("Journal", kept_in),
        ("Console, lets in once", console_url),
    )
    console.print("\nRecurrence CDS, demo with synthetic patients, bound to this computer only", style="bold")
    for label, value in lines:
        console.print(f"  {label + ':':<24}{value}", soft_wrap=True, markup=False, highlight=False)
    who = "Callers must be clients of the registry" if clients else "No authentication, and no look at tokens"
    console.print(f"{who}: never give it a real patient's data. Ctrl-C stops it.\n", style="dim", soft_wrap=True)


@contextmanager
def _stopped_by_signals(stop: threading.Event) -> Iterator[None]:
    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
