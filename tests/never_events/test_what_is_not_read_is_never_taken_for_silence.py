"""Words, attachments and the forms of other FHIR versions: never read wrongly, never passed over in silence."""

from copy import deepcopy
from typing import Any

import pytest

from tests.support import changes, ehr
from tests.support.authoring import paperwork, us_core
from tests.support.authoring.chart import ICD10CM, LOINC, RXNORM, SCT, Chart, concept
from tests.support.authoring.paperwork import BREAST_BIOPSY, REASSURING, STUDY, Report
from tests.support.authoring.story import Story
from tests.support.authoring.tumour import NOTHING, Tumour
from tests.support.expectation import told
from tests.support.service import Answer, Service

LOW_CHART = "nine_point_nine_millimetres"
DRUG = concept(RXNORM, "314076", "lisinopril 10 MG Oral Tablet")
FORMS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "a problem": (
        "conditions",
        "DSTU2 or STU3",
        {"resourceType": "Condition", "code": concept(ICD10CM, "I10"), "abatementBoolean": True},
    ),
    "a report": (
        "reports",
        "DSTU2 or STU3",
        {"resourceType": "DiagnosticReport", "status": "final", "code": STUDY, "codedDiagnosis": [{"text": "?"}]},
    ),
    "an operation": (
        "procedures",
        "STU3",
        {"resourceType": "Procedure", "status": "completed", "code": concept(SCT, "80146002"), "notDone": True},
    ),
    "an operation of R5": (
        "procedures",
        "R5",
        {"resourceType": "Procedure", "status": "completed", "code": concept(SCT, "1"), "occurrenceString": "?"},
    ),
    "an order": (
        "medicationRequests",
        "R5",
        {"resourceType": "MedicationRequest", "status": "active", "intent": "order", "medication": {"concept": DRUG}},
    ),
    "an order of DSTU2": (
        "medicationRequests",
        "DSTU2",
        {"resourceType": "MedicationOrder", "status": "active", "medicationCodeableConcept": DRUG},
    ),
    "a dose": (
        "medicationAdministrations",
        "STU3",
        {
            "resourceType": "MedicationAdministration",
            "status": "completed",
            "medicationCodeableConcept": DRUG,
            "notGiven": True,
        },
    ),
    "a statement": (
        "medicationStatements",
        "STU3",
        {"resourceType": "MedicationStatement", "status": "active", "medicationCodeableConcept": DRUG, "taken": "n"},
    ),
}


def request_of(service: Service, resources: list[ehr.Resource]) -> dict[str, Any]:
    patient_id = ehr.patient_id_of(resources)
    return ehr.patient_view(patient_id, ehr.fill_prefetch(service.templates, resources, patient_id))


def with_form(service: Service, form: str) -> dict[str, Any]:
    """The request about a chart that is low, with one more resource in another form."""
    key, _, resource = FORMS[form]
    request = deepcopy(request_of(service, list(told(LOW_CHART).resources)))
    patient = {"reference": f"Patient/{request['context']['patientId']}"}
    bundle = request["prefetch"][key]
    bundle["entry"] = [*bundle.get("entry", []), {"resource": {**resource, "id": "another-form", "subject": patient}}]
    bundle["total"] += 1
    return request


def card_ids(answer: Answer) -> list[str]:
    return [card["extension"]["org.recurrence-cds.card"]["id"] for card in answer.cards]


@pytest.mark.parametrize("form", FORMS)
def test_a_resource_in_another_form_withholds_low_and_is_named(service: Service, form: str) -> None:
    answer = service.call(with_form(service, form))
    (episode,) = answer.episodes
    assert episode["range"] == {"at_least": "low", "at_most": "high"}
    assert {"tier", "unsupported_data"} <= set(card_ids(answer))
    assert FORMS[form][1] in answer.cards[-1]["summary"]


def of_story(*more: Any, tumours: tuple[Tumour, ...] = (NOTHING,)) -> list[ehr.Resource]:
    style = us_core.record if tumours else None
    story = Story("unread", "Wilma Unread", "1960-01-01", style, tumours, more)
    return ehr.resources_of(story.bundle())


WORDS = {
    "a conclusion": Report(STUDY, "2024-04-10", text=REASSURING),
    "an attachment": Report(STUDY, "2024-04-10", attached=True),
    "both": Report(BREAST_BIOPSY, "2024-04-10", text=REASSURING, attached=True),
}


@pytest.mark.parametrize("words", WORDS)
def test_reassuring_words_tell_no_factor(service: Service, words: str) -> None:
    (episode,) = service.view(of_story(WORDS[words])).episodes
    assert episode["range"] == {"at_least": "low", "at_most": "high"}
    values = {key: factor["value"] for key, factor in episode["factors"].items() if "value" in factor}
    assert values == {"local_extension": "none"}


@pytest.mark.parametrize("factor", ["size", "grade", "er", "receptors", "her2", "nodes", "vessels"])
def test_reassuring_words_stand_in_for_no_missing_result(service: Service, factor: str) -> None:
    report = [r for r in of_story(WORDS["both"]) if r["resourceType"] == "DiagnosticReport"]
    chart = changes.without(list(told(LOW_CHART).resources), factor)
    about = next(r for r in chart if r["resourceType"] == "Patient")
    mine = [{**r, "subject": {"reference": f"Patient/{about['id']}"}} for r in report]
    (episode,) = service.view([*chart, *mine]).episodes
    assert episode.get("tier") != "low"


def document(chart: Chart) -> None:
    chart.add(
        "DocumentReference",
        "scan",
        status="current",
        type=concept(LOINC, "66110-8"),
        date="2024-04-10T09:00:00Z",
        content=[{"attachment": {"contentType": "application/pdf", "url": "Binary/scan"}}],
    )


@pytest.mark.parametrize("paper", [WORDS["both"], document])
def test_breast_pathology_without_a_coded_diagnosis_is_one_card_and_no_tier(service: Service, paper: Any) -> None:
    answer = service.view(of_story(paper, tumours=()))
    assert (card_ids(answer), answer.episodes) == (["unsupported_data"], [])
    assert answer.cards[0]["indicator"] == "info"


@pytest.mark.parametrize("paper", [WORDS["a conclusion"], paperwork.stated_in_stu3, paperwork.treated_in_r5])
def test_a_chart_without_breast_cancer_is_left_in_peace(service: Service, paper: Any) -> None:
    assert service.view(of_story(paper, tumours=())).cards == []


@pytest.mark.parametrize("more", [paperwork.treated_in_r5, WORDS["both"]])
def test_the_patient_and_the_dead_are_shown_nothing_of_it(service: Service, more: Any) -> None:
    for chart in (of_story(more), of_story(more, tumours=())):
        dead = [{**r, "deceasedBoolean": True} if r["resourceType"] == "Patient" else r for r in chart]
        assert service.view(dead).cards == []
        assert service.view(chart, "Patient/somebody").cards == []
