"""A run from its beginning to its end: unfinished work taken up or begun, an engine, the table, the summary."""

import csv
import json
import shutil
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cds_hooks.cohort.charts import exported_types
from cds_hooks.cohort.figures import figures_of
from cds_hooks.cohort.found import Found
from cds_hooks.cohort.plan import Plan
from cds_hooks.cohort.progress import Progress
from cds_hooks.cohort.results import Table, gather, opened
from cds_hooks.cohort.spill import write_whole
from cds_hooks.cohort.summary import summary_page

Engine = Callable[[Plan, Progress], Found]
Content = dict[str, Any]

PATIENTS, SUMMARY, RUN, BAD_LINES = "patients.parquet", "summary.html", "run.json", "bad-lines.csv"
_STATE = "run-identity"


def run(plan: Plan, engine: Engine, name: str, progress: Progress) -> Content:
    """Do it and write the results; returns what `run.json` says. Raises ExportUnusable, EngineUnavailable."""
    started = time.monotonic()
    _take_up(plan, name)
    found = engine(plan, progress)
    with progress.stage("writing the results", 1) as advance:
        scratch = plan.work / "scratch"
        table = gather(plan.work / "parts", plan.out / PATIENTS, scratch)
        _write_bad_lines(plan.out / BAD_LINES, found)
        with opened(scratch) as connection:
            figures = figures_of(connection, table.path)
        content = _content(plan, name, found, table, round(time.monotonic() - started, 3))
        write_whole(plan.out / SUMMARY, summary_page(content, figures, found.bad, plan.titles).encode())
        write_whole(plan.out / RUN, json.dumps(content, indent=2).encode() + b"\n")
        advance(1)
    shutil.rmtree(plan.work)
    return content


def _take_up(plan: Plan, engine: str) -> None:
    """Keep the unfinished work of the same run of the same engine; that of any other is of no use."""
    state, identity = plan.work / _STATE, f"{engine} {plan.identity}"
    if plan.work.is_dir() and not (state.is_file() and state.read_text() == identity):
        shutil.rmtree(plan.work)
    plan.work.mkdir(parents=True, exist_ok=True)
    write_whole(state, identity.encode())


def _content(plan: Plan, engine: str, found: Found, table: Table, seconds: float) -> Content:
    export = plan.export
    exported = exported_types(found.kinds)
    return {
        "as_of": plan.as_of.isoformat(),
        "knowledge": plan.fingerprints[0],
        "compared_with": plan.fingerprints[1] if plan.other else None,
        "program": f"recurrence-cds {version('recurrence-cds')}",
        "engine": engine,
        "mode": "retrospective",
        "require_approval": plan.require_approval,
        "patient_ids": "given" if plan.naming is None else "pseudonyms",
        "export": {
            "identity": export.identity,
            "manifest": export.manifest,
            "transaction_time": export.transaction_time,
            "files": len(export.files),
            "bytes": export.bytes,
            "lines": found.lines,
            "lines_of_charts": found.kept,
            "bad_lines": found.bad_count,
            "not_a_patients": found.not_a_patients,
            "resource_types": dict(found.kinds),
            "sought_and_not_exported": sorted(plan.sought - exported),
        },
        "patients": table.patients,
        "failed": table.failed,
        "digest": table.digest,
        "seconds": seconds,
    }


def _write_bad_lines(path: Path, found: Found) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("file", "line", "why"))
        writer.writerows((bad.file, bad.line, bad.why) for bad in found.bad)
