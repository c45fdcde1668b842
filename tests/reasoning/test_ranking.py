"""At most three cards, in the order of their claim."""

from dataclasses import replace
from itertools import pairwise

import pytest
from msgspec import structs

from cds_hooks.reasoning.considerations import CardKind, Considered, Outcome
from cds_hooks.reasoning.ranking import ORDER, PlannedCard, plan
from tests.reasoning.ideas import idea, text

K = CardKind
TIER = frozenset({K.TIER})
BOTH = frozenset({K.TIER, K.UNSUPPORTED_DATA})


def one(
    kind: CardKind, id_: str = "", *, rank: int = 50, indicator: str = "info", episode: int | None = 0
) -> Considered:
    card = replace(text(kind), rank=rank, indicator=indicator)
    return Considered(idea(kind, id=id_ or kind.value, card=card), episode, Outcome.APPLIES)


def kinds(*considered: Considered, beside: frozenset[CardKind] = frozenset()) -> list[CardKind]:
    return [card.kind for card in plan(considered, beside).cards]


def ids(card: PlannedCard) -> list[str]:
    return [item.consideration.id for item in card.items]


def test_without_anything_to_say_there_is_no_card() -> None:
    assert plan(()).cards == ()


@pytest.mark.parametrize(("first", "second"), list(pairwise(ORDER)))
def test_cards_stand_in_the_order_of_their_claim(first: CardKind, second: CardKind) -> None:
    own = frozenset({first, second} & BOTH)
    said = [one(kind) for kind in (second, first) if kind not in BOTH]
    assert kinds(*said, beside=own) == [first, second]


@pytest.mark.parametrize(
    ("said", "beside", "host"),
    [
        ((K.SURVEILLANCE, K.TREATMENT), TIER, K.SURVEILLANCE),
        ((K.TREATMENT,), TIER, K.TIER),
        ((K.SAFETY, K.TREATMENT), frozenset(), K.TREATMENT),
    ],
)
def test_a_restraint_is_a_line_on_the_surveillance_card_or_else_on_the_tier_card(
    said: tuple[CardKind, ...], beside: frozenset[CardKind], host: CardKind
) -> None:
    planned = plan((one(K.RESTRAINT, rank=1), *(one(kind) for kind in said)), beside)
    assert [card.kind for n, card in enumerate(planned.cards) if planned.lines_on(n).restraints] == [host]


def test_a_restraint_makes_no_card() -> None:
    assert plan((one(K.RESTRAINT),)).cards == ()


def test_living_after_is_a_line_and_never_a_card() -> None:
    assert plan((one(K.LIVING_AFTER),)).cards == ()
    planned = plan((one(K.LIVING_AFTER), one(K.TREATMENT)), TIER)
    assert [line.consideration.id for line in planned.living] == ["living_after"]
    assert [card.kind for card in planned.cards] == [K.TIER, K.TREATMENT]


def test_a_fourth_card_merges_into_the_third() -> None:
    said = (one(K.SAFETY), one(K.SURVEILLANCE), one(K.TREATMENT))
    *_, third = plan(said, BOTH).cards
    assert kinds(*said, beside=BOTH) == [K.SAFETY, K.TIER, K.SURVEILLANCE]
    assert (ids(third), third.merged) == (["surveillance", "treatment"], (K.TREATMENT, K.UNSUPPORTED_DATA))


def test_a_tier_that_does_not_fit_is_merged_and_not_lost() -> None:
    *_, third = plan((one(K.SAFETY), one(K.METASTATIC), one(K.RECURRENCE_ON_FILE)), TIER).cards
    assert (third.kind, third.merged) == (K.RECURRENCE_ON_FILE, (K.TIER,))


def test_on_a_card_a_warning_stands_first_and_what_was_not_found_keeps_its_rank() -> None:
    not_found = structs.replace(one(K.SURVEILLANCE, "none", rank=1), outcome=Outcome.CANNOT_TELL, none_found=True)
    said = (
        not_found,
        one(K.SURVEILLANCE, "b"),
        one(K.SURVEILLANCE, "a"),
        one(K.SURVEILLANCE, "due", indicator="warning"),
    )
    (card,) = plan(said).cards
    assert ids(card) == ["due", "none", "a", "b"]


def test_tumours_and_the_patient_stand_in_a_fixed_order() -> None:
    said = (
        one(K.SURVEILLANCE, "a", episode=1),
        one(K.SURVEILLANCE, "a", episode=0),
        one(K.SURVEILLANCE, "a", episode=None),
    )
    (card,) = plan(said).cards
    assert [item.episode for item in card.items] == [None, 0, 1]


@pytest.mark.parametrize("kept", [{"outcome": Outcome.DOES_NOT_APPLY}, {"silenced": "quietened"}])
def test_what_is_not_shown_makes_no_card(kept: dict[str, object]) -> None:
    assert plan((structs.replace(one(K.TREATMENT), **kept),)).cards == ()


@pytest.mark.parametrize(
    ("said", "beside", "host"),
    [((K.SAFETY, K.TREATMENT), TIER, K.TIER), ((K.SAFETY, K.TREATMENT), frozenset(), K.TREATMENT)],
)
def test_lines_stand_on_the_tier_card_or_else_on_the_last(
    said: tuple[CardKind, ...], beside: frozenset[CardKind], host: CardKind
) -> None:
    planned = plan((one(K.LIVING_AFTER), *(one(kind) for kind in said)), beside)
    assert [card.kind for n, card in enumerate(planned.cards) if planned.lines_on(n).living] == [host]


def test_what_is_asked_for_is_planned_beside_the_cards() -> None:
    consideration = idea(ask_for=("positive_nodes",))
    asking = Considered(consideration, 0, Outcome.CANNOT_TELL, missing=("positive_nodes",))
    assert plan((asking,), TIER).asking == (asking,)
