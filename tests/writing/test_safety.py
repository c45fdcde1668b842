"""Words that a card may never say."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_hooks.picture.fact import Known, Unknown, Why
from cds_hooks.reasoning.tiers import Tier
from cds_hooks.writing.tumour import tumours
from tests.writing.made_up import LOW, NOTHING, PROOF, TRIPLE_NEGATIVE, UNKNOWN, card, consultation, prose, tumour

NEVER_ABSENT = ("tumour_size", "grade", "hormone_receptor", "her2", "positive_nodes", "vascular_invasion")
CHOICES: dict[str, list[Any]] = {
    "tumour_size": [NOTHING, 5, 10, 51],
    "grade": [NOTHING, 1, 2, 3],
    "hormone_receptor": [NOTHING, "positive", "negative"],
    "her2": [NOTHING, "positive", "negative"],
    "positive_nodes": [NOTHING, 0, 1, 4],
    "vascular_invasion": [NOTHING, "yes", "no"],
    "local_extension": [Known("no"), "yes"],
    "systemic_therapy_first": [Known("no"), "yes", Unknown(Why.NOT_LOADED)],
}
charts = st.fixed_dictionaries({fact: st.sampled_from(values) for fact, values in CHOICES.items()})


def without_ranges(text: str) -> str:
    return re.sub(r"between low and (moderate|high)", "", text)


@pytest.mark.parametrize("fact", NEVER_ABSENT)
@pytest.mark.parametrize("why", [Why.NOT_RECORDED, Why.EQUIVOCAL, Why.NOT_LOADED])
def test_with_one_factor_missing_no_card_says_low_but_inside_a_range(fact: str, why: Why) -> None:
    shown = card(tumour({**LOW, fact: Unknown(why)}))
    assert "between low and" in shown["summary"]
    assert not re.search(r"\blow\b", without_ranges(prose(shown)), re.IGNORECASE)
    assert "tier" not in shown["extension"]["org.recurrence-cds.assessment"]["episodes"][0]


@given(charts)
def test_a_card_says_low_only_where_low_is_the_tier_or_bounds_it(chart: dict[str, Any]) -> None:
    consulted = consultation(tumour(UNKNOWN, **chart))
    (seen,) = tumours(consulted)
    text = prose(card(tumour(UNKNOWN, **chart)))
    if seen.tier.at_most is not Tier.LOW:
        text = without_ranges(text) if seen.tier.at_least is Tier.LOW else text
        assert not re.search(r"\blow\b", text, re.IGNORECASE)
    else:
        assert text.startswith("Low recurrence risk at diagnosis")


@given(charts)
def test_a_card_says_triple_negative_only_of_a_triple_negative_tumour(chart: dict[str, Any]) -> None:
    proven = chart["hormone_receptor"] == "negative" and chart["her2"] == "negative"
    assert ("triple negative" in prose(card(tumour(UNKNOWN, **chart))).lower()) is proven


@given(charts)
def test_every_card_says_at_diagnosis_and_that_it_is_advisory(chart: dict[str, Any]) -> None:
    shown = card(tumour(UNKNOWN, **chart))
    assert "at diagnosis" in shown["summary"]
    assert (
        "Advisory, for professionals; knowledge not yet clinically approved. Based on data until 2026-03-02."
        in prose(shown)
    )


def test_local_extension_by_silence_is_none_recorded_and_with_proof_none() -> None:
    assert "| Local extension | none recorded | – |" in card(tumour())["detail"]
    assert "| Local extension | none (2025-11-20) | – |" in card(tumour(local_extension="no"))["detail"]


CAVEATS = [
    (LOW, "ER positive: the risk of late recurrence", True),
    (TRIPLE_NEGATIVE, "ER positive: the risk of late recurrence", False),
    (TRIPLE_NEGATIVE, "After five disease-free years", True),
    (LOW, "After five disease-free years", False),
    ({**LOW, "her2": "positive"}, "predates trastuzumab", True),
    ({**LOW, "her2": NOTHING}, "predates trastuzumab", False),
]


@pytest.mark.parametrize(("facts", "caveat", "said"), CAVEATS)
def test_a_caveat_stands_where_it_belongs_and_only_there(facts: dict[str, Any], caveat: str, said: bool) -> None:
    assert (caveat in card(tumour(facts))["detail"]) is said


def test_for_a_man_the_card_says_where_the_evidence_comes_from() -> None:
    assert "evidence behind the table comes from women" in card(tumour(), sex=Known("male", PROOF))["detail"]
    assert "evidence behind the table comes from women" not in card(tumour())["detail"]
