"""Cards for the wrong person, the wrong disease or the wrong tumour."""

from typing import Any

import pytest

from cds_hooks.fhir.bundle import prefetch_of
from cds_hooks.fhir.read import read_record
from cds_hooks.knowledge.load import load_knowledge
from cds_hooks.picture.see import see
from tests.support import ehr
from tests.support.authoring import happenings, mcode4, us_core
from tests.support.authoring.chart import ICD10CM, LOINC, SCT, Chart, References, concept
from tests.support.authoring.story import More, Story
from tests.support.authoring.tumour import Tumour
from tests.support.expectation import has_word, names, told
from tests.support.service import NOW, Answer, Service
from tests.support.stories import FIXTURES

KNOWLEDGE = load_knowledge()
HIGH_CHART = "triple_negative_with_four_positive_nodes"


def of_story(
    service: Service,
    *more: More,
    tumours: tuple[Tumour, ...] = (Tumour(),),
    style: Any = mcode4.record,
    references: References = "relative",
) -> Answer:
    story = Story("never", "Xenia Never", "1960-01-01", style, tumours, more, references=references)
    return service.view(ehr.resources_of(story.bundle()))


def by_side(answer: Answer) -> dict[str, Any]:
    return {episode["side"]: episode.get("tier", episode.get("range")) for episode in answer.episodes}


@pytest.mark.parametrize("user", ["Patient/triple-negative-with-four-positive", "RelatedPerson/a-daughter"])
def test_the_patient_and_the_family_are_shown_nothing(service: Service, user: str) -> None:
    assert service.view(list(told(HIGH_CHART).resources), user).cards == []


@pytest.mark.parametrize("user", ["Practitioner/a", "PractitionerRole/b"])
def test_professionals_are_shown_the_card(service: Service, user: str) -> None:
    assert service.view(list(told(HIGH_CHART).resources), user).cards


@pytest.mark.parametrize("death", [{"deceasedBoolean": True}, {"deceasedDateTime": "2025-01"}])
def test_nobody_is_shown_a_card_of_a_dead_patient(service: Service, death: dict[str, Any]) -> None:
    chart = [{**r, **death} if r["resourceType"] == "Patient" else r for r in told(HIGH_CHART).resources]
    assert service.view(chart).cards == []


def has_three_known_negatives(name: str) -> bool:
    """Whether a tumour of the story is known to be negative in ER, PR and HER2."""
    document = (FIXTURES / "patients" / name / "bundle.json").read_bytes()
    patient_id, prefetch = prefetch_of(document, KNOWLEDGE.service.prefetch, None)
    record = read_record(prefetch, KNOWLEDGE.service.prefetch, KNOWLEDGE.sieve, patient_id)
    facts = [episode.facts for episode in see(record, KNOWLEDGE.vocabulary, NOW.date()).episodes]
    return any(all(getattr(each[name], "value", "") == "negative" for name in ("er", "pr", "her2")) for each in facts)


@pytest.mark.parametrize("name", [name for name in names() if not told(name).expect.get("episodes")])
def test_without_a_tier_too_triple_negative_is_said_only_of_three_known_negatives(service: Service, name: str) -> None:
    answer = service.view(list(told(name).resources))
    assert not has_word(answer.prose, "triple") or has_three_known_negatives(name)


@pytest.mark.parametrize("name", [name for name in names() if told(name).expect.get("episodes")])
def test_triple_negative_is_said_only_of_three_known_negatives(service: Service, name: str) -> None:
    answer = service.view(list(told(name).resources))
    known = [
        e
        for e in answer.episodes
        if e["factors"]["her2"].get("value") == "negative"
        and {e["factors"]["hormone_receptors"].get(r) for r in ("er", "pr")} == {"negative"}
    ]
    assert has_word(answer.prose, "triple") is bool(known)


def finding(code: dict[str, Any], answer: dict[str, Any]) -> More:
    return lambda chart: chart.observe("finding", code, effectiveDateTime="2024-05-02", valueCodeableConcept=answer)


