"""verify, replay, migrate and shred: the journal, for those who audit and run it.

They find the journal as the service does: by its settings, and without any in the working folder. All but migrate and
shred only read, also while the service is running.
"""

import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console

from cds_hooks.app import now
from cds_hooks.audit import schema, shredding
from cds_hooks.audit.database import Database
from cds_hooks.audit.entry import Caller
from cds_hooks.audit.identity import new_id
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.keyring import read_keyring
from cds_hooks.audit.notary import Notary
from cds_hooks.audit.reading import StoredDecision, Unopened, decisions, stored_decision
from cds_hooks.audit.replay import replay
from cds_hooks.audit.snapshots import Snapshots
from cds_hooks.audit.verify import verify as verified
from cds_hooks.commands.options import DAY, FOLDER
from cds_hooks.errors import KnowledgeBroken, NotInJournal, PayloadForgotten, RequestRefused
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.knowledge.load import load_knowledge
from cds_hooks.settings import Settings, read_settings

FOUND = 1  # exit code: something is not as it should be

_MONTH = click.DateTime(["%Y-%m"])


@contextmanager
def open_journal(settings: Settings) -> Iterator[Journal]:
    """The journal that the settings name, as it is. Raises NotInJournal if there is none here."""
    path = settings.database_url.removeprefix("sqlite:///")
    if path != settings.database_url and not Path(path).exists():
        raise NotInJournal(f"there is no journal {path} here: go where the service runs, or set RECURRENCE_CDS_*")
    with closing(Journal(settings.database_url, read_keyring(settings.pseudonym_key_file), as_it_is=True)) as journal:
        yield journal


@click.command()
def verify() -> None:
    """Prove that nobody changed the journal: every row, the chain, and the checkpoints beside it.

    Exit code 1 if anything is found: an edit, a deletion, a swap, a fork, or rows cut off at the end.
    """
    settings = read_settings(os.environ)
    with open_journal(settings) as journal:
        done = verified(journal, settings.checkpoints)
    console = Console(highlight=False, soft_wrap=True)
    for finding in done.findings:
        console.print(f"{finding.where}: {finding.what}", markup=False)
    for tenant, count in sorted(done.rows.items()):
        console.print(f"{tenant}: {count} rows", markup=False)
    newest = f", the newest of {done.newest_checkpoint[:19]}Z" if done.newest_checkpoint else ""
    console.print(f"{done.checkpoints} checkpoints in {settings.checkpoints}{newest}", markup=False)
    if done.findings:
        console.print(f"[bold red]{len(done.findings)} found[/]: the journal is not as it was written.")
        sys.exit(FOUND)
    console.print("[bold green]Sound[/]: nothing was changed, taken out or cut off.")


@click.command("replay")
@click.argument("decision", required=False)
@click.option("--all", "every", is_flag=True, help="Every decision; the same as no option at all.")
@click.option("--since", type=DAY, help="Every decision since this day (YYYY-MM-DD, UTC).")
@click.option("--with-knowledge", "folder", type=FOLDER, help="Say what this knowledge would have said.")
def replay_(decision: str | None, every: bool, since: datetime | None, folder: Path | None) -> None:
    """Make decisions again, each from its row and the knowledge that it names; compare byte by byte.

    Exit code 1 if an answer comes out otherwise; the difference is shown. With --with-knowledge differences are what
    is asked for, and no reason for an exit code.
    """
    if decision and (every or since):
        raise click.UsageError("Give a decision, or --all or --since, not both.")
    console = Console(highlight=False, soft_wrap=True)
    with open_journal(read_settings(os.environ)) as journal:
        again = _Again(Snapshots(journal), load_knowledge(folder) if folder else None)
        for stored in _chosen(journal, decision, since):
            for line in again.lines(stored):
                console.print(line, markup=False)
    console.print(again.summary(), markup=False)
    if again.counts["impossible"] or (again.counts["different"] and folder is None):
        sys.exit(FOUND)


