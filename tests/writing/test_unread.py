"""The card that says what of the chart is not read, and the line of the tier card that names a report of text."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid5

import pytest

from cds_hooks.consult import Consultation
from cds_hooks.errors import KnowledgeBroken
from cds_hooks.fhir.record import Unsupported
from cds_hooks.picture.fact import Evidence, Known, Unknown, Why
from cds_hooks.picture.narrative import AS_TEXT
from cds_hooks.protocol.response import check_answer
from cds_hooks.writing.compose import compose
from cds_hooks.writing.unread import unread_summary
from cds_hooks.writing.wording import Wording
from tests.writing.made_up import DAY, DECISION, LOW, card, consultation, knowledge, tumour

STU3 = Unsupported("STU3", ("MedicationStatement", "Procedure"))
REPORT = Evidence("DiagnosticReport/r", "2024-04-10", (AS_TEXT,))
TEXT = Unknown(Why.TEXT_ONLY, (REPORT,))


def with_unread(consulted: Consultation, *versions: Unsupported, texts: tuple[Evidence, ...] = ()) -> Consultation:
    return replace(consulted, picture=replace(consulted.picture, unsupported=versions, only_text=texts))


def cards(consulted: Consultation) -> tuple[dict[str, Any], ...]:
    return compose(consulted, knowledge(), DECISION, DAY)


def ids(shown: tuple[dict[str, Any], ...]) -> list[str]:
    return [card_["extension"]["org.recurrence-cds.card"]["id"] for card_ in shown]


def test_the_tier_comes_first_then_what_is_not_read() -> None:
    shown = cards(with_unread(consultation(tumour()), STU3))
    assert ids(shown) == ["tier", "unsupported_data"]
    assert check_answer({"cards": list(shown)}) == []


def test_the_card_names_the_version_and_the_types_for_information() -> None:
    _, shown = cards(with_unread(consultation(tumour()), STU3))
    assert shown["summary"] == (
        "Part of the chart was sent in FHIR STU3 form and is not read: MedicationStatement, Procedure"
    )
    assert "**Sent in FHIR STU3 form, not read:** MedicationStatement, Procedure" in shown["detail"]
    assert shown["indicator"] == "info"
    assert shown["uuid"] == str(uuid5(UUID(DECISION), "unsupported_data"))


def test_the_card_says_of_itself_what_was_not_read() -> None:
    _, shown = cards(with_unread(consultation(tumour()), STU3))
    assert shown["extension"] == {
        "org.recurrence-cds.card": {
            "id": "unsupported_data",
            "version": 1,
            "considerations": [
                {
                    "id": "unsupported_data",
                    "verdict": "applies",
                    "because": ["FHIR STU3: MedicationStatement, Procedure"],
                }
            ],
        }
    }


def test_its_topic_is_another_than_that_of_the_tier() -> None:
    tier, unread = cards(with_unread(consultation(tumour()), STU3))
    assert tier["source"]["topic"]["code"] != unread["source"]["topic"]["code"]
    assert tier["source"]["label"] != unread["source"]["label"]


def test_breast_pathology_as_text_alone_has_a_card_and_no_tier() -> None:
    (shown,) = cards(with_unread(consultation(), texts=(REPORT,)))
    assert ids((shown,)) == ["unsupported_data"]
    assert "only as text (report of 2024-04-10)" in shown["summary"]
    assert "org.recurrence-cds.assessment" not in shown["extension"]


def test_a_breast_cancer_named_in_words_alone_has_a_card_and_no_tier() -> None:
    named = (Evidence("Condition/a", "2024-04-10"), Evidence("Condition/b"))
    consulted = consultation()
    (shown,) = cards(replace(consulted, picture=replace(consulted.picture, only_named=named)))
    assert shown["summary"] == (
        "Breast cancer is named in words that are not understood (diagnosis of 2024-04-10, undated diagnosis); "
        "confirm: no tier"
    )
    assert "undated diagnosis. This service reads codes" in shown["detail"]
    told = shown["extension"]["org.recurrence-cds.card"]["considerations"][0]["because"]
    assert "named in words that are not understood: diagnosis of 2024-04-10" in told


def test_text_and_another_version_share_one_card() -> None:
    (shown,) = cards(with_unread(consultation(), STU3, texts=(REPORT,)))
    assert "report of 2024-04-10" in shown["detail"]
    assert "FHIR STU3" in shown["detail"]


@pytest.mark.parametrize("state", ["deceased", "hospice"])
@pytest.mark.parametrize("texts", [(), (REPORT,)])
def test_for_the_dead_and_in_hospice_there_is_no_card_of_any_kind(state: str, texts: tuple[Evidence, ...]) -> None:
    for consulted in (consultation(tumour(), **{state: "yes"}), consultation(**{state: "yes"})):
        assert cards(with_unread(consulted, STU3, texts=texts)) == ()


@pytest.mark.parametrize("change", [{"invasive": "not_carcinoma"}, {"metastatic": Known("yes")}])
def test_a_tumour_without_a_tier_is_no_reason_to_speak_of_what_is_not_read(change: dict[str, Any]) -> None:
    assert cards(with_unread(consultation(tumour(**change)), STU3)) == ()


def test_many_types_are_counted_so_that_the_summary_fits() -> None:
    kinds = tuple(f"MedicationAdministration{n}" for n in range(12))
    _, shown = cards(with_unread(consultation(tumour()), Unsupported("DSTU2 or STU3", kinds), STU3))
    assert len(shown["summary"]) < 140
    assert "more" in shown["summary"]


def test_reports_are_named_once_each_the_latest_first_and_counted() -> None:
    days = ("2024-04-10", "2023-01-01", "", "2022-02-02", "2024-04-10")
    texts = tuple(Evidence(f"DiagnosticReport/{n}", day) for n, day in enumerate(days))
    (shown,) = cards(with_unread(consultation(), texts=texts))
    assert "report of 2024-04-10, report of 2023-01-01, report of 2022-02-02 and 1 more" in shown["detail"]


def test_a_date_that_is_none_is_escaped() -> None:
    (shown,) = cards(with_unread(consultation(), texts=(Evidence("DiagnosticReport/1", "[2024](x)"),)))
    assert "[2024](x)" not in shown["summary"]


def test_no_summary_that_fits_is_the_fault_of_the_knowledge() -> None:
    long = Wording({**knowledge().wording, "unread.summary.text": "x" * 140, "unread.summary.text_bare": "x" * 140}, {})
    with pytest.raises(KnowledgeBroken, match="no summary"):
        unread_summary(long, with_unread(consultation(), texts=(REPORT,)))


def test_the_tier_card_names_the_report_once_for_all_factors() -> None:
    shown = card(tumour({**LOW, "tumour_size": TEXT, "grade": TEXT}))
    line = "**Perhaps recorded only as text in the report of 2024-04-10:** size, grade. Prose is not read here."
    assert shown["detail"].count("report of 2024-04-10") == 1
    assert line in shown["detail"]
    assert "size, grade (recorded only as text, if at all)" in shown["detail"]


def test_a_tier_card_without_text_names_no_report() -> None:
    assert "as text" not in card(tumour({**LOW, "grade": Unknown(Why.NOT_RECORDED)}))["detail"]


@pytest.mark.parametrize("why", [Why.TEXT_ONLY, Why.UNSUPPORTED_VERSION])
@pytest.mark.parametrize("fact", [fact for fact in LOW if fact not in ("pr", "local_extension")])
def test_low_is_never_said_where_a_fact_is_only_text_or_of_another_version(fact: str, why: Why) -> None:
    shown = card(tumour({**LOW, fact: Unknown(why, (REPORT,))}))
    assert "between low and" in shown["summary"]
