"""Every story, asked over HTTP of the running service, answers as its expectation says."""

import pytest

from cds_hooks.consult import consult
from cds_hooks.fhir.bundle import prefetch_of
from cds_hooks.fhir.read import read_record
from cds_hooks.knowledge.load import load_knowledge
from cds_hooks.protocol.response import check_answer
from cds_hooks.reasoning.consider import History
from tests.support.expectation import Told, departures, told_stories
from tests.support.refusals import FOLDER, refusals, valid
from tests.support.service import NOW, Service
from tests.support.stories import FIXTURES

KNOWLEDGE = load_knowledge()
EACH = pytest.mark.parametrize("story", told_stories(), ids=lambda story: story.name)
SILENT = pytest.mark.parametrize(
    "story", [s for s in told_stories() if "silent" in s.expect], ids=lambda story: story.name
)


@EACH
def test_the_story_answers_as_expected(service: Service, story: Told) -> None:
    assert departures(story.expect, service.view(list(story.resources))) == []


@EACH
def test_the_answer_is_valid_cds_hooks(service: Service, story: Told) -> None:
    assert check_answer(service.view(list(story.resources)).body) == []


@SILENT
def test_the_silence_has_the_expected_reason(story: Told) -> None:
    knowledge = KNOWLEDGE
    document = (FIXTURES / "patients" / story.name / "bundle.json").read_bytes()
    patient_id, prefetch = prefetch_of(document, knowledge.service.prefetch, None)
    record = read_record(prefetch, knowledge.service.prefetch, knowledge.sieve, patient_id)
    withheld = consult(record, History(), knowledge, NOW.date()).withheld
    assert {reason.because for reason in withheld} == {story.expect["silent"]}


@pytest.mark.parametrize("name", refusals())
def test_a_refused_request_gets_its_status_and_an_outcome(service: Service, name: str) -> None:
    answer = service.send((FOLDER / f"{name}.json").read_bytes())
    assert answer.status == refusals()[name]["status"]
    assert answer.body["resourceType"] == "OperationOutcome"


def test_the_request_that_the_refused_ones_depart_from_is_answered(service: Service) -> None:
    assert service.call(valid()).status == 200


def test_the_refused_requests_use_keys_that_the_service_announces(service: Service) -> None:
    assert set(valid()["prefetch"]) <= set(service.templates)
