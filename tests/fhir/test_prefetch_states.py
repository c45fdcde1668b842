from typing import Any

import pytest

from cds_hooks.errors import NotAHookRequest, NotJson, RequiredDataMissing
from cds_hooks.fhir.record import KeyState, LeftOut
from tests.fhir.charts import PATIENT, bundle, condition, observation, raw, read

OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
NEXT = [{"relation": "self", "url": "x"}, {"relation": "next", "url": "y"}]


def outcome(*severities: str) -> dict[str, Any]:
    issues = [{"severity": severity, "code": "processing"} for severity in severities]
    return {"resource": {"resourceType": "OperationOutcome", "issue": issues}, "search": {"mode": "outcome"}}


STATES = [
    (..., KeyState.ABSENT),
    (None, KeyState.EMPTY),
    (b"null", KeyState.EMPTY),
    (bundle(), KeyState.EMPTY),
    ({"resourceType": "Bundle", "type": "searchset", "total": 0}, KeyState.EMPTY),
    ({"resourceType": "Bundle", "entry": None}, KeyState.EMPTY),
    (bundle(observation()), KeyState.COMPLETE),
    (bundle(observation(), total=1), KeyState.COMPLETE),
    (bundle(observation(), type="collection"), KeyState.COMPLETE),
    (bundle({"resource": observation()}), KeyState.COMPLETE),
    (bundle(observation(), total=2), KeyState.PARTIAL),
    (bundle(total=3), KeyState.PARTIAL),
    (bundle(observation(), link=NEXT), KeyState.PARTIAL),
    (bundle(link=NEXT), KeyState.PARTIAL),
    (bundle(observation(), {"fullUrl": "urn:uuid:7"}), KeyState.PARTIAL),
    (bundle(observation(), total="many", link="next"), KeyState.COMPLETE),
    (OUTCOME, KeyState.FAILED),
    (bundle(outcome("warning")), KeyState.EMPTY),
    (bundle(outcome("information"), observation()), KeyState.COMPLETE),
    (bundle(outcome("error")), KeyState.FAILED),
    (bundle(outcome("warning", "fatal")), KeyState.FAILED),
    (bundle(outcome()), KeyState.FAILED),
    (bundle({"resource": {"resourceType": "OperationOutcome"}}), KeyState.FAILED),
    (bundle(outcome("error"), observation()), KeyState.PARTIAL),
    (bundle({"resource": observation(), "search": {"mode": "include"}}), KeyState.EMPTY),
]


@pytest.mark.parametrize(("sent", "state"), STATES)
def test_an_optional_search_has_the_state_that_was_sent(sent: Any, state: KeyState) -> None:
    assert read(receptors=sent).states["receptors"] is state


@pytest.mark.parametrize("sent", [..., OUTCOME, bundle(outcome("error"))])
def test_a_required_search_that_was_not_answered_is_missing(sent: Any) -> None:
    with pytest.raises(RequiredDataMissing) as refused:
        read(conditions=sent)
    assert "conditions" in refused.value.text
    assert refused.value.where == "prefetch.conditions"


@pytest.mark.parametrize(
    ("sent", "state"),
    [
        (None, KeyState.EMPTY),
        (bundle(), KeyState.EMPTY),
        (bundle(outcome("warning")), KeyState.EMPTY),
        (bundle(condition()), KeyState.COMPLETE),
        (bundle(condition(), link=NEXT), KeyState.PARTIAL),
    ],
)
def test_a_required_search_may_find_nothing_or_a_page(sent: Any, state: KeyState) -> None:
    assert read(conditions=sent).states["conditions"] is state


@pytest.mark.parametrize("sent", [..., None, b"null", OUTCOME, bundle(), bundle(outcome("error"))])
def test_without_a_patient_nothing_can_be_said(sent: Any) -> None:
    with pytest.raises(RequiredDataMissing) as refused:
        read(patient=sent)
    assert refused.value.where == "prefetch.patient"


def test_a_bundle_of_other_things_is_no_patient() -> None:
    with pytest.raises(RequiredDataMissing):
        read(patient=bundle(observation()))


@pytest.mark.parametrize("sent", [PATIENT, bundle(PATIENT)])
def test_the_patient_comes_bare_or_in_a_bundle(sent: Any) -> None:
    record = read(patient=sent)
    assert record.patient.gender == "female"
    assert record.states["patient"] is KeyState.COMPLETE


@pytest.mark.parametrize(
    ("key", "sent"),
    [
        ("patient", observation()),
        ("conditions", condition()),
        ("receptors", observation()),
        ("receptors", PATIENT),
        ("receptors", {"entry": []}),
        ("receptors", []),
        ("receptors", "Bundle"),
        ("receptors", {"resourceType": "Bundle", "entry": {}}),
        ("receptors", {"resourceType": "Bundle", "entry": ["x"]}),
        ("receptors", {"resourceType": "Bundle", "entry": [{"resource": "x"}]}),
        ("receptors", {"resourceType": ["Bundle"]}),
    ],
)
def test_a_value_of_another_type_is_no_hook_request(key: str, sent: Any) -> None:
    with pytest.raises(NotAHookRequest) as refused:
        read(**{key: sent})
    assert refused.value.where == f"prefetch.{key}"


@pytest.mark.parametrize("sent", [b"{", b"{\n", b'{"resourceType":"Bundle"', b"{} {}", b'{"a":' + b"[" * 5000])
def test_what_is_not_json_is_refused(sent: bytes) -> None:
    with pytest.raises(NotJson):
        read(receptors=sent)


@pytest.mark.parametrize(
    "entry",
    [
        {"resource": {}},
        {"resource": None, "fullUrl": "x"},
        {"resource": {"resourceType": "Wish", "id": "1"}},
        {"resource": {"resourceType": 7}},
        {"resource": {"resourceType": "Observation"}},
        {"resource": observation(), "search": "match"},
    ],
)
def test_odd_entries_never_stop_the_reading(entry: dict[str, Any]) -> None:
    record = read(receptors=bundle(observation("good"), {**entry, "fullUrl": "urn:uuid:1"}))
    assert "Observation/good" in {o.origin.reference for o in record.observations}


def test_null_entries_are_skipped() -> None:
    sent = {"resourceType": "Bundle", "entry": [None, {"resource": observation()}]}
    assert len(read(receptors=sent).observations) == 1


def test_a_type_that_was_not_asked_for_is_named_once() -> None:
    record = read(conditions=bundle(observation("a"), observation("b"), condition()))
    assert record.observations == ()
    assert record.left_out == (LeftOut("conditions: Observation", "not the resource type asked for"),)


def test_keys_that_were_not_announced_are_ignored() -> None:
    record = read(extra=b"not even JSON")
    assert "extra" not in record.states


@pytest.mark.parametrize("spaces", [b"", b"  ", b"\n\t"])
def test_pretty_printing_changes_nothing(spaces: bytes) -> None:
    compact = raw(bundle(observation(), condition()))
    spread = compact.replace(b",", b"," + spaces).replace(b":{", b":" + spaces + b"{") + spaces
    assert read(receptors=spread) == read(receptors=compact)
