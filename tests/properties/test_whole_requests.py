"""Properties of the whole path, from a request to its cards."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import changes, ehr
from tests.support.authoring import european, mcode4, us_core
from tests.support.authoring.story import Story
from tests.support.authoring.tumour import Tumour
from tests.support.expectation import has_word, told
from tests.support.service import Answer, Service

ORDER = {"low": 0, "moderate": 1, "high": 2}
RANGES = ("between low and moderate", "between low and high")
STYLES = st.sampled_from([mcode4.record, us_core.record, european.record])
FACTORS = ["size", "grade", "receptors", "her2", "nodes", "vessels"]
CERTAIN = [
    "every_factor_low",
    "two_nodes_and_twenty_two_millimetres",
    "triple_negative_with_four_positive_nodes",
    "hormone_negative_her2_positive_and_otherwise_low",
    "her2_two_plus_with_negative_ish",
    "categories_instead_of_size_and_count",
    "receptors_in_percent",
    "a_man_with_one_positive_node",
]
EVERY_SHAPE = [
    *CERTAIN,
    "two_tumours_small_left_and_large_right",
    "two_tumours_told_apart_by_body_site",
    "her2_three_plus_against_a_negative_ish",
    "chemotherapy_before_surgery",
    "inflammatory_carcinoma",
    "a_generated_chart_without_grade_and_vessels",
    "a_diagnosis_coded_only_in_a_report",
    "receptors_coded_and_the_rest_as_text",
    "a_breast_biopsy_report_as_an_attachment",
    "treatment_not_taken_in_the_form_of_stu3",
]
few = settings(max_examples=12, deadline=None)
some = settings(max_examples=40, deadline=None)

RECEPTOR = st.sampled_from(["positive", "negative"])
tumours = st.builds(
    Tumour,
    side=st.sampled_from(["left", "right"]),
    size=st.decimals("0.1", "120", places=1).map(lambda number: f"{number} mm"),
    grade=st.integers(1, 3),
    er=RECEPTOR,
    pr=RECEPTOR,
    her2=st.sampled_from(["0", "1+", "3+"]),
    nodes=st.integers(0, 12),
    examined=st.integers(12, 30),
    lvi=st.sampled_from(["absent", "present"]),
)


def view(service: Service, tumour: Tumour, style: Any) -> Answer:
    story = Story("property", "Wanda Property", "1960-01-01", style, (tumour,))
    return service.view(ehr.resources_of(story.bundle()))


def span(episode: dict[str, Any]) -> tuple[int, int]:
    """The tier as a closed range of numbers."""
    bounds = episode.get("range") or {"at_least": episode["tier"], "at_most": episode["tier"]}
    return ORDER[bounds["at_least"]], ORDER[bounds["at_most"]]


def ids_made_for(answer: Answer) -> list[str]:
    """The ids of cards and suggestions: each decision has its own."""
    return [one["uuid"] for card in answer.cards for one in (card, *card.get("suggestions", []))]


def essence(answer: Answer) -> str:
    """The cards without what differs from one decision to the next."""
    decisions = {
        card["extension"][key]["decision"]
        for card in answer.cards
        for key in card["extension"]
        if "decision" in card["extension"][key]
    }
    text = json.dumps(answer.cards, sort_keys=True)
    for identifier in ids_made_for(answer):
        text = text.replace(identifier, "ID")
    for decision in decisions:
        text = text.replace(decision, "DECISION")
    return text


def expected(tumour: Tumour) -> str:
    """The tier table written a second time, as an oracle."""
    size = Decimal(str(tumour.size).split(" ", maxsplit=1)[0])
    receptors, her2 = "positive" in {tumour.er, tumour.pr}, tumour.her2 == "3+"
    nodes, grade = tumour.nodes or 0, tumour.grade or 0
    if size > 50 or grade == 3 or her2 or not receptors or nodes >= 4 or tumour.lvi == "present":
        return "high"
    return "moderate" if size >= 10 or grade == 2 or nodes else "low"


@some
@given(tumours, STYLES)
def test_a_complete_chart_has_the_tier_of_its_worst_factor(service: Service, tumour: Tumour, style: Any) -> None:
    (episode,) = view(service, tumour, style).episodes
    assert episode.get("tier") == expected(tumour)


@some
@given(tumours.map(lambda t: Tumour(**{**t.__dict__, "lvi": None})), STYLES)
def test_without_vessel_invasion_low_is_never_a_tier(service: Service, tumour: Tumour, style: Any) -> None:
    answer = view(service, tumour, style)
    prose = answer.prose
    for words in RANGES:
        prose = prose.replace(words, "")
    assert [e.get("tier") for e in answer.episodes] != ["low"]
    assert not has_word(prose, "low")


@pytest.mark.parametrize("name", CERTAIN)
@pytest.mark.parametrize("factor", FACTORS)
@pytest.mark.parametrize("lose", [changes.without, changes.unanswered])
def test_losing_a_factor_only_widens_the_range(service: Service, lose: Any, factor: str, name: str) -> None:
    chart = list(told(name).resources)
    (before,), (after,) = service.view(chart).episodes, service.view(lose(chart, factor)).episodes
    assert span(after)[0] <= span(before)[0]
    assert span(after)[1] >= span(before)[1]


@pytest.mark.parametrize("name", EVERY_SHAPE)
@few
@given(data=st.data())
def test_order_and_duplication_of_resources_change_nothing(service: Service, name: str, data: st.DataObject) -> None:
    chart = list(told(name).resources)
    again = data.draw(st.lists(st.sampled_from(chart), max_size=5))
    shuffled = data.draw(st.permutations([*chart, *again]))
    assert essence(answer_to(service, shuffled, chart)) == essence(service.view(chart))


def answer_to(service: Service, resources: list[ehr.Resource], chart: list[ehr.Resource]) -> Answer:
    patient_id = ehr.patient_id_of(chart)
    return service.call(ehr.patient_view(patient_id, ehr.fill_prefetch(service.templates, resources, patient_id)))


@some
@given(st.decimals("0.1", "120", places=1))
def test_centimetres_and_millimetres_are_the_same_size(service: Service, millimetres: Decimal) -> None:
    chart = list(told("nine_point_nine_millimetres").resources)
    ucum = {"system": "http://unitsofmeasure.org"}
    in_mm = {**ucum, "value": float(millimetres), "unit": "mm", "code": "mm"}
    in_cm = {**ucum, "value": float(millimetres / 10), "unit": "cm", "code": "cm"}
    answers = [service.view(changes.with_quantity(chart, "size", q)) for q in (in_mm, in_cm)]
    assert essence(answers[0]) == essence(answers[1])
    assert answers[0].episodes
