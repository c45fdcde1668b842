"""From parts to the one table of patients, in the order of their ids, with its digest.

The digest is a sha-256 over the canonical JSON of every row, each followed by a newline, in the order of the patients'
ids (by code points). It does not depend on the engine, its workers, the export's files or the form of the table.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

_TEXT, _TEXTS, _WHOLE = "VARCHAR", ["VARCHAR"], "BIGINT"
_BOUNDS: Mapping[str, Any] = {"at_least": _TEXT, "at_most": _TEXT}
_FACTOR: Mapping[str, Any] = {
    "factor": _TEXT,
    "value": _TEXT,
    "number_at_least": "DOUBLE",
    "number_at_most": "DOUBLE",
    "unit": _TEXT,
    **_BOUNDS,
    "why_unknown": _TEXT,
    "evidence": _TEXTS,
}
# The columns of the table: the members of a row, and what another knowledge would change.
ROW: Mapping[str, Any] = {
    "patient": _TEXT,
    "outcome": _TEXT,
    "failure": _TEXT,
    "silence": _TEXT,
    "cards": _TEXTS,
    "episodes": [{"side": _TEXT, **_BOUNDS, "factors": [_FACTOR], "missing": _TEXTS}],
    "withheld": [{"side": _TEXT, "because": _TEXT}],
    "considerations": [{"id": _TEXT, "side": _TEXT, "verdict": _TEXT, "on_card": "BOOLEAN", "missing": _TEXTS}],
    "age": _WHOLE,
    "sex": _TEXT,
    "birth_sex": _TEXT,
    "race": _TEXTS,
    "ethnicity": _TEXT,
    "resources": _WHOLE,
    "unreadable": _WHOLE,
    "left_out": _WHOLE,
    "answer": _TEXT,
}
CHANGES = [{"kind": _TEXT, "of": _TEXT, "before": _TEXT, "after": _TEXT}]
_MEMORY = "1GB"
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Table:
    """The finished table: where it is, how many patients it has, how many of them failed, and its digest."""

    path: Path
    patients: int
    failed: int
    digest: str


def gather(parts: Path, table: Path, scratch: Path) -> Table:
    """Write the table from all parts, whole or not at all."""
    partial = table.with_suffix(".partial")
    with opened(scratch) as connection:
        source = f"read_parquet({_quoted(parts / '*.parquet')})"
        patients, digest = _digest(connection, source)
        row = f"from_json_strict(row, {_quoted(json.dumps(ROW))})"
        changed = f"from_json_strict(changes, {_quoted(json.dumps(CHANGES))})"
        columns = f"unnest({row}), {changed} AS changes"
        connection.execute(
            f"COPY (SELECT {columns} FROM {source} ORDER BY patient) "  # noqa: S608 (our own names)
            f"TO {_quoted(partial)} (FORMAT parquet, COMPRESSION zstd)"
        )
        query = f"SELECT count(*) FROM read_parquet({_quoted(partial)}) WHERE outcome = 'failed'"  # noqa: S608
        ((failed,),) = connection.execute(query).fetchall()
    partial.replace(table)
    return Table(table, patients, failed, digest)


def opened(scratch: Path) -> duckdb.DuckDBPyConnection:
    """A database in bounded memory that puts down in `scratch` what does not fit."""
    scratch.mkdir(parents=True, exist_ok=True)
    return duckdb.connect(config={"memory_limit": _MEMORY, "temp_directory": str(scratch), "threads": 2})


def _digest(connection: duckdb.DuckDBPyConnection, source: str) -> tuple[int, str]:
    digest, count = hashlib.sha256(), 0
    rows = connection.execute(f"SELECT row FROM {source} ORDER BY patient")  # noqa: S608 (our own names)
    while batch := rows.fetchmany(_AT_ONCE):
        for (row,) in batch:
            digest.update(row.encode() + b"\n")
        count += len(batch)
    return count, f"sha256:{digest.hexdigest()}"


def _quoted(text: object) -> str:
    return "'" + str(text).replace("'", "''") + "'"
