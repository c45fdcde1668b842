"""Where approval is required: what is shown of what is approved in part, over a whole chart, through the real spine."""

from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from cds_hooks.consult import Consultation, consult, silence_of
from cds_hooks.fhir.bundle import prefetch_of
from cds_hooks.fhir.read import read_record
from cds_hooks.fhir.record import Record
from cds_hooks.knowledge.library import Knowledge, Part
from cds_hooks.knowledge.load import load_knowledge
from cds_hooks.reasoning.consider import UNAPPROVED, History, only_approved
from cds_hooks.reasoning.considerations import Considered, Outcome, Status
from cds_hooks.writing.compose import compose
from tests.support.service import NOW
from tests.support.stories import FIXTURES

DECISION = "7e57ed00-0000-4000-8000-000000000001"
STORY = "five_years_of_an_aromatase_inhibitor_with_two_positive_nodes"
EXTENDED = "extended_endocrine_node_positive"
FOUNDATION = ("tiers", "gates", "wording")


@cache
def drafts() -> Knowledge:
    return load_knowledge()


def knowledge(*approved: str) -> Knowledge:
    """The knowledge that ships, these parts and considerations of it approved."""
    parts = {name: Part(1, Status.APPROVED if name in approved else Status.DRAFT) for name in FOUNDATION}
    considerations = tuple(
        replace(each, status=Status.APPROVED if each.id in approved else Status.DRAFT)
        for each in drafts().considerations
    )
    return replace(drafts(), foundation=parts, considerations=considerations)


@cache
def chart(story: str) -> Record:
    service = drafts().service
    document = (FIXTURES / "patients" / story / "bundle.json").read_bytes()
    patient_id, prefetch = prefetch_of(document, service.prefetch, None)
    return read_record(prefetch, service.prefetch, drafts().sieve, patient_id)


def seen(known: Knowledge, *, required: bool, story: str = STORY) -> tuple[Consultation, list[dict[str, Any]]]:
    consultation = consult(chart(story), History(), known, NOW.date(), require_approval=required)
    return consultation, list(compose(consultation, known, DECISION, NOW.date()))


def considerations_of(cards: list[dict[str, Any]]) -> set[str]:
    return {each["id"] for card in cards for each in card["extension"]["org.recurrence-cds.card"]["considerations"]}


@pytest.mark.parametrize(
    ("approved", "shown", "silence"),
    [
        ((), set(), "nothing_approved"),
        ((EXTENDED,), set(), "nothing_approved"),
        (("tiers", "gates"), set(), "nothing_approved"),
        (("tiers", "wording", EXTENDED), set(), "nothing_approved"),
        (("gates", "wording", EXTENDED), set(), "nothing_approved"),
        (FOUNDATION, {"tier"}, None),
        ((*FOUNDATION, EXTENDED), {"tier", EXTENDED}, None),
    ],
)
def test_only_what_is_approved_is_shown(approved: tuple[str, ...], shown: set[str], silence: str | None) -> None:
    consultation, cards = seen(knowledge(*approved), required=True)
    assert considerations_of(cards) == shown
    assert silence is None or silence_of(consultation) == silence
    assert not any("not yet clinically approved" in card["detail"] for card in cards)


def test_where_approval_is_not_required_drafts_are_shown_and_say_so() -> None:
    _, cards = seen(knowledge(), required=False)
    assert {"tier", EXTENDED} < considerations_of(cards)
    assert all("not yet clinically approved" in card["detail"] for card in cards)


def test_a_draft_is_judged_all_the_same() -> None:
    open_, _ = seen(knowledge(), required=False)
    closed, _ = seen(knowledge(), required=True)
    assert [one.outcome for one in closed.considerations] == [one.outcome for one in open_.considerations]
    open_to_say = [one for one in closed.considerations if one.outcome is not Outcome.DOES_NOT_APPLY]
    assert {one.silenced for one in open_to_say} == {UNAPPROVED}


def test_what_is_approved_is_said_in_full_beside_drafts() -> None:
    """The block of an approved consideration, its cautions and confirmations included, does not change."""
    known = knowledge(*FOUNDATION, EXTENDED)
    blocks = []
    for required in (False, True):
        consultation, _ = seen(known, required=required)
        (found,) = [one for one in consultation.considerations if one.consideration.id == EXTENDED]
        blocks.append((found.warnings, found.to_confirm, found.shown))
    assert blocks[0] == blocks[1]
    assert blocks[1][1]


@cache
def open_verdicts() -> dict[tuple[str, int | None], Considered]:
    """What is concluded where approval is not required."""
    consultation, _ = seen(drafts(), required=False)
    return {(one.consideration.id, one.episode): one for one in consultation.considerations}


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_whatever_is_approved_is_all_that_is_shown_and_each_says_all_that_it_would(data: st.DataObject) -> None:
    speaking = sorted({id_ for (id_, _), one in open_verdicts().items() if one.outcome is not Outcome.DOES_NOT_APPLY})
    approved = data.draw(st.sets(st.sampled_from([*FOUNDATION, *speaking])))
    consultation, cards = seen(knowledge(*approved), required=True)
    assert considerations_of(cards) <= ({"tier", *approved} if set(FOUNDATION) <= approved else set())
    for one in consultation.considerations:
        before = open_verdicts()[(one.consideration.id, one.episode)]
        said = (one.outcome, one.because, one.warnings, one.to_confirm, one.suppressed)
        assert said == (before.outcome, before.because, before.warnings, before.to_confirm, before.suppressed)
        assert one.shown is (before.shown and one.consideration.id in approved)


def test_a_suspicion_that_is_a_draft_still_holds_the_tier_back() -> None:
    known = knowledge(*FOUNDATION)
    consultation, cards = seen(known, required=False)
    assert "tier" in considerations_of(cards)
    suspected = tuple(
        structs.replace(one, outcome=Outcome.APPLIES) if one.consideration.id == "suspected_recurrence" else one
        for one in consultation.considerations
    )
    held_back = replace(consultation, considerations=only_approved(suspected))
    assert compose(held_back, known, DECISION, NOW.date()) == ()
    assert silence_of(held_back) == UNAPPROVED


def test_a_chart_with_nothing_to_say_is_silent_for_its_own_reason() -> None:
    consultation, cards = seen(knowledge(*FOUNDATION), required=True, story="high_risk_but_deceased")
    assert (cards, silence_of(consultation)) == ([], "deceased")
