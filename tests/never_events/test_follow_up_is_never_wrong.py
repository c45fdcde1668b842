"""Follow-up, suspicion and recurrence: what no card may say, shown with whole charts of the follow-up years."""

from collections.abc import Iterator
from typing import Any

import pytest

from cds_hooks.fhir.datatypes import Coding
from cds_hooks.knowledge.load import load_knowledge
from cds_hooks.reasoning.consider import REPLACEABLE
from tests.support import changes, ehr
from tests.support.authoring import happenings, mcode4
from tests.support.authoring.chart import ICD10CM, RXNORM, SCT, Chart, clinical_status, concept, verification
from tests.support.authoring.story import More, Story
from tests.support.authoring.tumour import Tumour
from tests.support.service import Answer, Service

KNOWLEDGE = load_knowledge()
SIDES = {"left": "80248007", "right": "73056007"}
LONG_AGO = Tumour(diagnosed="2021-01-11", reported="2021-02-10")
HIGH = Tumour(size="60 mm", grade=3, nodes=5, examined=12, diagnosed="2021-01-11", reported="2021-02-10")


def done(slug: str, code: str, day: str, side: str = "left") -> More:
    """A procedure on one breast."""
    return lambda chart: chart.add(
        "Procedure",
        slug,
        status="completed",
        code=concept(SCT, code),
        bodySite=[concept(SCT, SIDES[side])],
        performedDateTime=day,
    )


def problem(slug: str, system: str, code: str, day: str) -> More:
    return lambda chart: chart.add(
        "Condition",
        slug,
        clinicalStatus=clinical_status(),
        verificationStatus=verification(),
        code=concept(system, code),
        onsetDateTime=day,
        recordedDate=day,
    )


def tamoxifen(chart: Chart) -> None:
    drug = concept(RXNORM, "10324", "tamoxifen")
    chart.add(
        "MedicationRequest",
        "tamoxifen",
        status="active",
        intent="order",
        medicationCodeableConcept=drug,
        authoredOn="2026-01-10",
    )


LUMPECTOMY = happenings.lumpectomy("2021-02-01")
IRRADIATION = done("irradiation", "108290001", "2021-05-01")
MAMMOGRAM = done("mammogram", "572701000119102", "2024-06-03")
LUMP = problem("lump", SCT, "89164003", "2026-02-02")
RECURRENCE = problem("recurrence", SCT, "1081551000119106", "2025-12-01")
CHARTS: dict[str, tuple[More, ...]] = {
    "surveillance": (LUMPECTOMY, MAMMOGRAM),
    "suspected_recurrence": (LUMPECTOMY, LUMP),
    "recurrence_on_file": (LUMPECTOMY, IRRADIATION, RECURRENCE),
    "metastatic": (LUMPECTOMY, happenings.bone_metastasis),
    "safety": (LUMPECTOMY, tamoxifen, problem("clot", ICD10CM, "I26.99", "2025-09-01")),
}


def resources(*more: More, tumours: tuple[Tumour, ...] = (LONG_AGO,)) -> list[ehr.Resource]:
    return ehr.resources_of(Story("followed", "Petra Followed", "1960-01-01", mcode4.record, tumours, more).bundle())


def card_ids(answer: Answer) -> list[str]:
    return [card["extension"]["org.recurrence-cds.card"]["id"] for card in answer.cards]


def considered(answer: Answer) -> dict[str, str]:
    """Id and verdict of every consideration that a card carries."""
    cards = (card["extension"]["org.recurrence-cds.card"] for card in answer.cards)
    return {each["id"]: each["verdict"] for card in cards for each in card["considerations"]}


def orders(answer: Answer) -> Iterator[dict[str, Any]]:
    for card in answer.cards:
        for suggestion in card.get("suggestions", []):
            yield from (action["resource"] for action in suggestion["actions"])


def treats(system: str, code: str) -> bool:
    """True for the code of an irradiation, an operation or a drug treatment."""
    lists = ("radiotherapy_procedures", "surgery_procedures", "systemic_procedures")
    coding = Coding(system, code)
    return any(KNOWLEDGE.vocabulary.codelists[name].meaning(coding) for name in lists)


IN_SITU = (problem("in-situ", ICD10CM, "D05.12", "2021-01-11"), LUMPECTOMY, MAMMOGRAM)
LINES = (done("dissection", "234254000", "2021-02-01"), happenings.lumpectomy("2021-02-01"))


def test_the_charts_of_carcinoma_in_situ_and_of_a_line_have_theirs(service: Service) -> None:
    assert card_ids(service.view(resources(*IN_SITU, tumours=()))) == ["in_situ"]
    assert considered(service.view(resources(*LINES)))["lymphoedema_after_axillary_treatment"] == "applies"


@pytest.mark.parametrize("end", [happenings.death("2026-02-20"), happenings.hospice], ids=["deceased", "hospice"])
def test_nothing_of_carcinoma_in_situ_and_no_line_is_shown_of_the_dead_or_in_hospice(
    service: Service, end: More
) -> None:
    assert service.view(resources(*IN_SITU, end, tumours=())).cards == []
    assert service.view(resources(*LINES, end)).cards == []