def problem(system: str, code: str) -> More:
    return lambda chart: chart.add("Condition", "spread", code=concept(system, code), recordedDate="2024-05-02")


SPREAD = {
    "bone, ICD-10-CM": problem(ICD10CM, "C79.51"),
    "lung, ICD-10-CM without dot": problem(ICD10CM, "C7800"),
    "liver, SNOMED": problem(SCT, "94381002"),
    "cM1, SNOMED": finding(concept(SCT, "399387003"), concept(SCT, "1229903009")),
    "cM1, AJCC string": finding(concept(LOINC, "21907-1"), concept("http://cancerstaging.org", "cM1")),
    "stage IV": finding(concept(SCT, "399537006"), concept(SCT, "1222837003")),
}


@pytest.mark.parametrize("witness", SPREAD)
def test_each_witness_of_distant_spread_alone_takes_the_tier_away(service: Service, witness: str) -> None:
    assert of_story(service, SPREAD[witness]).episodes == []


@pytest.mark.parametrize("code", ["C77.3"])
def test_axillary_nodes_are_not_distant_spread(service: Service, code: str) -> None:
    assert of_story(service, problem(ICD10CM, code)).episodes


def test_carcinoma_in_situ_with_every_finding_of_the_table_has_no_tier(service: Service) -> None:
    def in_situ(chart: Chart) -> None:
        condition = mcode4.diagnosis(chart, Tumour(), ("109889007", "Intraductal carcinoma in situ of breast"))
        del condition["extension"]
        us_core.findings(chart, Tumour(), condition)

    assert of_story(service, in_situ, tumours=()).episodes == []


def test_carcinoma_in_situ_of_the_other_breast_changes_nothing(service: Service) -> None:
    answer = of_story(service, happenings.carcinoma_in_situ, tumours=(Tumour(side="right"),))
    assert by_side(answer) == {"right": "low"}


@pytest.mark.parametrize("style", [mcode4.record, us_core.record])
def test_a_second_tumour_is_neither_raised_nor_lowered_by_the_first(service: Service, style: Any) -> None:
    small = Tumour(side="left", size="6 mm")
    large = Tumour(side="right", size="70 mm", grade=3, nodes=9, examined=12, lvi="present")
    both = of_story(service, tumours=(small, large), style=style)
    assert by_side(both) == {"left": "low", "right": "high"}


@pytest.mark.parametrize("style", [mcode4.record, us_core.record])
def test_what_is_missing_on_one_side_is_not_taken_from_the_other(service: Service, style: Any) -> None:
    full, without_vessels = Tumour(side="left"), Tumour(side="right", lvi=None)
    answer = of_story(service, tumours=(full, without_vessels), style=style)
    assert by_side(answer) == {"left": "low", "right": {"at_least": "low", "at_most": "high"}}


@pytest.mark.parametrize("references", ["relative", "absolute", "urn"])
def test_findings_of_another_cancer_are_not_taken_for_the_breast(service: Service, references: References) -> None:
    answer = of_story(service, happenings.lung_cancer, references=references)
    assert by_side(answer) == {"left": "low"}


@pytest.mark.parametrize("references", ["relative", "absolute", "urn"])
def test_two_tumours_stay_apart_however_references_are_written(service: Service, references: References) -> None:
    small, large = Tumour(side="left", size="6 mm"), Tumour(side="right", size="70 mm", nodes=9, examined=12)
    assert by_side(of_story(service, tumours=(small, large), references=references)) == {"left": "low", "right": "high"}


@pytest.mark.parametrize(("answer", "code"), [("absent", "2667000"), ("present", "52101004")])
def test_a_result_that_names_no_side_settles_neither_of_two_tumours(service: Service, answer: str, code: str) -> None:
    two = (Tumour(side="left", lvi=None), Tumour(side="right", lvi=None))
    sideless = finding(concept(LOINC, "59544-7", "Lymph-vascular invasion"), concept(SCT, code, answer))
    answers = of_story(service, sideless, tumours=two, style=us_core.record)
    open_range = {"at_least": "low", "at_most": "high"}
    assert by_side(answers) == {"left": open_range, "right": open_range}
