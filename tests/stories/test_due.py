"""Every examination that comes round: due since a recorded one, asked for where none is found, silent where not loaded.

Each is tried on the whole chart of a story in which it is due.
"""

from typing import Any

import pytest

from cds_hooks.knowledge.load import load_knowledge
from tests.support import changes, ehr
from tests.support.expectation import told
from tests.support.service import NOW, Answer, Service

# By consideration: a story in which it is due, how the ids of the examinations read, since which month it is due, and
# the side of the breast that is meant.
SITU = "carcinoma_in_situ_conserved_three_years_ago"
DUE = {
    "mammography_after_breast_conservation": (
        "a_conserved_breast_with_an_overdue_mammogram",
        "-mammogram-",
        "2026-01",
        "Left",
    ),
    "mammography_of_the_other_breast": (
        "a_removed_breast_and_an_overdue_mammogram_of_the_other",
        "-mammogram-",
        "2025-09",
        "Right",
    ),
    "mammography_of_the_breast_conserved_for_dcis": (SITU, "-mammogram-", "2025-11", "Left"),
    "mammography_of_the_other_breast_after_dcis": (SITU, "-mammogram-", "2025-11", "Right"),
    "bone_density_on_endocrine_therapy": (
        "one_to_three_nodes_at_year_two_on_an_aromatase_inhibitor",
        "-bone-density-",
        "2026-02",
        "",
    ),
    "gynaecological_review_on_tamoxifen": ("five_years_of_tamoxifen_done", "-gynaecology-", "2025-11", ""),
    "visit_in_years_one_to_three": (
        "diagnosed_at_forty_four_and_no_visit_for_nine_months",
        "-visit-20",
        "2025-12",
        "",
    ),
    "visit_in_years_four_and_five": (
        "year_five_and_the_last_visit_fourteen_months_ago",
        "-visit-20",
        "2025-12",
        "",
    ),
    "visit_from_year_six": ("eight_years_on_and_no_visit_for_two_years", "-visit-20", "2025-01", ""),
    "visit_after_dcis": (SITU, "-visit-20", "2025-11", ""),
}
KNOWLEDGE = load_knowledge()
ROUNDS = {each.id: each for each in KNOWLEDGE.considerations if each.due}
ORDERED = [id_ for id_ in DUE if ROUNDS[id_].suggestions]
EACH = pytest.mark.parametrize("id_", DUE)


def chart(id_: str, *, without: bool = False) -> list[ehr.Resource]:
    story, examination, *_ = DUE[id_]
    return [r for r in told(story).resources if not (without and examination in str(r["id"]))]


def card_of(answer: Answer, id_: str) -> dict[str, Any]:
    """The card on which the consideration stands; empty where it stands on none."""
    about = ((card, card["extension"]["org.recurrence-cds.card"]["considerations"]) for card in answer.cards)
    return next((card for card, said in about if id_ in {each["id"] for each in said}), {})


def verdict(answer: Answer, id_: str) -> str | None:
    said = (
        card_of(answer, id_)["extension"]["org.recurrence-cds.card"]["considerations"] if card_of(answer, id_) else []
    )
    return next((each["verdict"] for each in said if each["id"] == id_), None)


def orders(answer: Answer, id_: str) -> list[dict[str, Any]]:
    codes = {order.code for order in ROUNDS[id_].suggestions}
    actions = [a for s in card_of(answer, id_).get("suggestions", []) for a in s["actions"]]
    return [a["resource"] for a in actions if a["resource"]["code"]["coding"][0]["code"] in codes]


def test_every_examination_that_comes_round_is_tried_here() -> None:
    assert set(DUE) == set(ROUNDS)


@EACH
def test_it_is_due_since_a_recorded_one_and_warns_only_then(service: Service, id_: str) -> None:
    answer = service.view(chart(id_))
    assert verdict(answer, id_) == "applies"
    assert f"due since {DUE[id_][2]}" in answer.prose
    assert ROUNDS[id_].card.indicator in {"info", card_of(answer, id_)["indicator"]}


@EACH
def test_where_none_is_recorded_it_is_asked_for_and_neither_due_nor_a_warning_nor_ordered(
    service: Service, id_: str
) -> None:
    answer = service.view(chart(id_, without=True))
    found = card_of(answer, id_)
    assert verdict(answer, id_) == "cannot_tell"
    assert "found in this chart; confirm" in found["detail"]
    assert orders(answer, id_) == []


@EACH
def test_what_could_not_be_loaded_is_neither_due_nor_none(service: Service, id_: str) -> None:
    resources = chart(id_, without=True)
    patient_id = ehr.patient_id_of(resources)
    request = ehr.patient_view(patient_id, ehr.fill_prefetch(service.templates, resources, patient_id))
    for key in KNOWLEDGE.vocabulary.facts[ROUNDS[id_].due.fact].read_from:  # type: ignore[union-attr]
        request = request if key == "procedures" else changes.with_failed_key(request, key)
    assert verdict(service.call(request), id_) is None


@pytest.mark.parametrize("id_", ORDERED)
def test_the_order_that_is_offered_can_be_filed(service: Service, id_: str) -> None:
    resources = chart(id_)
    filed = [o for o in orders(service.view(resources), id_) if _side(o) == DUE[id_][3]]
    assert filed
    for order in filed:
        assert (order["resourceType"], order["status"], order["intent"]) == ("ServiceRequest", "draft", "proposal")
        assert order["subject"]["reference"] == f"Patient/{ehr.patient_id_of(resources)}"
        assert order["code"]["coding"][0]["system"] in {"http://snomed.info/sct", "http://loinc.org"}
        assert order["occurrencePeriod"]["start"] == NOW.date().isoformat()


def _side(order: dict[str, Any]) -> str:
    sites = order.get("bodySite", [])
    return sites[0]["coding"][0]["display"].split()[0] if sites else ""
