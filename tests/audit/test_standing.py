"""How the chains stand, and how much of them is signed for."""

from contextlib import closing
from pathlib import Path

from cds_hooks.audit.checkpoints import Head, append, newest
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.standing import standings
from tests.audit.sample import NOON, RING, entry


def test_rows_and_checkpoints_of_each_tenant_are_told(tmp_path: Path) -> None:
    marks = tmp_path / "checkpoints"
    with closing(Journal(f"sqlite:///{tmp_path}/j", RING)) as journal:
        journal.record(entry())
        journal.record(entry())
        append(marks, RING, journal.id, [Head("default", 1, b"h"), Head("other", 7, b"h")], NOON)
        default, nobody = standings(journal, marks, ["default", "nobody"])
    assert (default.rows, default.signed_rows, default.signed_at) == (2, 1, NOON.isoformat(timespec="microseconds"))
    assert (nobody.rows, nobody.newest, nobody.signed_at) == (0, None, None)


def test_the_newest_lines_are_found_near_the_end_of_a_long_file(tmp_path: Path) -> None:
    marks = tmp_path / "checkpoints"
    append(marks, RING, "j", [Head("default", number, b"h" * 16) for number in range(900)], NOON)
    with marks.open("a") as file:
        file.write("no checkpoint\n")
    assert marks.stat().st_size > 256 * 1024
    assert newest(marks)["default"].head.seq == 899


def test_no_file_has_no_checkpoint(tmp_path: Path) -> None:
    assert newest(tmp_path / "none") == {}
