"""Real requests, changed at random: there is an answer or a refusal, in time, and never LOW on spoilt evidence."""

import time
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_hooks.protocol import schema
from cds_hooks.protocol.response import check_answer
from tests.support import changes, ehr
from tests.support.expectation import told
from tests.support.mutations import mutated
from tests.support.service import Answer
from tests.web.desk import KNOWLEDGE, SERVICE, Desk, opened

LOW_CHART = "nine_point_nine_millimetres"
STORIES = [
    LOW_CHART,
    "triple_negative_with_four_positive_nodes",
    "centimetres_in_a_component",
    "chemotherapy_before_surgery",
    "five_years_of_an_aromatase_inhibitor_with_two_positive_nodes",
    "a_diagnosis_coded_only_in_a_report",
    "two_tumours_told_apart_by_body_site",
    "metastatic_to_bone",
    "treatment_in_the_form_of_r5",
]
FEEDBACK = {
    "feedback": [
        {
            "card": "9e64ae7f-3b2a-4cfb-9d0a-0b0f6f3b0c5e",
            "outcome": "overridden",
            "overrideReason": {"reason": {"code": "other_team", "system": "urn:x"}, "userComment": "no"},
            "outcomeTimestamp": "2026-03-01T10:00:00Z",
        },
        {
            "card": "9e64ae7f-3b2a-4cfb-9d0a-0b0f6f3b0c5f",
            "outcome": "accepted",
            "acceptedSuggestions": [{"id": "9e64ae7f-3b2a-4cfb-9d0a-0b0f6f3b0c60"}],
            "outcomeTimestamp": "2026-03-01T10:00:00.5+01:00",
        },
    ]
}
# Two codes for one answer: swapped between results, they leave what was said as it was.
ABSENT = "http://loinc.org|LA9634-2"
NEGATIVE = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation|NEG"
NOTHING_FOUND = "nothing was found"
RESULTS = ("final", "amended", "corrected", "preliminary", None, "")  # one without a status is used, and marked
chance = st.randoms(use_true_random=False)
many = settings(max_examples=60, deadline=None, derandomize=True, database=None)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with opened(tmp_path_factory.mktemp("mutated")) as running:
        yield running


def request_of(story: str) -> dict[str, Any]:
    resources = list(told(story).resources)
    patient_id = ehr.patient_id_of(resources)
    templates = {key.name: key.template for key in KNOWLEDGE.service.prefetch}
    return ehr.patient_view(patient_id, ehr.fill_prefetch(templates, resources, patient_id))


def answer_to(desk: Desk, message: Any, path: str = SERVICE) -> tuple[int, dict[str, Any]]:
    """Status and body, which came in time and is what its status promises."""
    started = time.process_time()
    answer = desk.post(message, path)
    assert time.process_time() - started < 1
    body = answer.get_json()
    assert answer.status_code in {200, 400, 412, 413, 422}, desk.log.getvalue()[-2000:]
    if answer.status_code != 200:
        assert schema.problems("outcome", body) == ()
    return answer.status_code, body


@pytest.mark.parametrize("story", STORIES)
@many
@given(random=chance)
def test_a_changed_request_is_answered_or_refused(desk: Desk, story: str, random: Random) -> None:
    status, body = answer_to(desk, mutated(request_of(story), random.randrange))
    assert status != 200 or check_answer(body) == []


@many
@given(random=chance)
def test_changed_feedback_is_kept_or_refused(desk: Desk, random: Random) -> None:
    status, body = answer_to(desk, mutated(FEEDBACK, random.randrange), f"{SERVICE}/feedback")
    assert status != 200 or body == {}


def tokens(concept: Any) -> set[str]:
    """What a concept says: its codes, and its words. One coding may stand where a list of them belongs."""
    if not isinstance(concept, dict):
        return set()
    listed = concept.get("coding")
    codings = [c for c in (listed if isinstance(listed, list) else [listed]) if isinstance(c, dict)]
    words = [concept.get("text"), *(coding.get("display") for coding in codings)]
    return {f"{c.get('system')}|{c.get('code')}" for c in codings} | {word for word in words if isinstance(word, str)}


def amounts(quantity: Any) -> set[str]:
    """A unit with a number that may be one: another such number is no garbling that anybody could see."""
    number = quantity.get("value") if isinstance(quantity, dict) else None
    if isinstance(number, bool) or not isinstance(number, int | float) or number < 0:
        return set()
    return {f"a number of {quantity.get(name)}" for name in ("code", "unit") if name in quantity}


Statement = tuple[set[str], set[str]]


def statements(observation: dict[str, Any]) -> list[Statement]:
    """What an Observation and its components ask and answer; nothing where its status says that it is no result."""
    if observation.get("resourceType") != "Observation" or observation.get("status") not in RESULTS:
        return []
    components = observation.get("component")
    said = [observation, *(components if isinstance(components, list) else ())]
    return [(tokens(one.get("code")), answers(one)) for one in said if isinstance(one, dict)]


def answers(said: dict[str, Any]) -> set[str]:
    counted = {f"{said['valueInteger']}"} if "valueInteger" in said else set()
    listed = said.get("interpretation")
    judged = set().union(*map(tokens, listed)) if isinstance(listed, list) else set()
    found = tokens(said.get("valueCodeableConcept")) | amounts(said.get("valueQuantity")) | counted | judged
    return found | {NOTHING_FOUND} if found & {ABSENT, NEGATIVE} else found


def survives(original: ehr.Resource, left: list[Statement]) -> bool:
    """Whether something still asks and answers the same, at least by one of its codes."""
    return any(asks & asked and given & said for asks, given in statements(original) for asked, said in left)


def tiers(cards: list[dict[str, Any]]) -> list[str | None]:
    """The certain tiers of all episodes."""
    return [episode.get("tier") for episode in Answer(200, {"cards": cards}).episodes]


def objects_in(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from objects_in(child)


@pytest.mark.parametrize("story", [LOW_CHART, "receptors_in_percent"])
@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(random=chance)
def test_low_is_said_only_while_the_evidence_of_every_factor_stands(desk: Desk, story: str, random: Random) -> None:
    request = mutated(request_of(story), random.randrange, most=2)
    status, body = answer_to(desk, request)
    if status != 200 or "low" not in tiers(body["cards"]):
        return
    left = [statement for node in objects_in(request) for statement in statements(node)]
    for factor in ("size", "grade", "er", "her2", "nodes", "vessels"):
        evidence = [one for one in told(story).resources if changes.feeds(one, factor)]
        assert any(survives(one, left) for one in evidence), factor
