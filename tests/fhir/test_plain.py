"""What passes as plain is valid: fhir.resources is asked of everything that fits a shape."""

from collections.abc import Mapping
from copy import deepcopy
from decimal import Decimal
from functools import cache
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from cds_hooks.fhir import plain, typed
from cds_hooks.fhir.paths import READ
from cds_hooks.fhir.shape import Choice, Shape, choices
from tests.fhir.charts import coded

KINDS = sorted(plain.SHAPES)
MISFITS: tuple[Any, ...] = (
    None,
    "",
    " x",
    "x ",
    "2024-02-30",
    "2024-02-11T10:00",
    "5",
    True,
    7,
    Decimal("NaN"),
    [],
    {},
)
OBSERVATION: dict[str, Any] = {
    "code": coded("21889-1"),
    "valueQuantity": {"value": Decimal("22.5"), "unit": "mm", "system": "http://unitsofmeasure.org", "code": "mm"},
    "effectiveDateTime": "2024-02-11T10:00:00+01:00",
    "component": [{"code": coded("33728-7"), "valueString": "Größe"}],
}


def valid(kind: str, members: Mapping[str, Any]) -> bool:
    """What fhir.resources says, asked as `typed` asks it."""
    stand_ins = dict(typed._STAND_INS.get(kind, {}))
    if kind == typed._DATED and not any(name.startswith("effective") for name in members):
        stand_ins["effectiveDateTime"] = "1900"
    try:
        typed._model(kind).model_validate({**stand_ins, **typed._filled(dict(members)), "resourceType": kind})
    except ValidationError:
        return False
    return True


def written(shape: msgspec.inspect.Type) -> st.SearchStrategy[Any]:
    """JSON values that fit a shape."""
    match shape:
        case msgspec.inspect.StructType(fields=fields):
            every = {field.encode_name: written(field.type) for field in fields}
            optional = {field.encode_name: every.pop(field.encode_name) for field in fields if not field.required}
            found: st.SearchStrategy[Any] = st.fixed_dictionaries(every, optional=optional)
        case msgspec.inspect.ListType(item_type=item):
            found = st.lists(written(item), min_size=1, max_size=2)
        case msgspec.inspect.UnionType(types=types):
            found = st.one_of(*map(written, types))
        case msgspec.inspect.StrType(pattern=pattern):
            found = st.from_regex(pattern or "", fullmatch=True)
        case msgspec.inspect.IntType(ge=least, le=most):
            found = st.integers(least, most)
        case msgspec.inspect.FloatType(ge=low, le=high):
            found = st.decimals(low, high, allow_nan=False, allow_infinity=False)
        case _:
            assert isinstance(shape, msgspec.inspect.BoolType)
            found = st.booleans()
    return found


@cache
def chart_of(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    return written(msgspec.inspect.type_info(plain.SHAPES[kind]))


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(data=st.data())
def test_what_fits_a_shape_is_valid(kind: str, data: st.DataObject) -> None:
    members = data.draw(chart_of(kind))
    assert not plain.is_plain(kind, members) or valid(kind, members)


@pytest.mark.parametrize("name", sorted(OBSERVATION))
@pytest.mark.parametrize("misfit", MISFITS, ids=repr)
def test_a_mistake_anywhere_is_left_to_fhir_resources(name: str, misfit: Any) -> None:
    for members in (_spoilt(OBSERVATION, path, misfit) for path in _paths(OBSERVATION[name], (name,))):
        assert not plain.is_plain("Observation", members) or valid("Observation", members)


@pytest.mark.parametrize(
    "more",
    [
        {"valueString": "22 mm"},
        {"effectivePeriod": {"start": "2024"}},
        {"modifierExtension": [{"url": "urn:x", "valueBoolean": True}]},
        {"method": {"coding": [{"code": "1", "extension": []}]}},
        {"component": [{"code": coded("1"), "valueString": "a", "valueBoolean": True}]},
        {"bodySite": {"extension": [{"url": "u", "valueDateTime": "2024", "valueCodeableConcept": coded("1")}]}},
        {"valueQuantity": {"value": "22.5"}},
    ],
    ids=repr,
)
def test_nothing_ambiguous_modified_or_unknown_is_plain(more: dict[str, Any]) -> None:
    assert plain.is_plain("Observation", OBSERVATION)
    assert not plain.is_plain("Observation", {**OBSERVATION, **more})


def test_every_shape_that_has_a_choice_is_asked_about_it() -> None:
    shapes = [shape for shape in _below(Shape) if choices(shape)]
    assert shapes
    assert all(issubclass(shape, Choice) for shape in shapes)


def _below(shape: type[msgspec.Struct]) -> list[type[msgspec.Struct]]:
    return [derived for one in shape.__subclasses__() for derived in (one, *_below(one))]


def test_a_drug_without_a_name_is_not_plain() -> None:
    assert not plain.is_plain("MedicationRequest", {"status": "active"})
    assert plain.is_plain("MedicationRequest", {"medicationReference": {"reference": "Medication/1"}})


def test_every_type_that_is_typed_has_a_shape() -> None:
    assert set(plain.SHAPES) == set(READ)


def _paths(node: Any, path: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(found for step, value in inner for found in _paths(value, (*path, step)))]


def _spoilt(members: dict[str, Any], path: tuple[Any, ...], misfit: Any) -> dict[str, Any]:
    spoilt = deepcopy(members)
    node: Any = spoilt
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = misfit
    return spoilt
