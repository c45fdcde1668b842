"""Each state of each key, with a server that answers and one that does not."""

from typing import Any

import pytest

from cds_hooks.errors import NotAHookRequest, NotJson, RequiredDataMissing, WrongPatient
from cds_hooks.fhir.loading import Outcome
from cds_hooks.fhir.pages import next_page
from cds_hooks.fhir.record import KeyState
from tests.fhir.asking import CHART, OPTIONAL, QUERIES, holding, lacking, looked_up
from tests.fhir.charts import KEYS, PATIENT, bundle, condition, observation, raw, read
from tests.support.fhir_server import FhirServer, says

NAMES = tuple(QUERIES)
SEARCHES = NAMES[1:]
REQUIRED = tuple(key.name for key in KEYS if key.required)
FAILED = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "timeout"}]}
OTHERS = {"reference": "Patient/somebody-else"}


def first_page(server: FhirServer, name: str) -> dict[str, Any]:
    return {**CHART[name], "link": [{"relation": "next", "url": f"{server.base}/?page=2&of={name}"}]}


def second_page(name: str) -> dict[str, Any]:
    (entry,) = CHART[name]["entry"]
    return bundle({**entry["resource"], "id": "second"})


@pytest.mark.parametrize("name", NAMES)
def test_a_key_that_was_not_sent_is_asked_for_with_its_own_query(ehr: FhirServer, name: str) -> None:
    record, supplement = looked_up(lacking(name, base=holding(ehr).base), ehr.base)
    assert ehr.targets == [QUERIES[name]]
    assert record == read(**CHART)
    assert supplement.outcomes == {name: Outcome.LOADED}


def test_nothing_sent_at_all_is_loaded_whole(ehr: FhirServer) -> None:
    record, _ = looked_up(lacking(*NAMES, base=holding(ehr).base), ehr.base)
    assert ehr.targets == sorted(QUERIES.values())
    assert record == read(**CHART)


@pytest.mark.parametrize("sent", [None, bundle(), FAILED])
@pytest.mark.parametrize("name", OPTIONAL)
def test_a_key_that_was_sent_without_data_is_not_asked_for_again(ehr: FhirServer, name: str, sent: Any) -> None:
    chart = {**CHART, name: sent}
    record, _ = looked_up(lacking(base=holding(ehr).base, chart=chart), ehr.base)
    assert ehr.calls == []
    assert record.states[name] is (KeyState.FAILED if sent is FAILED else KeyState.EMPTY)


@pytest.mark.parametrize(("name", "sent"), [("patient", None), ("patient", FAILED), ("conditions", FAILED)])
def test_a_required_key_that_was_sent_without_data_is_missing(ehr: FhirServer, name: str, sent: Any) -> None:
    with pytest.raises(RequiredDataMissing):
        looked_up(lacking(base=holding(ehr).base, chart={**CHART, name: sent}), ehr.base)
    assert ehr.calls == []


@pytest.mark.parametrize("name", SEARCHES)
def test_of_a_first_page_only_the_rest_is_loaded(ehr: FhirServer, name: str) -> None:
    chart = {**CHART, name: first_page(ehr, name)}
    ehr.answers[f"?page=2&of={name}"] = says(second_page(name))
    record, _ = looked_up(lacking(base=ehr.base, chart=chart), ehr.base)
    assert [call.target for call in ehr.calls] == [f"?page=2&of={name}"]
    whole = bundle(*CHART[name]["entry"], *second_page(name)["entry"])
    assert record == read(**{**CHART, name: whole})
    assert record.states[name] is KeyState.COMPLETE


@pytest.mark.parametrize("name", SEARCHES)
def test_a_first_page_whose_rest_cannot_be_loaded_stays_a_part(ehr: FhirServer, name: str) -> None:
    chart = {**CHART, name: first_page(ehr, name)}
    record, supplement = looked_up(lacking(base=ehr.base, chart=chart), ehr.base)
    assert record == read(**chart)
    assert record.states[name] is KeyState.PARTIAL
    assert supplement.outcomes == {name: Outcome.NOT_FOUND}


UNANSWERED = {
    "unauthorized": (says(FAILED, 401), Outcome.UNAUTHORIZED),
    "forbidden": (says(FAILED, 403), Outcome.UNAUTHORIZED),
    "not found": (says(FAILED, 404), Outcome.NOT_FOUND),
    "refused": (says(FAILED, 400), Outcome.REFUSED),
    "broken": (says(b"<html>", 500), Outcome.SERVER_ERROR),
    "no content": (says(b"", 204), Outcome.REFUSED),
    "an outcome": (says(FAILED), Outcome.NOT_FHIR),
    "a page for people": (says(b"<html>Log in</html>", Content_Type="text/html"), Outcome.NOT_FHIR),
    "null": (says(b"null"), Outcome.NOT_FHIR),
    "a list": (says([PATIENT]), Outcome.NOT_FHIR),
    "another type": (says({"resourceType": "Basic"}), Outcome.NOT_FHIR),
    "no type": (says({"entry": []}), Outcome.NOT_FHIR),
    "two types": (says(b'{"resourceType":"Patient","resourceType":"Bundle"}'), Outcome.NOT_FHIR),
    "entries that are none": (says({"resourceType": "Bundle", "entry": {"resource": {}}}), Outcome.NOT_FHIR),
    "deep": (says(b'{"resourceType":"Bundle","a":' + b"[" * 9000 + b"]" * 9000 + b"}"), Outcome.NOT_FHIR),
    "not UTF-8": (says(b'{"resourceType":"Bundle","id":"\xff"}'), Outcome.NOT_FHIR),
    "half a surrogate": (says(b'{"resourceType":"Bundle","id":"\\ud800"}'), Outcome.NOT_FHIR),
    "NaN": (says(b'{"resourceType":"Bundle","total":NaN}'), Outcome.NOT_FHIR),
}


