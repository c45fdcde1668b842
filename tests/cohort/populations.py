"""What the tests of cohorts share: exports on disk, runs of either engine, and requests as an EHR would send them."""

import gzip
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from cds_hooks.cohort.local import run_local
from cds_hooks.cohort.plan import Plan, plan_of
from cds_hooks.cohort.progress import Bars
from cds_hooks.cohort.run import Engine, run
from cds_hooks.cohort.synth.write import Population, write_population

AS_OF = date(2026, 1, 1)
SEED = 20260101
LOCAL: Engine = partial(run_local, workers=1)

Resource = dict[str, Any]


def export_of(folder: Path, resources: Iterable[Resource | bytes], kind: str = "Mixed") -> Path:
    """An export of one file; a line given as bytes stands as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [r if isinstance(r, bytes) else json.dumps(r).encode() for r in resources]
    (folder / f"{kind}.ndjson").write_bytes(b"".join(line + b"\n" for line in lines))
    return folder


def population(folder: Path, people: int, lines: int = 40) -> Path:
    """A made-up population on disk."""
    write_population(Population(people, SEED, lines), folder, 1, Bars())
    return folder


def everyone(source: Path) -> Mapping[str, list[Resource]]:
    """All resources of an export by patient, those of no patient under ""; read without any of the code under test."""
    found: dict[str, list[Resource]] = defaultdict(list)
    for path in sorted(source.glob("*.ndjson*")):
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for resource in map(json.loads, raw.splitlines()):
            found[_patient(resource)].append(resource)
    return found


def _patient(resource: Resource) -> str:
    if resource["resourceType"] == "Patient":
        return str(resource["id"])
    about = resource.get("subject") or resource.get("patient") or {}
    return str(about.get("reference", "")).removeprefix("urn:uuid:").removeprefix("Patient/")


def result(plan: Plan, engine: Engine = LOCAL, name: str = "local") -> Mapping[str, Any]:
    """What a run came to."""
    return run(plan, engine, name, Bars())


def planned(source: Path, out: Path, **more: Any) -> Plan:
    """The plan of a run on the day of the tests."""
    return plan_of(source, out, AS_OF, **more)


def rows(out: Path) -> list[dict[str, Any]]:
    """The table of patients."""
    with duckdb.connect() as connection:
        found = connection.read_parquet(str(out / "patients.parquet"))
        return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def patient(own_id: str, **members: Any) -> Resource:
    """A Patient of whom little is known."""
    return {"resourceType": "Patient", "id": own_id, "gender": "female", "birthDate": "1960-05-01", **members}


def cancer(own_id: str, **members: Any) -> Resource:
    """A breast cancer on the left."""
    code = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "C50.912"}]}
    return {
        "resourceType": "Condition",
        "id": f"{own_id}-cancer",
        "subject": {"reference": f"Patient/{own_id}"},
        "code": code,
        "onsetDateTime": "2023-02-01",
        **members,
    }
