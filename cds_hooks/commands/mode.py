"""mode: how much of its answers a client is shown, and the switch that holds it back at once."""

import os
from collections.abc import Mapping

import click
from rich.console import Console
from rich.table import Table

from cds_hooks.app import now
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.notary import Notary
from cds_hooks.audit.switches import LOOK_EVERY, last_switched, switch
from cds_hooks.commands.audit import open_journal
from cds_hooks.profiles import known_clients
from cds_hooks.settings import Settings, read_settings
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
    # one that is not there is not made: a switch in a journal that no service reads would be none
    with open_journal(settings) as journal:
        if found is None or to is None:
            Console(highlight=False).print(_standing(journal, [found] if found else list(clients)))
        elif not by or not reason:
            raise click.UsageError("--by and --reason are needed: the journal keeps who did it, and why")
        else:
            act(journal, settings, found, to, {"by": by, "reason": reason})


def act(journal: Journal, settings: Settings, client: Client, to: str, why: Mapping[str, str]) -> None:
    """Put the switch, say what follows from it, and have the row under a checkpoint."""
    notary = Notary(journal, settings.checkpoints, now)
    switch(journal, client.name, to, why, now())
    notary.close()
    click.echo(f"{client.name}: {_effect(client, to)}. Every worker follows within {LOOK_EVERY:.0f} seconds.")


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
