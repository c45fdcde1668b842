"""Inherited variants: germline apart from somatic, pathogenic apart from uncertain, tested apart from studied."""

from typing import Any

import pytest

from cds_hooks.fhir.record import Coding, Concept, KeyState, Observation, Specimen
from cds_hooks.picture.fact import Fact, Known
from tests.picture.charts import component, concept, condition, observation, origin, picture, value

VARIANT, BRCA1, BRCA2, BOTH = "loinc 69548-6", "loinc 21636-6", "loinc 38530-2", "loinc 94191-4"
PRESENT, ABSENT = "loinc LA9633-4", "loinc LA9634-2"
GERMLINE, SOMATIC = "loinc LA6683-2", "loinc LA6684-0"
PATHOGENIC, LIKELY, UNCERTAIN, BENIGN = "loinc LA6668-3", "loinc LA26332-9", "loinc LA26333-7", "loinc LA6675-8"
GENES = {"brca1": "hgnc HGNC:1100", "brca2": "hgnc 1101", "palb2": "hgnc HGNC:26144", "tp53": "hgnc 11998"}
ALL = ("germline_pathogenic", "germline_negative", "germline_tested")


def variant(
    gene: str, source: str | None = GERMLINE, significance: str | None = PATHOGENIC, **more: Any
) -> Observation:
    parts = [component("loinc 48018-6", GENES[gene])]
    parts += [component("loinc 48002-0", source)] if source else []
    parts += [component("loinc 53037-8", significance)] if significance else []
    return observation(VARIANT, more.pop("answer", PRESENT), components=tuple(parts), **more)


def germline(*resources: Any, **more: Any) -> dict[str, Fact]:
    patient = picture(*resources, **more).patient
    return {name: patient[name] for name in ALL}


def values(*resources: Any, **more: Any) -> tuple[Any, ...]:
    return tuple(value(fact) for fact in germline(*resources, **more).values())


@pytest.mark.parametrize("gene", GENES)
@pytest.mark.parametrize("significance", [PATHOGENIC, LIKELY])
def test_a_pathogenic_germline_variant_names_its_gene(gene: str, significance: str) -> None:
    assert values(variant(gene, significance=significance)) == ((gene,), "not_recorded", "yes")


def test_genes_found_are_a_floor() -> None:
    fact = germline(variant("palb2"))["germline_pathogenic"]
    assert isinstance(fact, Known)
    assert fact.bounded_why is not None


@pytest.mark.parametrize("significance", [UNCERTAIN, BENIGN])
def test_an_uncertain_or_benign_variant_is_tested_and_not_pathogenic(significance: str) -> None:
    assert values(variant("brca1", significance=significance)) == ("not_recorded", ("brca1",), "yes")


def test_a_somatic_variant_says_nothing_of_the_germline_and_is_shown_as_set_aside() -> None:
    facts = germline(variant("palb2", SOMATIC))
    assert [value(fact) for fact in facts.values()] == ["not_recorded"] * 3
    assert facts["germline_pathogenic"].set_aside[0].why == "somatic, not germline"


def test_a_variant_of_unknown_source_settles_nothing() -> None:
    assert values(variant("brca2", source=None)) == ("equivocal", "not_recorded", "equivocal")


def test_a_germline_variant_of_unknown_significance_is_tested_but_not_pathogenic() -> None:
    assert values(variant("brca1", significance=None)) == ("equivocal", "not_recorded", "yes")


def test_an_absent_variant_is_a_negative_result() -> None:
    assert values(variant("brca1", significance=None, answer=ABSENT)) == ("not_recorded", ("brca1",), "yes")


def test_significance_may_stand_in_an_observation_derived_from_the_variant() -> None:
    found = variant("brca1", significance=None, name="found")
    told = observation("loinc 53037-8", PATHOGENIC, derived_from=("Observation/found",))
    assert values(found, told)[0] == ("brca1",)


