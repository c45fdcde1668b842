"""What may be counted of a decision is words of ours: never a code, a system or a unit that a client made up."""

import pytest

from cds_hooks.audit.summary import _code, _unit
from cds_hooks.fhir.codes import ICD_10_CM, LOINC
from cds_hooks.fhir.datatypes import Coding, Concept, Quantity
from cds_hooks.fhir.sift import Sieve

SIEVE = Sieve({"Observation": frozenset({"21889-1"})}, {"Condition": ("C50",)}, frozenset())


def code(kind: str, *codings: Coding) -> str:
    return _code(Concept(codings), kind, SIEVE)


@pytest.mark.parametrize(
    ("kind", "coding", "word"),
    [("Observation", Coding(LOINC, "21889-1"), f"{LOINC}|21889-1"),
     ("Observation", Coding("urn:made-up", "21889-1"), "other|21889-1"),
     ("Observation", Coding(LOINC, "patient-4711"), "other"),
     ("Condition", Coding(ICD_10_CM, "C50.911"), f"{ICD_10_CM}|C50*"),
     ("Condition", Coding(ICD_10_CM, None), "other"),
     ("Basic", Coding(LOINC, "21889-1"), "other")],
)  # fmt: skip
def test_a_code_is_repeated_only_as_far_as_it_was_sought(kind: str, coding: Coding, word: str) -> None:
    assert code(kind, coding) == word


def test_the_code_that_was_sought_speaks_for_a_concept_with_several() -> None:
    assert code("Observation", Coding(LOINC, "patient-4711"), Coding(LOINC, "21889-1")) == f"{LOINC}|21889-1"
    assert code("Observation") == "other"


@pytest.mark.parametrize(
    ("quantity", "word"),
    [(Quantity(None, "cm", None, "mm"), "mm"), (Quantity(None, "cm"), "cm"), (Quantity(None), "none"),
     (Quantity(None, "4711"), "other")],
)  # fmt: skip
def test_a_unit_is_one_of_ours_or_other(quantity: Quantity, word: str) -> None:
    assert _unit(quantity) == word
