"""token: why a caller is let in, or is not, for those who connect an EHR."""

import os
import sys
import time
from contextlib import closing
from typing import TextIO

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cds_hooks.app import now
from cds_hooks.errors import NotAuthenticated
from cds_hooks.knowledge.load import load_knowledge
from cds_hooks.outbound.caller import Outbound
from cds_hooks.profiles import known_clients
from cds_hooks.settings import Settings, read_settings
from cds_hooks.web.keys import Keys
from cds_hooks.web.tokens import parts, verify

NOT_LET_IN = 1  # exit code


@click.command()
@click.argument("file", type=click.File("r"), default="-")
def token(file: TextIO) -> None:
    """Say whether the token in FILE (a JWT; without FILE, on stdin) would be let in, and as whom or why not.

    The log of the service has the reason alone, since a token that is refused may say anything. Here its header and
    claims are shown beside it. The settings are those of the service; the token is not used up. Exit code 1 if it
    would be refused.
    """
    settings, text = read_settings(os.environ), file.read().strip().removeprefix("Bearer ")
    console = Console(highlight=False, soft_wrap=True)
    try:
        console.print(_content(text))
        client = _client(text, settings)
    except NotAuthenticated as refused:
        console.print(f"Not let in: {refused.reason}", markup=False)
        sys.exit(NOT_LET_IN)
    console.print(f"Let in as {client}", markup=False)


def _content(text: str) -> Table:
    """Header and claims. Raises NotAuthenticated if there are none that can be read."""
    table = Table.grid(padding=(0, 2))
    for part, members in zip(("header", "claim"), parts(text), strict=True):
        for name, value in members.items():
            table.add_row(part, _shown(name), _shown(value))
    return table


def _shown(value: object) -> Text:
    """As it is, without what could steer a terminal."""
    return Text("".join(character for character in str(value) if character.isprintable()))


def _client(text: str, settings: Settings) -> str:
    """The name of the client. Raises NotAuthenticated."""
    clients = known_clients(settings)
    service = f"{settings.base_url}/cds-services"
    own = f"{service}/{load_knowledge(settings.cards).service.id}"
    with closing(Outbound(clients.places)) as outbound:
        keys = Keys(outbound.fetch, time.monotonic, lambda _: None)
        audiences = frozenset({service, own, f"{own}/feedback"})
        return verify(text, clients, keys, audiences, now().timestamp()).client.name