@pytest.mark.parametrize(
    ("code", "answer", "expected"),
    [
        ("loinc 53041-0", None, ("not_recorded",) * 3),
        ("loinc 21639-0", "185delAG, 5382insC", ("not_recorded",) * 3),
        ("loinc 38531-0", None, ("not_recorded",) * 3),
        ("sct 405823003", "sct 10828004", (("brca1",), "not_recorded", "yes")),
        ("sct 405826006", "sct 260385009", ("not_recorded", ("brca2",), "yes")),
        ("sct 55446002", "sct 412734009", (("brca1",), "not_recorded", "yes")),
        ("sct 55446002", "sct 412739004", ("not_recorded", ("brca2",), "yes")),
        ("sct 55446002", "sct 445180002", ("equivocal", "not_recorded", "yes")),
    ],
)
def test_what_was_studied_or_tested_for_is_no_result_but_an_answer_is(code: str, answer: Any, expected: Any) -> None:
    studied = (component("loinc 48018-6", GENES["brca1"]),) if code == "loinc 53041-0" else ()
    assert values(observation(code, *([answer] if answer else []), components=studied)) == expected


@pytest.mark.parametrize(
    ("specimen", "expected"), [("sct 119297000", ("brca1",)), ("sct 119376003", "equivocal"), (None, "equivocal")]
)
def test_a_gene_test_without_its_source_counts_only_on_blood_or_saliva(specimen: str | None, expected: Any) -> None:
    tested = observation(BRCA1, "sct 10828004", specimen="Specimen/s" if specimen else None)
    examined = Specimen(origin("Specimen", "s"), concept(specimen)) if specimen else None
    assert values(tested, specimens=(examined,) if examined else ())[0] == expected


def test_a_variant_found_in_blood_may_be_of_the_tumour() -> None:
    blood = Specimen(origin("Specimen", "s"), concept("sct 119297000"))
    found = variant("brca1", source=None, specimen="Specimen/s")
    assert values(found, specimens=(blood,))[0] == "equivocal"


def test_both_genes_negative_in_one_test() -> None:
    source = (component("loinc 48002-0", GERMLINE),)
    assert values(observation(BOTH, "sct 260385009", components=source)) == (
        "not_recorded",
        ("brca1", "brca2"),
        "yes",
    )


def test_every_gene_tested_without_a_finding_is_known_to_be_none() -> None:
    fact = germline(*(variant(gene, significance=UNCERTAIN) for gene in GENES))["germline_pathogenic"]
    assert isinstance(fact, Known)
    assert (fact.value, fact.bounded_why) == ((), None)


def test_a_pathogenic_result_stands_against_a_negative_one_and_both_are_shown() -> None:
    fact = germline(variant("brca1"), variant("brca1", significance=BENIGN))["germline_pathogenic"]
    assert isinstance(fact, Known)
    assert (fact.value, fact.notes) == (("brca1",), ("another result for BRCA1 found nothing pathogenic",))


def test_a_diagnosis_of_susceptibility_names_no_gene() -> None:
    assert values(condition("icd Z15.01")) == ("equivocal", "not_recorded", "yes")
    assert values(condition("sct 412738007"))[0] == ("brca2",)
    assert values(condition("sct 412738007", verification_status="provisional"))[0] == "equivocal"


def test_germline_results_that_could_not_be_loaded_are_not_missing() -> None:
    assert values(states={"obsGenomic": KeyState.ABSENT}) == ("not_loaded",) * 3
    fact = germline(*(variant(gene, significance=BENIGN) for gene in GENES), states={"obsGenomic": KeyState.PARTIAL})[
        "germline_pathogenic"
    ]
    assert isinstance(fact, Known)
    assert fact.bounded_why is not None


def test_neither_order_nor_repetition_changes_what_is_inherited() -> None:
    seen = [variant("brca1"), variant("palb2", SOMATIC), variant("tp53", significance=UNCERTAIN)]
    assert germline(*seen) == germline(*reversed(seen), *seen)


def test_a_gene_may_be_named_in_words() -> None:
    named = component("loinc 48018-6", Concept((Coding("urn:lab", "7", "BRCA2"),)))
    parts = (named, component("loinc 48002-0", GERMLINE), component("loinc 53037-8", "Likely pathogenic"))
    assert values(observation(VARIANT, PRESENT, components=parts, on="2024"))[0] == ("brca2",)
