"""What the scan of a chunk found, on disk by buckets of patients: memory does not grow with the export.

A chunk has two files: `NAME.lines` with compressed pieces, and `NAME.index` with their places, written last and moved
into place whole. Where there is an index the chunk is done, so that an interrupted run goes on after it.
"""

import os
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec
import pyarrow as pa
from msgspec import Struct

from cds_hooks.cohort.sorting import Index

_BUFFERED_BYTES = 32 * 2**20
_CODEC = "zstd"

Place = tuple[int, int, int]  # offset, bytes, bytes when decompressed


class Line(Struct, gc=False, array_like=True):
    """One line of a chart: see `scan.Ours`."""

    patient: str
    found_by: tuple[int, ...]
    medication: str
    line: bytes


class SharedLine(Struct, gc=False, array_like=True):
    """One Medication: see `scan.Shared`."""

    names: tuple[str, ...]
    line: bytes


class _Contents(Struct, array_like=True):
    """What a chunk's file holds: the pieces of each bucket, those of no patient, and what else was in the chunk."""

    buckets: dict[int, list[Place]]
    shared: list[Place]
    index: Index


_PACK = msgspec.msgpack.Encoder().encode
_LINES = msgspec.msgpack.Decoder(list[Line])
_SHARED = msgspec.msgpack.Decoder(list[SharedLine])
_CONTENTS = msgspec.msgpack.Decoder(_Contents)


def bucket_of(patient: str, buckets: int) -> int:
    """Where a patient's lines go: the same in every process and every run."""
    return zlib.crc32(patient.encode()) % buckets


class Spill:
    """Collects lines, and writes them out whenever enough are in memory. `finish` writes the index."""

    def __init__(self, path: Path, buckets: int) -> None:
        self._path = path
        self._buckets = buckets
        self._file: BinaryIO = path.with_suffix(".lines").open("wb")
        self._held: defaultdict[int, list[Line]] = defaultdict(list)
        self._shared: list[SharedLine] = []
        self._bytes = 0
        self._places: defaultdict[int, list[Place]] = defaultdict(list)
        self._shared_places: list[Place] = []

    def add(self, line: Line) -> None:
        """One line of a patient."""
        self._held[bucket_of(line.patient, self._buckets)].append(line)
        self._count(line.line)

    def add_shared(self, line: SharedLine) -> None:
        """One line of no patient."""
        self._shared.append(line)
        self._count(line.line)

    def finish(self, index: Index) -> None:
        """Write what is left, and the index."""
        self._flush()
        self._file.close()
        contents = _Contents(dict(self._places), self._shared_places, index)
        write_whole(self._path.with_suffix(".index"), _PACK(contents))

    def _count(self, line: bytes) -> None:
        self._bytes += len(line)
        if self._bytes >= _BUFFERED_BYTES:
            self._flush()

    def _flush(self) -> None:
        for bucket in sorted(self._held):
            self._places[bucket].append(self._write(self._held[bucket]))
        if self._shared:
            self._shared_places.append(self._write(self._shared))
        self._held.clear()
        self._shared = []
        self._bytes = 0

    def _write(self, lines: list[Line] | list[SharedLine]) -> Place:
        content = _PACK(lines)
        packed = pa.compress(content, codec=_CODEC, asbytes=True)
        place = (self._file.tell(), len(packed), len(content))
        self._file.write(packed)
        return place


def is_done(path: Path) -> bool:
    """Whether this chunk was scanned to its end."""
    return path.with_suffix(".index").is_file()


def read_index(path: Path) -> Index:
    """What was in a chunk that is done."""
    return _contents(path).index


def read_bucket(paths: Iterable[Path], bucket: int) -> Iterator[Line]:
    """The lines of one bucket out of all chunks, in the order of the export."""
    for path in paths:
        for piece in _pieces(path, _contents(path).buckets.get(bucket, [])):
            yield from _LINES.decode(piece)


def read_shared(path: Path) -> Iterator[SharedLine]:
    """The lines of no patient in one chunk."""
    for piece in _pieces(path, _contents(path).shared):
        yield from _SHARED.decode(piece)


def _contents(path: Path) -> _Contents:
    return _CONTENTS.decode(path.with_suffix(".index").read_bytes())


def _pieces(path: Path, places: list[Place]) -> Iterator[bytes]:
    if not places:
        return
    with path.with_suffix(".lines").open("rb") as file:
        for offset, length, size in places:
            file.seek(offset)
            yield pa.decompress(file.read(length), decompressed_size=size, codec=_CODEC, asbytes=True)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    partial.write_bytes(content)
    partial.replace(path)
