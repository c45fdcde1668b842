"""Considerations: gate, rule, cautions, what is due, and what replaces or quietens."""

from collections.abc import Mapping

import pytest

from cds_hooks.picture.episode import Episode, Picture
from cds_hooks.picture.fact import Fact, Known, Unknown, Why
from cds_hooks.picture.vocabulary import Scope
from cds_hooks.reasoning.certain import certain
from cds_hooks.reasoning.conditions import AllOf, AnyOf, AtLeast, Condition, ListTest, NoneOf
from cds_hooks.reasoning.consider import REPLACEABLE, History, Override, consider, recurrence_suspected
from cds_hooks.reasoning.considerations import (
    CardKind,
    Caution,
    Consideration,
    Considered,
    Due,
    Effect,
    Outcome,
    Status,
)
from cds_hooks.reasoning.gates import Bench, Gate, Requirement
from cds_hooks.reasoning.verdict import Truth
from tests.reasoning.ideas import idea
from tests.reasoning.tables import UNKNOWN, is_, number

YES, NO = Known("yes"), Known("no")
APPLIES, CANNOT_TELL, DOES_NOT = Outcome.APPLIES, Outcome.CANNOT_TELL, Outcome.DOES_NOT_APPLY

GATE = Gate(
    "adjuvant",
    patient=(Requirement(is_("deceased", "no"), "deceased"),),
    episode=(Requirement(is_("invasive", "yes"), "in_situ"),),
    every_episode=(Requirement(is_("metastatic", "no"), "metastatic"),),
)
OPEN = Gate(
    "open", (Requirement(is_("deceased", "no"), "deceased"),), (Requirement(is_("invasive", "yes"), "in_situ"),)
)
GATES = {gate.id: gate for gate in (GATE, OPEN)}

PATIENT: Mapping[str, Fact] = {"deceased": NO}
FITS: Mapping[str, Fact] = {
    "invasive": YES,
    "metastatic": NO,
    "hormone_receptor": Known("positive"),
    "positive_nodes": number("2"),
}


def picture(*tumours: Mapping[str, Fact], **patient: Fact) -> Picture:
    sides = ("right", "left")
    return Picture({**PATIENT, **patient}, tuple(Episode(sides[n], (), facts) for n, facts in enumerate(tumours)))


def all_of(*ideas: Consideration, history: History | None = None, **facts: Fact) -> tuple[Considered, ...]:
    return consider(picture({**FITS, **facts}), history or History(), GATES, ideas)


def only(consideration: Consideration, **facts: Fact) -> Considered:
    (one,) = consider(picture({**FITS, **facts}), History(), GATES, (consideration,))
    return one


def caution(effect: Effect) -> Caution:
    return Caution(effect, is_("clots", "yes"), "Clots on record.", "no history of clots")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, APPLIES),
        ({"positive_nodes": number("0")}, DOES_NOT),
        ({"positive_nodes": UNKNOWN}, CANNOT_TELL),
        ({"invasive": NO}, DOES_NOT),
        ({"invasive": UNKNOWN}, CANNOT_TELL),
        ({"metastatic": YES}, DOES_NOT),
        ({"metastatic": UNKNOWN}, CANNOT_TELL),
        ({"invasive": UNKNOWN, "positive_nodes": number("0")}, DOES_NOT),
        ({"invasive": UNKNOWN, "positive_nodes": UNKNOWN}, CANNOT_TELL),
        ({"invasive": NO, "positive_nodes": UNKNOWN}, DOES_NOT),
    ],
)
def test_gate_and_rule_together_give_the_verdict(facts: dict[str, Fact], expected: Outcome) -> None:
    assert only(idea(), **facts).outcome is expected


def test_a_verdict_carries_what_it_rests_on() -> None:
    assert [reason.fact for reason in only(idea()).because] == ["hormone_receptor", "positive_nodes"]
    assert [reason.fact for reason in only(idea(), positive_nodes=number("0")).because] == ["positive_nodes"]


def test_what_cannot_be_told_names_what_is_missing_and_what_holds_already() -> None:
    found = only(idea(), positive_nodes=UNKNOWN, invasive=UNKNOWN)
    assert found.missing == ("invasive", "positive_nodes")
    assert [reason.fact for reason in found.because] == ["hormone_receptor"]


