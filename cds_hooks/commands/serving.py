"""serve and demo: the service itself."""

import os

import click
from granian import Granian
from granian.constants import Interfaces

from cds_hooks.app import create_app, released_knowledge
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.keyring import read_keyring
from cds_hooks.knowledge.approvals import approval_state
from cds_hooks.settings import Settings, described, read_settings
from cds_hooks.writing.checks import check_cards

# Threads beside those that answer: they refuse what is too much (web.admission) and answer probes. Where all threads
# are taken a request waits in the server, out of reach of the application.
THREADS_TO_SPARE = 16
# Connections in one worker. It must be more than clients hold open, for one that waits to be accepted waits unseen.
CONNECTIONS = 1024


@click.command(epilog="\b\n" + "\n".join(described()))
def serve() -> None:
    """Serve; the settings are environment variables."""
    settings = read_settings(os.environ)
    check_before_start(settings)
    server = Granian(
        "cds_hooks.app:wsgi",
        factory=True,
        interface=Interfaces.WSGI,
        address=settings.host,
        port=settings.port,
        workers=settings.workers,
        blocking_threads=settings.max_in_progress + THREADS_TO_SPARE,
        backlog=CONNECTIONS,
        backpressure=CONNECTIONS,
        websockets=False,
    )
    server.serve()


def check_before_start(settings: Settings) -> None:
    """What would keep the workers from starting, found once and said in one line instead of in each of them."""
    knowledge = released_knowledge(settings, (check_cards,))
    Journal(settings.database_url, read_keyring(settings.pseudonym_key_file)).close()
    if settings.require_approval and not knowledge.approved:
        click.echo(f"recurrence-cds: {approval_state(knowledge)}", err=True)


@click.command()
@click.option("--port", default=8000, show_default=True, help="Port of the service and of the try-it page.")
@click.option("--fhir-port", default=8001, show_default=True, help="Port of the FHIR server with the made-up patients.")
def demo(port: int, fhir_port: int) -> None:
    """Start the service, a FHIR server with made-up patients, and a page to try both."""
    from cds_hooks.demo.run import run_demo  # noqa: PLC0415  (the other commands need not load the demo's servers)

    run_demo(create_app, port, fhir_port)
