from decimal import Decimal
from typing import Any

import pytest

from cds_hooks.fhir import typed
from cds_hooks.fhir.dates import written
from cds_hooks.fhir.record import Answer, Component, Concept, Quantity, Range, Ratio
from tests.fhir.charts import (
    PATIENT,
    bundle,
    coded,
    condition,
    drug,
    observation,
    procedure,
    read,
    read_observation,
    why_unreadable,
)

UNREAD = [
    {"category": coded("laboratory")},
    {"category": "laboratory"},
    {"note": [{}]},
    {"invented": {"x": 1}},
    {"meta": {"lastUpdated": "yesterday"}},
    {"text": {"status": "?", "div": 5}},
    {"performer": "me"},
    {"extension": [{"url": "urn:x", "valueUnheard": 1}]},
    {"contained": [{"resourceType": "Unheard", "id": "x"}]},
    {"identifier": [{"system": 5}]},
    {"valueQuantity": {"value": 1, "unit": "mm", "colour": "red"}},
    {"code": {**coded("85337-4", userSelected="perhaps", colour="red")}},
    {"component": [{"code": coded("x"), "referenceRange": [{"low": 5}]}]},
    {"bodySite": {"text": "breast", "extension": [{"url": "urn:x", "valueUnheard": 1}]}},
    {"bodySite": {"text": "breast", "extension": [{"url": "urn:x", "valueCodeableConcept": {"coding": [5]}}]}},
]
READ = [
    ({"valueQuantity": {"value": "large"}}, "valueQuantity.value"),
    ({"valueQuantity": "5 mm"}, "valueQuantity"),
    ({"valueQuantity": {"value": 1, "unit": 5}}, "valueQuantity.unit"),
    ({"valueQuantity": {"value": True}}, "valueQuantity.value"),
    ({"valueInteger": Decimal("2.5")}, "valueInteger"),
    ({"valueString": ["x"]}, "valueString"),
    ({"valueBoolean": "yes"}, "valueBoolean"),
    ({"valueBoolean": 1}, "valueBoolean"),
    ({"valueAttachment": {"url": "x"}}, "valueAttachment"),
    ({"valueDateTime": "2020"}, "valueDateTime"),
    ({"valueCodeableConcept": "{}"}, "valueCodeableConcept"),
    ({"valueCodeableConcept": {"coding": [None]}}, "valueCodeableConcept.coding"),
    ({"valueCodeableConcept": {"coding": [{"code": 5}]}}, "valueCodeableConcept.coding.0.code"),
    ({"valueCodeableConcept": {"coding": [{"system": "urn:x", "_code": "5"}]}}, "a shape that no FHIR resource has"),
    ({"component": [{"valueString": "x"}]}, "component.0.code"),
    ({"component": [{"code": coded("x"), "valueQuantity": {"value": "x"}}]}, "component.0.valueQuantity.value"),
    ({"component": "x"}, "component"),
    ({"interpretation": "POS"}, "interpretation"),
    ({"effectiveDateTime": "last year"}, "effectiveDateTime"),
    ({"effectiveDateTime": "2020-13"}, "effectiveDateTime"),
    ({"effectiveDateTime": "2020", "effectivePeriod": {"start": "2020"}}, "several members together"),
    ({"effectivePeriod": {"start": "2020", "end": "soon"}}, "effectivePeriod.end"),
    ({"focus": ["Condition/1"]}, "focus"),
    ({"modifierExtension": [{"url": "urn:not", "valueBoolean": True}]}, "modifierExtension"),
    ({"component": [{"code": coded("x"), "modifierExtension": [{"url": "urn:not"}]}]}, "modifierExtension"),
    ({"implicitRules": "urn:secret"}, "implicitRules"),
]


def texts(record_value: Any) -> Any:
    return {name: str(v) if isinstance(v, Decimal) else v for name, v in record_value.items()}


