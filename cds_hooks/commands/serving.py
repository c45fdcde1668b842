"""serve and demo: the service itself."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click
from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings

from cds_hooks.app import create_app, keep_what_is_loaded, released_knowledge, uncollected, worker
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.keyring import read_keyring
from cds_hooks.fhir.typed import warm_up
from cds_hooks.knowledge.approvals import approval_state
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.profiles import clients_of
from cds_hooks.settings import Settings, described, read_settings
from cds_hooks.web.metrics import FOLDER, read_token
from cds_hooks.writing.checks import check_cards

# Threads beside those that answer: they refuse what is too much (web.admission) and answer probes. Where all threads
# are taken a request waits in the server, out of reach of the application.
THREADS_TO_SPARE = 16
# Connections in one worker. It must be more than clients hold open, for one that waits to be accepted waits unseen.
CONNECTIONS = 1024
STOP_WITHIN = 10  # seconds for what is in progress when the service is stopped; one that does not stop is ended then
HEADERS_WITHIN_MS = 10_000  # a connection that has not sent its headers by then is closed


@click.command(epilog="\b\n" + "\n".join(described()))
def serve() -> None:
    """Serve; the settings are environment variables."""
    settings = read_settings(os.environ)
    with uncollected():
        knowledge = checked_before_start(settings)
        warm_up()  # before the workers are made: they share what is there when they begin
    keep_what_is_loaded()
    with counting_together(settings):
        run_server(settings, knowledge)


def run_server(settings: Settings, knowledge: Knowledge) -> None:
    """The production server of the application that `app.worker` makes in each worker, until it is stopped."""
    server = Granian(
        "cds_hooks.app:worker",
        interface=Interfaces.WSGI,
        address=settings.host,
        port=settings.port,
        workers=settings.workers,
        blocking_threads=settings.max_in_progress + THREADS_TO_SPARE,
        backlog=CONNECTIONS,
        backpressure=CONNECTIONS,
        respawn_failed_workers=True,  # one that was killed is replaced, and the others go on
        workers_kill_timeout=STOP_WITHIN,
        websockets=False,
        http1_settings=HTTP1Settings(header_read_timeout=HEADERS_WITHIN_MS),
    )
    server.serve(target_loader=partial(worker, settings, knowledge), wrap_loader=False)


@contextmanager
def counting_together(settings: Settings) -> Iterator[None]:
    """A folder in which the workers keep their figures, so that each can tell those of all."""
    if settings.metrics_token_file is None or FOLDER in os.environ:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="recurrence-cds-metrics-") as folder:
        os.environ[FOLDER] = folder
        try:
            yield
        finally:
            del os.environ[FOLDER]


def checked_before_start(settings: Settings) -> Knowledge:
    """The knowledge for all workers. What would keep them from starting is found here, and said in one line instead of
    in each of them.
    """
    clients = clients_of(settings)
    read_token(settings.metrics_token_file)
    knowledge = released_knowledge(settings, (check_cards,))
    Journal(settings.database_url, read_keyring(settings.pseudonym_key_file)).close()
    if settings.require_approval and not knowledge.approved:
        click.echo(f"recurrence-cds: {approval_state(knowledge)}", err=True)
    if clients.anonymous is not None:
        click.echo("recurrence-cds: demo profile: whoever calls from this computer is answered, unasked", err=True)
    return knowledge


@click.command()
@click.option("--port", default=8000, show_default=True, help="Port of the service and of the try-it page.")
@click.option("--fhir-port", default=8001, show_default=True, help="Port of the FHIR server with the made-up patients.")
@click.option(
    "--clients",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Client registry: callers must prove who they are, as in production (examples/clients-sandbox.yaml).",
)
def demo(port: int, fhir_port: int, clients: Path | None) -> None:
    """Start the service, a FHIR server with made-up patients, and a page to try both.

    Both listen on this computer alone. With --clients there is no page: its calls would not be let in.
    """
    from cds_hooks.demo.run import run_demo  # noqa: PLC0415  (the other commands need not load the demo's servers)

    run_demo(create_app, port, fhir_port, clients)
