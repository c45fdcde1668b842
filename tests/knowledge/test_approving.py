"""Approving and withdrawing: what is written, what is refused, and that nothing else changes."""

import errno
import fcntl
import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from cds_hooks.errors import ApprovalRefused, KnowledgeBroken
from cds_hooks.knowledge.approvals import approval_state, content_hash, overdue, still_unapproved
from cds_hooks.knowledge.approving import Signature, approve, withdraw
from cds_hooks.knowledge.load import knowledge_of, read_folder
from cds_hooks.reasoning.considerations import Status
from tests.knowledge.small import GATES, READS, TALK, TIERS, load, problems, swapped, write

RECALLED = "  - {source: house-rule, says: 7.5 % had it., where: table, seen: recalled}\n"
READ = swapped(TALK, RECALLED, "")
TIERS_READ = swapped(TIERS, "seen: recalled", "seen: full")
TODAY, DUE = date(2026, 3, 2), date(2027, 3, 2)
SIGNED = Signature("Dr. Bea Reviewer", "oncologist", TODAY, "Al Author", DUE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "cards", talk=READ, tiers=TIERS_READ)


def sign(folder: Path, *ids: str, **changes: object) -> dict[str, int]:
    fields = {name: getattr(SIGNED, name) for name in ("reviewer", "role", "today", "author", "due")}
    signature = Signature(**{**fields, **changes})

    def check(new: Mapping[str, bytes]) -> None:
        knowledge_of({**read_folder(folder), **new}, reads=READS)

    return approve(folder, ids, signature, check)


def text(folder: Path, name: str = "considerations/talk.yaml") -> str:
    return (folder / name).read_text()


def test_an_approval_writes_the_review_and_nothing_else(folder: Path) -> None:
    assert sign(folder, "talk") == {"talk": 1}
    review = '{author: "Al Author", reviewer: "Dr. Bea Reviewer", role: "oncologist", approved_on: 2026-03-02'
    expected = swapped(READ, "status: draft", "status: approved")
    expected = swapped(
        expected, "{author: null, reviewer: null, approved_on: null, due: null}", review + ", due: 2027-03-02}"
    )
    assert text(folder) == expected
    digest = content_hash(expected.encode())
    assert text(folder, "approvals.yaml") == f'approvals:\n  talk: {{version: 1, sha256: "{digest}"}}\n'


def test_what_was_approved_loads_as_approved(folder: Path) -> None:
    sign(folder, "talk", "tiers", "gates", "wording")
    knowledge = load(folder)
    assert (knowledge.approved, knowledge.foundation_approved) == (True, True)
    assert knowledge.considerations[0].status is Status.APPROVED
    assert knowledge.background.reviews["gates"].role == "oncologist"
    assert (approval_state(knowledge), still_unapproved(knowledge)) == (
        "1 of 1 considerations approved",
        "Everything is approved.",
    )


def test_comments_and_a_review_in_block_style_are_kept(folder: Path) -> None:
    block = "# who\nreview: # by hand\n  author: Al\n  reviewer: null\n  approved_on: null\n  due: null\n# end"
    flow = "review: {author: null, reviewer: null, approved_on: null, due: null}"
    (folder / "considerations/talk.yaml").write_text(swapped(READ, flow, block))
    sign(folder, "talk", author=None)
    assert problems(folder) == ()
    assert '# who\nreview: # by hand\n  {author: "Al", reviewer: "Dr. Bea Reviewer"' in text(folder)
    assert "due: 2027-03-02}\n# end\nexamples:" in text(folder)


def test_the_comment_of_the_record_and_other_approvals_stay(folder: Path) -> None:
    (folder / "approvals.yaml").write_text("# approvals: see below\napprovals: {}\n")
    sign(folder, "talk")
    sign(folder, "gates")
    lines = text(folder, "approvals.yaml").splitlines()
    assert lines[:2] == ["# approvals: see below", "approvals:"]
    assert [line.split(":")[0].strip() for line in lines[2:]] == ["gates", "talk"]


