"""How many entries a request may bring: what is over it is refused before it costs anything worth having."""

import time
from pathlib import Path
from typing import Any

import pytest

from cds_hooks.addresses import read_base
from cds_hooks.settings import Settings
from tests.support.fhir_server import running_fhir_server, says
from tests.web.desk import KNOWLEDGE, opened, with_cards

LENGTH = {"system": "http://unitsofmeasure.org", "code": "mm", "unit": "mm", "value": 1}
SIZE = {"coding": [{"system": "http://loinc.org", "code": "21889-1"}]}


def sizes(count: int, patient: str) -> dict[str, Any]:
    own = {"resourceType": "Observation", "status": "final", "code": SIZE, "valueQuantity": LENGTH}
    subject = {"reference": f"Patient/{patient}"}
    entries = [{"resource": {**own, "id": f"o{number}", "subject": subject}} for number in range(count)]
    return {"resourceType": "Bundle", "type": "searchset", "entry": entries}


@pytest.mark.parametrize(("count", "status"), [(5, 200), (200, 413)])
def test_all_bundles_together_have_a_limit(tmp_path: Path, count: int, status: int) -> None:
    """R9."""
    request = with_cards()
    request["prefetch"]["obsTumour"] = sizes(count, request["context"]["patientId"])
    with opened(tmp_path, Settings(max_entries=100)) as desk:
        answer = desk.post(request)
    assert answer.status_code == status
    assert status == 200 or "more than 100 entries" in answer.get_json()["issue"][0]["details"]["text"]


@pytest.mark.parametrize(("count", "status"), [(45, 200), (60, 413)])
def test_the_entries_of_several_bundles_are_added_up(tmp_path: Path, count: int, status: int) -> None:
    """R9: also those that hold nothing."""
    request = with_cards()
    patient = request["context"]["patientId"]
    request["prefetch"] |= {
        name: {**sizes(0, patient), "entry": []} for name in request["prefetch"] if name != "patient"
    }
    for name in ("obsTumour", "obsReceptors"):
        request["prefetch"][name]["entry"] = [*sizes(count - 5, patient)["entry"], *[None] * 5]
    with opened(tmp_path, Settings(max_entries=100)) as desk:
        assert desk.post(request).status_code == status


@pytest.mark.parametrize("entry", [b"{}", b'{"resource":{}}', b'{"\\u0072esource":{"resourceType":"Observation"}}'])
def test_megabytes_of_next_to_nothing_are_refused_at_once(tmp_path: Path, entry: bytes) -> None:
    """R9: as small as they are, a million entries would take seconds."""
    many = b",".join([entry] * (4_000_000 // (len(entry) + 1)))
    body = (
        b'{"hook":"patient-view","hookInstance":"1","context":{"userId":"Practitioner/1","patientId":"p"},'
        b'"prefetch":{"patient":{"resourceType":"Patient","id":"p"},"conditions":'
        b'{"resourceType":"Bundle","type":"searchset","entry":[%b]}}}' % many
    )
    with opened(tmp_path) as desk:
        started = time.process_time()
        answer = desk.post(body)
        taken = time.process_time() - started
    assert answer.status_code == 413
    assert taken < 0.5


def test_a_server_that_says_too_much_costs_its_key_and_not_the_answer(tmp_path: Path) -> None:
    request = with_cards()
    patient = request["context"]["patientId"]
    del request["prefetch"]["obsTumour"]
    (template,) = [key.template for key in KNOWLEDGE.service.prefetch if key.name == "obsTumour"]
    with running_fhir_server() as server:
        server.answers[template.replace("{{context.patientId}}", patient)] = says(sizes(200, patient))
        settings = Settings(fhir_servers=(read_base(server.base),), max_entries=100, fetch_deadline_ms=5000)
        with opened(tmp_path, settings) as desk:
            answer = desk.post({**request, "fhirServer": server.base})
    assert answer.status_code == 200
    assert "could not be loaded" in answer.text