@pytest.mark.parametrize("how", UNANSWERED)
@pytest.mark.parametrize("name", OPTIONAL)
def test_an_optional_key_that_the_server_does_not_give_is_absent(ehr: FhirServer, name: str, how: str) -> None:
    behaviour, outcome = UNANSWERED[how]
    ehr.answers[QUERIES[name]] = behaviour
    record, supplement = looked_up(lacking(name, base=ehr.base), ehr.base)
    assert record == read(**{**CHART, name: ...})
    assert supplement.outcomes == {name: outcome}
    assert len(ehr.calls) == 1


@pytest.mark.parametrize("how", UNANSWERED)
@pytest.mark.parametrize("name", REQUIRED)
def test_a_required_key_that_the_server_does_not_give_is_missing(ehr: FhirServer, name: str, how: str) -> None:
    ehr.answers[QUERIES[name]], _ = UNANSWERED[how]
    with pytest.raises(RequiredDataMissing) as missing:
        looked_up(lacking(name, base=ehr.base), ehr.base)
    assert missing.value.where == f"prefetch.{name}"


LIES = {
    "somebody else's": bundle(observation("size", "21889-1", subject=OTHERS)),
    "somebody else's, not sought": bundle(observation("x", "1-8", subject=OTHERS)),
    "with a member twice": b'{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Observation","id":"a",'
    b'"status":"final","status":"cancelled","code":{"coding":[{"code":"21889-1"}]}}}]}',
    "beyond a double": raw(bundle(observation("size", "21889-1", valueQuantity={"value": 0}))).replace(
        b":0", b":1e999"
    ),
    "too deep": raw(bundle(observation("size", "21889-1"))).replace(b'"final"', b"[" * 70 + b"]" * 70),
    "entries of no resource": bundle({"resource": "Observation/1"}),
    "an id that says one thing and another": b'{"resourceType":"Bundle","entry":[{"resource":{"resourceType":'
    b'"Observation","id":{"a":1,"a":2},"subject":{"reference":"urn:uuid:1"}}}]}',
}


@pytest.mark.parametrize("lie", LIES)
def test_what_reading_refuses_counts_as_not_loaded(ehr: FhirServer, lie: str) -> None:
    ehr.answers[QUERIES["tumour"]] = says(raw(LIES[lie]))
    record, supplement = looked_up(lacking("tumour", base=ehr.base), ehr.base)
    assert record == read(**{**CHART, "tumour": ...})
    assert supplement.outcomes == {"tumour": Outcome.UNUSABLE}


@pytest.mark.parametrize("lie", LIES)
def test_what_reading_refuses_does_not_spoil_what_came_with_it(ehr: FhirServer, lie: str) -> None:
    holding(ehr).answers[QUERIES["tumour"]] = says(raw(LIES[lie]))
    record, _ = looked_up(lacking("tumour", "procedures", base=ehr.base), ehr.base)
    assert record.states["tumour"] is KeyState.ABSENT
    assert record.conditions == read(**CHART).conditions


@pytest.mark.parametrize(
    ("name", "lie"),
    [
        ("patient", {**PATIENT, "id": "somebody-else"}),
        ("conditions", bundle(condition(subject=OTHERS))),
        ("patient", bundle(PATIENT)),
    ],
)
def test_a_required_key_with_a_lie_is_missing(ehr: FhirServer, name: str, lie: Any) -> None:
    ehr.answers[QUERIES[name]] = says(raw(lie))
    with pytest.raises(RequiredDataMissing):
        looked_up(lacking(name, base=ehr.base), ehr.base)


def test_a_following_page_with_a_lie_leaves_the_page_that_was_sent(ehr: FhirServer) -> None:
    chart = {**CHART, "tumour": first_page(ehr, "tumour")}
    ehr.answers["?page=2&of=tumour"] = says(bundle(observation("x", subject=OTHERS)))
    record, _ = looked_up(lacking(base=ehr.base, chart=chart), ehr.base)
    assert record == read(**chart)
    assert record.states["tumour"] is KeyState.PARTIAL


@pytest.mark.parametrize(
    ("sent", "refusal"),
    [
        (bundle(observation(subject=OTHERS)), WrongPatient),
        ({"resourceType": "Basic"}, NotAHookRequest),
        (b'{"resourceType":"Bundle","resourceType":"Bundle"}', NotJson),
    ],
)
def test_what_the_client_sent_wrong_stays_its_own_fault(ehr: FhirServer, sent: Any, refusal: type[Exception]) -> None:
    chart = {**CHART, "receptors": sent}
    with pytest.raises(refusal):
        looked_up(lacking("tumour", base=holding(ehr).base, chart=chart), ehr.base)


@pytest.mark.parametrize(
    "sent", [b"{", b'{"link":[{"relation":"next","url":1}],"resourceType":"Bundle"}', b'"next"', b'{"link":"next"}']
)
def test_what_is_no_first_page_has_no_next_one(sent: bytes) -> None:
    assert next_page(sent, 1000) is None


@pytest.mark.parametrize("patient_id", ["..", ".", "p,q", "p?x=1", "p%2e", "p&_has=1", "p#", "ä"])
def test_an_id_that_could_mean_something_else_is_not_asked_for(ehr: FhirServer, patient_id: str) -> None:
    request = lacking(*NAMES, base=holding(ehr).base)
    object.__setattr__(request, "patient_id", patient_id)
    with pytest.raises(RequiredDataMissing):
        looked_up(request, ehr.base)
    assert ehr.calls == []
