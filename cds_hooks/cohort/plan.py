"""What a run is asked to do, and the values that every worker of every engine needs for it."""

import gc
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

from cds_hooks.cohort.changes import changes
from cds_hooks.cohort.charts import exported_types
from cds_hooks.cohort.export import Export, find_export
from cds_hooks.cohort.found import Found
from cds_hooks.cohort.rows import Asked, Chart, Naming, Row, row_of
from cds_hooks.cohort.scan import Scanner
from cds_hooks.cohort.sorting import LONGEST_LINE
from cds_hooks.errors import EngineUnavailable, ExportUnusable
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.knowledge.load import load_knowledge

_UNZIPPED = 12  # how much longer NDJSON of FHIR is than its gzipped form, about
_BUCKET_BYTES = 128 * 2**20
_FEWEST_BUCKETS, _MOST_BUCKETS = 8, 4096


@dataclass(frozen=True, slots=True)
class Plan:
    """One run. `cards` is the knowledge folder (None: the one that ships), `other` one to compare it with;
    `fingerprints` are theirs, in this order, so that every worker can tell that it works with the same. `required` are
    the resource types without which no answer can be given, `sought` all that are searched for;
    `titles` are the words for factors, facts and considerations.
    """

    export: Export
    out: Path
    as_of: date
    cards: Path | None
    other: Path | None
    fingerprints: tuple[str, ...]
    required: frozenset[str]
    sought: frozenset[str]
    titles: Mapping[str, str]
    naming: Naming | None = None
    require_approval: bool = False

    @property
    def buckets(self) -> int:
        """In how many groups patients are taken: each fits into memory, however large the export is."""
        size = sum(file.size * (_UNZIPPED if file.zipped else 1) for file in self.export.files)
        return min(max(_FEWEST_BUCKETS, -(-size // _BUCKET_BYTES)), _MOST_BUCKETS)

    def asked(self, found: Found) -> Asked:
        """What every consultation shares, once the export was read. Raises ExportUnusable if it lacks what all need."""
        exported = exported_types(found.kinds)
        if lacking := sorted(self.required - exported):
            raise ExportUnusable(f"the export holds no {' and no '.join(lacking)}: without it nothing can be said")
        return Asked(self.as_of, exported, self.naming, self.require_approval)

    @property
    def work(self) -> Path:
        """Where unfinished work is kept."""
        return self.out / "work"

    @property
    def identity(self) -> str:
        """Equal for runs whose unfinished work can be taken up: same export, day, knowledge, naming and program."""
        naming = self.naming.of("") if self.naming else "given"
        run = (self.export.identity, str(self.as_of), *self.fingerprints, naming, str(self.require_approval))
        parts = (*run, str(self.buckets), version("recurrence-cds"))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


class Consultant:
    """A worker's knowledge, loaded once, and the two things it does with it."""

    def __init__(self, folders: tuple[Path | None, ...], fingerprints: tuple[str, ...]) -> None:
        """Raises EngineUnavailable if the folders no longer hold the knowledge with which the run began."""
        self.knowledge = tuple(load_knowledge(folder) for folder in folders)
        if tuple(knowledge.fingerprint for knowledge in self.knowledge) != fingerprints:
            raise EngineUnavailable("the knowledge of a worker is not that of the run: it was changed meanwhile")

    def scanner(self) -> Scanner:
        """A scanner for the prefetch keys of all knowledge."""
        return Scanner(tuple(knowledge.service.prefetch for knowledge in self.knowledge), LONGEST_LINE)

    def consult(self, chart: Chart, asked: Asked) -> tuple[Row, list[Row]]:
        """The row of one patient, and what the other knowledge would change in it (empty if there is none)."""
        first, *others = (row_of(chart, knowledge, n, asked) for n, knowledge in enumerate(self.knowledge))
        return first, [change for other in others for change in changes(first, other)]


def collect_seldom() -> None:
    """Let the garbage collector of this worker pass over the knowledge for good, and look at the rest seldom: a
    consultation makes many small values that hardly ever refer to each other in a circle (a tenth of the time).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)


def plan_of(  # noqa: PLR0913 (all that a run is asked)
    source: Path,
    out: Path,
    as_of: date,
    *,
    cards: Path | None = None,
    other: Path | None = None,
    naming: Naming | None = None,
    require_approval: bool = False,
) -> Plan:
    """The plan of a run. Raises ExportUnusable, KnowledgeBroken."""
    folders = (cards,) if other is None else (cards, other)
    knowledge = [load_knowledge(folder) for folder in folders]
    keys = [key for each in knowledge for key in each.service.prefetch]
    fingerprints = tuple(each.fingerprint for each in knowledge)
    return Plan(
        export=find_export(source),
        out=out,
        as_of=as_of,
        cards=cards,
        other=other,
        fingerprints=fingerprints,
        required=frozenset(key.resource_type for key in keys if key.required),
        sought=frozenset(key.resource_type for key in keys),
        titles={id_: title for each in knowledge for id_, title in _titles(each)},
        naming=naming,
        require_approval=require_approval,
    )


def _titles(knowledge: Knowledge) -> Iterator[tuple[str, str]]:
    yield from ((fact.id, fact.title) for fact in knowledge.vocabulary.facts.values())
    yield from ((row.key, row.title) for row in knowledge.tiers.rows)
    yield from ((each.id, each.title) for each in knowledge.considerations)


def folders_of(plan: Plan) -> tuple[Path | None, ...]:
    """The knowledge folders of a run, in the order of its fingerprints."""
    return (plan.cards, plan.other)[: len(plan.fingerprints)]
