"""A decision is made again from its row and the knowledge that the row names: not a byte differs."""

from pathlib import Path

import pytest

from cds_hooks.audit import snapshots
from cds_hooks.audit.reading import StoredDecision
from cds_hooks.audit.replay import replay
from cds_hooks.audit.snapshots import Snapshots
from cds_hooks.errors import NotInJournal
from cds_hooks.knowledge.load import knowledge_of
from tests.support.expectation import told
from tests.web.desk import KNOWLEDGE, from_user, request_about, with_cards, without_cards
from tests.web.desk import opened as opened_desk

STORIES = sorted(path.name for path in (Path(__file__).parents[2] / "fixtures" / "patients").iterdir())


@pytest.fixture(scope="module")
def every_story(tmp_path_factory: pytest.TempPathFactory) -> dict[str, StoredDecision]:
    """All stories told to one service, each with what the journal kept of it."""
    with opened_desk(tmp_path_factory.mktemp("stories")) as desk:
        for story in STORIES:
            desk.post(request_about(told(story).resources))
        return dict(zip(STORIES, desk.decisions(), strict=True))


@pytest.mark.parametrize("story", STORIES)
def test_every_story_replays_byte_for_byte(every_story: dict[str, StoredDecision], story: str) -> None:
    again = replay(every_story[story], KNOWLEDGE)
    assert again.difference == ()
    assert again.same


def test_a_refusal_decided_nothing(tmp_path: Path) -> None:
    with opened_desk(tmp_path) as desk:
        desk.post(b"{")
        (stored,) = desk.decisions()
    with pytest.raises(NotInJournal, match="refused with 400"):
        replay(stored, KNOWLEDGE)


def test_silence_for_a_patient_replays_too(tmp_path: Path) -> None:
    with opened_desk(tmp_path) as desk:
        desk.post(from_user(with_cards(), "Patient/p1"))
        desk.post(without_cards())
        assert [replay(stored, KNOWLEDGE).again for stored in desk.decisions()] == [b'{"cards":[]}'] * 2


def test_what_was_kept_back_for_want_of_approval_stays_back(tmp_path: Path) -> None:
    with opened_desk(tmp_path, require_approval=True) as desk:
        desk.post(with_cards())
        (stored,) = desk.decisions()
    assert stored.row["silence"] == "nothing_approved"
    assert replay(stored, KNOWLEDGE).same


def test_other_knowledge_says_what_it_would_have_said(tmp_path: Path) -> None:
    files = dict(KNOWLEDGE.files)
    files["wording.yaml"] = files["wording.yaml"].replace(b"tier.high: high\n", b"tier.high: tall\n")
    with opened_desk(tmp_path) as desk:
        desk.post(with_cards())
        (stored,) = desk.decisions()
    again = replay(stored, knowledge_of(files))
    assert not again.same
    assert any(line.startswith("+") and "tall" in line for line in again.difference)


def test_knowledge_is_kept_once_and_read_back_with_its_fingerprint(tmp_path: Path) -> None:
    with opened_desk(tmp_path) as desk:
        for _ in range(2):
            snapshots.keep(desk.journal, KNOWLEDGE)
        assert len(desk.rows("knowledge")) == 1
        kept = Snapshots(desk.journal).get(KNOWLEDGE.fingerprint)
        assert (kept.fingerprint, kept.considerations) == (KNOWLEDGE.fingerprint, KNOWLEDGE.considerations)
        with pytest.raises(NotInJournal):
            Snapshots(desk.journal).get("sha256:0")


def test_the_service_keeps_the_knowledge_that_it_starts_with(tmp_path: Path) -> None:
    with opened_desk(tmp_path) as desk:
        assert [row["fingerprint"] for row in desk.rows("knowledge")] == [KNOWLEDGE.fingerprint]
