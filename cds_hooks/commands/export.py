"""export: what leaves the journal as a file."""

import csv
import os
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import IO, Any

import click
import msgspec

from cds_hooks.app import now
from cds_hooks.audit.exports.deidentified import LEAST_DAYS
from cds_hooks.audit.exports.kinds import EXPORTS, Export, keyed
from cds_hooks.audit.exports.scope import Scope, announce, tenant_of
from cds_hooks.audit.notary import Notary
from cds_hooks.commands.audit import open_journal
from cds_hooks.commands.files import opened
from cds_hooks.commands.options import DAY, today
from cds_hooks.settings import read_settings

_ENCODE = msgspec.json.Encoder().encode
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would calculate a cell that begins so

Row = Mapping[str, Any]


@click.command()
@click.argument("kind", metavar="KIND", type=click.Choice(list(EXPORTS)))
@click.option("--since", type=DAY, required=True, help="The first day (YYYY-MM-DD, UTC).")
@click.option("--until", type=DAY, help="The last day; today if not said.")
@click.option("--tenant", help="Whose calls; needed if there are several clients.")
@click.option("--format", "form", type=click.Choice(["ndjson", "csv"]), default="ndjson", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="File; of fhir a folder. Standard output if not said.")
@click.option("--identified", is_flag=True, help="Name people as they were sent, and open comments.")
@click.option("--by", help="Who exports: a name for the journal. Needed with --identified.")
@click.option("--reason", help="Why, for the journal. Needed with --identified.")
def export(  # noqa: PLR0913, PLR0917 (one parameter for each option)
    kind: str,
    since: datetime,
    until: datetime | None,
    tenant: str | None,
    form: str,
    out: Path | None,
    identified: bool,
    by: str | None,
    reason: str | None,
) -> None:
    """Write KIND as NDJSON or CSV; the journal keeps that it was done, before anything is read.

    \b
    decisions     what stands in the clear of every call: tier, missing, considerations, silence, times
    onc-feedback  45 CFR 170.315(b)(11)(ii)(C): intervention, action, feedback, user, date, location
    fhir          AuditEvent (IHE BALP), GuidanceResponse and RiskAssessment, R4
    deidentified  answers without identifiers and dates; at least a year of them
    counts        patients by tier, age and sex, without cells of fewer than 11; at least a year

    People stand under their pseudonyms unless they are asked for with --identified.
    """  # noqa: D301 (click keeps the lines after \b as they are)
    chosen, last = EXPORTS[kind], (until.date() if until else today())
    _check(chosen, since.date(), last, form, identified, by, reason)
    why = {name: said for name, said in (("by", by), ("reason", reason)) if said}
    settings = read_settings(os.environ)
    with open_journal(settings) as journal:
        scope = Scope(tenant_of(journal, tenant), since.date(), last, identified)
        notary = Notary(journal, settings.checkpoints, now)
        act = announce(journal, scope, kind, why, now())
        notary.close()
        scope = keyed(scope, chosen, journal, act)
        rows, columns = chosen.rows(journal, scope), chosen.columns(scope) if chosen.columns else ()
        count = _by_type(rows, out) if out and not columns else _written(rows, columns if form == "csv" else (), out)
    click.echo(f"{count} rows of {scope.tenant}; journaled as {act}", err=True)


def _check(  # noqa: PLR0913, PLR0917 (what was asked for, all of it)
    chosen: Export, first: date, last: date, form: str, identified: bool, by: str | None, reason: str | None
) -> None:
    if first > last:
        raise click.UsageError("--since is after --until")
    if form == "csv" and chosen.columns is None:
        raise click.UsageError("FHIR resources are no table: --format ndjson")
    if identified and chosen.anonymous:
        raise click.UsageError("nobody is named in this export")
    if identified and not (by and reason):
        raise click.UsageError("--by and --reason are needed: the journal keeps who named people, and why")
    if chosen.anonymous and last - first < timedelta(days=LEAST_DAYS - 1):
        raise click.UsageError(f"at least {LEAST_DAYS} days: the days of a shorter one would tell dates")


def _written(rows: Iterable[Row], columns: tuple[str, ...], out: Path | None) -> int:
    with opened(out) as file:
        return _table(rows, columns, file) if columns else sum(file.write(_line(row)) > 0 for row in rows)


def _by_type(rows: Iterable[Row], folder: Path) -> int:
    """A file for each type of resource, as a FHIR Bulk Data export has them."""
    count, files = 0, dict[str, IO[str]]()
    with ExitStack() as stack:
        for row in rows:
            type_ = row["resourceType"]
            if type_ not in files:
                files[type_] = stack.enter_context(opened(folder / f"{type_}.ndjson"))
            files[type_].write(_line(row))
            count += 1
    return count


def _line(row: Row) -> str:
    return _ENCODE(row).decode() + "\n"


def _table(rows: Iterable[Row], columns: tuple[str, ...], file: IO[str]) -> int:
    count, table = 0, csv.writer(file, lineterminator="\r\n")  # RFC 4180
    table.writerow(columns)
    for row in rows:
        table.writerow([_cell(row[name]) for name in columns])
        count += 1
    return count


def _cell(value: Any) -> str:
    text = _plain(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _plain(value: Any) -> str:
    match value:
        case None:
            return ""
        case list():
            return " ".join(value)
        case dict():
            return _ENCODE(value).decode() if value else ""
        case _:
            return str(value)
