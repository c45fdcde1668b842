"""The lines of one chunk, sorted into those that are needed and those that are only counted, for any engine."""

from collections.abc import Iterator

import msgspec
from msgspec import Struct, field

from cds_hooks.cohort.export import Chunk, EndsTooEarly, lines_of
from cds_hooks.cohort.scan import DAMAGED, NOT_A_PATIENT, Bad, Ours, Scanner, Shared

LONGEST_LINE = 16 * 2**20  # bytes: what the service accepts as a whole request
_MOST_LISTED = 1000  # bad lines of one chunk; all are counted


class BadLine(Struct, gc=False, array_like=True):
    """A line that could not be used; `number` counts from 1 within its chunk."""

    number: int
    why: str


class Index(Struct, array_like=True):
    """What was in a chunk; `kept` are the lines of patients, `kinds` counts all by resource type."""

    lines: int = 0
    kept: int = 0
    not_a_patients: int = 0
    bad_count: int = 0
    bad: list[BadLine] = field(default_factory=list)
    kinds: dict[str, int] = field(default_factory=dict)

    def note(self, number: int, why: str) -> None:
        """Count a bad line, and list it while there is room."""
        self.bad_count += 1
        if len(self.bad) < _MOST_LISTED:
            self.bad.append(BadLine(number, why))


def sorted_lines(chunk: Chunk, scanner: Scanner, index: Index) -> Iterator[tuple[Ours | Shared, bytes]]:
    """The lines that are needed, without blanks around them; `index` is told of the others on the way."""
    index.kinds = scanner.kinds
    try:
        for line in lines_of(chunk, LONGEST_LINE):
            index.lines += 1
            found = scanner.scan(line)
            if found is None:
                continue
            if isinstance(found, Bad):
                _count(index, found)
            elif line is not None:
                index.kept += isinstance(found, Ours)
                yield found, line.strip()
    except EndsTooEarly:
        index.note(index.lines + 1, DAMAGED)


def _count(index: Index, bad: Bad) -> None:
    if bad.why == NOT_A_PATIENT:
        index.not_a_patients += 1
    else:
        index.note(index.lines, bad.why)


_PACK = msgspec.msgpack.Encoder().encode
_UNPACK = msgspec.msgpack.Decoder(Index).decode


def pack_index(index: Index) -> bytes:
    """An index as bytes."""
    return _PACK(index)


def unpack_index(packed: bytes) -> Index:
    """An index from its bytes."""
    return _UNPACK(packed)
