"""Made-up populations: the same for the same seed, plausible FHIR, as long as asked for."""

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from cds_hooks.cohort.progress import Bars
from cds_hooks.cohort.synth import write
from cds_hooks.cohort.synth.people import person
from cds_hooks.cohort.synth.write import Population, lines_of, write_population

HUNDRED = [person(number, 5) for number in range(300)]


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_equal_seeds_make_equal_bytes_however_many_write_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, workers in (("one", 1), ("two", 2)):
        write_population(Population(12, 3, 10), tmp_path / name, workers, Bars())
    assert content(tmp_path / "one") == content(tmp_path / "two")
    monkeypatch.setattr(write, "_GROUP", 5)
    write_population(Population(12, 4, 10), tmp_path / "other", 1, Bars())
    assert "Patient.002.ndjson.gz" in content(tmp_path / "other")


@pytest.mark.parametrize("lines", [10, 300])
def test_every_chart_has_as_many_lines_as_asked_for_and_begins_with_its_patient(lines: int) -> None:
    for number in range(20):
        written = list(lines_of(Population(20, 9, lines), number))
        assert written[0][0] == "Patient"
        assert len(written) == lines
        assert all(json.loads(line)["resourceType"] == kind for kind, line in written)


def test_the_ids_of_a_chart_are_its_own_and_short_enough() -> None:
    ids = [json.loads(line)["id"] for number in range(50) for _, line in lines_of(Population(50, 9, 60), number)]
    kinds = [kind for number in range(50) for kind, _ in lines_of(Population(50, 9, 60), number)]
    assert max(Counter(zip(kinds, ids, strict=True)).values()) == 1
    assert max(map(len, ids)) <= 64


def test_the_manifest_counts_what_is_in_the_files(tmp_path: Path) -> None:
    write_population(Population(8, 2, 15), tmp_path, 1, Bars())
    for item in json.loads((tmp_path / "manifest.json").read_text())["output"]:
        path = tmp_path / item["url"].rpartition("/")[2]
        lines = gzip.decompress(path.read_bytes()).splitlines()
        assert len(lines) == item["count"]
        assert {json.loads(line)["resourceType"] for line in lines} == {item["type"]}


def test_plain_files_can_be_had(tmp_path: Path) -> None:
    write_population(Population(2, 2, 10, zipped=False), tmp_path, 1, Bars())
    assert json.loads((tmp_path / "Patient.000.ndjson").read_bytes().splitlines()[0])["resourceType"] == "Patient"


def test_a_population_has_every_style_and_story_and_people_of_both_sexes() -> None:
    assert {one.style for one in HUNDRED} == {"mcode", "us_core", "synthea", "words"}
    assert {one.story for one in HUNDRED} == {
        *("invasive", "bilateral", "in_situ", "metastatic", "no_cancer", "deceased", "hospice")
    }
    assert {one.sex for one in HUNDRED} == {"female", "male"}
    assert None in {one.race for one in HUNDRED}


def test_nothing_happens_before_it_can_or_after_the_last_day() -> None:
    for one in HUNDRED:
        for tumour in one.tumours:
            assert one.born < tumour.diagnosed < tumour.reported
            assert tumour.nodes is None or (tumour.examined or 0) > tumour.nodes
        days = (one.treatment.operation, *one.treatment.mammograms)
        assert all(day is None or day.year <= 2025 for day in days)
