"""The command line: serve, demo, mode, token, explain, check, guide, approve, withdraw, cohort, synth, impact, verify,
replay, migrate, shred, export, report.

Exit codes: 0 done, 1 something is not as it should be (`check`, `verify`, `replay`, `report`), 2 it could not be done;
the reason is one line on stderr.
"""

import sys
from typing import Any

import click

from cds_hooks.commands.audit import migrate, replay_, shred, verify
from cds_hooks.commands.chart import explain
from cds_hooks.commands.cohort import cohort, synth
from cds_hooks.commands.export import export
from cds_hooks.commands.impact import impact
from cds_hooks.commands.knowledge import approve, check, guide, withdraw
from cds_hooks.commands.mode import mode
from cds_hooks.commands.report import report
from cds_hooks.commands.serving import demo, serve
from cds_hooks.commands.token import token
from cds_hooks.errors import ClientsBroken, KnowledgeBroken, RecurrenceCdsError, RequestRefused, SettingsBroken
from cds_hooks.writing.escape import plain

CANNOT = 2


class OneLineErrors(click.Group):
    """Turns our own exceptions into one line on stderr (several problems of settings or of a client registry into a
    line each) and exit code 2; all others keep their traceback.
    """

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except RecurrenceCdsError as error:
            for line in error.problems if isinstance(error, ClientsBroken | SettingsBroken) else (in_one_line(error),):
                click.echo(f"recurrence-cds: {line}", err=True)
            sys.exit(CANNOT)


def in_one_line(error: RecurrenceCdsError) -> str:
    """What is wrong, and where, on one line."""
    match error:
        case KnowledgeBroken(problems=(first, *rest)) if rest:
            return f"the knowledge has {1 + len(rest)} problems (recurrence-cds check lists them); the first: {first}"
        case RequestRefused(text=text, where=where) if where:
            return f"{text} ({plain(where)})"
        case _:
            return " ".join(str(error).split())


@click.group(cls=OneLineErrors)
@click.version_option(package_name="recurrence-cds")
def main() -> None:
    """CDS Hooks service for the recurrence risk of breast cancer."""


COMMANDS = (
    *(serve, demo, mode, token, explain),
    *(check, guide, approve, withdraw, impact),
    *(cohort, synth),
    *(verify, replay_, migrate, shred),
    *(export, report),
)
for command in COMMANDS:
    main.add_command(command)


if __name__ == "__main__":
    main(prog_name="recurrence-cds")
