"""The two commands as a person types them."""

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cds_hooks.__main__ import main
from cds_hooks.knowledge.load import default_folder
from tests.cohort.populations import cancer, export_of, patient, rows

pytestmark = pytest.mark.usefixtures("one_process")

AS_OF = ("--as-of", "2026-01-01")


def called(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_good_lines_make_a_table_and_bad_ones_a_list_with_file_and_line(tmp_path: Path) -> None:
    lines: list[dict[str, object] | bytes] = [
        patient("a"),
        b"no JSON",
        cancer("a"),
        b"",
        cancer("b", subject={"display": "somebody"}),
    ]
    source = export_of(tmp_path / "export", lines)
    answer = called("cohort", source, "--out", tmp_path / "out", *AS_OF)
    assert answer.exit_code == 0, answer.output
    assert "lines that could not be used: 2" in answer.output
    assert [row["patient"] for row in rows(tmp_path / "out")] == ["a"]
    with (tmp_path / "out" / "bad-lines.csv").open() as file:
        listed = [(line["file"], line["line"], line["why"][:10]) for line in csv.DictReader(file)]
    assert listed == [("Mixed.ndjson", "2", "not JSON i"), ("Mixed.ndjson", "5", "no patient")]


def test_a_patient_who_cannot_be_consulted_on_is_listed_and_makes_the_exit_code_1(tmp_path: Path) -> None:
    source = export_of(tmp_path / "export", [patient("a"), cancer("a"), cancer("b")])
    answer = called("cohort", source, "--out", tmp_path / "out", *AS_OF)
    assert answer.exit_code == 1
    assert "patients who could not be consulted on: 1" in answer.output
    assert [row["outcome"] for row in rows(tmp_path / "out")] == ["answered", "failed"]


def test_a_file_that_is_shorter_than_its_manifest_says_is_listed_among_the_bad_lines(tmp_path: Path) -> None:
    source = export_of(tmp_path / "export", [patient("a"), cancer("a")])
    (source / "manifest.json").write_text(json.dumps({"output": [{"url": "Mixed.ndjson", "count": 5}]}))
    assert called("cohort", source, "--out", tmp_path / "out", *AS_OF).exit_code == 0
    listed = (tmp_path / "out" / "bad-lines.csv").read_text().splitlines()[1:]
    assert listed == ["Mixed.ndjson,3,the file ends before this line: the manifest says 5 lines"]


def test_an_export_without_conditions_is_refused_in_one_line(tmp_path: Path) -> None:
    source = export_of(tmp_path / "export", [patient("a")])
    answer = called("cohort", source, "--out", tmp_path / "out", *AS_OF)
    assert answer.exit_code == 2
    assert answer.output == ("recurrence-cds: the export holds no Condition: without it nothing can be said\n")


def test_a_drug_is_found_by_whoever_refers_to_it_and_by_nobody_else(tmp_path: Path) -> None:
    order: dict[str, object] = {"resourceType": "MedicationRequest", "id": "o", "status": "active", "intent": "order"}
    order |= {"subject": {"reference": "Patient/a"}, "medicationReference": {"reference": "Medication/m"}}
    rxnorm = {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "10324"}
    drug = {"resourceType": "Medication", "id": "m", "code": {"coding": [rxnorm]}}
    started = {**order, "authoredOn": "2023-06-01"}
    both = [patient("a"), cancer("a"), started, patient("b"), cancer("b"), drug]
    source = export_of(tmp_path / "export", both)
    assert called("cohort", source, "--out", tmp_path / "out", *AS_OF).exit_code == 0
    missing = {
        row["patient"]: {fact for one in row["considerations"] for fact in one["missing"]}
        for row in rows(tmp_path / "out")
    }
    assert "endocrine_agent" in missing["b"]
    assert "endocrine_agent" not in missing["a"]


def test_other_knowledge_is_compared_with_patient_by_patient(tmp_path: Path) -> None:
    source = export_of(tmp_path / "export", [patient("a"), cancer("a")])
    other = with_one_retired(tmp_path / "cards")
    answer = called("cohort", source, "--out", tmp_path / "out", *AS_OF, "--knowledge", other)
    assert answer.exit_code == 0, answer.output
    (row,) = rows(tmp_path / "out")
    assert {change["kind"] for change in row["changes"]} == {"consideration"}
    assert "What the other knowledge would change" in (tmp_path / "out" / "summary.html").read_text()
    assert json.loads((tmp_path / "out" / "run.json").read_text())["compared_with"].startswith("sha256:")


def with_one_retired(folder: Path) -> Path:
    """A copy of the knowledge in which one consideration is retired."""
    shutil.copytree(default_folder(), folder)
    file = folder / "considerations" / "germline_testing.yaml"
    file.write_text(file.read_text().replace("status: draft", "status: retired", 1))
    return folder


def test_what_synth_writes_is_an_export_that_cohort_reads(tmp_path: Path) -> None:
    answer = called("synth", 6, "--seed", 3, "--lines", 12, "--out", tmp_path / "export")
    assert answer.output == f"6 people, 77 lines: {tmp_path / 'export'}\n"
    assert called("cohort", tmp_path / "export", "--out", tmp_path / "out", *AS_OF).exit_code == 0
    assert len(rows(tmp_path / "out")) == 6


@pytest.mark.parametrize("missing", ["java", "pyspark"])
def test_what_spark_needs_and_is_not_there_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    if missing == "pyspark":
        monkeypatch.setitem(sys.modules, "pyspark", None)
        monkeypatch.delitem(sys.modules, "cds_hooks.cohort.spark", raising=False)
    source = export_of(tmp_path / "export", [patient("a"), cancer("a")])
    answer = called("cohort", source, "--out", tmp_path / "out", *AS_OF, "--engine", "spark")
    assert answer.exit_code == 2
    expected = {"java": "needs Java 17 or later", "pyspark": "pip install 'recurrence-cds[spark]'"}
    assert answer.output.count("\n") == 1
    assert expected[missing] in answer.output


def test_nothing_of_a_cohort_is_loaded_by_the_other_commands_or_the_server() -> None:
    heavy = "duckdb", "pandas", "pyarrow", "pyspark"
    code = f"import sys, cds_hooks.__main__, cds_hooks.app; print([m for m in {heavy} if m in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout == "[]\n"
