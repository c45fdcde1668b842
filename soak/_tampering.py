"""Random tamperings with copies of one journal, each of which must be found."""

import shutil
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from cds_hooks.audit.journal import Journal
from cds_hooks.audit.verify import verify
from tests.audit.filled import filled
from tests.audit.sample import RING
from tests.audit.tampering import tamper, without_constraints


@dataclass
class Tampered:
    """How many of each kind were tried, and those that were missed."""

    tried: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)


def run(folder: Path, times: int, seed: int) -> Tampered:
    """So many single changes, each to a fresh copy."""
    original, copy, random, done = folder / "original", folder / "copy", Random(seed), Tampered()
    original.mkdir()
    filled(original).close()
    without_constraints(original / "j")
    for _ in range(times):
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(original, copy)
        what = tamper(copy / "j", random)
        done.tried[what.partition(" ")[0]] += 1
        with closing(Journal(f"sqlite:///{copy}/j", RING, as_it_is=True)) as journal:
            if not verify(journal, copy / "c").findings:
                done.missed.append(what)
    return done
