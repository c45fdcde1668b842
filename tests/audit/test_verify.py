"""Whatever is done to the journal behind the service's back is found, and said where."""

import shutil
from pathlib import Path
from random import Random

import pytest

from cds_hooks.audit import checkpoints, schema
from cds_hooks.audit.checkpoints import Head
from cds_hooks.audit.entry import Caller, Kind
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.keyring import Keyring
from cds_hooks.audit.known_cards import UNKNOWN
from cds_hooks.audit.reading import rows
from cds_hooks.audit.shredding import ACTION, shred
from cds_hooks.audit.verify import Verified, verify
from tests.audit.filled import ROWS, filled, sign
from tests.audit.sample import NOON, RING, entry, item, report, select
from tests.audit.tampering import tamper, without_constraints


def found(folder: Path, ring: Keyring = RING) -> Verified:
    journal = Journal(f"sqlite:///{folder}/j", ring, as_it_is=True)
    try:
        return verify(journal, folder / "c")
    finally:
        journal.close()


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal whose tables an owner has freed of their constraints."""
    folder = tmp_path_factory.mktemp("original")
    filled(folder).close()
    without_constraints(folder / "j")
    return folder


@pytest.fixture
def copy(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "copy"))


def test_a_journal_that_nobody_touched_is_sound(copy: Path) -> None:
    done = found(copy)
    assert done.findings == []
    assert (dict(done.rows), done.checkpoints) == ({"default": ROWS}, 1)


@pytest.mark.parametrize("seed", range(15))
def test_twenty_random_tamperings_are_each_found(original: Path, tmp_path: Path, seed: int) -> None:
    random = Random(seed)  # noqa: S311
    missed = []
    for number in range(20):
        copy = Path(shutil.copytree(original, tmp_path / str(number)))
        done = tamper(copy / "j", random)
        if not found(copy).findings:
            missed.append(done)
    assert missed == []


@pytest.mark.parametrize(
    ("change", "where", "says"),
    [("update entry set status = 500 where seq = 3", "default, row 3 ", "changed after it was written"),
     ("delete from entry where seq = 3", "default, row 4 ", "rows 3 to 3 are missing"),
     ("update entry set seq = 99 where seq = 12", "default, row 99 ", "rows 12 to 98 are missing"),
     ("insert into entry select * from entry where seq = 5", "default, row 5 ", "forked"),
     ("delete from entry where seq > 10", "default, row 12", "checkpoint line 1"),
     ("delete from entry", "default", "no row is left"),
     ("update shown set indicator = 'x'", "default, row 1 ", "its cards or feedback"),
     *((f"update shown set considerations = '{broken}'", "default, row 1 ", "its cards or feedback")  # noqa: S608 (ours)
       for broken in ('[{"id":', "[1]", "[{}]", "{}", "7", '[{"id":1},{"id":"a"}]')),
     ("update entry set items = '[1]' where seq = 3", "default, row 3 ", "its cards or feedback"),
     ("delete from reported", "default, row 11 ", "its cards or feedback"),
     *((f"update reported set {column} = {value}", "default, row 11 ", "its cards or feedback")  # noqa: S608 (ours)
       for column in UNKNOWN for value in ("'2026-01-03'", "null")),
     ("delete from data_key", "default, key of 2026-01", "it is gone"),
     ("update data_key set wrapped = zeroblob(60)", "default, key of 2026-01", "it was changed"),
     ("update knowledge set files = zeroblob(9)", "knowledge sha256:", "changed after it was kept"),
     ("delete from knowledge", "knowledge sha256:", "rows rest on it"),
     ("update origin set journal = 'x'", "c, line 1", "another journal")],
)  # fmt: skip
def test_it_is_said_where_and_what(copy: Path, change: str, where: str, says: str) -> None:
    select(copy / "j", change)
    assert [f for f in found(copy).findings if f.where.startswith(where) and says in f.what], found(copy).findings


def test_feedback_on_a_card_that_was_garbled_is_kept(copy: Path) -> None:
    select(copy / "j", "update shown set considerations = 'x'")
    journal = Journal(f"sqlite:///{copy}/j", RING, as_it_is=True)
    report(journal, item(comment="once more"))
    journal.close()
    assert select(copy / "j", "select count(*), count(card_day) from reported") == [(3, 2)]


def test_one_change_is_one_finding(copy: Path) -> None:
    select(copy / "j", "update entry set status = 500 where seq = 3")
    assert len(found(copy).findings) == 1


def test_a_row_that_is_not_the_signed_one_is_found_by_its_checkpoint(tmp_path: Path) -> None:
    journal = filled(tmp_path)
    checkpoints.append(tmp_path / "c", RING, journal.id, [Head("default", 2, b"x" * 32)], NOON)
    assert [f.what for f in found(tmp_path).findings] == ["it is not the row that a checkpoint was signed for"]


@pytest.mark.parametrize("where", [0, 40, 200])
def test_a_changed_checkpoint_is_found(copy: Path, where: int) -> None:
    line = bytearray((copy / "c").read_bytes())
    line[where] ^= 1
    (copy / "c").write_bytes(line)
    assert [f.where for f in found(copy).findings if "line 1" in f.where] == ["c, line 1"]


def test_a_checkpoint_of_another_row_is_found_by_its_signature(copy: Path) -> None:
    line = (copy / "c").read_text()
    (copy / "c").write_text(line.replace(f'"seq":{ROWS}', f'"seq":{ROWS - 1}'))
    assert [f.what for f in found(copy).findings] == ["its signature does not fit: it was changed"]


def test_a_checkpoint_signed_with_a_strange_key_is_found(tmp_path: Path) -> None:
    journal = filled(tmp_path)
    head = Head("default", 1, rows(journal)[0]["hash"])
    checkpoints.append(tmp_path / "c", Keyring.of(b"x" * 32), journal.id, [head], NOON)
    assert ["a key that is not in the ring" in f.what for f in found(tmp_path).findings] == [True]


def test_a_checkpoint_that_was_taken_out_is_found_by_the_next(tmp_path: Path) -> None:
    journal = filled(tmp_path)
    for _ in range(2):
        journal.record(entry())
        sign(journal, tmp_path)
    lines = (tmp_path / "c").read_text().splitlines()
    (tmp_path / "c").write_text(f"{lines[0]}\n{lines[2]}\n")
    assert [f.where for f in found(tmp_path).findings] == ["c, line 2"]


def test_rows_after_the_last_checkpoint_cannot_be_forged_without_the_keys(tmp_path: Path) -> None:
    filled(tmp_path).close()
    stranger = Journal(f"sqlite:///{tmp_path}/j", Keyring.of(b"x" * 32))
    stranger.record(entry(payload=None))
    assert [f.what for f in found(tmp_path).findings] == ["it was changed after it was written"]


def test_each_tenant_has_a_chain_of_its_own(tmp_path: Path) -> None:
    journal = filled(tmp_path)
    journal.record(entry(caller=Caller("other"), knowledge=None))
    assert dict(found(tmp_path).rows) == {"default": ROWS, "other": 1}
    assert found(tmp_path).findings == []


def test_a_journal_that_is_being_written_to_is_sound(tmp_path: Path) -> None:
    journal = filled(tmp_path)
    with journal.recording(entry()):
        assert found(tmp_path).findings == []


def test_a_shredded_month_is_sound_and_its_rows_stay(tmp_path: Path) -> None:
    journal = filled(tmp_path)
    act = entry(kind=Kind.CONTROL, action=ACTION, about="2026-02", received_at=NOON.replace(month=3))
    assert shred(journal, act) == 1
    done = found(tmp_path)
    assert (done.findings, done.rows["default"]) == ([], ROWS + 1)
    on_disk = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"recurrence" in on_disk


def test_after_rotation_everything_is_sound_and_new_months_rest_on_the_new_key(tmp_path: Path) -> None:
    filled(tmp_path).close()
    (old,) = RING.secrets.items()
    ring = Keyring({"k2": b"n" * 32, old[0]: old[1]})
    journal = Journal(f"sqlite:///{tmp_path}/j", ring)
    journal.record(entry(received_at=NOON.replace(month=2)))
    checkpoints.append(tmp_path / "c", ring, journal.id, [Head("default", ROWS + 1, rows(journal)[-1]["hash"])], NOON)
    assert found(tmp_path, ring).findings == []
    assert select(tmp_path / "j", "select ring_key from data_key order by month") == [(old[0],), ("k2",)]


def test_an_empty_journal_is_sound(tmp_path: Path) -> None:
    Journal(f"sqlite:///{tmp_path}/j", RING).close()
    assert found(tmp_path).findings == []
    assert schema.MIGRATIONS.is_dir()
