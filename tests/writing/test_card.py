"""The tier card as it goes over the wire."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

import pytest

from cds_hooks.errors import KnowledgeBroken
from cds_hooks.picture.fact import Evidence, Interval, Known, SetAside, Unknown, Why
from cds_hooks.protocol.response import check_answer
from cds_hooks.writing.compose import compose
from tests.writing.made_up import (
    DAY,
    DECISION,
    LOW,
    NOTHING,
    PROOF,
    TRIPLE_NEGATIVE,
    UNKNOWN,
    approved,
    card,
    consultation,
    fact,
    knowledge,
    tumour,
)

EVERY = [tumour(), tumour(UNKNOWN), tumour(TRIPLE_NEGATIVE, side=""), tumour(UNKNOWN, positive_nodes=6)]


def assessed(shown: dict[str, Any], episode: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = shown["extension"]["org.recurrence-cds.assessment"]["episodes"][episode]
    return found


@pytest.mark.parametrize("episode", EVERY)
def test_a_card_is_valid_cds_hooks_and_plain_json(episode: Any) -> None:
    shown = card(episode)
    assert check_answer({"cards": [shown]}) == []
    assert json.loads(json.dumps(shown, allow_nan=False)) == shown


def test_nothing_to_say_is_no_card() -> None:
    assert compose(consultation(tumour(invasive="in_situ")), knowledge(), DECISION, DAY) == ()
    assert compose(consultation(), knowledge(), DECISION, DAY) == ()


def test_the_uuid_follows_from_the_decision_and_the_card() -> None:
    assert card(tumour())["uuid"] == str(uuid5(UUID(DECISION), "tier"))


def test_the_same_inputs_make_the_same_bytes() -> None:
    assert json.dumps(card(tumour())) == json.dumps(card(tumour()))


def test_the_card_has_an_indicator_a_topic_and_reasons_for_an_override() -> None:
    shown = card(tumour(grade=3))
    assert shown["indicator"] == "info"
    assert shown["source"]["topic"]["code"].isalnum()
    assert {"code", "system", "display"} == set.intersection(*(set(reason) for reason in shown["overrideReasons"]))
    assert "links" not in shown
    assert "url" not in shown["source"]


def test_the_assessment_gives_each_factor_its_value_tier_and_proof() -> None:
    aside = (SetAside("Observation/o2", "older result"),)
    episode = assessed(card(tumour(tumour_size=Known(Interval.exactly(Decimal("61.5")), PROOF, aside))))
    assert (episode["side"], episode["tier"]) == ("right", "high")
    assert episode["factors"]["size"] == {
        "value": 61.5,
        "unit": "mm",
        "tier": "high",
        "evidence": ["Observation/o1"],
        "set_aside": [{"reference": "Observation/o2", "why": "older result"}],
    }
    assert episode["factors"]["nodes"] == {"value": 0, "tier": "low", "evidence": ["Observation/o1"]}
    assert episode["factors"]["vascular_invasion"]["value"] == "none"
    assert episode["factors"]["local_extension"] == {"value": "none", "tier": "low"}
    assert "missing" not in episode


def test_hormone_receptors_carry_both_receptors() -> None:
    receptors = assessed(card(tumour(pr=NOTHING)))["factors"]["hormone_receptors"]
    assert (receptors["value"], receptors["er"], "pr" in receptors) == ("positive", "positive", False)


def test_an_unknown_factor_has_a_reason_in_place_of_a_value() -> None:
    factor = assessed(card(tumour(her2=Unknown(Why.EQUIVOCAL, PROOF))))["factors"]["her2"]
    assert factor == {
        "range": {"at_least": "low", "at_most": "high"},
        "evidence": ["Observation/o1"],
        "why_unknown": "equivocal",
    }


def test_bounds_are_given_as_bounds_with_their_reason() -> None:
    floor = Known(Interval(Decimal(4), None), PROOF, (), Why.AFTER_SYSTEMIC_THERAPY)
    factor = assessed(card(tumour(positive_nodes=floor)))["factors"]["nodes"]
    assert (factor["value"], factor["tier"]) == ({"at_least": 4}, "high")
    assert factor["why_unknown"] == "after_systemic_therapy"


def test_a_bound_is_shown_with_its_reason() -> None:
    floor = Known(Interval(Decimal(4), None), PROOF, (), Why.AFTER_SYSTEMIC_THERAPY)
    assert "at least 4 (2025-11-20, only after systemic therapy)" in card(tumour(positive_nodes=floor))["detail"]


def test_a_bound_without_proof_is_shown_as_a_bound_too() -> None:
    floor = Known(Interval(Decimal(4), None), (), (), Why.INCOMPLETE_PAGE)
    assert "at least 4 (not all results were sent)" in card(tumour(positive_nodes=floor))["detail"]


def test_a_joint_receptor_status_stands_without_its_parts() -> None:
    assert "hormone receptors positive, HER2" in card(tumour(er=NOTHING, pr=NOTHING))["detail"]


def test_a_range_names_the_facts_that_keep_it_open() -> None:
    shown = card(tumour(vascular_invasion=NOTHING))
    assert assessed(shown)["range"] == {"at_least": "low", "at_most": "high"}
    assert assessed(shown)["missing"] == ["vascular_invasion"]
    about = shown["extension"]["org.recurrence-cds.card"]
    assert about["considerations"] == [{"id": "tier", "verdict": "applies", "missing": ["vascular_invasion"]}]


def test_a_number_beyond_json_is_left_out_and_still_counts() -> None:
    factor = assessed(card(tumour(tumour_size=Decimal("1E+400"))))["factors"]["size"]
    assert ("value" in factor, factor["tier"]) == (False, "high")


def test_an_episode_without_a_side_says_so() -> None:
    assert assessed(card(tumour(side="")))["side"] == "not stated"


def test_two_tumours_are_one_card_with_both() -> None:
    shown = card(tumour(grade=3), tumour(side="left", grade=2))
    assert [assessed(shown, n)["tier"] for n in (0, 1)] == ["high", "moderate"]
    assert shown["extension"]["org.recurrence-cds.card"]["considerations"][0]["because"] == [
        "right: grade 3",
        "left: grade 2",
    ]


def test_a_further_tumour_without_a_tier_is_not_passed_over() -> None:
    shown = card(tumour(), tumour(side="left", invasive="in_situ"))
    assert "**No tier for a further tumour** (left breast): carcinoma in situ only" in shown["detail"]


def test_what_is_missing_is_told_apart_by_its_effect() -> None:
    detail = card(tumour(UNKNOWN, tumour_size=22, grade=3))["detail"]
    assert "**Not fully known, without effect on the tier:** hormone receptors, HER2" in detail
    assert "could change" not in detail


def test_results_set_aside_are_shown_where_they_matter_only() -> None:
    aside = (SetAside("Observation/o2", "older result"),)
    driving = Known(Interval.exactly(Decimal(3)), PROOF, aside)
    beside = Known(Interval.exactly(Decimal(8)), PROOF, aside)
    detail = card(tumour(grade=driving, tumour_size=beside))["detail"]
    assert "**Set aside:** Tumour grade: older result" in detail


def test_contradictions_and_weaknesses_are_shown() -> None:
    weak = (Evidence("Observation/o1", "2025-11-20", ("preliminary",)),)
    shown = card(tumour(tumour_size=Known(Interval.exactly(Decimal(8)), weak, notes=("contradicts recorded T3",))))
    assert "**Contradictions:** size: contradicts recorded T3" in shown["detail"]
    assert "- Not raising it: primary tumour size 8 mm (2025-11-20, preliminary); tumour grade 1, " in shown["detail"]


def test_what_raises_the_tier_is_listed_first_and_the_rest_in_one_line() -> None:
    listed = [line for line in card(tumour(grade=3, positive_nodes=2))["detail"].splitlines() if line.startswith("- ")]
    assert listed[:2] == ["- **Tumour grade: 3 (2025-11-20) → high**", "- Lymph nodes: 2 (2025-11-20) → moderate"]
    assert listed[2] == (
        "- Not raising it: primary tumour size 8 mm, hormone receptors ER positive, PR positive, HER2 negative, "
        "lymph or blood vessel invasion none (2025-11-20); local extension none recorded"
    )


def test_what_is_not_known_is_named_among_the_missing_and_not_among_the_factors() -> None:
    detail = card(tumour(UNKNOWN, local_extension=NOTHING))["detail"]
    assert not [line for line in detail.splitlines() if line.startswith("- ")]
    for name in ("size", "grade", "hormone receptors", "HER2", "node count", "vascular invasion", "chest wall"):
        assert name in detail.splitlines()[2], name


def test_a_single_tumour_is_named_by_its_side_and_each_of_two_by_its_tier_too() -> None:
    assert card(tumour(grade=3))["detail"].startswith("**Right breast**\n")
    assert (
        "**High recurrence risk at diagnosis**, right breast\n" in card(tumour(grade=3), tumour(side="left"))["detail"]
    )


def test_approved_knowledge_is_not_called_unapproved() -> None:
    (shown,) = compose(consultation(tumour()), approved(), DECISION, date(2026, 3, 2))
    assert "Advisory, for professionals. Based on data until 2026-03-02." in shown["detail"]


def test_words_that_the_knowledge_lacks_are_its_fault() -> None:
    mute = replace(knowledge(), wording={})
    with pytest.raises(KnowledgeBroken, match=r"wording\.yaml: tier\.low is missing"):
        compose(consultation(tumour()), mute, DECISION, DAY)


def test_a_fact_that_nobody_looked_for_is_not_recorded() -> None:
    facts = {id_: value for id_, value in LOW.items() if id_ != "vascular_invasion"}
    assert assessed(card(tumour(facts)))["factors"]["vascular_invasion"]["why_unknown"] == "not_recorded"
    assert fact("yes") == Known("yes", PROOF)