class _Again:
    """Decisions made again, under the knowledge of each or under another."""

    def __init__(self, snapshots: Snapshots, other: Knowledge | None) -> None:
        self._snapshots, self._other = snapshots, other
        self.counts: Counter[str] = Counter()

    def lines(self, stored: StoredDecision | Unopened) -> Iterator[str]:
        """Make it again; what differs, for reading."""
        about = f"{stored.row['id']} of {stored.row['received_at'][:19]}Z, answered by version {stored.row['build']}"
        if isinstance(stored, Unopened):
            shredded = isinstance(stored.problem, PayloadForgotten)
            self.counts["shredded" if shredded else "impossible"] += 1
            if not shredded:
                yield f"{about}: its sealed part cannot be opened: {stored.problem}"
        elif stored.response is None:
            self.counts["refused"] += 1
        else:
            yield from self._made(stored, about)

    def _made(self, stored: StoredDecision, about: str) -> Iterator[str]:
        try:
            again = replay(stored, self._other or self._snapshots.get(stored.row["knowledge"]))
        except (KnowledgeBroken, NotInJournal, RequestRefused) as problem:
            self.counts["impossible"] += 1
            yield f"{about}: it cannot be made again: {' '.join(str(problem).split())}"
            return
        self.counts["same" if again.same else "different"] += 1
        if not again.same:
            yield f"{about}:"
            yield from (f"  {line}" for line in again.difference)

    def summary(self) -> str:
        """All counts in one line."""
        made = self.counts["same"] + self.counts["different"]
        words = [f"{made} decisions made again: {self.counts['same']} byte for byte the same"]
        words += [f"{self.counts['different']} different"] if self.counts["different"] else []
        words += [f"{self.counts['impossible']} could not be made again"] if self.counts["impossible"] else []
        words += [f"{self.counts['refused']} refusals decided nothing"] if self.counts["refused"] else []
        words += [f"{self.counts['shredded']} were shredded"] if self.counts["shredded"] else []
        return ", ".join(words) + "."


def _chosen(journal: Journal, decision: str | None, since: datetime | None) -> Iterator[StoredDecision | Unopened]:
    if decision is None:
        yield from decisions(journal, since.date() if since else None)
        return
    found = stored_decision(journal, decision)
    if found is None:
        raise NotInJournal(f"the journal holds no decision {decision}")
    yield found


@click.command()
@click.option("--grant", "role", help="Also let this role of the service insert and select, and no more.")
def migrate(role: str | None) -> None:
    """Bring the journal's schema up to date, as the owner of its tables.

    On SQLite the service does so itself. On PostgreSQL run it with the owner's RECURRENCE_CDS_DATABASE_URL before a
    new version is started; the service's own role can only insert and select.
    """
    with closing(Database(read_settings(os.environ).database_url)) as database:
        schema.bring_up_to_date(database)
        if role:
            schema.grant(database, role)
        click.echo(f"The schema is {database.revision()}.")


@click.command()
@click.option("--before", type=_MONTH, required=True, help="The first month to keep (YYYY-MM).")
@click.confirmation_option(prompt="What the months before it sealed can never be read again. Shred?")
def shred(before: datetime) -> None:
    """Forget what was sealed in the months before a month: their keys are deleted, the rows and the chain stay.

    On PostgreSQL this needs the owner's role. Backups that hold the keys must be destroyed too.
    """
    settings, month, today = read_settings(os.environ), before.strftime("%Y-%m"), now()
    if month > today.strftime("%Y-%m"):
        raise click.UsageError("The current month is still being written: name a month up to it.")
    with open_journal(settings) as journal:
        notary = Notary(journal, settings.checkpoints, now)
        for tenant, count in shredding.tenants_with_keys_before(journal, month).items():
            shredding.shred(journal, shredding.act(new_id(today), today, Caller(tenant), month))
            click.echo(f"{tenant}: {count} months forgotten")
        notary.close()
