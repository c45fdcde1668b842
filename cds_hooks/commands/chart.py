"""explain: what the service sees in one chart."""

from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import click
from rich.console import Console

from cds_hooks.commands.options import DAY, cards_option, today
from cds_hooks.consult import consult
from cds_hooks.explain import explanation
from cds_hooks.fhir.bundle import prefetch_of
from cds_hooks.fhir.read import read_record
from cds_hooks.knowledge.load import load_knowledge
from cds_hooks.reasoning.consider import History


@click.command()
@click.argument("file", type=click.File("rb"))
@click.option("--as-of", type=DAY, help="The day of the consultation (YYYY-MM-DD); today if not said.")
@cards_option
def explain(file: BinaryIO, as_of: datetime | None, cards: Path | None) -> None:
    """Show what the service sees in FILE, a patient's Bundle or a hook request ("-" is stdin), and what follows."""
    knowledge = load_knowledge(cards)
    keys = knowledge.service.prefetch
    patient_id, prefetch = prefetch_of(file.read(), keys, None)
    record = read_record(prefetch, keys, knowledge.sieve, patient_id)
    consultation = consult(record, History(), knowledge, as_of.date() if as_of else today())
    Console(highlight=False).print(explanation(record, consultation, knowledge))
