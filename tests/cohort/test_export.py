"""Which files belong to an export, and their lines."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_hooks.cohort import export
from cds_hooks.cohort.export import Chunk, EndsTooEarly, ExportFile, find_export, lines_of
from cds_hooks.errors import ExportUnusable

LONGEST = 50


def written(folder: Path, name: str, content: bytes) -> ExportFile:
    (folder / name).write_bytes(content)
    (found,) = find_export(folder).files
    return found


def manifest(folder: Path, *urls: str) -> Path:
    path = folder / "manifest.json"
    path.write_text(json.dumps({"transactionTime": "2026-01-01T00:00:00Z", "output": [{"url": url} for url in urls]}))
    return path


def whole(file: ExportFile) -> Chunk:
    return Chunk(file, 0, 0, -1 if file.zipped else file.size)


@pytest.mark.parametrize(
    "name", ["Patient.ndjson", "Observation.000.ndjson", "1.Observation.ndjson", "Patient.ndjson.gz", "deep/P.ndjson"]
)
def test_a_folder_without_a_manifest_is_all_its_ndjson(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(b"{}\n")
    (tmp_path / "notes.txt").write_text("no part of it")
    assert [file.name for file in find_export(tmp_path).files] == [name]


@pytest.mark.parametrize(
    "url",
    [
        "https://bulk.example.org/out/1.Patient.ndjson",
        "https://bulk.example.org/out/1.Patient.ndjson?token=secret",
        "https://bulk.example.org/fetch?file=1.Patient.ndjson",
        "1.Patient.ndjson.gz",
        "https://bulk.example.org/out/1.Patient",
    ],
)
def test_a_manifest_names_the_files_by_the_end_of_their_urls(tmp_path: Path, url: str) -> None:
    (tmp_path / "1.Patient.ndjson").write_bytes(b"{}\n")
    (tmp_path / "2.Deleted.ndjson").write_bytes(b"{}\n")
    manifest(tmp_path, url)
    found = find_export(tmp_path)
    assert [file.name for file in found.files] == ["1.Patient.ndjson"]
    assert (found.manifest, found.transaction_time) == ("manifest.json", "2026-01-01T00:00:00Z")


def test_a_file_that_the_manifest_names_and_that_is_not_there_refuses_the_export(tmp_path: Path) -> None:
    (tmp_path / "1.Patient.ndjson").write_bytes(b"{}\n")
    manifest(tmp_path, "https://x.example/1.Patient.ndjson", "https://x.example/1.Condition.ndjson")
    with pytest.raises(ExportUnusable, match=r"1 of 2 files that are not beside it: 1\.Condition\.ndjson"):
        find_export(tmp_path)


@pytest.mark.parametrize("content", ["[]", "{}", "no JSON", '{"output": 1}'])
def test_what_is_no_manifest_is_refused_as_one(tmp_path: Path, content: str) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(content)
    with pytest.raises(ExportUnusable, match="not a manifest"):
        find_export(path)


def test_two_manifests_in_one_folder_leave_open_which_is_meant(tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        manifest(tmp_path).rename(tmp_path / name)
    with pytest.raises(ExportUnusable, match=r"several manifests \(a\.json, b\.json\)"):
        find_export(tmp_path)


def test_a_folder_without_ndjson_is_no_export(tmp_path: Path) -> None:
    with pytest.raises(ExportUnusable, match="there is no NDJSON file"):
        find_export(tmp_path)


def test_the_identity_of_an_export_tells_another_size_from_it(tmp_path: Path) -> None:
    written(tmp_path, "P.ndjson", b"{}\n")
    before = find_export(tmp_path).identity
    assert find_export(tmp_path).identity == before
    written(tmp_path, "P.ndjson", b"{}\n\n")
    assert find_export(tmp_path).identity != before


@given(
    lines=st.lists(st.binary(max_size=30).map(lambda b: b.replace(b"\n", b"x")), max_size=12),
    ends=st.booleans(),
    piece=st.integers(1, 40),
)
def test_every_line_is_read_once_whatever_the_pieces(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], ends: bool, piece: int
) -> None:
    content = b"\n".join(lines) + (b"\n" if ends else b"")
    file = written(tmp_path_factory.mktemp("lines"), "P.ndjson", content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(export, "CHUNK_BYTES", piece)
        chunks = list(find_export(file.path.parent).chunks())
    read = [line for chunk in chunks for line in lines_of(chunk, LONGEST)]
    assert b"".join(line or b"" for line in read) == content
    assert all(line is not None and line.count(b"\n") <= 1 for line in read)


@pytest.mark.parametrize("zipped", [False, True])
def test_a_line_that_is_too_long_is_passed_over_and_the_next_one_read(tmp_path: Path, zipped: bool) -> None:
    content = b"a\n" + b"b" * 3_000_000 + b"\nc\n"
    file = written(tmp_path, "P.ndjson", gzip.compress(content) if zipped else content)
    assert file.zipped is zipped
    assert list(lines_of(whole(file), LONGEST)) == [b"a\n", None, b"c\n"]


def test_a_gzipped_file_that_is_cut_gives_what_comes_before_the_cut(tmp_path: Path) -> None:
    packed = gzip.compress(b"".join(b"%d\n" % n for n in range(50_000)), 1)
    file = written(tmp_path, "P.ndjson.gz", packed[: len(packed) // 2])
    lines, read = lines_of(whole(file), LONGEST), list[bytes | None]()
    with pytest.raises(EndsTooEarly):
        read.extend(lines)
    assert read[:2] == [b"0\n", b"1\n"]
    assert 1000 < len(read) < 50_000