@pytest.mark.parametrize("fact", ["deceased", "hospice"])
@pytest.mark.parametrize("gate", sorted(KNOWLEDGE.gates))
def test_every_gate_asks_whether_the_patient_lives_and_is_not_in_hospice(gate: str, fact: str) -> None:
    asked = [one.otherwise for one in KNOWLEDGE.gates[gate].patient]
    assert fact in asked


@pytest.mark.parametrize("kind", CHARTS)
def test_the_charts_that_these_tests_spoil_have_their_card(service: Service, kind: str) -> None:
    assert kind in card_ids(service.view(resources(*CHARTS[kind])))


@pytest.mark.parametrize("end", [happenings.death("2026-02-20"), happenings.hospice], ids=["deceased", "hospice"])
@pytest.mark.parametrize("kind", CHARTS)
def test_no_card_of_any_kind_is_shown_of_the_dead_or_in_hospice(service: Service, kind: str, end: More) -> None:
    assert service.view(resources(*CHARTS[kind], end)).cards == []


def test_a_cancer_of_the_other_breast_is_no_recurrence_of_the_first(service: Service) -> None:
    second = Tumour(side="right", diagnosed="2025-11-03", reported="2025-12-01")
    answer = service.view(resources(LUMPECTOMY, tumours=(LONG_AGO, second)))
    assert {episode["side"] for episode in answer.episodes} == {"left", "right"}
    assert not {"recurrence_on_file", "suspected_recurrence"} & set(card_ids(answer))
    assert considered(answer)["cancer_of_both_breasts"] == "applies"


def test_a_recurrence_of_one_breast_is_not_said_of_the_cancer_of_the_other(service: Service) -> None:
    second = Tumour(side="right", diagnosed="2025-11-03", reported="2025-12-01")
    answer = service.view(resources(LUMPECTOMY, IRRADIATION, RECURRENCE, tumours=(LONG_AGO, second)))
    assert "right breast" not in answer.cards[card_ids(answer).index("recurrence_on_file")].get("detail", "")


def test_irradiation_is_never_ordered_and_of_an_irradiated_breast_only_its_limits_are_said(service: Service) -> None:
    answer = service.view(resources(*CHARTS["recurrence_on_file"]))
    assert considered(answer)["recurrence_in_an_irradiated_conserved_breast"] == "applies"
    assert "constrain re-irradiation" in answer.prose
    ordered = [coding for order in orders(answer) for coding in order["code"]["coding"]]
    assert not any(treats(each["system"], each["code"]) for each in ordered), ordered


def test_no_consideration_orders_an_irradiation_or_an_operation() -> None:
    ordered = [order for each in KNOWLEDGE.considerations for order in each.suggestions]
    assert treats(SCT, "108290001")
    assert ordered
    assert not [order for order in ordered if treats(order.system, order.code)]


def test_the_tier_is_shown_as_long_as_nothing_is_suspected(service: Service) -> None:
    assert "tier" in card_ids(service.view(resources(LUMPECTOMY, tumours=(HIGH,))))


@pytest.mark.parametrize("sign", ["89164003", "12584003"], ids=["lump", "bone pain"])
def test_beside_an_active_suspicion_there_is_no_tier_no_treatment_no_follow_up_and_no_restraint(
    service: Service, sign: str
) -> None:
    complaints = (
        problem("sign", SCT, sign, "2026-02-02"),
        problem("another", SCT, "267036007", "2026-02-02"),
    )
    answer = service.view(resources(*CHARTS["surveillance"], *complaints, tumours=(HIGH,)))
    kinds = {each.id: each.card.kind for each in KNOWLEDGE.considerations}
    assert card_ids(answer)[0] == "suspected_recurrence"
    assert answer.episodes == []
    assert not {id_ for id_ in considered(answer) if kinds.get(id_) in REPLACEABLE}


def test_a_mammogram_of_long_ago_is_due(service: Service) -> None:
    answer = service.view(resources(*CHARTS["surveillance"]))
    assert "due since 2025-06" in answer.prose
    assert "warning" in {card["indicator"] for card in answer.cards}


def test_nothing_recorded_is_never_due_nor_a_warning(service: Service) -> None:
    answer = service.view(resources(LUMPECTOMY))
    assert considered(answer)["mammography_after_breast_conservation"] == "cannot_tell"
    assert "due since" not in answer.prose
    assert {card["indicator"] for card in answer.cards} == {"info"}


@pytest.mark.parametrize("lose", [changes.with_failed_key, changes.without_key])
def test_what_could_not_be_loaded_is_neither_due_nor_none(service: Service, lose: Any) -> None:
    chart = resources(LUMPECTOMY)
    patient_id = ehr.patient_id_of(chart)
    request = ehr.patient_view(patient_id, ehr.fill_prefetch(service.templates, chart, patient_id))
    answer = service.call(lose(request, "reports"))
    assert "due since" not in answer.prose
    assert "found in this chart" not in answer.prose


def test_no_words_for_nothing_found_call_anything_due() -> None:
    rounds = [each.due for each in KNOWLEDGE.considerations if each.due]
    assert rounds
    for due in rounds:
        assert "due" not in due.none_found.lower(), due
        assert "confirm" in due.none_found, due