@pytest.mark.parametrize(
    ("id_", "changes", "why"),
    [
        ("walk", {}, "there is no walk: it must be a consideration, or one of tiers, gates, wording"),
        ("facts", {}, "there is no facts"),
        ("../approvals", {}, "there is no ../approvals"),
        ("talk", {"author": None}, "talk has no author"),
        ("talk", {"reviewer": " AL  AUTHOR "}, "talk was written by Al Author: somebody else must review it"),
        ("talk", {"reviewer": " "}, "the reviewer must be a name"),
        ("talk", {"role": "on\u200bcologist"}, "the role must be a name in visible characters"),
        ("gates", {"author": "\x1b[2J"}, "the author must be a name"),
        ("talk", {"due": None}, "talk has no day for its next review"),
        ("talk", {"due": TODAY}, "talk: the next review was due on 2026-03-02 already"),
    ],
)
def test_what_may_not_be_approved_is_refused(folder: Path, id_: str, changes: dict[str, object], why: str) -> None:
    before = read_folder(folder)
    with pytest.raises(ApprovalRefused, match=why.replace("..", r"\.\.")):
        sign(folder, id_, "wording", **changes)
    assert read_folder(folder) == before


@pytest.mark.parametrize(("id_", "file", "cited"), [("talk", TALK, "house-rule"), ("tiers", TIERS, "article")])
def test_evidence_that_was_only_recalled_is_read_first(folder: Path, id_: str, file: str, cited: str) -> None:
    write(folder, **{id_: file})
    with pytest.raises(ApprovalRefused, match=f"{id_} rests on evidence that was only recalled: read {cited} first"):
        sign(folder, id_)


def test_what_is_retired_is_not_approved(folder: Path) -> None:
    write(folder, talk=swapped(READ, "status: draft", "status: retired"), tiers=TIERS_READ)
    with pytest.raises(ApprovalRefused, match="talk is retired"):
        sign(folder, "talk")


def test_the_same_approval_is_not_given_twice_but_a_new_review_is(folder: Path) -> None:
    sign(folder, "talk")
    with pytest.raises(ApprovalRefused, match=r"talk is approved already, by Dr\. Bea Reviewer on 2026-03-02"):
        sign(folder, "talk", today=date(2026, 5, 1))
    assert sign(folder, "talk", today=date(2027, 3, 1), due=date(2028, 3, 1)) == {"talk": 1}
    assert "approved_on: 2027-03-01, due: 2028-03-01" in text(folder)


def test_a_changed_file_needs_a_new_version_before_it_is_approved_again(folder: Path) -> None:
    sign(folder, "talk")
    changed = swapped(text(folder), "Seen in women alone", "Seen in few women")
    (folder / "considerations/talk.yaml").write_text(changed)
    assert problems(folder) == ("considerations/talk.yaml:3: changed since it was approved",)
    with pytest.raises(ApprovalRefused, match="changed since its version 1 was approved: raise it"):
        sign(folder, "talk")
    (folder / "considerations/talk.yaml").write_text(swapped(changed, "version: 1", "version: 2"))
    assert sign(folder, "talk") == {"talk": 2}
    assert problems(folder) == ()


@pytest.mark.parametrize("name", ["tiers", "gates", "wording"])
def test_a_change_of_what_every_card_rests_on_is_found(folder: Path, name: str) -> None:
    sign(folder, name)
    (folder / f"{name}.yaml").write_text(text(folder, f"{name}.yaml") + "# a word more\n")
    (problem,) = problems(folder)
    assert problem.startswith(f"{name}.yaml:")
    assert problem.endswith(": changed since it was approved")


def test_a_draft_in_the_record_of_approvals_is_found(folder: Path) -> None:
    sign(folder, "gates")
    (folder / "gates.yaml").write_text(GATES)
    (problem,) = problems(folder)
    assert problem.endswith("a draft, but approvals.yaml has it as approved")