def test_a_gate_that_stops_gives_its_reason() -> None:
    assert only(idea(), metastatic=YES).withheld == "metastatic"
    assert only(idea(), invasive=NO, metastatic=YES).withheld == "in_situ"


def test_metastasis_of_one_tumour_closes_the_gate_for_the_other() -> None:
    found = consider(picture(FITS, {**FITS, "metastatic": YES}), History(), GATES, (idea(),))
    assert [one.withheld for one in found] == ["metastatic", "metastatic"]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [(YES, NO, Truth.YES), (UNKNOWN, NO, Truth.UNKNOWN), (NO, NO, Truth.NO), (UNKNOWN, YES, Truth.YES)],
)
def test_the_patient_passes_if_one_tumour_does(first: Fact, second: Fact, expected: Truth) -> None:
    both = picture({**FITS, "invasive": first}, {**FITS, "invasive": second})
    passage = Bench(both).passage(OPEN, None)
    assert passage.truth is expected
    assert (passage.otherwise, passage.missing) == (
        "in_situ" if expected is Truth.NO else None,
        ("invasive",) if expected is Truth.UNKNOWN else (),
    )


def test_each_tumour_passes_for_itself() -> None:
    both = picture({**FITS, "invasive": YES}, {**FITS, "invasive": NO})
    assert [Bench(both).passage(OPEN, n).truth for n in (0, 1)] == [Truth.YES, Truth.NO]


def test_a_consideration_about_the_patient_is_judged_once() -> None:
    ours = idea(when=is_("tested", "no"), scope=Scope.PATIENT, gate="open")
    (found,) = consider(picture(FITS, FITS, tested=NO), History(), GATES, (ours,))
    assert (found.episode, found.outcome) == (None, APPLIES)


@pytest.mark.parametrize("scope", list(Scope))
def test_without_a_tumour_nothing_is_considered(scope: Scope) -> None:
    assert consider(picture(), History(), GATES, (idea(scope=scope),)) == ()


def test_what_is_retired_is_not_considered() -> None:
    assert all_of(idea(status=Status.RETIRED)) == ()


@pytest.mark.parametrize(
    ("effect", "clots", "outcome", "said", "settled"),
    [
        (Effect.WARN, YES, APPLIES, "warned", True),
        (Effect.WARN, NO, APPLIES, "", True),
        (Effect.WARN, UNKNOWN, APPLIES, "to confirm", True),
        (Effect.SUPPRESS, YES, DOES_NOT, "", True),
        (Effect.SUPPRESS, NO, APPLIES, "", True),
        (Effect.SUPPRESS, UNKNOWN, APPLIES, "to confirm", False),
    ],
)
def test_cautions(effect: Effect, clots: Fact, outcome: Outcome, said: str, settled: bool) -> None:
    found = only(idea(cautions=(caution(effect),)), clots=clots)
    assert (found.outcome, found.settled) == (outcome, settled)
    assert (bool(found.warnings), bool(found.to_confirm)) == (said == "warned", said == "to confirm")


def test_a_suppressing_caution_is_the_reason_given() -> None:
    found = only(idea(cautions=(caution(Effect.SUPPRESS),)), clots=YES)
    assert found.suppressed == caution(Effect.SUPPRESS)
    assert [reason.fact for reason in found.because] == ["clots"]


DUE = Due("last", 12, "No mammogram found")


@pytest.mark.parametrize(
    ("last", "outcome", "none_found", "shown"),
    [
        (number("12"), APPLIES, False, True),
        (number("11.9"), DOES_NOT, False, False),
        (Unknown(Why.NOT_RECORDED), CANNOT_TELL, True, True),
        (Unknown(Why.NOT_LOADED), CANNOT_TELL, False, False),
    ],
)
def test_an_examination_is_due_when_its_interval_has_passed(
    last: Fact, outcome: Outcome, none_found: bool, shown: bool
) -> None:
    found = only(idea(CardKind.SURVEILLANCE, due=DUE), last=last)
    assert (found.outcome, found.none_found, found.shown) == (outcome, none_found, shown)


def test_none_found_is_only_said_when_nothing_else_is_missing() -> None:
    found = only(idea(CardKind.SURVEILLANCE, due=DUE), last=UNKNOWN, positive_nodes=UNKNOWN)
    assert (found.none_found, found.missing) == (False, ("positive_nodes", "last"))