@pytest.mark.parametrize("members", UNREAD, ids=lambda members: next(iter(members)))
def test_a_mistake_where_we_do_not_read_harms_nothing(members: dict[str, Any]) -> None:
    found = read_observation(**members)
    assert [c.code for c in found.code.codings] == ["85337-4"]


@pytest.mark.parametrize(("members", "path"), READ, ids=[path for _, path in READ])
def test_a_mistake_where_we_read_makes_the_resource_unreadable(members: dict[str, Any], path: str) -> None:
    why = why_unreadable(**texts(members))
    assert why.startswith("not valid FHIR: ")
    assert path in why


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        ({"valueQuantity": {"value": 1.50, "unit": "cm"}}, Quantity(Decimal("1.5"), "cm")),
        ({"valueQuantity": {"value": "1.50"}}, Quantity(Decimal("1.50"))),
        ({"valueQuantity": {"value": 5, "comparator": "<"}}, Quantity(Decimal(5), comparator="<")),
        ({"valueCodeableConcept": {"text": "Positive"}}, Concept(text="Positive")),
        ({"valueRange": {"low": {"value": 1}}}, Range(Quantity(Decimal(1)), None)),
        ({"valueRatio": {"numerator": {"value": 1}}}, Ratio(Quantity(Decimal(1)), Quantity(None))),
        ({"valueString": " 3+ "}, "3+"),
        ({"valueInteger": 3}, Decimal(3)),
        ({"valueBoolean": False}, False),
        ({"valueBoolean": "true"}, True),
    ],
)
def test_each_kind_of_value_is_an_answer(value: dict[str, Any], answer: Answer) -> None:
    found = read_observation(**value).values
    assert found == (answer,)
    assert type(found[0]) is type(answer)


def test_a_value_that_is_empty_is_no_answer() -> None:
    assert read_observation(valueString="").values == ()
    assert read_observation(valueQuantity={}).values == ()
    assert read_observation(valueString=None, valueInteger=3).values == (Decimal(3),)


def test_two_values_are_both_kept() -> None:
    both = read_observation(valueString="2 cm", valueQuantity={"value": 20, "unit": "mm"})
    assert both.values == (Quantity(Decimal(20), "mm"), "2 cm")


def test_two_values_in_a_component_are_both_kept() -> None:
    first = {"code": {"text": "a"}, "valueInteger": 1, "valueString": "one"}
    parts = [first, {"code": {"text": "b"}, "valueInteger": 2}]
    found = read_observation(component=parts, valueString="x").components
    assert found == (
        Component(Concept(text="a"), (Decimal(1), "one")),
        Component(Concept(text="b"), (Decimal(2),)),
    )


def test_one_wrong_value_of_two_makes_the_resource_unreadable() -> None:
    assert "valueQuantity" in why_unreadable(valueString="2 cm", valueQuantity={"value": "x"})


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("2020-01-02T10:00:00", "2020-01-02"),
        ("2020-01-02T10:00Z", "2020-01-02"),
        ("2020-01-02 10:00:00", "2020-01-02"),
        ("2020-01-02T23:59:59+01:00", "2020-01-02"),
        ("2020-01", "2020-01"),
    ],
)
def test_a_time_without_a_zone_is_cut_to_its_day(text: str, read_as: str) -> None:
    assert read_observation(effectiveDateTime=text).effective == written(read_as)
    assert read_observation(effectivePeriod={"start": text, "end": text}).effective == written(read_as)


@pytest.mark.parametrize("empty", ["", " ", [], {}])
def test_an_empty_member_is_not_there(empty: Any) -> None:
    found = read_observation(method=empty, code={**coded("85337-4"), "text": empty})
    assert found.code.text is None


def test_one_object_is_a_list_of_one() -> None:
    found = read_observation(interpretation=coded("POS"), focus={"reference": "Condition/c"})
    assert [c.code for c in found.interpretation[0].codings] == ["POS"]
    assert found.focus == ("Condition/c",)


@pytest.mark.parametrize("own_id", ["x" * 65, "a_b", "ünï"])
def test_an_odd_id_is_kept_as_the_reference(own_id: str) -> None:
    assert read(receptors=bundle(observation(own_id))).observations[0].origin.reference == f"Observation/{own_id}"


