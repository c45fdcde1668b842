"""An override for a lasting reason quietens one consideration of one patient, for a time, and replays."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cds_hooks.audit.entry import Caller, CardShown, Spoken, Who
from cds_hooks.audit.history import overrides_of
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.replay import replay
from cds_hooks.reasoning.consider import History, Override
from tests.audit.sample import CARD, NOON, RING, entry, item, report
from tests.support.expectation import told
from tests.web.desk import KNOWLEDGE, SERVICE, Desk, opened, request_about

MAMMOGRAM = Spoken("mammogram", "applies", "left", "f1")
DONE = item(reason={"code": "done_or_planned"})
TODAY = date(2026, 6, 1)


def history(
    folder: Path,
    *spoken: Spoken,
    said: Any = DONE,
    today: date = TODAY,
    tenant: str = "default",
    patient: str = "p1",
    offered: dict[str, str] | None = None,
) -> tuple[Override, ...]:
    """What is known on a day of a patient who was shown one card, after one report on it."""
    journal = Journal(f"sqlite:///{folder}/j", RING)
    card = CardShown(CARD, "surveillance", considerations=spoken or (MAMMOGRAM,), suggestions=offered or {})
    journal.record(entry(who=Who("p1"), cards=(card,)))
    report(journal, said)
    return overrides_of(journal, KNOWLEDGE, tenant, patient, today).overrides


@pytest.mark.parametrize("code", ["done_or_planned", "discussed_declined"])
def test_a_lasting_reason_quietens_what_the_card_showed_alone(tmp_path: Path, code: str) -> None:
    reason = item(reason={"code": code, "system": "urn:recurrence-cds:override-reason"})
    assert history(tmp_path, said=replace(reason)) == (Override("mammogram", "left", "f1"),)


@pytest.mark.parametrize(
    "said",
    [item(), item(reason={"code": "awaiting_result"}), item(reason={"code": "of-the-hospital"}), item(comment="done"),
     item(outcome="accepted", accepted_suggestions=("another",)),
     item(reason={"code": "done_or_planned", "system": "urn:somebody-else"})],
)  # fmt: skip
def test_nothing_else_does(tmp_path: Path, said: Any) -> None:
    assert history(tmp_path, said=said) == ()


def test_a_card_that_showed_several_quietens_none(tmp_path: Path) -> None:
    others = (Spoken("bone_density", "applies", "", "f2"), replace(MAMMOGRAM, side="right"))
    for number, other in enumerate(others):
        (tmp_path / str(number)).mkdir()
        assert history(tmp_path / str(number), MAMMOGRAM, other) == ()


def test_what_was_only_asked_about_does_not_count_as_shown(tmp_path: Path) -> None:
    asked = Spoken("bone_density", "cannot_tell", "", "f2", shown=False)
    assert history(tmp_path, MAMMOGRAM, asked) == (Override("mammogram", "left", "f1"),)


def test_a_card_that_speaks_for_itself_is_never_quietened(tmp_path: Path) -> None:
    assert history(tmp_path, Spoken("tier", "applies")) == ()


def test_an_accepted_suggestion_quietens_its_own_consideration_alone(tmp_path: Path) -> None:
    said = item(outcome="accepted", accepted_suggestions=("00000000-0000-4000-8000-000000000001",))
    offered = {"00000000-0000-4000-8000-000000000001": "mammogram", "00000000-0000-4000-8000-000000000002": "dxa"}
    found = history(tmp_path, MAMMOGRAM, Spoken("dxa", "applies", "", "f2"), said=said, offered=offered)
    assert found == (Override("mammogram", "left", "f1"),)


@pytest.mark.parametrize(("today", "lasts"), [(date(2027, 1, 2), True), (date(2027, 1, 3), False)])
def test_it_lasts_twelve_months(tmp_path: Path, today: date, lasts: bool) -> None:
    assert NOON.date() == date(2026, 1, 2)
    assert bool(history(tmp_path, today=today)) is lasts


def test_it_is_of_one_patient_and_one_tenant(tmp_path: Path) -> None:
    assert history(tmp_path, patient="p2") == ()
    journal = Journal(f"sqlite:///{tmp_path}/j", RING)
    report(journal, DONE, caller=Caller("other"))
    assert overrides_of(journal, KNOWLEDGE, "other", "p1", TODAY) == History()


STORY = "a_man_with_one_positive_node"  # its treatment card shows germline testing alone


def cards(desk: Desk, story: str = STORY, more: Iterable[dict[str, Any]] = ()) -> dict[str, dict[str, Any]]:
    """The cards that the service answers with, by their id."""
    answer = desk.post(request_about([*told(story).resources, *more])).get_json()
    return {card["extension"]["org.recurrence-cds.card"]["id"]: card for card in answer["cards"]}


def dismiss(desk: Desk, card: dict[str, Any]) -> None:
    reason = {"reason": next(one for one in card["overrideReasons"] if one["code"] == "discussed_declined")}
    said = {"outcome": "overridden", "overrideReason": reason, "outcomeTimestamp": "2026-03-01T23:31:00Z"}
    assert desk.post({"feedback": [{"card": card["uuid"], **said}]}, f"{SERVICE}/feedback").status_code == 200


def test_a_declined_consideration_is_not_shown_again_and_the_tier_is(tmp_path: Path) -> None:
    with opened(tmp_path) as desk:
        before = cards(desk)
        dismiss(desk, before["treatment"])
        dismiss(desk, before["tier"])
        after = cards(desk)
        assert "germline" not in str(after)
        assert after["tier"]["summary"] == before["tier"]["summary"]
        first, second = desk.decisions()
        assert [(o.consideration, o.side) for o in second.history.overrides] == [("germline_testing", "left")]
        assert first.history == History()


def test_what_was_read_from_the_journal_is_an_input_of_the_decision(tmp_path: Path) -> None:
    with opened(tmp_path) as desk:
        dismiss(desk, cards(desk)["treatment"])
        cards(desk)
        assert all(replay(stored, KNOWLEDGE).same for stored in desk.decisions())


def test_it_comes_back_when_its_facts_change(tmp_path: Path) -> None:
    with opened(tmp_path) as desk:
        dismiss(desk, cards(desk)["treatment"])
        assert "treatment" not in cards(desk)
        changed = json.loads(json.dumps(told(STORY).resources).replace("2024-03-11", "2024-04-11"))
        answer = desk.post(request_about(changed)).get_json()
    assert "germline" in str(answer)


def test_a_danger_is_never_quietened(tmp_path: Path) -> None:
    story = "tamoxifen_with_paroxetine"
    with opened(tmp_path) as desk:
        dismiss(desk, cards(desk, story)["safety"])
        assert "safety" in cards(desk, story)


def test_another_patient_is_shown_it_as_before(tmp_path: Path) -> None:
    with opened(tmp_path) as desk:
        dismiss(desk, cards(desk)["treatment"])
        assert "treatment" in cards(desk, "triple_negative_with_four_positive_nodes")
