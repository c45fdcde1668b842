"""The rows of one bucket on disk, in the form that both engines write and that `results` gathers."""

import json
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from cds_hooks.cohort.rows import Row, canonical

NAMES = ("patient", "row", "changes")
SCHEMA = pa.schema([(name, pa.string()) for name in NAMES])


def part(rows: Iterable[tuple[Row, list[Row]]]) -> pa.Table:
    """Rows with what another knowledge would change in them."""
    listed = list(rows)
    columns = [
        [row["patient"] for row, _ in listed],
        [canonical(row).decode() for row, _ in listed],
        [json.dumps(changes) for _, changes in listed],
    ]
    return pa.table([pa.array(column, pa.string()) for column in columns], SCHEMA)


def write_part(path: Path, rows: Iterable[tuple[Row, list[Row]]]) -> int:
    """Write a part so that it is there whole or not at all; returns how many rows it holds."""
    table = part(rows)
    partial = path.with_suffix(".partial")
    pq.write_table(table, partial, compression="zstd")
    partial.replace(path)
    return int(table.num_rows)
