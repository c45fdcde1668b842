"""Words that a card may never say."""

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_hooks.picture.fact import Evidence, Known, Unknown, Why
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
    assert "; local extension none recorded\n" in card(tumour())["detail"]
    assert ", local extension none (2025-11-20)\n" in card(tumour(local_extension="no"))["detail"]


LARGE = {"tumour_size": 70, "npi": Decimal("3.4"), "npi_group": "good"}
CAVEATS = [
    (LOW, "ER positive: the risk lasts", True),
    (TRIPLE_NEGATIVE, "ER positive: the risk lasts", False),
    (TRIPLE_NEGATIVE, "After five disease-free years", True),
    (LOW, "After five disease-free years", False),
    ({**LOW, "her2": "positive"}, "predates trastuzumab", True),
    ({**LOW, "her2": NOTHING}, "predates trastuzumab", False),
    ({**LOW, "her2": "positive"}, "HER2 positive: 78.7 %", True),
    ({**LOW, "her2": "positive", "tumour_size": 10}, "HER2 positive: 78.7 %", True),
    ({**LOW, "her2": "positive", "tumour_size": Decimal("10.1")}, "HER2 positive: 78.7 %", False),
    ({**LOW, "her2": "positive", "positive_nodes": 1}, "HER2 positive: 78.7 %", False),
    ({**LOW, "her2": "positive", "positive_nodes": NOTHING}, "HER2 positive: 78.7 %", False),
    (TRIPLE_NEGATIVE, "triple negative: 76.8 %", True),
    (LOW, "76.8 %", False),
    ({**LOW, "er": Known("positive", (Evidence("Observation/er", "", ("low positive",)),))}, "1 to 10 %", True),
    (LOW, "1 to 10 %", False),
    ({**LOW, "vascular_invasion": "yes"}, "Vessel invasion alone decides", True),
    ({**LOW, "vascular_invasion": "yes", "grade": 3}, "Vessel invasion alone decides", False),
    (LOW, "Vessel invasion alone decides", False),
    ({**LOW, **LARGE}, "The Nottingham Prognostic Index differs: 3.4, group good", True),
    ({**LOW, **LARGE, "npi_group": "moderate_1"}, "Nottingham", False),
    ({**LOW, **LARGE, "npi": NOTHING}, "Nottingham", False),
    ({**LOW, **LARGE, "npi_group": NOTHING}, "Nottingham", False),
    ({**LOW, **LARGE, "tumour_size": 20}, "Nottingham", False),
    ({**LOW, **LARGE, "her2": "positive"}, "Nottingham", False),
]


@pytest.mark.parametrize(("facts", "caveat", "said"), CAVEATS)
def test_a_caveat_stands_where_it_belongs_and_only_there(facts: dict[str, Any], caveat: str, said: bool) -> None:
    assert (caveat in card(tumour(facts))["detail"]) is said


def test_for_a_man_the_card_says_where_the_evidence_comes_from() -> None:
    assert "evidence behind the table comes from women" in card(tumour(), sex=Known("male", PROOF))["detail"]
    assert "evidence behind the table comes from women" not in card(tumour())["detail"]
