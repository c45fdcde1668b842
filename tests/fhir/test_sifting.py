import json
from dataclasses import replace
from typing import Any

import pytest

from cds_hooks.errors import NotJson
from cds_hooks.fhir.record import Coding
from cds_hooks.fhir.sift import Sieve
from tests.fhir.charts import SIEVE, bundle, coded, condition, drug, observation, procedure, raw, read

BOTH = pytest.mark.parametrize("code", ["85337-4", "8480-6"], ids=["kept", "not kept"])
DEEP = b"[" * 70 + b"]" * 70


def with_second(member: str, first: Any, resource: dict[str, Any]) -> bytes:
    """A searchset of a resource that has a member twice: `first`, then its own."""
    text = json.dumps(resource, separators=(",", ":"))
    twice = "{" + f'"{member}":{json.dumps(first)},' + text[1:]
    return raw(bundle({"resource": "HERE"})).replace(b'"HERE"', twice.encode())


@pytest.mark.parametrize("component", [[], [{"code": coded("8480-6")}]])
def test_only_the_codes_that_are_looked_for_are_kept(component: list[Any]) -> None:
    record = read(receptors=bundle(observation(), observation("bp", "8480-6", component=component)))
    assert [o.origin.reference for o in record.observations] == ["Observation/er"]


def test_a_code_in_a_component_keeps_the_observation() -> None:
    size = observation("size", "99999-9", component=[{"code": coded("8480-6")}, {"code": coded("33728-7")}])
    assert len(read(tumour=bundle(size)).observations) == 1


def test_a_second_coding_keeps_the_resource() -> None:
    code = {"coding": [{"system": "urn:local", "code": "ER"}, *coded("85337-4")["coding"]]}
    assert len(read(receptors=bundle(observation(code=code))).observations) == 1


@pytest.mark.parametrize(("code", "kept"), [("C50.911", 1), ("C50911", 1), ("D24.1", 0)])
def test_prefixes_keep_codes_with_and_without_a_dot(code: str, kept: int) -> None:
    record = read(conditions=bundle(condition(code=coded(code, "http://hl7.org/fhir/sid/icd-10-cm"))))
    assert len(record.conditions) == kept


@pytest.mark.parametrize(
    "key_and_resource",
    [
        ("conditions", condition(code={"text": "Breast cancer"})),
        ("conditions", condition(code=...)),
        ("procedures", procedure(code={"text": "Mastectomy"})),
        ("requests", drug(medicationCodeableConcept={"text": "Paclitaxel"})),
        ("requests", drug(medicationReference={"reference": "Medication/elsewhere"})),
    ],
)
def test_what_has_no_code_may_be_anything_and_is_kept(key_and_resource: tuple[str, dict[str, Any]]) -> None:
    key, resource = key_and_resource
    record = read(**{key: bundle(resource)})
    assert len(record.conditions + record.procedures + record.medications) == 1


@pytest.mark.parametrize(
    ("display", "kept"), [("Breast CANCER", 1), ("C\u00e1ncer de mama", 1), ("Pregnancy", 0), ("C\u00e1lculo", 0)]
)
def test_a_word_that_is_looked_for_keeps_a_code_that_nobody_knows(display: str, kept: int) -> None:
    sieve = replace(SIEVE, words={"Condition": ("cancer", "cáncer")})
    local = condition(code={"coding": [{"system": "urn:local", "code": "1", "display": display}]})
    assert len(read(sieve=sieve, conditions=bundle(local)).conditions) == kept
    assert read(conditions=bundle(local)).conditions == ()


def test_a_result_without_a_code_is_not_kept() -> None:
    assert read(receptors=bundle(observation(code={"text": "ER"}))).observations == ()


def test_a_type_that_is_not_named_is_dropped_and_everything_means_everything() -> None:
    nothing = Sieve({}, {}, frozenset())
    assert read(sieve=nothing, conditions=bundle(condition()), receptors=bundle(observation())).conditions == ()
    everything = Sieve({}, {}, frozenset({"Observation"}))
    assert len(read(sieve=everything, receptors=bundle(observation(code={"text": "x"}))).observations) == 1