def test_a_fact_that_nobody_looked_for_is_not_an_examination_not_found() -> None:
    assert not only(idea(CardKind.SURVEILLANCE, due=DUE)).none_found


@pytest.mark.parametrize(
    ("ask_for", "unknown", "asks"),
    [
        (("positive_nodes",), ("positive_nodes",), True),
        (("positive_nodes",), ("positive_nodes", "invasive"), False),
        ((), ("positive_nodes",), False),
        (("positive_nodes",), (), False),
    ],
)
def test_facts_are_asked_for_if_only_they_are_missing(
    ask_for: tuple[str, ...], unknown: tuple[str, ...], asks: bool
) -> None:
    assert only(idea(ask_for=ask_for), **dict.fromkeys(unknown, UNKNOWN)).asks is asks


KINDS = [kind for kind in CardKind if kind is not CardKind.TIER]


@pytest.mark.parametrize("kind", KINDS)
def test_a_suspected_recurrence_replaces_what_is_for_the_patient_free_of_disease(kind: CardKind) -> None:
    suspicion = idea(CardKind.SUSPECTED_RECURRENCE, when=is_("suspected", "yes"), id="suspicion")
    with_it = all_of(suspicion, idea(kind), suspected=YES)
    assert with_it[1].outcome is APPLIES
    replaced = kind in REPLACEABLE
    assert (with_it[1].silenced, with_it[1].shown) == (("replaced", False) if replaced else (None, True))


def test_safety_spread_and_recurrence_are_told_beside_a_suspicion() -> None:
    beside = {CardKind.SAFETY, CardKind.SUSPECTED_RECURRENCE, CardKind.METASTATIC, CardKind.RECURRENCE_ON_FILE}
    assert not REPLACEABLE & beside


@pytest.mark.parametrize(("suspected", "active"), [(YES, True), (NO, False), (UNKNOWN, False)])
def test_a_suspicion_takes_the_place_of_the_tier_when_it_applies(suspected: Fact, active: bool) -> None:
    suspicion = idea(CardKind.SUSPECTED_RECURRENCE, when=is_("suspected", "yes"))
    found = all_of(suspicion, idea(), suspected=suspected)
    assert recurrence_suspected(found) is active
    assert found[1].shown is not active


def test_what_is_replaced_asks_for_nothing() -> None:
    suspicion = idea(CardKind.SUSPECTED_RECURRENCE, when=is_("suspected", "yes"), id="suspicion")
    asking = idea(ask_for=("positive_nodes",))
    assert not all_of(suspicion, asking, suspected=YES, positive_nodes=UNKNOWN)[1].asks


@pytest.mark.parametrize("kind", KINDS)
def test_an_override_quietens_what_is_not_about_safety(kind: CardKind) -> None:
    (found,) = all_of(idea(kind), history=History((Override(kind.value, "right"),)))
    quiet = {CardKind.SURVEILLANCE, CardKind.RESTRAINT, CardKind.TREATMENT, CardKind.LIVING_AFTER}
    assert (found.outcome, found.shown) == (APPLIES, kind not in quiet)


@pytest.mark.parametrize("override", [Override("treatment", "left"), Override("another", "right")])
def test_an_override_quietens_its_own_consideration_and_side_alone(override: Override) -> None:
    (found,) = all_of(idea(), history=History((override,)))
    assert found.shown


def test_an_override_of_what_is_about_the_patient_has_no_side() -> None:
    ours = idea(when=is_("tested", "no"), scope=Scope.PATIENT)
    found = consider(picture(FITS, tested=NO), History((Override("treatment", ""),)), GATES, (ours,))
    assert [one.silenced for one in found] == ["quietened"]


A, B, C = is_("a", "yes"), is_("b", "yes"), ListTest("c", ("x",), ("x", "y"))


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (A, {A}),
        (AllOf((A, AllOf((B, C)))), {A, B, C}),
        (AnyOf((A, B)), set()),
        (AnyOf((A,)), {A}),
        (AnyOf((AllOf((A, B)), AllOf((A, C)))), {A}),
        (AtLeast(2, (A, B)), {A, B}),
        (AtLeast(1, (A, B)), set()),
        (NoneOf((A,)), set()),
        (AllOf((A, NoneOf((B,)))), {A}),
    ],
)
def test_what_is_certain_when_a_condition_holds(condition: Condition, expected: set[Condition]) -> None:
    assert certain(condition) == expected
