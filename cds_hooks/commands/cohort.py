"""cohort and synth: the same consultation over a whole population, and made-up populations to try it on.

What they need is imported when they run: the other commands, and the server, need none of it.
"""

import os
import sys
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console

from cds_hooks.commands.options import DAY, FOLDER, cards_option

SOURCE = click.Path(exists=True, path_type=Path)
OUT = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("source", type=SOURCE)
@click.option("--out", required=True, type=OUT, help="Folder for the results.")
@click.option("--as-of", required=True, type=DAY, help="The day of the consultations (YYYY-MM-DD).")
@click.option("--engine", type=click.Choice(["local", "spark"]), default="local", show_default=True)
@click.option("--workers", type=click.IntRange(1), help="Processes of the local engine; one for each core if not said.")
@click.option("--master", help="Spark master; local[2,4] if not said, or what spark-submit says.")
@click.option("--knowledge", type=FOLDER, help="Another knowledge folder: report what it would change.")
@cards_option
@click.option(
    "--pseudonym-key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Key file of the journal: patients stand in the results under the pseudonyms that they have there.",
)
@click.option("--tenant", default="default", show_default=True, help="Whose pseudonyms: those of this tenant's calls.")
@click.option("--require-approval", is_flag=True, help="Count as shown only what a clinician approved.")
def cohort(  # noqa: PLR0913, PLR0917 (one parameter for each option)
    source: Path,
    out: Path,
    as_of: datetime,
    engine: str,
    workers: int | None,
    master: str | None,
    knowledge: Path | None,
    cards: Path | None,
    pseudonym_key: Path | None,
    tenant: str,
    require_approval: bool,
) -> None:
    """Consult on every patient of a FHIR Bulk Data export: a folder of NDJSON files, or its manifest.

    Writes patients.parquet (a row for each patient), summary.html, run.json (with the digest of all answers) and
    bad-lines.csv. A run that was interrupted goes on where it was. Exit code 1: patients could not be consulted on.
    """
    from cds_hooks.audit.keyring import read_keyring  # noqa: PLC0415
    from cds_hooks.cohort.engines import engine_named  # noqa: PLC0415
    from cds_hooks.cohort.plan import plan_of  # noqa: PLC0415
    from cds_hooks.cohort.progress import Bars  # noqa: PLC0415
    from cds_hooks.cohort.rows import Naming  # noqa: PLC0415
    from cds_hooks.cohort.run import run  # noqa: PLC0415

    plan = plan_of(
        source,
        out,
        as_of.date(),
        cards=cards,
        other=knowledge,
        naming=Naming(read_keyring(pseudonym_key), tenant) if pseudonym_key else None,
        require_approval=require_approval,
    )
    content = run(plan, engine_named(engine, workers, master), engine, Bars())
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"{content['patients']} patients in {content['seconds']} s, {content['digest']}", markup=False)
    console.print(f"{out / 'summary.html'}", markup=False)
    if bad := content["export"]["bad_lines"]:
        console.print(f"lines that could not be used: {bad}, see {out / 'bad-lines.csv'}", markup=False)
    if failed := content["failed"]:
        console.print(f"patients who could not be consulted on: {failed}, see the column failure", markup=False)
        sys.exit(1)


@click.command()
@click.argument("people", type=click.IntRange(1))
@click.option("--seed", type=int, default=1, show_default=True, help="Equal seeds make equal populations.")
@click.option("--out", required=True, type=OUT, help="Folder for the export.")
@click.option("--lines", type=click.IntRange(10), default=300, show_default=True, help="Lines of each chart.")
@click.option("--plain", is_flag=True, help="Do not gzip the files.")
@click.option("--workers", type=click.IntRange(1), help="Processes; one for each core if not said.")
def synth(people: int, seed: int, out: Path, lines: int, plain: bool, workers: int | None) -> None:  # noqa: PLR0913, PLR0917
    """Make up PEOPLE with breast cancer, and some without, as a FHIR Bulk Data export. Nobody in it is real."""
    from cds_hooks.cohort.progress import Bars  # noqa: PLC0415
    from cds_hooks.cohort.synth.write import Population, write_population  # noqa: PLC0415

    population = Population(people, seed, lines, zipped=not plain)
    counts = write_population(population, out, workers or os.cpu_count() or 1, Bars())
    click.echo(f"{people} people, {sum(counts.values())} lines: {out}")
