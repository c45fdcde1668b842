"""The command line: serve, demo, explain, check, guide.

Exit codes: 0 done, 1 the knowledge has problems (`check`), 2 it could not be done; the reason is one line on stderr.
"""

import os
import sys
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, BinaryIO

import click
from granian import Granian
from granian.constants import Interfaces
from rich.console import Console
from rich.table import Table

from cds_hooks.app import create_app
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.pseudonym import read_key
from cds_hooks.consult import consult
from cds_hooks.errors import KnowledgeBroken, RecurrenceCdsError, RequestRefused
from cds_hooks.explain import explanation
from cds_hooks.fhir.bundle import prefetch_of
from cds_hooks.fhir.read import read_record
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.knowledge.load import default_folder, load_knowledge
from cds_hooks.reasoning.consider import History
from cds_hooks.settings import Settings, described, read_settings
from cds_hooks.writing.checks import check_cards
from cds_hooks.writing.escape import plain
from cds_hooks.writing.guide import guide as written_guide

CANNOT = 2

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
DAY = click.DateTime(["%Y-%m-%d"])


class OneLineErrors(click.Group):
    """Turns our own exceptions into one line on stderr and exit code 2; all others keep their traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except RecurrenceCdsError as error:
            click.echo(f"recurrence-cds: {in_one_line(error)}", err=True)
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


# Answers are CPU-bound: more threads in one worker only wait for each other; a second lets one answer wait for disk.
BLOCKING_THREADS = 2


@click.group(cls=OneLineErrors)
@click.version_option(package_name="recurrence-cds")
def main() -> None:
    """CDS Hooks service for the recurrence risk of breast cancer."""


@main.command(epilog="\b\n" + "\n".join(described()))
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
        blocking_threads=BLOCKING_THREADS,
        websockets=False,
    )
    server.serve()


def check_before_start(settings: Settings) -> None:
    """What would keep the workers from starting, found once and said in one line instead of in each of them."""
    load_knowledge(settings.cards, (check_cards,))
    Journal(settings.database_url, read_key(settings.pseudonym_key_file)).close()


@main.command()
@click.option("--port", default=8000, show_default=True, help="Port of the service and of the try-it page.")
@click.option("--fhir-port", default=8001, show_default=True, help="Port of the FHIR server with the made-up patients.")
def demo(port: int, fhir_port: int) -> None:
    """Start the service, a FHIR server with made-up patients, and a page to try both."""
    from cds_hooks.demo.run import run_demo  # noqa: PLC0415  (the other commands need not load the demo's servers)

    run_demo(create_app, port, fhir_port)


@main.command()
@click.argument("file", type=click.File("rb"))
@click.option("--as-of", type=DAY, help="The day of the consultation (YYYY-MM-DD); today if not said.")
@click.option("--cards", type=FOLDER, help="Knowledge folder; the one that ships with the package if not said.")
def explain(file: BinaryIO, as_of: datetime | None, cards: Path | None) -> None:
    """Show what the service sees in FILE, a patient's Bundle or a hook request ("-" is stdin), and what follows."""
    knowledge = load_knowledge(cards)
    keys = knowledge.service.prefetch
    patient_id, prefetch = prefetch_of(file.read(), keys, None)
    record = read_record(prefetch, keys, knowledge.sieve, patient_id)
    consultation = consult(record, History(), knowledge, as_of.date() if as_of else today())
    Console(highlight=False).print(explanation(record, consultation, knowledge))


@main.command()
@click.option("--cards", type=FOLDER, help="Knowledge folder; the one that ships with the package if not said.")
def check(cards: Path | None) -> None:
    """Check the knowledge and every card that it can make; list all problems."""
    console = Console(highlight=False, soft_wrap=True)
    try:
        knowledge = load_knowledge(cards, (check_cards,))
    except KnowledgeBroken as broken:
        for problem in broken.problems:
            console.print(problem, markup=False)
        count = len(broken.problems)
        console.print(f"[bold red]{count} {'problem' if count == 1 else 'problems'}[/]: the service would not start.")
        sys.exit(1)
    console.print(contents(knowledge))


@main.command()
@click.option("--out", type=click.Path(dir_okay=False, allow_dash=True), help="File to write to; - is stdout.")
@click.option("--cards", type=FOLDER, help="Knowledge folder; the one that ships with the package if not said.")
def guide(out: str | None, cards: Path | None) -> None:
    """Write the clinician's guide: the README.md of the knowledge folder, if nothing else is said."""
    folder = cards or default_folder()
    text = written_guide(load_knowledge(folder))
    with click.open_file(out or str(folder / "README.md"), "w", encoding="utf-8") as file:
        file.write(text)


def contents(knowledge: Knowledge) -> Table:
    """What the knowledge holds, on one screen."""
    vocabulary, tiers = knowledge.vocabulary, knowledge.tiers
    codes = sum(len(codelist.meanings) + len(codelist.prefixes) for codelist in vocabulary.codelists.values())
    keys = knowledge.service.prefetch
    lines = {
        "Knowledge": "sound",
        "Fingerprint": knowledge.fingerprint,
        "Approval": "approved" if knowledge.approved else "not yet clinically approved (said on every card)",
        "Service": f"{knowledge.service.id} ({knowledge.service.hook})",
        "Prefetch": ", ".join(key.name + (" (required)" if key.required else "") for key in keys),
        "Facts": str(len(vocabulary.facts)),
        "Code lists": f"{len(vocabulary.codelists)} with {codes} codes",
        "Tier table": ", ".join(row.title for row in tiers.rows),
        "Gates": ", ".join(knowledge.gates),
        "Considerations": _counted(knowledge),
        "Sources": str(len(knowledge.sources)),
        "Templates": f"{len(knowledge.wording)}; every summary fits into 139 characters",
    }
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for title, words in lines.items():
        table.add_row(title, words)
    return table


def _counted(knowledge: Knowledge) -> str:
    """Considerations by their status: "3 draft, 1 approved"."""
    by_status = Counter(each.status.value for each in knowledge.considerations)
    return ", ".join(f"{count} {status}" for status, count in sorted(by_status.items())) or "none"


def today() -> date:
    """The wall clock's day, in UTC."""
    return datetime.now(UTC).date()


if __name__ == "__main__":
    main(prog_name="recurrence-cds")