def test_a_coding_without_a_code_keeps_none() -> None:
    coding = read_observation(valueCodeableConcept={"coding": [{"display": "Positive"}]}).values[0]
    assert isinstance(coding, Concept)
    assert (coding.codings[0].code, coding.codings[0].display) == (None, "Positive")


@pytest.mark.parametrize(
    ("key", "resource"),
    [
        ("conditions", condition(subject=..., clinicalStatus="active", verificationStatus="confirmed")),
        ("procedures", procedure(subject=..., status=...)),
        ("requests", drug(subject=..., status=..., intent=...)),
        ("given", drug("MedicationAdministration", subject=..., status=...)),
        ("stated", drug("MedicationStatement", subject=..., status=...)),
        ("receptors", observation(subject=..., status=...)),
    ],
)
def test_a_required_member_that_is_missing_is_not_known(key: str, resource: dict[str, Any]) -> None:
    record = read(**{key: bundle(resource)})
    assert record.unreadable == ()
    found: list[Any] = [*record.conditions, *record.procedures, *record.medications, *record.observations]
    assert "subject not stated" in found[0].origin.marks


@pytest.mark.parametrize(
    ("key", "resource", "path"),
    [
        ("requests", drug(medication={"concept": coded("224905")}), "medication"),
        ("procedures", procedure(occurrenceDateTime="2020"), "occurrenceDateTime"),
        ("conditions", condition(onsetDateTime="2020", onsetString="x"), "several members together"),
        ("conditions", condition(extension="x"), "extension"),
        ("conditions", condition(bodySite=["left"]), "bodySite"),
        ("given", drug("MedicationAdministration", occurrenceDateTime="2020"), "occurrenceDateTime"),
    ],
)
def test_other_types_follow_the_same_rule(key: str, resource: dict[str, Any], path: str) -> None:
    record = read(**{key: bundle(resource)})
    assert path in record.unreadable[0].why
    assert record.unreadable[0].key == key
    assert record.unreadable[0].codes


@pytest.mark.parametrize(
    ("members", "lost"),
    [
        ({"gender": "F"}, "gender"),
        ({"birthDate": "1960-02-30"}, "birth_date"),
        ({"deceasedBoolean": "perhaps"}, "deceased"),
    ],
)
def test_what_of_the_patient_cannot_be_read_is_not_known(members: dict[str, Any], lost: str) -> None:
    record = read(patient={**PATIENT, "deceasedBoolean": True, **members})
    assert getattr(record.patient, lost) is None
    assert (record.unreadable[0].reference, record.unreadable[0].codes) == ("Patient/p", ())


def test_a_modified_patient_is_not_known_at_all() -> None:
    record = read(patient={**PATIENT, "modifierExtension": [{"url": "urn:not"}]})
    assert (record.patient.gender, record.patient.birth_date) == (None, None)


@pytest.mark.parametrize(
    ("members", "deceased", "day"),
    [
        ({}, None, None),
        ({"deceasedBoolean": False}, False, None),
        ({"deceasedBoolean": True}, True, None),
        ({"deceasedDateTime": "2020-05"}, True, "2020-05"),
        ({"deceasedBoolean": False, "deceasedDateTime": "2020"}, True, "2020"),
        ({"deceasedBoolean": True, "deceasedDateTime": "2020"}, True, "2020"),
        ({"deceasedDateTime": "last spring"}, True, None),
        ({"deceasedDateTime": " "}, None, None),
    ],
)
def test_the_patient_is_read(members: dict[str, Any], deceased: bool | None, day: str | None) -> None:
    patient = read(patient={**PATIENT, **members}).patient
    assert (patient.gender, patient.birth_date) == ("female", written("1960-05"))
    assert (patient.deceased, patient.deceased_on) == (deceased, written(day))


def test_warming_up_loads_every_model() -> None:
    typed.warm_up()
    assert typed.typed("Observation", observation())["status"] == "final"
