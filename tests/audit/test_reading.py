"""Reading the journal: a decision is opened with all that it rests on, and what became of its cards."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import true

from cds_hooks.audit.entry import Caller, CardShown
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.measures.window import Window
from cds_hooks.audit.reading import Unopened, decisions, each_row, quarantined, stored_decision
from cds_hooks.audit.shredding import act, shred
from cds_hooks.errors import PayloadForgotten
from tests.audit.sample import CARD, NOON, RING, entry, item, report, select
from tests.support.expectation import told
from tests.web.desk import KNOWLEDGE, SERVICE, opened, request_about, with_cards


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(f"sqlite:///{tmp_path}/j", RING)


def test_a_decision_shows_its_whole_way(tmp_path: Path) -> None:
    with opened(tmp_path) as desk:
        request = with_cards()
        answer = desk.post({**request, "fhirServer": "https://ehr.example.org"})
        (stored,) = desk.decisions()
    assert stored.who == {"user": request["context"]["userId"], "patient": request["context"]["patientId"]}
    assert stored.request["hookInstance"] == request["hookInstance"]
    assert stored.request["fhirServer"] == "https://ehr.example.org"
    assert (stored.states["patient"], stored.states["conditions"]) == ("complete", "complete")
    assert {"Patient", "Condition", "Observation"} <= {resource["resourceType"] for resource in stored.resources}
    assert stored.response == answer.data
    assert (stored.settings.base_url, stored.history.overrides, stored.refusal) == (None, (), {})
    assert stored.row["knowledge"] == KNOWLEDGE.fingerprint


def test_the_trace_has_facts_tiers_and_verdicts(tmp_path: Path) -> None:
    with opened(tmp_path) as desk:
        desk.post(with_cards())
        (stored,) = desk.decisions()
    trace = stored.trace
    assert trace is not None
    assert trace["episodes"][0]["facts"]["positive_nodes"]["value"]["low"] == "6"
    assert trace["tiers"][0]["at_least"] == "high"
    assert {"id", "version", "outcome"} <= trace["considerations"][0].keys()


def test_what_was_left_out_or_could_not_be_read_is_named(tmp_path: Path) -> None:
    with opened(tmp_path) as desk:
        for story in ("an_erroneous_her2_result_was_withdrawn", "treatment_in_the_form_of_r5"):
            desk.post(request_about(told(story).resources))
        withdrawn, foreign = desk.decisions()
    assert [why for _, why in withdrawn.left_out] == ["entered in error"]
    assert all(one["why"].startswith("FHIR R5") for one in foreign.unreadable)
    assert foreign.unreadable


def test_a_refusal_is_opened_with_what_the_client_was_told(tmp_path: Path) -> None:
    with opened(tmp_path) as desk:
        desk.post({**with_cards(), "hook": "order-sign"})
        (stored,) = desk.decisions()
    assert (stored.trace, stored.response, stored.resources) == (None, None, ())
    assert stored.refusal["where"] == "hook"


def test_cards_and_feedback_come_with_the_decision(tmp_path: Path) -> None:
    with opened(tmp_path) as desk:
        cards = desk.post(with_cards()).get_json()["cards"]
        said = {"outcome": "overridden", "outcomeTimestamp": "2026-03-01T23:31:00Z"}
        reason = {"userComment": "seen elsewhere"}
        for _ in range(2):
            body = {"feedback": [{"card": cards[0]["uuid"], **said, "overrideReason": reason}]}
            desk.post(body, f"{SERVICE}/feedback")
        (stored,) = desk.decisions()
    assert [card["uuid"] for card in stored.cards] == [card["uuid"] for card in cards]
    (kept,) = stored.feedback
    assert kept.item is not None
    assert kept.item["userComment"] == "seen elsewhere"
    assert kept.received_at.startswith("2026-03-01T23:30")


def test_the_codes_and_units_of_the_tier_are_words_of_ours(tmp_path: Path) -> None:
    (own,) = [r for r in told("exactly_ten_millimetres").resources if str(r["id"]).endswith("-size")]
    strange = {**own, "id": "another", "valueQuantity": {**own["valueQuantity"], "unit": "ells", "code": "[ell]"}}
    with opened(tmp_path) as desk:
        desk.post(request_about(told("exactly_ten_millimetres").resources))
        desk.post(request_about([*told("exactly_ten_millimetres").resources, strange]))
        first, second = desk.calls()
    assert " tumour_size=mm " in first["units"]
    assert " tumour_size=http://loinc.org|21889-1 " in first["codes"]
    assert "ell" not in second["units"] + second["codes"]


def test_feedback_on_a_card_that_was_never_shown_is_in_quarantine_until_it_is(journal: Journal) -> None:
    report(journal, item(card="00000000-0000-4000-8000-000000000009"), item())
    report(journal, item(), caller=Caller("other"))
    ours, other = (Window(tenant, NOON.date(), NOON.date()) for tenant in ("default", "other"))
    assert [row["number"] for row in quarantined(journal, ours, 9)] == [0, 1]
    assert [row["number"] for row in quarantined(journal, ours, 1)] == [0]
    journal.record(entry(cards=(CardShown(CARD, "tier"),)))
    assert [row["number"] for row in quarantined(journal, ours, 9)] == [0]
    assert len(quarantined(journal, other, 9)) == 1  # another tenant's card is not theirs
    tomorrow = NOON.date() + timedelta(days=1)
    assert quarantined(journal, replace(other, first=tomorrow, last=tomorrow), 9) == []


def test_what_was_shredded_is_a_row_that_cannot_be_opened(journal: Journal) -> None:
    journal.record(kept := entry(cards=(CardShown(CARD, "tier"),)))
    report(journal, item())
    shred(journal, act("019c0000-0000-7000-8000-000000000000", NOON.replace(month=3), Caller(), "2026-02"))
    (found,) = decisions(journal)
    assert isinstance(found, Unopened)
    assert isinstance(found.problem, PayloadForgotten)
    with pytest.raises(PayloadForgotten):
        stored_decision(journal, kept.id)


def test_a_report_whose_words_were_shredded_still_counts(journal: Journal) -> None:
    report(journal, item(comment="seen"))
    journal.record(entry(cards=(CardShown(CARD, "tier"),), received_at=NOON.replace(month=4)))
    shred(journal, act("019c0000-0000-7000-8000-000000000000", NOON.replace(month=5), Caller(), "2026-02"))
    (stored,) = decisions(journal)
    assert not isinstance(stored, Unopened)
    assert [(kept.row["commented"], kept.item) for kept in stored.feedback] == [(1, None)]


def test_rows_come_one_by_one_in_the_order_of_their_chains(journal: Journal) -> None:
    for tenant in ("b", "a", "b"):
        journal.record(entry(caller=Caller(tenant)))
    assert [(row["tenant"], row["seq"]) for row in each_row(journal, true())] == [("a", 1), ("b", 1), ("b", 2)]


def test_items_that_cannot_be_read_are_found_by_verifying_alone(journal: Journal, tmp_path: Path) -> None:
    journal.record(entry(cards=(CardShown(CARD, "tier"),)))
    select(tmp_path / "j", "update entry set items = '[1]'")
    (row,) = each_row(journal)
    assert row["items"] == "[1]"
