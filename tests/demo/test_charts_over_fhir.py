"""The announced prefetch queries, asked of the demo's FHIR server, bring each story's whole chart."""

from typing import Any

import msgspec
import pytest

from cds_hooks.demo.fhir_server import create_fhir_server
from cds_hooks.demo.stories import load_stories
from cds_hooks.knowledge.load import load_knowledge
from tests.support import ehr

STORIES = load_stories()
SERVER = create_fhir_server(STORIES)
TEMPLATES = {key.name: key.template for key in load_knowledge().service.prefetch}


def ids(found: Any) -> list[str]:
    resources = (
        [entry["resource"] for entry in found.get("entry", [])] if found["resourceType"] == "Bundle" else [found]
    )
    return sorted(resource["id"] for resource in resources)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.sentence)
def test_each_query_finds_what_an_ehr_would_send(story: Any) -> None:
    expected = ehr.fill_prefetch(TEMPLATES, list(story.resources), story.patient_id)
    with SERVER.test_client() as fhir:
        for key, template in TEMPLATES.items():
            answer = fhir.get("/fhir/" + template.replace("{{context.patientId}}", story.patient_id))
            assert ids(msgspec.json.decode(answer.data)) == ids(expected[key]), key
