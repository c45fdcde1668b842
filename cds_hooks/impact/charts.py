"""The charts that both versions are asked about: the patients that ship, and those of a folder."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cds_hooks.errors import ImpactImpossible
from cds_hooks.shipped import patients_folder


@dataclass(frozen=True, slots=True)
class Chart:
    """One patient: `document` is a Bundle, a list of resources or a hook request, in JSON."""

    name: str
    document: bytes


def shipped_charts() -> tuple[Chart, ...]:
    """The patients of the fixtures, by name."""
    return tuple(Chart(path.parent.name, path.read_bytes()) for path in sorted(patients_folder().glob("*/bundle.json")))


def charts_in(folder: Path) -> tuple[Chart, ...]:
    """Every chart below a folder: a file *.json each, or a line each of *.ndjson. Raises ImpactImpossible if none."""
    found = tuple(chart for path in sorted(folder.rglob("*")) if path.is_file() for chart in _of(path, folder))
    if not found:
        raise ImpactImpossible(f"{folder}: there is no chart (*.json, or *.ndjson with one on each line)")
    return found


def _of(path: Path, folder: Path) -> Iterator[Chart]:
    name = path.relative_to(folder).with_suffix("").as_posix()
    if path.suffix == ".json":
        yield Chart(name.removesuffix("/bundle"), path.read_bytes())
    elif path.suffix == ".ndjson":
        for number, line in enumerate(path.read_bytes().splitlines(), start=1):
            if line.strip():
                yield Chart(f"{name}:{number}", line)
