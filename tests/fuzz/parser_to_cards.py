"""Coverage-guided fuzzing from the bytes of a request to its cards: `make fuzz`.

Half of the inputs are bytes as they are, for the parsers; the other half steer structured changes to real requests, for
the readers behind them. Only our own refusals may be raised; an answer has to be one that clients can take. What
fails is written to build/fuzz, to be run again as an argument.
"""

import json
import sys
import time
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import atheris

with atheris.instrument_imports(include=["cds_hooks"]):
    from cds_hooks.decide import Circumstances, decide
    from cds_hooks.errors import RequestRefused
    from cds_hooks.fhir.read import read_record
    from cds_hooks.knowledge.load import load_knowledge
    from cds_hooks.protocol.canonical import canonical
    from cds_hooks.protocol.feedback import read_feedback
    from cds_hooks.protocol.request import read_request
    from cds_hooks.protocol.response import check_answer

from tests.support import ehr
from tests.support.expectation import told_stories
from tests.support.mutations import mutated

OUT = Path("build") / "fuzz"
MAX_BYTES = 4 * 1024 * 1024
TODAY = date(2026, 3, 1)
CALL = "019583b0-7d00-7000-8000-000000000000"
KNOWLEDGE = load_knowledge()
KEYS = KNOWLEDGE.service.prefetch


def request_of(resources: Iterable[ehr.Resource]) -> dict[str, Any]:
    """The request of an EHR that prefetched all."""
    chart = list(resources)
    patient_id = ehr.patient_id_of(chart)
    templates = {key.name: key.template for key in KEYS}
    return ehr.patient_view(patient_id, ehr.fill_prefetch(templates, chart, patient_id))


FEEDBACK = {
    "feedback": [
        {
            "card": "9e64ae7f-3b2a-4cfb-9d0a-0b0f6f3b0c5e",
            "outcome": "overridden",
            "overrideReason": {"reason": {"code": "other_team", "system": "urn:x"}, "userComment": "no"},
            "outcomeTimestamp": "2026-03-01T10:00:00.5Z",
        }
    ]
}
REQUESTS = [request_of(story.resources) for story in told_stories()]


def answer(body: bytes) -> None:
    """Answer a request as the service does, without fetching and without the journal."""
    request = read_request(body, KNOWLEDGE.service.hook, MAX_BYTES)
    record = read_record(dict(request.prefetch), KEYS, KNOWLEDGE.sieve, request.patient_id)
    decision = decide(record, KNOWLEDGE, Circumstances(CALL, TODAY, request.user_type))
    problems = check_answer(json.loads(canonical({"cards": decision.cards})))
    if problems:
        raise AssertionError(problems)


def one_input(data: bytes) -> None:
    """What the fuzzer calls. Time is the processor's: a busy machine is no failure of ours."""
    started = time.process_time()
    _one_input(data)
    if time.process_time() - started > 1:
        raise AssertionError("this takes more than a second")


def _one_input(data: bytes) -> None:
    source = atheris.FuzzedDataProvider(data)
    kind = source.ConsumeIntInRange(0, 5)
    try:
        if kind == 0:
            answer(source.ConsumeBytes(MAX_BYTES))
        elif kind == 1:
            read_feedback(source.ConsumeBytes(MAX_BYTES), MAX_BYTES)
        else:
            request = REQUESTS[source.ConsumeIntInRange(0, len(REQUESTS) - 1)]
            changed = mutated(request, lambda choices: source.ConsumeIntInRange(0, choices - 1), most=6)
            answer(json.dumps(changed).encode())
    except RequestRefused:
        return


def seed(folder: Path) -> None:
    """Messages to begin with; numbers are taken from the end of an input, so the last byte tells its kind."""
    folder.mkdir(parents=True, exist_ok=True)
    smallest = sorted((json.dumps(request).encode() for request in REQUESTS), key=len)[:8]
    for number, body in enumerate(smallest):
        (folder / f"request{number}").write_bytes(body + b"\0")
    (folder / "feedback").write_bytes(json.dumps(FEEDBACK).encode() + b"\1")


def main() -> None:
    """Fuzz; the arguments are those of libFuzzer."""
    seed(OUT / "corpus")
    limits = ["-max_len=65536", "-len_control=0", "-timeout=30", "-rss_limit_mb=2048"]
    own = [str(OUT / "corpus"), f"-artifact_prefix={OUT}/", "-print_final_stats=1", *limits]
    atheris.Setup([sys.argv[0], *own, *sys.argv[1:]], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
