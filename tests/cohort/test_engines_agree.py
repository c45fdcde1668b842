"""The same patients get the same answers from the local engine and from the service over HTTP."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from cds_hooks.app import create_app
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.keyring import Keyring
from cds_hooks.cohort.rows import canonical, decision_id, said
from cds_hooks.knowledge.load import load_knowledge
from cds_hooks.settings import Profile, Settings
from tests.cohort.populations import AS_OF, everyone, planned, population, result, rows
from tests.support import ehr

KNOWLEDGE = load_knowledge()
PEOPLE = 200


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return population(tmp_path_factory.mktemp("export"), PEOPLE)


@pytest.fixture(scope="module")
def table(source: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    out = tmp_path_factory.mktemp("local")
    result(planned(source, out))
    return rows(out)


@pytest.fixture(scope="module")
def answered(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[dict[str, Any]]]]:
    """The cards of every patient over HTTP."""
    journal = Journal(f"sqlite:///{tmp_path_factory.mktemp('http')}/journal.sqlite3", Keyring.of(b"k" * 32))
    ids: list[str] = []
    app = create_app(
        Settings(profile=Profile.DEMO, require_approval=False),
        KNOWLEDGE,
        journal,
        lambda: datetime.combine(AS_OF, time(9), UTC),
        new_id=lambda _: ids.pop(),
    )
    client, charts = app.test_client(), dict(everyone(source))
    drugs = charts.pop("")
    exported = {resource["resourceType"] for chart in charts.values() for resource in chart}
    found = {}
    for patient, chart in charts.items():
        ids.append(decision_id(patient, KNOWLEDGE.fingerprint, AS_OF))
        body = json.dumps(_request(patient, chart, drugs, exported)).encode()
        answer = client.post(f"/cds-services/{KNOWLEDGE.service.id}", data=body, content_type="application/json")
        assert answer.status_code == 200, answer.text
        found[patient] = answer.get_json()["cards"]
    yield found
    journal.close()


def _request(patient: str, chart: list[Any], drugs: list[Any], exported: set[str]) -> dict[str, Any]:
    """What an EHR sends that can search for the exported types alone, and includes the drugs that orders refer to."""
    keys = [key for key in KNOWLEDGE.service.prefetch if key.resource_type in exported]
    prefetch = ehr.fill_prefetch({key.name: key.template for key in keys}, chart, patient)
    for key in keys:
        if key.resource_type.startswith("Medication"):
            prefetch[key.name].setdefault("entry", []).extend(
                {"resource": drug, "search": {"mode": "include"}} for drug in drugs
            )
    return ehr.patient_view(patient, prefetch)


def test_every_patient_of_the_export_has_one_row_in_the_order_of_their_ids(
    table: list[dict[str, Any]], source: Path
) -> None:
    assert [row["patient"] for row in table] == sorted(set(everyone(source)) - {""})
    assert {row["outcome"] for row in table} == {"answered"}


def test_the_answer_over_http_is_byte_for_byte_the_one_that_the_row_stands_for(
    table: list[dict[str, Any]], answered: Mapping[str, list[dict[str, Any]]]
) -> None:
    over_http = {patient: sha256(canonical(cards)).hexdigest() for patient, cards in answered.items()}
    assert {row["patient"]: row["answer"] for row in table} == over_http


def test_cards_tiers_and_factors_of_a_row_are_those_of_the_answer_over_http(
    table: list[dict[str, Any]], answered: Mapping[str, list[dict[str, Any]]]
) -> None:
    for row in table:
        expected = said(answered[row["patient"]], evidence=True)
        assert {name: row[name] for name in expected} == expected


def test_the_population_puts_every_way_of_answering_to_the_test(table: list[dict[str, Any]]) -> None:
    tiers = {(e["at_least"], e["at_most"]) for row in table for e in row["episodes"]}
    assert {("high", "high"), ("moderate", "high"), ("moderate", "moderate")} <= tiers
    assert {"in_situ", "no_breast_cancer", "deceased", "hospice"} <= {row["silence"] for row in table}
    assert {"tier", "surveillance", "metastatic", "treatment"} <= {card for row in table for card in row["cards"]}
