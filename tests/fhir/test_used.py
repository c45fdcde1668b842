"""What is kept of a request is enough to read the very same Record again, and no more than that."""

import json
from typing import Any

import pytest

from cds_hooks.fhir.read import read_again, read_prefetch
from cds_hooks.fhir.used import REFERRED_TO
from cds_hooks.knowledge.load import load_knowledge
from soak import _charts

KNOWLEDGE = load_knowledge()
KEYS = KNOWLEDGE.service.prefetch
SPOILT = _charts.requests({key.name: key.template for key in KEYS}, seed=4)


def reading(request: dict[str, Any]) -> Any:
    prefetch = {
        name: None if value is None else json.dumps(value).encode() for name, value in request["prefetch"].items()
    }
    return read_prefetch(prefetch, KEYS, KNOWLEDGE.sieve, request["context"]["patientId"])


@pytest.mark.parametrize("request_", SPOILT, ids=range(len(SPOILT)))
def test_a_spoilt_chart_is_read_the_same_way_again(request_: dict[str, Any]) -> None:
    first = reading(request_)
    assert read_again(first.used, KNOWLEDGE.sieve, request_["context"]["patientId"]) == first.record


def test_what_nothing_looks_for_is_not_kept() -> None:
    bystander = {"resourceType": "Observation", "id": "bystander", "status": "final", "code": {"text": "shoe size"}}
    request = SPOILT[0]
    request["prefetch"]["observations"] = {"resourceType": "Bundle", "entry": [{"resource": bystander}]}
    kept = [resource for opened in reading(request).used.opened for resource in (*opened.matches, *opened.included)]
    assert "bystander" not in str(kept)
    assert all(opened.key.resource_type == r.kind or r.kind in REFERRED_TO
               for opened in reading(request).used.opened for r in opened.matches)  # fmt: skip
