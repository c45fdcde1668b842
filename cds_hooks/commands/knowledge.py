"""check and guide: the knowledge, for those who write and review it."""

import sys
from collections import Counter
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from cds_hooks.commands.options import cards_option
from cds_hooks.errors import KnowledgeBroken
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.knowledge.load import default_folder, load_knowledge
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


@click.command()
@click.option("--out", type=click.Path(dir_okay=False, allow_dash=True), help="File to write to; - is stdout.")
@cards_option
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
