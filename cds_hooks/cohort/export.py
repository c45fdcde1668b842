"""A FHIR Bulk Data export on disk: which files belong to it, and their lines.

https://hl7.org/fhir/uv/bulkdata/export.html: NDJSON by resource type, often gzipped, with a manifest whose
`output[].url` names the files as the server did. A file that the manifest names and that is not here would make holes
in charts that nobody sees, so such an export is refused.
"""

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BufferedReader, RawIOBase
from pathlib import Path, PurePosixPath
from typing import IO, Any
from urllib.parse import parse_qs, unquote, urlsplit

from cds_hooks.errors import ExportUnusable

CHUNK_BYTES = 64 * 2**20  # what one worker reads at a time of a file that is not gzipped
_ENDINGS = (".ndjson", ".ndjson.gz")
_GZIP = b"\x1f\x8b"
_BUFFER = 256 * 1024  # lines are found in it without a call of Python for each


@dataclass(frozen=True, slots=True)
class ExportFile:
    """One file. `name` is its path below the export's folder, `size` its bytes on disk; `count` are the resources that
    the manifest says are in it, None if it does not say.
    """

    path: Path
    name: str
    size: int
    zipped: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """The lines of a file that begin in [start, end); the whole of a gzipped file is one chunk (end -1)."""

    file: ExportFile
    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Export:
    """`types` are those that the export was asked for, None if the manifest does not say; `transaction_time` is the
    server's moment of the export; `identity` is a sha-256 over the manifest and the files' names and sizes.
    """

    folder: Path
    files: tuple[ExportFile, ...]
    identity: str
    manifest: str | None = None
    transaction_time: str | None = None

    @property
    def bytes(self) -> int:
        """All bytes on disk."""
        return sum(file.size for file in self.files)

    def chunks(self) -> Iterator[Chunk]:
        """The pieces that are read independently, in the order of files and lines."""
        for file in self.files:
            ends = [-1] if file.zipped else [*range(CHUNK_BYTES, file.size, CHUNK_BYTES), file.size]
            start = 0
            for number, end in enumerate(ends):
                yield Chunk(file, number, start, end)
                start = end


def find_export(source: Path) -> Export:
    """The export in a folder, or of a manifest. Raises ExportUnusable: no NDJSON, or files that are missing."""
    folder = source if source.is_dir() else source.parent
    manifest = _manifest_in(folder) if source.is_dir() else source
    if manifest is None:
        named: dict[Path, int | None] = {
            p: None for p in folder.rglob("*") if p.name.endswith(_ENDINGS) and p.is_file()
        }
        content: Mapping[str, Any] = {}
    else:
        content = _read_manifest(manifest)
        named = _named_files(folder, content, manifest.name)
    if not named:
        raise ExportUnusable(f"{source}: there is no NDJSON file of a bulk export")
    files = tuple(_file(path, folder, named[path]) for path in sorted(named))
    told = content.get("transactionTime")
    return Export(
        folder=folder,
        files=files,
        identity=_identity(files, manifest),
        manifest=manifest.name if manifest else None,
        transaction_time=told if isinstance(told, str) else None,
    )


def _manifest_in(folder: Path) -> Path | None:
    found = [path for path in sorted(folder.glob("*.json")) if b'"output"' in path.read_bytes()]
    if len(found) > 1:
        raise ExportUnusable(f"{folder}: several manifests ({', '.join(p.name for p in found)}): name the one to read")
    return found[0] if found else None


def _read_manifest(path: Path) -> Mapping[str, Any]:
    try:
        content = json.loads(path.read_bytes())
    except (ValueError, OSError) as problem:
        raise ExportUnusable(f"{path}: not a manifest of a bulk export: {problem}") from problem
    if not isinstance(content, dict) or not isinstance(content.get("output"), list):
        raise ExportUnusable(f"{path}: not a manifest of a bulk export: it has no list `output`")
    return content


def _named_files(folder: Path, manifest: Mapping[str, Any], name: str) -> dict[Path, int | None]:
    """The files that a manifest names, each with the number of resources that it says."""
    items = [item if isinstance(item, dict) else {} for item in manifest["output"]]
    found: dict[Path, int | None] = {}
    missing = []
    for item in items:
        url, count = item.get("url"), item.get("count")
        local = _local(folder, url) if isinstance(url, str) else None
        if local is None:
            missing.append(str(url))
        else:
            found[local] = count if isinstance(count, int) else None
    if missing:
        some = ", ".join(PurePosixPath(urlsplit(url).path).name for url in missing[:5])
        raise ExportUnusable(f"{name} names {len(missing)} of {len(items)} files that are not beside it: {some}")
    return found


def _local(folder: Path, url: str) -> Path | None:
    """The file of a URL: under its last segment, whether or not it was unzipped, zipped or named NDJSON on the way."""
    parts = urlsplit(url)
    names = [PurePosixPath(unquote(parts.path)).name, *(v for vs in parse_qs(parts.query).values() for v in vs)]
    for name in (PurePosixPath(name).name for name in names):
        for candidate in (name, name.removesuffix(".gz"), f"{name}.gz", f"{name}.ndjson", f"{name}.ndjson.gz"):
            if candidate and (folder / candidate).is_file():
                return folder / candidate
    return None


def _file(path: Path, folder: Path, count: int | None) -> ExportFile:
    with path.open("rb") as file:
        zipped = file.read(2) == _GZIP
    return ExportFile(path, path.relative_to(folder).as_posix(), path.stat().st_size, zipped, count)


def _identity(files: tuple[ExportFile, ...], manifest: Path | None) -> str:
    digest = hashlib.sha256(manifest.read_bytes() if manifest else b"")
    for file in files:
        digest.update(f"\n{file.size} {file.name}".encode())
    return f"sha256:{digest.hexdigest()}"


def lines_of(chunk: Chunk, longest: int) -> Iterator[bytes | None]:
    """The lines that begin in a chunk, without their ends; None for one of more than `longest` bytes.

    Raises EndsTooEarly where a gzipped file is cut or damaged; what came before has been given.
    """
    with chunk.file.path.open("rb") as raw:
        if chunk.file.zipped:
            with gzip.GzipFile(fileobj=raw) as unzipped:
                yield from _unzipped_lines(BufferedReader(_Unzipped(unzipped), _BUFFER), longest)
            return
        if chunk.start:
            raw.seek(chunk.start - 1)
            _to_the_end_of_the_line(raw)
        while raw.tell() < chunk.end:
            line = raw.readline(longest + 1)
            yield _whole(raw, line, longest)


class _Unzipped(RawIOBase):
    """A gzipped file that gives whatever it has before it finds that there is no more."""

    def __init__(self, file: gzip.GzipFile) -> None:
        super().__init__()
        self._file = file

    def readable(self) -> bool:
        """It is for nothing else."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill as much as one step of decompression gives."""
        piece = self._file.read1(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


class EndsTooEarly(Exception):
    """A gzipped file is cut or damaged."""


def _unzipped_lines(file: IO[bytes], longest: int) -> Iterator[bytes | None]:
    try:
        while line := file.readline(longest + 1):
            yield _whole(file, line, longest)
    except (EOFError, OSError, zlib.error) as problem:
        raise EndsTooEarly from problem


def _whole(file: IO[bytes], line: bytes, longest: int) -> bytes | None:
    if len(line) > longest and not line.endswith(b"\n"):
        _to_the_end_of_the_line(file)
        return None
    return line


def _to_the_end_of_the_line(file: IO[bytes]) -> None:
    while piece := file.readline(2**20):
        if piece.endswith(b"\n"):
            return
