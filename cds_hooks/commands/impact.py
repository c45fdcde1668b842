"""impact: what a change of the knowledge does to patients."""

import json
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console

from cds_hooks.commands.options import DAY, FOLDER, today
from cds_hooks.impact.answers import answer
from cds_hooks.impact.charts import charts_in, shipped_charts
from cds_hooks.impact.comparison import Change
from cds_hooks.impact.told import as_json, as_tables
from cds_hooks.impact.versions import version
from cds_hooks.knowledge.load import default_folder


@click.command()
@click.option("--from", "before", required=True, help="The knowledge before: a folder, or a git revision of cards/.")
@click.option("--to", "after", help="The knowledge after, likewise; the folder that ships if not said.")
@click.option("--charts", type=FOLDER, help="More charts: *.json, a Bundle each, and *.ndjson, a Bundle on each line.")
@click.option("--as-of", type=DAY, help="The day of the consultations (YYYY-MM-DD); today if not said.")
@click.option("--require-approval", is_flag=True, help="Compare what is shown where only approved content is.")
@click.option("--json", "in_json", is_flag=True, help="Print everything as JSON.")
def impact(  # noqa: PLR0913 (an argument for each option)
    *,
    before: str,
    after: str | None,
    charts: Path | None,
    as_of: datetime | None,
    require_approval: bool,
    in_json: bool,
) -> None:
    """Show which patients change tier or cards between two versions of the knowledge.

    The patients are those that ship as fixtures, and those of --charts. A change of words alone is counted apart.
    A git revision is looked up in the repository of the folder of --to, else in that of the folder that ships.
    """
    named = (Path(after),) if after and Path(after).is_dir() else ()
    first, second = (version(each, (*named, default_folder())) for each in (before, after))
    day = as_of.date() if as_of else today()
    every = (*shipped_charts(), *(charts_in(charts) if charts else ()))
    changes = tuple(
        Change(
            chart.name,
            *(answer(chart, each.knowledge, day, require_approval=require_approval) for each in (first, second)),
        )
        for chart in every
    )
    if in_json:
        versions = {
            name: {"name": each.name, "fingerprint": each.knowledge.fingerprint}
            for name, each in (("from", first), ("to", second))
        }
        about = {**versions, "as_of": day.isoformat(), "require_approval": require_approval}
        click.echo(json.dumps(as_json(changes, about), indent=1, ensure_ascii=False))
        return
    console = Console(highlight=False)
    console.print(f"From {first.name} to {second.name}, as of {day}", markup=False)
    console.print(as_tables(changes))
