"""report: the figures of governance, in the terminal and as a page to hand round."""

import os
import sys
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from cds_hooks.app import now
from cds_hooks.audit.exports.scope import Scope, announce, tenant_of
from cds_hooks.audit.governance import governance
from cds_hooks.audit.measures.window import Window
from cds_hooks.audit.notary import Notary
from cds_hooks.audit.verify import verify
from cds_hooks.cohort import page
from cds_hooks.cohort.page import Cell, Share
from cds_hooks.commands.audit import FOUND, open_journal
from cds_hooks.commands.files import opened
from cds_hooks.commands.options import DAY, today
from cds_hooks.commands.report_sections import Section, sections
from cds_hooks.settings import read_settings


@click.command()
@click.option("--since", type=DAY, required=True, help="The first day (YYYY-MM-DD, UTC).")
@click.option("--until", type=DAY, help="The last day; today if not said.")
@click.option("--tenant", help="Whose calls; needed if there are several clients.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Also write one HTML page.")
@click.option("--skip-verify", is_flag=True, help="Do not verify the whole journal, which takes time in a long one.")
def report(since: datetime, until: datetime | None, tenant: str | None, out: Path | None, skip_verify: bool) -> None:
    """Alert volume, overrides and their reasons, burden, silence, missing data, latency, errors, integrity.

    The figures are those of the console. Nobody is in them, not even as a pseudonym. The journal keeps that they were
    asked for. Exit code 1: the journal is not as it was written.
    """
    settings, last = read_settings(os.environ), until.date() if until else today()
    with open_journal(settings) as journal:
        window = _window(tenant_of(journal, tenant), since.date(), last)
        notary = Notary(journal, settings.checkpoints, now)
        announce(journal, Scope(window.tenant, window.first, window.last), "report", {}, now())
        notary.close()
        with journal.database.reading(at_length=True) as connection:
            figures = governance(connection, window)
        verified = None if skip_verify else verify(journal, settings.checkpoints)
    listed = list(sections(figures, verified))
    title = f"{window.tenant}, {window.first} to {window.last}"
    _print(title, listed)
    if out is not None:
        with opened(out) as file:
            file.write(_page(title, listed, figures.total.calls))
        click.echo(f"{out} written", err=True)
    if verified is not None and verified.findings:
        sys.exit(FOUND)


def _window(tenant: str, first: date, last: date) -> Window:
    try:
        return Window(tenant, first, last)
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def _print(title: str, listed: Iterable[Section]) -> None:
    console = Console(highlight=False)
    console.print(f"[bold]Recurrence CDS: {title}[/]")
    for one in listed:
        console.print(f"\n[bold]{one.title}[/]")
        if one.rows:
            console.print(_table(one))
        else:
            console.print(one.empty, markup=False)
        if one.note:
            console.print(one.note, markup=False, style="dim")


def _table(section: Section) -> Table:
    table = Table(box=None, show_header=any(section.headings), pad_edge=False)
    for number, heading in enumerate(section.headings):
        table.add_column(
            heading, overflow="fold", justify="left" if isinstance(section.rows[0][number], str) else "right"
        )
    for row in section.rows:
        table.add_row(*map(_plain, row))
    return table


def _plain(cell: Cell) -> str:
    match cell:
        case Share(count, whole):
            return f"{count:,} ({100 * count / whole:.1f} %)" if whole else f"{count:,}"
        case int():
            return f"{cell:,}"
        case _:
            return cell


def _page(title: str, listed: Iterable[Section], calls: int) -> str:
    lead = page.note(f"{calls:,} calls. Figures of the journal, counted on {today()} (days in UTC).")
    body = (page.section(one.title, *_parts(one)) for one in listed)
    return page.page(f"Recurrence CDS: {title}", [lead], body)


def _parts(one: Section) -> list[str]:
    if not any(one.headings) and one.rows:
        table = page.facts((str(name), value) for name, value in one.rows)
    else:
        table = page.table(one.headings, one.rows, one.empty)
    return [table, *([page.note(one.note)] if one.note else [])]