@BOTH
@pytest.mark.parametrize(
    ("member", "first"),
    [
        ("subject", {"reference": "Patient/q"}),
        ("code", coded("21889-1")),
        ("code", "text"),
        ("resourceType", "Condition"),
        ("id", "other"),
        ("component", []),
        ("c\\u006fde", coded("21889-1")),
    ],
)
def test_a_member_that_stands_twice_is_refused_whether_kept_or_not(member: str, first: Any, code: str) -> None:
    twice = with_second(member, first, observation(code=code, component=[{"code": coded(code)}]))
    for sent in (twice, twice.replace(b",", b", ")):
        with pytest.raises(NotJson):
            read(receptors=sent)


@BOTH
@pytest.mark.parametrize(
    ("inside", "twice"),
    [
        (b'"code":{', b'"code":{"text":"a","text":"b",'),
        (b'"code":"CODE"', b'"code":"1","code":"CODE"'),
        (b'"reference":"Patient/p"', b'"reference":"Patient/q","reference":"Patient/p"'),
        (b'{"code":{"text":"part"}', b'{"code":{},"code":{"text":"part"}'),
        (b'"mode":"match"', b'"mode":"include","mode":"match"'),
        (b'"resource":{', b'"resource":{},"resource":{'),
        (b'"type":"searchset"', b'"type":"searchset","entry":[]'),
        (b'"type":"searchset"', b'"type":"searchset","type":"batch"'),
    ],
)
def test_a_duplicate_on_the_way_to_the_code_or_subject_is_refused(code: str, inside: bytes, twice: bytes) -> None:
    sent = raw(bundle(observation(code=code, component=[{"code": {"text": "part"}}])))
    inside, twice = (text.replace(b"CODE", code.encode()) for text in (inside, twice))
    assert inside in sent
    with pytest.raises(NotJson):
        read(receptors=sent.replace(inside, twice, 1))


def test_a_duplicate_elsewhere_in_a_kept_resource_is_refused() -> None:
    sent = raw(bundle(observation(valueQuantity={"value": 1}))).replace(b'"value":1', b'"value":1,"value":99')
    with pytest.raises(NotJson):
        read(receptors=sent)


def test_a_duplicate_in_what_nobody_looks_at_is_let_be() -> None:
    sent = raw(bundle(observation(code="8480-6", note=[{"text": "x"}])))
    sent = sent.replace(b'"text":"x"', b'"text":"x","text":"y"')
    assert read(receptors=sent).observations == ()


def test_two_resource_types_of_the_whole_value_are_refused() -> None:
    with pytest.raises(NotJson):
        read(receptors=b'{"resourceType":"Bundle","resourceType":"OperationOutcome"}')
    with pytest.raises(NotJson):
        read(patient=b'{"resourceType":"Patient","id":"q","id":"p"}')


@pytest.mark.parametrize("member", [b'"note":DEEP', b'"valueInteger":1e999', b'"note":"\\ud800"'])
def test_a_kept_resource_is_decoded_strictly(member: bytes) -> None:
    sent = raw(bundle(observation())).replace(b'"status":', member.replace(b"DEEP", DEEP) + b',"status":')
    with pytest.raises(NotJson):
        read(receptors=sent)


@pytest.mark.parametrize(
    ("code", "seen"),
    [
        (coded("85337-4"), (Coding("http://loinc.org", "85337-4"),)),
        ({"coding": {"code": "85337-4"}}, (Coding(None, "85337-4"),)),
        ([{"coding": [{"code": "85337-4"}]}], (Coding(None, "85337-4"),)),
        ({"coding": [{"code": "85337-4", "system": 5}]}, (Coding(None, "85337-4"),)),
        ("85337-4", (Coding(None, "85337-4"),)),
    ],
)
def test_a_badly_written_code_is_still_seen(code: Any, seen: tuple[Coding, ...]) -> None:
    record = read(receptors=bundle({**observation(status="finalised"), "code": code}))
    assert record.unreadable[0].codes == seen


def test_a_code_written_as_a_number_is_seen_but_not_read() -> None:
    sieve = Sieve({"Condition": SIEVE.codes["Condition"]}, {}, frozenset())
    number = condition(code={"coding": [{"system": "SNOMED-CT", "code": 254837009}]})
    record = read(sieve=sieve, conditions=bundle(number))
    assert record.conditions == ()
    assert record.unreadable[0].codes == (Coding("http://snomed.info/sct", "254837009"),)
