"""The answers of the service to the same people, asked as an EHR asks: to compare those of a cohort run with.

The requests are made from the charts themselves, without any of the code that reads an export.
"""

import io
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from functools import cache
from hashlib import sha256
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qsl

from cds_hooks.app import create_app
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.keyring import Keyring
from cds_hooks.cohort.rows import canonical, decision_id
from cds_hooks.cohort.synth.course import medications
from cds_hooks.cohort.synth.write import Population, lines_of
from cds_hooks.fhir.prefetch import PrefetchKey
from cds_hooks.knowledge.load import load_knowledge
from cds_hooks.settings import Profile, Settings
from cds_hooks.web import logs
from tests.support import ehr

Resource = dict[str, Any]


class Service:
    """The service in this process, with a clock that stands still and the ids that a cohort run gives."""

    def __init__(self, day: date, exported: frozenset[str]) -> None:
        self._knowledge = load_knowledge()
        self._day = day
        self._id = ""
        self._folder = TemporaryDirectory(prefix="soak-")  # gone with the process
        journal = Journal(f"sqlite:///{self._folder.name}/journal.sqlite3", Keyring.of(b"k" * 32))
        app = create_app(
            Settings(profile=Profile.DEMO, require_approval=False),
            self._knowledge,
            journal,
            lambda: datetime.combine(day, time(9), UTC),
            new_id=lambda _: self._id,
            log=logs.logger(io.StringIO()),
        )
        self._client = app.test_client()
        self._keys = [_Search(key) for key in self._knowledge.service.prefetch if key.resource_type in exported]

    def answer(self, population: Population, number: int) -> tuple[str, str]:
        """The id of a person, and the digest of the cards that are answered."""
        chart = [json.loads(line) for _, line in lines_of(population, number)]
        patient = str(chart[0]["id"])
        self._id = decision_id(patient, self._knowledge.fingerprint, self._day)
        prefetch = {search.name: search.of(chart) for search in self._keys}
        body = json.dumps(ehr.patient_view(patient, prefetch)).encode()
        path = f"/cds-services/{self._knowledge.service.id}"
        answer = self._client.post(path, data=body, content_type="application/json")
        if answer.status_code != 200:
            return patient, f"HTTP status {answer.status_code}"
        return patient, sha256(canonical(answer.get_json()["cards"])).hexdigest()


class _Search:
    """A prefetch template, as an EHR evaluates it over one chart."""

    def __init__(self, key: PrefetchKey) -> None:
        self.name = key.name
        path, _, parameters = key.template.partition("?")
        self._reads = not parameters
        self._kind = path.partition("/")[0]
        self._tokens = {n: frozenset(text.split(",")) for n, text in parse_qsl(parameters) if n in ehr.ELEMENTS}
        self._drugs = medications() if self._kind.startswith("Medication") else []

    def of(self, chart: list[Resource]) -> Any:
        """The resource that is read, or a searchset with the drugs that orders refer to."""
        found = [resource for resource in chart if resource["resourceType"] == self._kind and self._finds(resource)]
        if self._reads:
            return found[0]
        answer = ehr.searchset(found)
        if self._drugs:
            included = [{"resource": drug, "search": {"mode": "include"}} for drug in self._drugs]
            answer["entry"] = [*answer.get("entry", ()), *included]
        return answer

    def _finds(self, resource: Resource) -> bool:
        return all(tokens & set(_codes(resource.get(ehr.ELEMENTS[n]))) for n, tokens in self._tokens.items())


def _codes(concepts: Any) -> Iterator[str]:
    for concept in concepts if isinstance(concepts, list) else [concepts or {}]:
        yield from (coding["code"] for coding in concept.get("coding", ()))


@cache
def _service(day: date, exported: frozenset[str]) -> Service:
    return Service(day, exported)


def answers(asked: tuple[Population, date, frozenset[str], range]) -> Mapping[str, str]:
    """The digests of the answers to some people of a population, by their ids: the work of one process."""
    population, day, exported, numbers = asked
    return dict(_service(day, exported).answer(population, number) for number in numbers)
