"""Charts as they come: those of the stories, spoilt, shortened, shuffled and padded in ways that a seed decides."""

from collections.abc import Mapping
from copy import deepcopy
from random import Random
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from bench.charts import usual_results
from tests.support import ehr
from tests.support.expectation import told_stories

FAILED = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
USERS = ("Practitioner/1", "PractitionerRole/2", "Patient/3")
FIRST_PAGE = [{"relation": "next", "url": "https://ehr.example.org/fhir/R4?page=2"}]


def requests(templates: Mapping[str, str], seed: int) -> list[dict[str, Any]]:
    """One request for each story, each changed at random."""
    random = Random(seed)
    return [_request(templates, deepcopy(list(told.resources)), random) for told in told_stories()]


def _request(templates: Mapping[str, str], resources: list[ehr.Resource], random: Random) -> dict[str, Any]:
    patient = ehr.patient_id_of(resources)
    kept = [r for r in resources if r["resourceType"] == "Patient" or random.random() > 0.1]
    kept += usual_results(patient, random.randrange(6))
    random.shuffle(kept)
    prefetch = ehr.fill_prefetch(templates, kept, patient)
    for name in sorted(prefetch):
        _spoil(prefetch, name, templates[name], random)
    return ehr.patient_view(patient, prefetch, random.choices(USERS, (18, 1, 1))[0])


def _spoil(prefetch: dict[str, Any], name: str, template: str, random: Random) -> None:
    """Let one key come in another state, or its resources under another name."""
    if "?" not in template or name == "conditions":
        return
    chance = random.random()
    if chance < 0.04:
        prefetch[name] = random.choice((None, FAILED))
    elif chance < 0.08:
        del prefetch[name]
    elif chance < 0.12:
        prefetch[name]["link"] = FIRST_PAGE
    elif chance < 0.3:
        for entry in prefetch[name].get("entry", ()):
            entry["fullUrl"] = f"urn:uuid:{uuid5(NAMESPACE_URL, str(entry['resource'].get('id')))}"
    elif chance < 0.35:
        twice = [deepcopy(entry) for entry in prefetch[name].get("entry", ())]
        prefetch[name].setdefault("entry", []).extend(twice)
