"""mode: how much of its answers a client is shown, and the switch that holds it back at once."""

import os
from datetime import UTC, datetime

import click
from rich.console import Console
from rich.table import Table

from cds_hooks.audit.journal import Journal
from cds_hooks.audit.keyring import read_keyring
from cds_hooks.audit.switches import LOOK_EVERY, last_switched, switch
from cds_hooks.profiles import known_clients
from cds_hooks.settings import read_settings
from cds_hooks.web.clients import Client, Mode

MODES = [mode.word for mode in Mode]


@click.command()
@click.argument("client", required=False)
@click.argument("to", metavar="[off|silent|pilot|live]", required=False, type=click.Choice(MODES))
@click.option("--by", help="Who does it: a name for the journal.")
@click.option("--reason", help="Why, for the journal.")
def mode(client: str | None, to: str | None, by: str | None, reason: str | None) -> None:
    """Hold back the cards of CLIENT at once, on every worker and without a restart; or show how all clients stand.

    off: nothing is judged, no cards. silent: everything is judged and journaled, no cards. pilot: cards for those whom
    the client registry names. live: the switch holds nothing back. A switch never gives more than the registry does.
    The settings are those of the service (environment variables); the act is a row of the journal.
    """
    settings = read_settings(os.environ)
    clients = known_clients(settings)
    found = None if client is None else clients.named(client)
    if client is not None and found is None:
        known = ", ".join(each.name for each in clients)
        raise click.UsageError(f"there is no client {client!r}; there are: {known}")
    journal = Journal(settings.database_url, read_keyring(settings.pseudonym_key_file))
    try:
        if found is None or to is None:
            Console(highlight=False).print(_standing(journal, [found] if found else list(clients)))
        elif not by or not reason:
            raise click.UsageError("--by and --reason are needed: the journal keeps who did it, and why")
        else:
            switch(journal, found.name, to, {"by": by, "reason": reason}, datetime.now(UTC))
            click.echo(f"{found.name}: {_effect(found, to)}. Every worker follows within {LOOK_EVERY:.0f} seconds.")
    finally:
        journal.close()


def _standing(journal: Journal, clients: list[Client]) -> Table:
    table = Table("client", "registry", "switch", "now", box=None)
    for client in clients:
        switched = last_switched(journal.database, client.name)
        now = client.mode_under(switched)
        table.add_row(client.name, client.mode.word, switched or "-", now.word)
    return table


def _effect(client: Client, switched: str) -> str:
    now = client.mode_under(switched)
    return now.word if now.word == switched else f"{now.word} (more than that the registry does not allow)"
