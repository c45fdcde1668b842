"""Neither order nor repetition of resources, members or blanks carries meaning, and nothing stops the reading."""

import json
import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cds_hooks.errors import RequestRefused
from cds_hooks.fhir.record import Record
from tests.fhir.charts import US, bundle, coded, condition, drug, observation, procedure, read

dates = st.sampled_from([..., "2019", "2020-01-02", "2020-01-02T10:00:00", "2020-13"])
updates = st.sampled_from([..., {"lastUpdated": "2020-01-01T00:00:00Z"}, {"lastUpdated": "2021-01-01T00:00:00Z"}])
ids = st.sampled_from(["a", "b", None])
values = st.fixed_dictionaries(
    {},
    optional={
        "valueString": st.sampled_from(["", "3+", "0"]),
        "valueInteger": st.integers(0, 3),
        "valueQuantity": st.sampled_from([{"value": 1, "unit": "cm"}, {"value": "x"}, {}]),
    },
)
observations = st.builds(
    lambda own_id, code, status, date, meta, value: observation(
        own_id, code, status=status, effectiveDateTime=date, meta=meta, **value
    ),
    ids,
    st.sampled_from(["85337-4", "21889-1", "8480-6"]),
    st.sampled_from(["final", "preliminary", "entered-in-error", "finalised", ...]),
    dates,
    updates,
    values,
)
conditions = st.builds(lambda own_id, date, meta: condition(own_id, recordedDate=date, meta=meta), ids, dates, updates)
procedures = st.builds(lambda own_id, date: procedure(own_id, performedDateTime=date), ids, dates)
drugs = st.builds(lambda own_id, date: drug(own_id=own_id, authoredOn=date), ids, dates)
charts = st.fixed_dictionaries(
    {
        "receptors": st.lists(observations, max_size=6),
        "tumour": st.lists(observations, max_size=3),
        "conditions": st.lists(conditions, max_size=4),
        "procedures": st.lists(procedures, max_size=3),
        "requests": st.lists(drugs, max_size=3),
    }
)


def record_of(chart: dict[str, list[Any]]) -> Record:
    return read(**{key: bundle(*resources) for key, resources in chart.items()})


@given(charts, st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(chart: dict[str, list[Any]], chance: random.Random) -> None:
    mixed = {}
    for key, resources in chart.items():
        again = [json.loads(json.dumps(resource)) for resource in resources if chance.random() < 0.5]
        mixed[key] = [*resources, *again]
        chance.shuffle(mixed[key])
    assert record_of(mixed) == record_of(chart)


@given(charts, st.randoms(use_true_random=False))
def test_the_order_of_members_changes_nothing(chart: dict[str, list[Any]], chance: random.Random) -> None:
    def mixed(node: Any) -> Any:
        if isinstance(node, dict):
            return {name: mixed(node[name]) for name in chance.sample(sorted(node), len(node))}
        return [mixed(item) for item in node] if isinstance(node, list) else node

    assert record_of({key: [mixed(r) for r in resources] for key, resources in chart.items()}) == record_of(chart)


names = st.sampled_from(["code", "status", "valueQuantity", "valueCodeableConcept", "component", "effectiveDateTime"])
more_names = st.sampled_from(["subject", "bodySite", "extension", "meta", "focus", "interpretation", "id", "contained"])
leaves: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 0, 1.5, "", "x", "2020", "Patient/p", [], {}, [None], [{}], ["x"], coded("85337-4"), US]
)
shapes = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["coding", "code", "system", "value", "reference", "text", "url"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)


@given(st.sampled_from(["receptors", "conditions", "procedures", "requests", "patient"]), names | more_names, shapes)
def test_any_shape_in_any_member_is_read_or_refused(key: str, member: str, shape: Any) -> None:
    resource = {
        "receptors": observation(),
        "conditions": condition(),
        "procedures": procedure(),
        "requests": drug(),
        "patient": {"resourceType": "Patient", "id": "p"},
    }[key]
    try:
        record = read(**{key: bundle({**resource, member: shape})})
    except RequestRefused:
        return
    assert record.patient.origin.key == "patient"
