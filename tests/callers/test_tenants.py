"""Two clients about one patient: nothing of one reaches the other."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cds_hooks.addresses import read_base
from cds_hooks.settings import Settings
from tests.callers.tables import AT, registered
from tests.support.expectation import told
from tests.support.tokens import BASE, good
from tests.web.desk import SERVICE, Desk, opened, request_about, with_cards

STORY = "a_man_with_one_positive_node"  # its treatment card shows one consideration alone
OURS = "https://ehr.example.org/fhir"
OTHERS = "https://out-of-band.example.org"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with opened(tmp_path, Settings(base_url=read_base(BASE)), clients=registered()) as running:
        yield running


def post(desk: Desk, issuer: str, body: dict[str, Any], path: str = SERVICE) -> Any:
    answer = desk.post(body, path, Authorization=f"Bearer {good(AT, f'{BASE}{path}', iss=issuer)}")
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def test_each_has_a_chain_and_pseudonyms_of_its_own(desk: Desk) -> None:
    for issuer in (OURS, OTHERS):
        post(desk, issuer, with_cards())
    ours, others = desk.calls()
    assert (ours["tenant"], others["tenant"]) == ("ehr", "no-jku")
    assert (ours["seq"], others["seq"]) == (1, 1)
    assert ours["patient"] != others["patient"]
    assert ours["user"] != others["user"]
    assert ours["prev"] != others["prev"]


def test_what_one_declined_is_shown_to_the_other_as_before(desk: Desk) -> None:
    request = request_about(told(STORY).resources)
    before = {issuer: summaries(post(desk, issuer, request)) for issuer in (OURS, OTHERS)}
    dismiss(desk, OURS, post(desk, OURS, request))
    assert summaries(post(desk, OURS, request)) < before[OURS]
    assert summaries(post(desk, OTHERS, request)) == before[OTHERS]


def test_what_one_reports_of_the_others_card_quietens_nothing(desk: Desk) -> None:
    request = request_about(told(STORY).resources)
    before = post(desk, OURS, request)
    dismiss(desk, OTHERS, before)
    assert {row["tenant"] for row in desk.rows("reported")} == {"no-jku"}
    assert summaries(post(desk, OURS, request)) == summaries(before)


def dismiss(desk: Desk, issuer: str, answer: dict[str, Any]) -> None:
    """Decline every card, after talking about it."""
    for card in answer["cards"]:
        reason = {"reason": next(one for one in card["overrideReasons"] if one["code"] == "discussed_declined")}
        item = {"card": card["uuid"], "outcome": "overridden", "outcomeTimestamp": "2026-03-01T00:00:00Z"}
        post(desk, issuer, {"feedback": [{**item, "overrideReason": reason}]}, f"{SERVICE}/feedback")


def summaries(answer: dict[str, Any]) -> set[str]:
    """The summaries of the cards: one that is quietened is not among them."""
    return {card["summary"] for card in answer["cards"]}
