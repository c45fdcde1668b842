"""Consultations without a server: from a typed Record to what may be said, and from the bytes of a request to cards.

The Records are those of all stories among the fixtures, and the chart of the answer times by itself: it has two
tumours, and so most to say. Times are those of the processor, not of the clock: what else runs on the machine counts
less.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import cache
from itertools import cycle
from json import loads
from multiprocessing import get_context
from statistics import median
from typing import TypeVar

from bench.charts import PATIENTS, patient_view
from bench.figures import Figure
from cds_hooks.consult import consult
from cds_hooks.fhir.read import read_record
from cds_hooks.fhir.record import Record
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.knowledge.load import load_knowledge
from cds_hooks.picture.see import see
from cds_hooks.protocol.canonical import canonical
from cds_hooks.protocol.request import HookRequest, read_request
from cds_hooks.reasoning.consider import History, consider
from cds_hooks.reasoning.stratify import stratify
from cds_hooks.writing.compose import compose
from tests.support import ehr

TODAY = date(2026, 3, 2)
DECISION = "00000000-0000-4000-8000-000000000000"
LINES = 300  # of a chart, with some 30 that matter
_MOST_BYTES = 64 * 1024 * 1024
_WARM_UP = 50
_Given = TypeVar("_Given")


def figures(processes: int, seconds: float) -> list[Figure]:
    """Patients per second with so many processes at once."""
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:

        def together(work: Callable[[float], float]) -> float:
            return sum(pool.map(work, [seconds] * processes))

        return [
            Figure("Record to Consultation, all stories", together(of_stories), "patients/s", 3000, at_least=True),
            Figure("Record to Consultation, two tumours", together(of_bench_chart), "patients/s"),
            Figure(f"request of {LINES} lines to cards", together(end_to_end), "patients/s", 300, at_least=True),
        ]


def of_stories(seconds: float) -> float:
    """Consultations per second of the stories in turn."""
    records = [_record(_story_request(folder.name)) for folder in sorted(PATIENTS.iterdir()) if folder.is_dir()]
    return _rate(records, lambda record: consult(record, History(), _knowledge(), TODAY), seconds)


def of_bench_chart(seconds: float) -> float:
    """Consultations per second of the chart of the answer times."""
    record = _record(read_request(chart(20), _knowledge().service.hook, _MOST_BYTES))
    return _rate([record], lambda one: consult(one, History(), _knowledge(), TODAY), seconds)


def end_to_end(seconds: float) -> float:
    """Requests per second, from their bytes to the bytes of the cards."""
    return _rate([chart(LINES)], answer, seconds)


def answer(body: bytes) -> bytes:
    """All that is done for an answer but the server and the journal."""
    knowledge = _knowledge()
    record = _record(read_request(body, knowledge.service.hook, _MOST_BYTES))
    consultation = consult(record, History(), knowledge, TODAY)
    return canonical({"cards": compose(consultation, knowledge, DECISION, TODAY)})


def stages(observations: int, rounds: int) -> list[Figure]:
    """The median time of each stage of an answer, in this process."""
    knowledge, body = _knowledge(), chart(observations)
    request = read_request(body, knowledge.service.hook, _MOST_BYTES)
    record = _record(request)
    picture = see(record, knowledge.vocabulary, TODAY)
    consultation = consult(record, History(), knowledge, TODAY)
    cards = compose(consultation, knowledge, DECISION, TODAY)
    work: dict[str, Callable[[], object]] = {
        "read the request": lambda: read_request(body, knowledge.service.hook, _MOST_BYTES),
        "read the record": lambda: _record(request),
        "see": lambda: see(record, knowledge.vocabulary, TODAY),
        "stratify": lambda: stratify(picture, knowledge.tiers, knowledge.gates),
        "consider": lambda: consider(picture, History(), knowledge.gates, knowledge.considerations),
        "write the cards": lambda: compose(consultation, knowledge, DECISION, TODAY),
        "as JSON": lambda: canonical({"cards": cards}),
    }
    return [Figure(name, median(_timed(each, rounds)), "ms") for name, each in work.items()]


def chart(observations: int) -> bytes:
    """A request whose chart has so many Observations."""
    return patient_view({key.name: key.template for key in _knowledge().service.prefetch}, observations)


@cache
def _knowledge() -> Knowledge:
    return load_knowledge()


def _record(request: HookRequest) -> Record:
    knowledge = _knowledge()
    return read_record(request.prefetch, knowledge.service.prefetch, knowledge.sieve, request.patient_id)


def _story_request(name: str) -> HookRequest:
    templates = {key.name: key.template for key in _knowledge().service.prefetch}
    resources = ehr.resources_of(loads((PATIENTS / name / "bundle.json").read_bytes()))
    patient = ehr.patient_id_of(resources)
    body = canonical(ehr.patient_view(patient, ehr.fill_prefetch(templates, resources, patient)))
    return read_request(body, _knowledge().service.hook, _MOST_BYTES)


def _rate(given: Sequence[_Given], work: Callable[[_Given], object], seconds: float) -> float:
    for one, _ in zip(cycle(given), range(_WARM_UP), strict=False):
        work(one)
    count, begun = 0, time.process_time()
    for one in cycle(given):
        if time.process_time() - begun >= seconds:
            break
        work(one)
        count += 1
    return count / seconds


def _timed(work: Callable[[], object], rounds: int) -> list[float]:
    times = []
    for _ in range(rounds):
        begun = time.process_time()
        work()
        times.append(1000 * (time.process_time() - begun))
    return times
