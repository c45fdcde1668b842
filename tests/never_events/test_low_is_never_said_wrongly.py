"""LOW with anything missing, equivocal, incomplete or after systemic therapy is the worst answer there is."""

from typing import Any

import pytest

from tests.support import changes, ehr
from tests.support.authoring import happenings, mcode1, mcode4
from tests.support.authoring.story import Story
from tests.support.authoring.tumour import Tumour
from tests.support.expectation import has_word, told
from tests.support.service import Answer, Service

FACTORS = ["size", "grade", "er", "receptors", "her2", "nodes", "vessels"]
SEARCHES = [
    "conditions",
    "obsReceptors",
    "obsTumour",
    "obsStage",
    "reports",
    "procedures",
    "medicationRequests",
    "medicationAdministrations",
]
# Keys that feed no factor of the tier: what they lack leaves facts beside it unknown.
BESIDE_THE_TIER = [
    "obsGenomic",
    "obsHost",
    "documents",
    "specimens",
    "imagingStudies",
    "encounters",
    "medicationStatements",
]
LOW_CHART = "nine_point_nine_millimetres"


def low_chart() -> list[ehr.Resource]:
    """A chart that is low, without TNM categories that could stand in for what a test takes out."""
    return list(told(LOW_CHART).resources)


def request_of(service: Service, resources: list[ehr.Resource]) -> dict[str, Any]:
    patient_id = ehr.patient_id_of(resources)
    return ehr.patient_view(patient_id, ehr.fill_prefetch(service.templates, resources, patient_id))


def is_low(answer: Answer) -> bool:
    return any(episode.get("tier") == "low" for episode in answer.episodes)


def test_the_chart_that_these_tests_spoil_is_low(service: Service) -> None:
    assert is_low(service.view(low_chart()))


@pytest.mark.parametrize("factor", FACTORS)
@pytest.mark.parametrize("spoil", [changes.without, changes.unanswered, changes.equivocal])
def test_a_factor_that_is_missing_or_unclear_is_never_low(service: Service, spoil: Any, factor: str) -> None:
    answer = service.view(spoil(low_chart(), factor))
    assert answer.episodes
    assert not is_low(answer)


@pytest.mark.parametrize("key", SEARCHES)
def test_an_incomplete_page_is_never_low(service: Service, key: str) -> None:
    answer = service.call(changes.with_next_page(request_of(service, low_chart()), key))
    assert answer.episodes
    assert not is_low(answer)


@pytest.mark.parametrize("key", [key for key in SEARCHES if key != "conditions"])
@pytest.mark.parametrize("lose", [changes.with_failed_key, changes.without_key])
def test_data_that_could_not_be_loaded_are_never_low(service: Service, lose: Any, key: str) -> None:
    answer = service.call(lose(request_of(service, low_chart()), key))
    assert answer.episodes
    assert not is_low(answer)


def test_every_key_that_discovery_announces_is_spoilt_here(service: Service) -> None:
    assert set(service.templates) == {"patient", *SEARCHES, *BESIDE_THE_TIER}


TREATED = (happenings.chemotherapy("2024-01-10", "2024-03-20"), happenings.lumpectomy("2024-04-02"))


@pytest.mark.parametrize("kind", ["Procedure", "MedicationRequest", "MedicationAdministration"])
def test_one_record_of_treatment_before_surgery_is_enough_to_withhold_low(service: Service, kind: str) -> None:
    story = Story(
        "treated_first", "Yvaine Early", "1970-01-01", mcode4.record, (Tumour(diagnosed="2024-01-02"),), TREATED
    )
    chart = ehr.resources_of(story.bundle())
    treatment = [r for r in chart if str(r["id"]).endswith(("-chemotherapy", "-docetaxel-order", "-docetaxel-dose"))]
    kept = [r for r in chart if r not in treatment or r["resourceType"] == kind]
    assert len(kept) == len(chart) - 2
    assert not is_low(service.view(kept))


@pytest.mark.parametrize("tumour", [Tumour(t="ypT1"), Tumour(n="ypN0")], ids=["ypT1", "ypN0"])
def test_a_category_after_systemic_therapy_withholds_low_by_itself(service: Service, tumour: Tumour) -> None:
    story = Story("restaged", "Zelda Late", "1970-01-01", mcode1.record, (tumour,))
    assert not is_low(service.view(ehr.resources_of(story.bundle())))


def test_without_vessel_invasion_the_word_low_stands_only_in_a_range(service: Service) -> None:
    prose = service.view(changes.without(low_chart(), "vessels")).prose
    assert "between low and high" in prose
    assert not has_word(prose.replace("between low and high", ""), "low")
