import gzip
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from cds_hooks import errors
from cds_hooks.settings import Settings
from cds_hooks.web import hooks
from cds_hooks.web.problems import refusal
from tests.web.desk import SERVICE, Desk, opened, with_cards, without_cards

CANARY = "Xanthippe-Canary"


def changed(**members: Any) -> dict[str, Any]:
    return {**without_cards(), **members}


def of_somebody_else() -> dict[str, Any]:
    request = without_cards()
    request["prefetch"]["patient"]["id"] = CANARY
    return request


STATUSES = {
    "R8 no JSON": (SERVICE, f'{{"a":{CANARY}}}'.encode(), {}, (400, "structure")),
    "R8 nothing": (SERVICE, b"", {}, (400, "structure")),
    "R8 two equal names": (SERVICE, f'{{"{CANARY}":1,"{CANARY}":2}}'.encode(), {}, (400, "structure")),
    "R8 another address": (f"/cds-services/{CANARY}", without_cards(), {}, (404, "not-found")),
    "R8 feedback of another service": (f"/cds-services/{CANARY}/feedback", {"feedback": []}, {}, (404, "not-found")),
    "R8 an address that is none": (f"/{CANARY}", {}, {}, (404, "not-found")),
    "R8 a wrong method": ("/cds-services", {}, {}, (405, "not-supported")),
    "P11 required data missing": (SERVICE, changed(prefetch={}), {}, (412, "required")),
    "R8 a form": (SERVICE, b"a=b", {"Content_Type": "application/x-www-form-urlencoded"}, (415, "not-supported")),
    "R8 no media type": (SERVICE, {}, {"Content_Type": ""}, (415, "not-supported")),
    "R8 another charset": (SERVICE, {}, {"Content_Type": "application/json; charset=utf-16"}, (415, "not-supported")),
    "R9 a packed body": (SERVICE, gzip.compress(b"{}"), {"Content_Encoding": "gzip"}, (415, "not-supported")),
    "R8 an array": (SERVICE, [CANARY], {}, (422, "invalid")),
    "R8 no hook request": (SERVICE, {"hookInstance": CANARY}, {}, (422, "invalid")),
    "R2 another hook": (SERVICE, changed(hook=CANARY), {}, (422, "not-supported")),
    "P16 another patient": (SERVICE, of_somebody_else(), {}, (422, "business-rule")),
    "B3 no feedback": (f"{SERVICE}/feedback", {"feedback": [{"card": CANARY}]}, {}, (422, "invalid")),
}


@pytest.mark.parametrize(("path", "body", "headers", "told"), STATUSES.values(), ids=STATUSES.keys())
def test_what_cannot_be_answered_has_its_status_and_an_outcome(
    desk: Desk, path: str, body: Any, headers: dict[str, str], told: tuple[int, str]
) -> None:
    """H5, J1, J3."""
    answer = desk.post(body, path, **headers)
    (issue,) = answer.get_json()["issue"]
    assert (answer.status_code, issue["code"]) == told
    assert (answer.mimetype, answer.get_json()["resourceType"]) == ("application/json", "OperationOutcome")
    assert issue["details"]["text"]
    assert CANARY not in answer.text


@pytest.mark.parametrize("beyond", [1, 2, 3000])
@pytest.mark.parametrize("path", [SERVICE, f"{SERVICE}/feedback"])
def test_a_body_of_more_bytes_than_allowed_is_refused(tmp_path: Path, path: str, beyond: int) -> None:
    """R9."""
    with opened(tmp_path, Settings(max_body_bytes=2000)) as desk:
        answer = desk.post(b"{}" + b" " * (1998 + beyond), path)
    assert answer.status_code == 413
    assert "2000 bytes" in answer.get_json()["issue"][0]["details"]["text"]


@pytest.mark.parametrize(("size", "taken"), [(3000, 3000), (9000, 4000)])
def test_what_is_still_being_sent_is_taken_in_so_that_the_refusal_can_be_read(
    tmp_path: Path, size: int, taken: int
) -> None:
    """R9."""
    sent = BytesIO(b" " * size)
    with opened(tmp_path, Settings(max_body_bytes=2000)) as desk:
        answer = desk.client.post(SERVICE, input_stream=sent, content_length=size, content_type="application/json")
    assert (answer.status_code, sent.tell()) == (413, taken)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", SERVICE, {"POST"}),
        ("PUT", SERVICE, {"POST"}),
        ("DELETE", "/cds-services", {"GET", "HEAD"}),
        ("GET", f"{SERVICE}/feedback", {"POST"}),
        ("POST", "/healthz", {"GET", "HEAD"}),
    ],
)
def test_a_wrong_method_is_answered_with_the_right_ones(desk: Desk, method: str, path: str, allowed: set[str]) -> None:
    """R1."""
    answer = desk.client.open(path, method=method)
    assert answer.status_code == 405
    assert answer.get_json()["resourceType"] == "OperationOutcome"
    assert set(answer.headers["Allow"].split(", ")) == allowed


@pytest.mark.parametrize(
    "media_type",
    ["application/json", "application/json; charset=utf-8", "application/json;charset=UTF-8", "application/fhir+json"],
)
def test_json_is_taken_under_its_names(desk: Desk, media_type: str) -> None:
    """J1."""
    assert desk.post(without_cards(), Content_Type=media_type).status_code == 200


def test_the_place_of_a_mistake_is_named(desk: Desk) -> None:
    """H5."""
    answer = desk.post(changed(context={"userId": "Practitioner/1"}))
    (issue,) = answer.get_json()["issue"]
    assert (issue["expression"], issue["details"]["text"]) == (["context"], "needs patientId")


def test_a_mistake_of_ours_tells_nothing_but_that(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """R9: and it is recorded and logged by its class and place alone."""

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError(CANARY)

    monkeypatch.setattr(hooks, "decide", fail)
    answer = desk.post(with_cards())
    assert (answer.status_code, answer.get_json()["issue"][0]["code"]) == (500, "exception")
    (failed,) = [line for line in desk.logged() if line["event"] == "failed"]
    assert failed["exception"] == "ZeroDivisionError"
    assert failed["raised_at"].startswith("test_problems.py:")
    assert CANARY not in answer.text + desk.log.getvalue()
    assert desk.calls()[0]["error"] == "ZeroDivisionError"


@pytest.mark.parametrize("kind", [kind for kind in vars(errors).values() if isinstance(kind, type)])
def test_every_exception_of_ours_has_a_status(kind: type[Exception]) -> None:
    told = refusal(kind(("a problem",)) if kind.__name__.endswith("Broken") else kind("a problem"))
    assert 400 <= told.status <= 503
    assert (told.status == 500) == (
        not issubclass(
            kind, errors.RequestRefused | errors.JournalUnavailable | errors.Overloaded | errors.NotAuthenticated
        )
    )


def test_an_http_error_without_a_rule_of_its_own_keeps_its_status() -> None:
    from werkzeug.exceptions import BadRequest, InternalServerError  # noqa: PLC0415

    assert refusal(BadRequest(CANARY)).status == 400
    assert CANARY not in refusal(BadRequest(CANARY)).text
    assert refusal(InternalServerError()).status == 500