def test_nothing_is_approved_while_the_knowledge_is_broken(folder: Path) -> None:
    write(folder, talk=swapped(READ, "source: article", "source: hearsay"), tiers=TIERS_READ)
    before = read_folder(folder)
    with pytest.raises(KnowledgeBroken, match="hearsay is not in sources"):
        sign(folder, "gates")
    assert read_folder(folder) == before


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\xff", "not UTF-8"),
        (b"a: [", "not YAML"),
        (b"- a\n", "there is no review"),
        (b"review: none\n", "there is no review"),
    ],
)
def test_a_file_that_cannot_be_read_is_not_touched(folder: Path, content: bytes, why: str) -> None:
    (folder / "considerations/talk.yaml").write_bytes(content)
    with pytest.raises(KnowledgeBroken, match=why):
        sign(folder, "talk")
    assert (folder / "considerations/talk.yaml").read_bytes() == content


def test_a_record_of_approvals_that_cannot_be_read_is_not_written_over(folder: Path) -> None:
    (folder / "approvals.yaml").write_text("approvals: {\n")
    with pytest.raises(KnowledgeBroken, match="not YAML"):
        withdraw(folder, ("talk",))


def test_an_approval_is_withdrawn_and_the_author_stays(folder: Path) -> None:
    sign(folder, "talk", "gates")
    assert withdraw(folder, ("talk",)) == {"talk": 1}
    assert 'review: {author: "Al Author", reviewer: null, approved_on: null, due: null}' in text(folder)
    knowledge = load(folder)
    assert knowledge.considerations[0].status is Status.DRAFT
    assert knowledge.foundation["gates"].status is Status.APPROVED
    assert approval_state(knowledge) == "tiers, wording not approved: silent (0 of 1 considerations approved)"


def test_what_was_changed_or_retired_since_can_be_withdrawn(folder: Path) -> None:
    sign(folder, "talk", "gates")
    (folder / "gates.yaml").write_text(text(folder, "gates.yaml") + "# changed\n")
    (folder / "considerations/talk.yaml").write_text(swapped(text(folder), "status: approved", "status: retired"))
    withdraw(folder, ("gates", "talk"))
    assert problems(folder) == ()
    assert load(folder).considerations[0].status is Status.RETIRED


def test_what_is_not_approved_cannot_be_withdrawn(folder: Path) -> None:
    with pytest.raises(ApprovalRefused, match="talk is not approved"):
        withdraw(folder, ("talk",))


def test_files_keep_their_mode_and_a_failed_write_leaves_the_old_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "gates.yaml").chmod(0o640)
    sign(folder, "gates")
    assert (folder / "gates.yaml").stat().st_mode & 0o777 == 0o640
    before = text(folder)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ApprovalRefused, match="cannot be read or written: No space left on device"):
        sign(folder, "talk")
    assert text(folder) == before
    assert not list(folder.rglob(".*"))


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ApprovalRefused, match="nowhere: cannot be read or written: No such file or directory"):
        withdraw(tmp_path / "nowhere", ("talk",))


def test_a_second_approval_waits_for_the_first(folder: Path) -> None:
    asked = []

    def check(_: Mapping[str, bytes]) -> None:
        handle = os.open(folder, os.O_RDONLY)
        with pytest.raises(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(handle)
        asked.append(True)

    approve(folder, ("talk",), SIGNED, check)
    assert asked == [True]


def test_a_review_that_is_overdue_is_told(folder: Path) -> None:
    sign(folder, "talk", "gates")
    assert list(overdue(load(folder), DUE)) == []
    told = [line.partition(": ")[0] for line in overdue(load(folder), date(2027, 3, 3))]
    assert told == ["gates", "talk"]


def test_how_much_is_approved_is_told_in_one_line(folder: Path) -> None:
    assert approval_state(load(folder)) == "nothing approved: silent"
    assert still_unapproved(load(folder)) == "Still unapproved: tiers, gates, wording, 1 of 1 considerations."
    safety = swapped(swapped(READ, "kind: surveillance", "kind: safety"), "status: draft", "status: draft")
    write(folder, talk=safety, tiers=TIERS_READ)
    assert still_unapproved(load(folder)).endswith("1 of 1 considerations (1 of safety).")
    sign(folder, "tiers", "gates", "wording")
    assert approval_state(load(folder)) == "0 of 1 considerations approved"
