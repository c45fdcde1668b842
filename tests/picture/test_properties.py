"""What holds for every chart: order and repetition mean nothing, and losing evidence never lowers."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_hooks.picture.bounds import WORSE
from cds_hooks.picture.fact import Fact, Interval, Known, Unknown
from cds_hooks.picture.see import see
from tests.picture.charts import (
    TODAY,
    Resource,
    concept,
    condition,
    drug,
    mm,
    number,
    observation,
    procedure,
    record,
    vocabulary,
)
from tests.picture.courses import dose, lasting, ordered, stated

POSITIVE, NEGATIVE, EQUIVOCAL = "sct 10828004", "sct 260385009", "sct 42425007"
DATES = st.sampled_from([None, "2023-05-01", "2024-03-01", "2024-03-10", "2024"])
SITES = st.sampled_from([None, concept("sct 80248007"), concept("sct 73056007")])
ANSWERS: dict[str, list[Any]] = {
    "loinc 33728-7": [mm("8"), mm("60"), number("8"), mm("5", "cm", ">")],
    "loinc 44635-1": [mm("12"), mm("9.9")],
    "loinc 44648-4": ["loinc LA27823-6", "loinc LA27825-1", "Grade 2"],
    "loinc 85337-4": [POSITIVE, NEGATIVE, EQUIVOCAL],
    "loinc 85339-0": [POSITIVE, NEGATIVE],
    "loinc 85319-2": ["loinc LA11841-6", "loinc LA11842-4", "loinc LA11843-2"],
    "loinc 85318-4": [POSITIVE, NEGATIVE, "less than 1.8"],
    "loinc 21893-3": [number("0"), number("5"), "2/9"],
    "loinc 92832-5": [number("0"), number("1")],
    "loinc 21900-6": ["ajcc pN0", "ajcc pN1a", "ajcc ypN0"],
    "loinc 21899-0": ["ajcc pT1c", "ajcc pT4b", "ajcc ypT0"],
    "loinc 21907-1": ["ajcc cM0", "ajcc cM1"],
    "loinc 59544-7": [POSITIVE, NEGATIVE],
    "loinc 44638-5": ["icdo 8500/3", "icdo 8500/2"],
}


@st.composite
def results(draw: st.DrawFn) -> Any:
    code = draw(st.sampled_from(sorted(ANSWERS)))
    said = draw(st.sampled_from(ANSWERS[code]))
    status = draw(st.sampled_from(["final", "preliminary"]))
    return observation(code, said, on=draw(DATES), body_site=draw(SITES), status=status)


CONDITIONS = st.builds(
    condition,
    st.sampled_from(
        ["icd C50.912", "icd C50.911", "sct 254837009", "icd D05.12", "icd C79.51", "icd Z17.1", "icd C34.1"]
    ),
)
TREATMENTS = st.sampled_from(
    [
        procedure("sct 367336001", "2024-02-01"),
        procedure("sct 392021009", "2024-03-05"),
        drug("rxnorm 56946", "2024-02-10"),
        drug("rxnorm 84857", "2024-09-01"),
        procedure("sct 429400009", "2024-03-05"),
        procedure("sct 69031006", None),
        procedure("sct 172043006", "2024"),
        lasting("sct 1217123003", "2024-06-01", "2024-07-01"),
        procedure("sct 1217123003", "2024-08-01", body_site=(concept("sct 80248007"),)),
        ordered("rxnorm 10324", "2024-09-01"),
        ordered("rxnorm 10324", "2025-01-01", "stopped"),
        stated("rxnorm 72965", "2024-10", "2025-03-01", "completed"),
        stated("rxnorm 84857", "2025-03-10", asserted="2025-05-01"),
        dose("rxnorm 50610", "2025-05-01"),
        condition("icd Z79.811", on="2025-02-01"),
        condition("icd Z90.12", on="2024-12-01"),
        condition("icd Z92.21", on=None),
    ]
)
CHARTS = st.lists(st.one_of(results(), CONDITIONS, TREATMENTS), max_size=12)


def seen(resources: list[Resource]) -> Any:
    return see(record(*resources), vocabulary(), TODAY)


@settings(max_examples=150, deadline=None)
@given(CHARTS, st.randoms())
def test_neither_order_nor_repetition_of_resources_changes_the_picture(chart: list[Resource], random: Any) -> None:
    shuffled = [*chart, *random.choices(chart, k=3)] if chart else []
    random.shuffle(shuffled)
    assert seen(shuffled) == seen(chart)


# What each topic's evidence is; the rest of the chart stays.
TOPICS = {
    "tumour_size": {"loinc 33728-7", "loinc 44635-1", "loinc 21899-0"},
    "grade": {"loinc 44648-4"},
    "er": {"loinc 85337-4"},
    "her2": {"loinc 85319-2", "loinc 85318-4"},
    "positive_nodes": {"loinc 21893-3", "loinc 92832-5", "loinc 21900-6"},
    "vascular_invasion": {"loinc 59544-7"},
}


@pytest.mark.parametrize("fact", sorted(TOPICS))
@settings(max_examples=60, deadline=None)
@given(st.lists(results(), max_size=10))
def test_a_factor_without_any_evidence_is_never_known(fact: str, fact_chart: list[Any]) -> None:
    gone = {concept(code).codings for code in TOPICS[fact]}
    left = [o for o in fact_chart if o.code.codings not in gone]
    (episode,) = seen([condition(), *left]).episodes
    assert isinstance(episode.facts[fact], Unknown)


def can_be_worse(fact_id: str, fact: Fact) -> bool:
    """True if the fact leaves the worst possible value open."""
    if isinstance(fact, Unknown):
        return True
    if isinstance(fact.value, Interval):
        return fact.value.high is None or (fact_id == "grade" and fact.value.high == Decimal(3))
    return fact.value in WORSE[fact_id]


@pytest.mark.parametrize("fact", sorted(TOPICS))
@settings(max_examples=60, deadline=None)
@given(st.lists(results(), max_size=8))
def test_systemic_therapy_first_with_undated_results_always_leaves_the_worst_open(fact: str, chart: list[Any]) -> None:
    undated = [replace(o, effective=None) for o in chart if o.body_site is None]
    treated = [procedure("sct 367336001", "2024-02-01"), procedure("sct 392021009", "2024-06-01")]
    (episode,) = seen([condition(), *treated, *undated]).episodes
    assert can_be_worse(fact, episode.facts[fact])


@settings(max_examples=100, deadline=None)
@given(st.lists(results(), max_size=8))
def test_every_known_fact_of_a_result_names_its_evidence(chart: list[Any]) -> None:
    (episode,) = seen([condition(), *(replace(o, body_site=None) for o in chart)]).episodes
    for name in TOPICS:
        fact = episode.facts[name]
        assert not isinstance(fact, Known) or fact.evidence
