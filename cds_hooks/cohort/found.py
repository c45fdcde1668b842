"""What reading an export found, whichever engine read it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cds_hooks.cohort.export import Chunk, ExportFile
from cds_hooks.cohort.sorting import Index

MOST_LISTED = 10_000  # bad lines of one export that are listed; all are counted


@dataclass(frozen=True, slots=True, order=True)
class Bad:
    """A line that could not be used: its file, its number in it (from 1), and why."""

    file: str
    line: int
    why: str


@dataclass(frozen=True, slots=True)
class Found:
    """`lines` are all that were read, `kept` those that a search of the service finds, `not_a_patients` those among
    them whose subject is something else; `kinds` counts the lines by resource type.
    """

    lines: int = 0
    kept: int = 0
    not_a_patients: int = 0
    bad_count: int = 0
    bad: tuple[Bad, ...] = ()
    kinds: Mapping[str, int] = field(default_factory=dict)


def add_up(indexes: Iterable[tuple[Chunk, Index]]) -> Found:
    """What all chunks held together; they come in the order of the export."""
    before: defaultdict[ExportFile, int] = defaultdict(int)
    kinds: Counter[str] = Counter()
    bad: list[Bad] = []
    totals: Counter[str] = Counter()
    for chunk, index in indexes:
        file, room = chunk.file, MOST_LISTED - len(bad)
        bad += [Bad(file.name, before[file] + one.number, one.why) for one in index.bad[:room]]
        before[file] += index.lines
        kinds.update(index.kinds)
        totals.update({"lines": index.lines, "kept": index.kept, "other": index.not_a_patients, "bad": index.bad_count})
    short = [Bad(f.name, lines + 1, _ends(f.count)) for f, lines in before.items() if lines < (f.count or 0)]
    return Found(
        lines=totals["lines"],
        kept=totals["kept"],
        not_a_patients=totals["other"],
        bad_count=totals["bad"] + len(short),
        bad=(*bad, *short),
        kinds=dict(sorted(kinds.items())),
    )


def _ends(count: int | None) -> str:
    return f"the file ends before this line: the manifest says {count} lines"
