"""The cards of considerations: what stands on them, in which words, and what an EHR can file."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from cds_hooks.errors import KnowledgeBroken
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.picture.fact import Evidence, Fact, Interval, Known, Unknown, Why
from cds_hooks.protocol.response import check_answer
from cds_hooks.reasoning.considerations import CardKind, CardText, Outcome, Status
from cds_hooks.writing.checks import check_cards
from cds_hooks.writing.facts_said import due_since
from tests.writing.considered import ASSESSMENT, CLOTS, READ, RECALLED, SCAN, about, applies, cards, due, idea
from tests.writing.made_up import approved, knowledge, tumour

NODES: dict[str, Any] = {
    "positive_nodes": Known(Interval.exactly(Decimal(2)), (Evidence("Observation/n", "2024-05-01"),))
}
LAST = Known(
    Interval.exactly(Decimal(14)), (Evidence("Procedure/m", "2025-01-02"), Evidence("Procedure/l", "2023-01-02"))
)


def text(kind: CardKind, summary: str = "Sum.", detail: str = "Body.", indicator: str = "info") -> CardText:
    return CardText(kind, indicator, "topic", summary, detail, 50)


def with_nodes(*considered: Any, **facts: Fact) -> list[dict[str, Any]]:
    return cards(*considered, episodes=(tumour(**{**NODES, **facts}),))


def treatment(*considered: Any, **facts: Fact) -> dict[str, Any]:
    tier, card = with_nodes(*considered, **facts)
    assert about(tier)["id"] == "tier"
    return card


def test_a_card_is_valid_and_complete() -> None:
    answer = with_nodes(applies(), applies(due(), "mammogram_same_breast"), mammogram_same_breast=LAST)
    assert check_answer({"cards": answer}) == []
    assert [about(card)["id"] for card in answer] == ["tier", "surveillance", "treatment"]


def test_a_block_says_what_against_it_to_confirm_why_here_on_what_evidence_and_the_first_limit() -> None:
    other = replace(CLOTS, confirm="no stroke")
    ours = idea(cautions=(CLOTS, other), limits=("In women alone.", "Of one trial."))
    found = treatment(applies(ours, warnings=(CLOTS,), to_confirm=(CLOTS, other, CLOTS)))
    assert found["summary"] == "Discuss the drug (2 nodes)"
    assert found["detail"].split("\n\n") == [
        "**The drug**",
        "With 2 nodes.",
        "\n".join(
            [
                "- **Caution:** Clots on record.",
                "- **Confirm:** no history of clots; no stroke",
                "- **In this patient:** Node count: 2 (2024-05-01)",
                f"- **Evidence:** {knowledge().sources['apt'].short}",
                "- **Limit:** In women alone.",
            ]
        ),
        "*Advisory, for professionals; knowledge not yet clinically approved. Based on data until 2026-03-02.*",
    ]


def test_what_was_only_recalled_is_named_without_its_numbers() -> None:
    found = treatment(applies(idea(citations=(READ, RECALLED))))
    assert "7.5" not in found["detail"]
    assert f"{knowledge().sources['tailorx'].short} (recalled)" in found["detail"]


def test_the_extension_names_each_verdict_with_its_reasons() -> None:
    (entry,) = about(treatment(applies()))["considerations"]
    assert entry == {"id": "talk", "verdict": "applies", "because": ["node count: 2"]}


def test_a_consideration_about_the_patient_names_no_side() -> None:
    ours = idea(card=text(CardKind.TREATMENT))
    found = treatment(applies(ours, "sex", episode=None))
    assert found["detail"].startswith("**The drug**\n")
    assert about(found)["considerations"][0]["because"] == ["sex: female"]


def test_what_goes_without_saying_is_spared_the_reader_and_kept_for_the_machine() -> None:
    day = (Evidence("Procedure/o", "2024-05-01"),)
    known = {"breast_surgery": Known("mastectomy", day), "months_since_surgery": Known(LAST.value, day)}
    told = ("sex", "recurrence", "breast_surgery", "months_since_surgery", "months_since_dxa")
    found = treatment(applies(None, *told), months_since_dxa=LAST, **known)
    assert (
        "- **In this patient:** Operation: mastectomy (2024-05-01); months since bone density scan: 14 (2025-01-02)\n"
        in found["detail"]
    )
    assert about(found)["considerations"][0]["because"] == [
        "sex: female",
        "no recurrence",
        "operation: mastectomy",
        "months since operation: 14",
        "months since bone density scan: 14",
    ]


def test_a_breast_is_named_by_the_side_of_the_tumour() -> None:
    ours = idea(card=text(CardKind.TREATMENT, "{breast}, not {other_breast}"))
    sides = [cards(applies(ours), episodes=(tumour(side=side, **NODES),))[-1]["summary"] for side in ("left", "")]
    assert sides == ["Left breast, not right breast", "This breast, not other breast"]


def test_from_ten_on_months_are_whole_and_below_a_tenth_is_no_span() -> None:
    ours = idea(card=text(CardKind.TREATMENT, "{months_since_surgery}"))
    months = Known(Interval(Decimal("10.1"), Decimal("10.9"))), Known(Interval(Decimal("9.1"), Decimal("9.2")))
    wide = Known(Interval(Decimal("9.1"), Decimal("9.3")))
    said = [treatment(applies(ours), months_since_surgery=each)["summary"] for each in (*months, wide)]
    assert said == ["10", "9.1", "9.1 to 9.3"]


def test_of_two_tumours_the_reasons_name_the_side() -> None:
    both = (tumour(**NODES), tumour(side="left", **NODES))
    *_, found = cards(applies(), applies(episode=1), episodes=both)
    assert [entry["because"] for entry in about(found)["considerations"]] == [
        ["right: node count: 2"],
        ["left: node count: 2"],
    ]
    assert found["summary"] == "Discuss the drug (2 nodes); and 1 more"


def test_a_block_says_its_sentence_unless_that_is_the_summary_of_the_card() -> None:
    first, second = idea(), idea(id_="z", card=text(CardKind.TREATMENT, "Other drug.", "For two years."))
    narrow = idea(card=text(CardKind.TREATMENT, "x" * 139))
    said = treatment(applies(first), applies(second))["detail"].split("\n\n")
    assert (said[1], said[4]) == ("With 2 nodes.", "Other drug. For two years.")
    assert "X" + "x" * 138 + ". Body." in treatment(applies(narrow), applies(second))["detail"]


def test_a_summary_without_room_for_more_gives_way_to_the_title() -> None:
    long = idea(card=text(CardKind.TREATMENT, "x" * 139))
    assert treatment(applies(long))["summary"] == "X" + "x" * 138
    assert treatment(applies(long), applies())["summary"] == "The drug; and 1 more"


def test_a_summary_that_never_fits_is_a_fault_of_the_knowledge() -> None:
    long = idea(card=text(CardKind.TREATMENT, "x" * 140), title="y" * 140)
    with pytest.raises(KnowledgeBroken, match="no summary fits"):
        treatment(applies(long))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (Known(Interval(Decimal(4), None), bounded_why=Why.AFTER_SYSTEMIC_THERAPY), "at least 4"),
        (Known(Interval(Decimal("4.96"), Decimal("5.04"))), "4.96 to 5.04"),
    ],
)
def test_a_bound_is_said_as_one(value: Fact, words: str) -> None:
    assert treatment(applies(), positive_nodes=value)["summary"] == f"Discuss the drug ({words} nodes)"


def test_elapsed_time_has_one_decimal_and_is_cut_never_rounded() -> None:
    ours = idea(card=text(CardKind.TREATMENT, "After {endocrine_years} years"))
    years = Known(Interval(Decimal("4.96"), Decimal("5.04")))
    found = treatment(applies(ours, "endocrine_years"), endocrine_years=years)
    assert found["summary"] == "After 4.9 to 5 years"
    assert "- **In this patient:** Years of endocrine therapy: 4.9 to 5\n" in found["detail"]


def test_elapsed_time_without_bounds_is_said_as_it_is() -> None:
    ours = idea(card=text(CardKind.TREATMENT, "After {endocrine_years} years"))
    found = treatment(applies(ours, "endocrine_years"), endocrine_years=Known(Interval(Decimal("4.96"), None)))
    assert found["summary"] == "After at least 4.9 years"


@pytest.mark.parametrize(("flag", "words"), [("yes", "recurrence on file"), ("no", "no recurrence on file")])
def test_flags_are_said_by_their_title(flag: str, words: str) -> None:
    known = replace(knowledge(), wording={**knowledge().wording, "short.recurrence": "recurrence on file"})
    *_, found = cards(
        applies(idea(card=text(CardKind.TREATMENT)), "recurrence"), episodes=(tumour(recurrence=flag),), known=known
    )
    assert about(found)["considerations"][0]["because"] == [words]


def test_lists_and_words_are_said_in_plain_words() -> None:
    ours = idea(card=text(CardKind.TREATMENT, "{breast_surgery}; {radiotherapy_sites}"))
    sites = Known(("breast", "chest_wall"))
    found = treatment(applies(ours), breast_surgery=Known("breast_conserving"), radiotherapy_sites=sites)
    assert found["summary"] == "Breast conserving; breast, chest wall"


def test_what_is_due_says_since_when_and_warns() -> None:
    tier, found = with_nodes(applies(due(), "mammogram_same_breast"), mammogram_same_breast=LAST)
    assert (found["summary"], found["indicator"]) == ("Due since 2026-01, last 2025-01-02", "warning")
    assert tier["indicator"] == "info"


def test_what_was_not_found_informs_and_offers_no_order() -> None:
    none = applies(due(), outcome=Outcome.CANNOT_TELL, missing=("mammogram_same_breast",), none_found=True, because=())
    _, found = with_nodes(none, mammogram_same_breast=Unknown(Why.NOT_RECORDED))
    assert (found["summary"], found["indicator"]) == ("None found; confirm", "info")
    assert "suggestions" not in found
    assert about(found)["considerations"] == [
        {"id": "scan", "verdict": "cannot_tell", "missing": ["mammogram_same_breast"]}
    ]
    assert "None found; confirm.\n" in found["detail"]
    assert "Limit" not in found["detail"]


@pytest.mark.parametrize(
    ("last", "months", "since"),
    [
        ("2025-03-02", 12, "2026-03"),
        ("2025-12-31", 1, "2026-01"),
        ("2025-11", 2, "2026-01"),
        ("2024", 12, "2025-12"),
        ("", 12, ""),
        ("last spring", 12, ""),
    ],
)
def test_the_month_in_which_the_next_was_due(last: str, months: int, since: str) -> None:
    assert due_since(last, months) == since


def test_an_undated_examination_says_so() -> None:
    found = with_nodes(applies(due()), mammogram_same_breast=Known(Interval(Decimal(14), None)))[1]
    assert found["summary"] == "Due since at a date not recorded, last at a date not recorded"


def request(side: str, body_side: str | None) -> dict[str, Any]:
    order = replace(SCAN, body_side=body_side)
    episode = tumour(side=side, mammogram_same_breast=LAST)
    found = cards(applies(due(suggestions=(order,))), episodes=(episode,))[1]
    (suggestion,) = found["suggestions"]
    assert (found["selectionBehavior"], suggestion["label"]) == ("any", "Order a scan")
    (action,) = suggestion["actions"]
    assert (action["type"], action["description"]) == ("create", "Order a scan")
    resource: dict[str, Any] = action["resource"]
    return resource


def test_an_order_is_a_proposal_that_an_ehr_can_file() -> None:
    left = {"system": "http://snomed.info/sct", "code": "80248007", "display": "Left breast structure"}
    assert request("left", "same") == {
        "resourceType": "ServiceRequest",
        "status": "draft",
        "intent": "proposal",
        "code": {
            "coding": [{"system": "http://snomed.info/sct", "code": "71651007", "display": "Mammography"}],
            "text": "Mammography",
        },
        "subject": {"reference": "Patient/p1"},
        "occurrencePeriod": {"start": "2026-03-02", "end": "2026-04-01"},
        "reasonReference": [{"reference": "Condition/c1"}],
        "bodySite": [{"coding": [left], "text": "Left breast structure"}],
    }


@pytest.mark.parametrize(
    ("side", "body_side", "site"),
    [
        ("left", "same", "80248007"),
        ("left", "other", "73056007"),
        ("right", "other", "80248007"),
        ("", "same", None),
        ("", "other", None),
        ("left", None, None),
    ],
)
def test_an_order_names_the_breast_only_where_it_is_known(side: str, body_side: str | None, site: str | None) -> None:
    sites = request(side, body_side).get("bodySite", [])
    assert [coding["code"] for one in sites for coding in one["coding"]] == ([site] if site else [])


def test_an_order_for_the_patient_names_no_tumour() -> None:
    ours = idea(card=text(CardKind.TREATMENT), suggestions=(SCAN,))
    (suggestion,) = treatment(applies(ours, episode=None))["suggestions"]
    assert not {"bodySite", "reasonReference"} & suggestion["actions"][0]["resource"].keys()


def test_orders_of_two_tumours_have_ids_of_their_own() -> None:
    both = (tumour(mammogram_same_breast=LAST), tumour(side="left", mammogram_same_breast=LAST))
    *_, found = cards(applies(due()), applies(due(), episode=1), episodes=both)
    assert len({suggestion["uuid"] for suggestion in found["suggestions"]}) == 2


def test_one_order_serves_two_tumours_where_no_side_is_asked_for() -> None:
    both = (tumour(), tumour(side="left"))
    ours = idea(card=text(CardKind.TREATMENT), suggestions=(replace(SCAN, body_side=None),))
    *_, found = cards(applies(ours), applies(ours, episode=1), episodes=both)
    assert len(found["suggestions"]) == 1


def test_a_card_of_one_consideration_has_its_source_and_topic() -> None:
    source = treatment(applies(idea(citations=(replace(READ, source="colleoni"),))))["source"]
    assert source == {
        "label": knowledge().sources["colleoni"].label,
        "url": knowledge().sources["colleoni"].url,
        "topic": {"code": "theDrug", "system": "urn:recurrence-cds:topic", "display": "The drug"},
    }


def test_a_card_of_several_considerations_has_the_topic_of_its_kind() -> None:
    source = treatment(applies(), applies(idea(id_="other")))["source"]
    assert source["topic"]["code"] == "breastCancerTreatment"


def suspicion() -> Any:
    return applies(
        idea(CardKind.SUSPECTED_RECURRENCE, card=text(CardKind.SUSPECTED_RECURRENCE, "A recurrence is suspected"))
    )


def test_a_suspected_recurrence_takes_the_place_of_the_tier() -> None:
    (found,) = with_nodes(suspicion())
    assert about(found)["id"] == "suspected_recurrence"
    assert ASSESSMENT not in found["extension"]


def test_a_fourth_card_merges_into_the_third() -> None:
    safety = applies(idea(CardKind.SAFETY, "safety", card=text(CardKind.SAFETY, indicator="warning")))
    found = with_nodes(safety, applies(due()), applies(), mammogram_same_breast=LAST)
    assert [about(card)["id"] for card in found] == ["safety", "tier", "surveillance"]
    assert [entry["id"] for entry in about(found[2])["considerations"]] == ["scan", "talk"]
    assert found[2]["summary"].endswith("; and 1 more")


@pytest.mark.parametrize(("episode", "sides"), [(0, ["left"]), (1, ["right"]), (None, ["right", "left"])])
def test_a_recurrence_on_file_takes_the_place_of_the_tier_of_its_tumour(episode: int | None, sides: list[str]) -> None:
    kind = CardKind.RECURRENCE_ON_FILE
    both = (tumour(**NODES), tumour(side="left", **NODES))
    *_, tier = cards(applies(idea(kind, card=text(kind)), episode=episode), episodes=both)
    assert [each["side"] for each in tier["extension"][ASSESSMENT]["episodes"]] == sides


def test_a_tier_that_merges_keeps_its_assessment() -> None:
    kinds = (CardKind.SAFETY, CardKind.METASTATIC, CardKind.RECURRENCE_ON_FILE)
    found = with_nodes(*(applies(idea(kind, kind.value, card=text(kind)), episode=None) for kind in kinds))
    assert ASSESSMENT in found[2]["extension"]
    assert [entry["id"] for entry in about(found[2])["considerations"]] == ["tier", "recurrence_on_file"]
    assert found[2]["summary"] == "Sum.; and 1 more"
    assert found[2]["detail"].startswith("**Moderate recurrence risk at diagnosis**, right breast\n")


def test_a_tier_card_onto_which_others_merge_counts_them() -> None:
    kinds = (CardKind.SAFETY, CardKind.METASTATIC, CardKind.TREATMENT)
    found = with_nodes(*(applies(idea(kind, kind.value, card=text(kind))) for kind in kinds))
    assert found[2]["summary"].endswith("; and 1 more")
    assert found[2]["summary"].startswith("Moderate recurrence risk at diagnosis")


def asking(*missing: str, **changes: Any) -> Any:
    ours = idea(ask_for=("endocrine_years", "er"), title="Longer therapy")
    return applies(ours, outcome=Outcome.CANNOT_TELL, missing=missing, because=(), **changes)


def test_what_is_worth_asking_for_stands_on_the_tier_card() -> None:
    (tier,) = with_nodes(asking("endocrine_years"))
    line = "**Not known, and would settle more:** years of endocrine therapy (not recorded) for: Longer therapy"
    assert line in tier["detail"].split("\n\n")
    assert about(tier)["considerations"][1] == {"id": "talk", "verdict": "cannot_tell", "missing": ["endocrine_years"]}


def test_a_bound_that_leaves_it_open_is_asked_for_as_one() -> None:
    (tier,) = with_nodes(asking("endocrine_years"), endocrine_years=Known(Interval(Decimal(1), Decimal(9))))
    assert "years of endocrine therapy (only a bound is known)" in tier["detail"]


def test_the_line_for_the_time_after_stands_on_the_tier_card() -> None:
    living = applies(idea(CardKind.LIVING_AFTER, card=text(CardKind.LIVING_AFTER, "Weight is worth a word.")))
    (tier,) = with_nodes(living)
    assert "**Worth a word:** Weight is worth a word." in tier["detail"].split("\n\n")


def test_without_a_card_there_is_no_line() -> None:
    living = applies(idea(CardKind.LIVING_AFTER, card=text(CardKind.LIVING_AFTER)))
    assert cards(living, asking("er"), episodes=(tumour(metastatic="yes"),)) == []


@pytest.mark.parametrize(
    ("known", "status", "said"),
    [
        (knowledge(), Status.DRAFT, True),
        (knowledge(), Status.APPROVED, True),  # its gate and its words are drafts
        (approved(), Status.DRAFT, True),
        (approved(), Status.APPROVED, False),
    ],
)
def test_what_is_not_approved_says_so(known: Knowledge, status: Status, said: bool) -> None:
    _, card = cards(applies(idea(status=status)), episodes=(tumour(**NODES),), known=known)
    assert ("not yet clinically approved" in card["detail"]) is said


def test_a_draft_that_only_asks_for_a_fact_is_not_approved_either() -> None:
    (tier,) = cards(asking("er"), episodes=(tumour(metastatic=Known("no")),), known=approved())
    assert "not yet clinically approved" in tier["detail"]


def test_the_same_inputs_give_the_same_cards() -> None:
    assert with_nodes(applies()) == with_nodes(applies())


def test_a_summary_that_may_grow_too_long_is_found_before_it_is_shown() -> None:
    long = idea(card=text(CardKind.TREATMENT, "{positive_nodes} " + "x" * 135), title="y" * 140)
    found = check_cards(replace(knowledge(), considerations=(long,)))
    assert "considerations/talk.yaml: its summary does not fit into 139 characters" in found


def test_a_card_that_no_client_could_take_is_found_before_it_is_shown() -> None:
    blank = idea(card=text(CardKind.TREATMENT, " "))
    found = check_cards(replace(knowledge(), considerations=(blank,)))
    assert any(problem.startswith("considerations/talk.yaml: cards[0].summary") for problem in found), found


def test_knowledge_without_considerations_is_sound() -> None:
    assert check_cards(replace(knowledge(), considerations=())) == []
