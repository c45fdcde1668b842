"""check, guide, approve, withdraw: the knowledge, for those who write and review it."""

import sys
from collections import Counter
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cds_hooks.commands.options import DAY, cards_option, today
from cds_hooks.errors import KnowledgeBroken
from cds_hooks.knowledge import approving
from cds_hooks.knowledge.approvals import approval_state, overdue, still_unapproved
from cds_hooks.knowledge.approving import Changes, Signature
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.knowledge.load import default_folder, knowledge_of, load_knowledge, read_folder
from cds_hooks.writing.checks import check_cards
from cds_hooks.writing.guide import guide as written_guide


@click.command()
@cards_option
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
    for line in overdue(knowledge, today()):
        console.print(f"[bold yellow]warning[/] {escape(line)}")


@click.command()
@click.option("--out", type=click.Path(dir_okay=False, allow_dash=True), help="File to write to; - is stdout.")
@cards_option
def guide(out: str | None, cards: Path | None) -> None:
    """Write the clinician's guide: the README.md of the knowledge folder, if nothing else is said."""
    folder = cards or default_folder()
    text = written_guide(load_knowledge(folder))
    with click.open_file(out or str(folder / "README.md"), "w", encoding="utf-8") as file:
        file.write(text)


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--reviewer", required=True, help="Who has read it and approves it; never its author.")
@click.option("--role", required=True, help="The reviewer's role, such as medical oncologist.")
@click.option("--author", help="Who wrote it; what the file says if not said.")
@click.option("--due", type=DAY, help="The day of the next review (YYYY-MM-DD); what the file says if not said.")
@cards_option
def approve(  # noqa: PLR0913 (an argument for each option)
    ids: tuple[str, ...], *, reviewer: str, role: str, author: str | None, due: datetime | None, cards: Path | None
) -> None:
    """Approve each ID: a consideration, or tiers, gates or wording, which every card rests on.

    Writes the review into its file and its hash into approvals.yaml; all are approved or none. Refused are the author
    as reviewer, evidence that was only recalled, a review that is not due in the future, and what check refuses.
    """
    folder, names = cards or default_folder(), tuple(dict.fromkeys(ids))
    signature = Signature(reviewer, role, today(), author, due.date() if due else None)

    def check_with(new: Changes) -> None:
        knowledge_of({**read_folder(folder), **new}, (check_cards,))

    versions = approving.approve(folder, names, signature, check_with)
    said = ", ".join(f"{id_} version {version}" for id_, version in versions.items())
    click.echo(f"Approved {said} by {reviewer} ({role}). {still_unapproved(load_knowledge(folder))}")


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@cards_option
def withdraw(ids: tuple[str, ...], cards: Path | None) -> None:
    """Withdraw the approval of each ID: it is a draft again, and where approval is required it is shown no more.

    A running service keeps its knowledge until it is started anew.
    """
    folder = cards or default_folder()
    versions = approving.withdraw(folder, tuple(dict.fromkeys(ids)))
    said = ", ".join(f"{id_} version {version}" for id_, version in versions.items())
    click.echo(f"Withdrew the approval of {said}: a draft again. Start the service anew to make it so there.")


def contents(knowledge: Knowledge) -> Table:
    """What the knowledge holds, on one screen."""
    vocabulary, tiers = knowledge.vocabulary, knowledge.tiers
    codes = sum(len(codelist.meanings) + len(codelist.prefixes) for codelist in vocabulary.codelists.values())
    keys = knowledge.service.prefetch
    lines = {
        "Knowledge": "sound",
        "Fingerprint": knowledge.fingerprint,
        "Approval": approval_state(knowledge),
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
