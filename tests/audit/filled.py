"""A journal with answers, refusals and feedback, signed for up to its newest row."""

from pathlib import Path
from uuid import uuid4

from cds_hooks.audit import checkpoints, snapshots
from cds_hooks.audit.checkpoints import Head
from cds_hooks.audit.entry import CardShown, Spoken
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.reading import rows
from cds_hooks.knowledge.load import load_knowledge
from tests.audit.sample import CARD, NOON, RING, entry, item, report

KNOWLEDGE = load_knowledge()
ROWS = 12


def filled(folder: Path) -> Journal:
    """The journal `j` in the folder, and its checkpoints `c`."""
    journal = Journal(f"sqlite:///{folder}/j", RING)
    snapshots.keep(journal, KNOWLEDGE)
    for number in range(ROWS - 2):
        shown = CardShown(str(uuid4()) if number else CARD, "tier", considerations=(Spoken("tier", "applies"),))
        journal.record(entry(knowledge=KNOWLEDGE.fingerprint, cards=(shown,), input_digest=b"i" * 32))
    report(journal, item(), item(comment="seen"))
    journal.record(entry(status=422, error="WrongPatient"))
    sign(journal, folder)
    return journal


def sign(journal: Journal, folder: Path) -> None:
    """Sign for the newest row."""
    newest = rows(journal)[-1]
    head = Head(newest["tenant"], newest["seq"], newest["hash"])
    checkpoints.append(folder / "c", RING, journal.id, [head], NOON)
