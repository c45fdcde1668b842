"""The knowledge that ships: whole, current, and saying what its source says."""

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest

from cds_hooks.knowledge.library import Knowledge
from cds_hooks.knowledge.load import default_folder, load_knowledge
from cds_hooks.knowledge.schema import ALL, CONSIDERATION, schema_text, schemas
from cds_hooks.knowledge.strict_yaml import read_yaml
from cds_hooks.picture.episode import Episode, Picture
from cds_hooks.picture.fact import Fact, Interval, Known, Unknown, Why
from cds_hooks.reasoning.stratify import stratify
from cds_hooks.reasoning.tiers import EpisodeTier, Tier
from tests.reasoning.tables import number

CARDS = default_folder()
UNKNOWN = Unknown(Why.NOT_RECORDED)
SEARCH_PARAMETERS = {"type", "patient", "code"}
ALL_LOW: dict[str, Fact] = {
    "invasive": Known("invasive"),
    "metastatic": Known("no"),
    "recurrence": Known("no"),
    "systemic_therapy_first": Known("no"),
    "size_below_t_category": Known("no"),
    "worse_result_on_record": Known("no"),
    "tumour_size": number("9.9"),
    "grade": number("1"),
    "hormone_receptor": Known("positive"),
    "er": Known("positive"),
    "her2": Known("negative"),
    "positive_nodes": number("0"),
    "vascular_invasion": Known("no"),
    "local_extension": Known("no"),
}


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load_knowledge()


def tier(knowledge: Knowledge, **changed: Fact) -> EpisodeTier:
    patient = {"deceased": Known("no"), "hospice": Known("no")}
    picture = Picture(patient, (Episode("left", (), {**ALL_LOW, **changed}),))
    ((found,), _) = stratify(picture, knowledge.tiers, knowledge.gates)
    return found


@pytest.mark.parametrize("name", [*ALL, CONSIDERATION])
def test_the_generated_schemas_are_current(name: str) -> None:
    facts = read_yaml((CARDS / "facts.yaml").read_text(encoding="utf-8"), "facts.yaml").value["facts"]
    written = (CARDS / f"{name}.schema.json").read_text(encoding="utf-8")
    assert written == schema_text(schemas(facts)[name]), "run python -m cds_hooks.knowledge.schema"
    assert json.loads(written)


def test_the_prefetch_keys_are_those_announced(knowledge: Knowledge) -> None:
    keys = {key.name: (key.resource_type, key.required) for key in knowledge.service.prefetch}
    assert keys == {
        "patient": ("Patient", True),
        "conditions": ("Condition", True),
        "obsReceptors": ("Observation", False),
        "obsTumour": ("Observation", False),
        "obsGenomic": ("Observation", False),
        "obsStage": ("Observation", False),
        "obsHost": ("Observation", False),
        "reports": ("DiagnosticReport", False),
        "specimens": ("Specimen", False),
        "documents": ("DocumentReference", False),
        "imagingStudies": ("ImagingStudy", False),
        "encounters": ("Encounter", False),
        "procedures": ("Procedure", False),
        "medicationRequests": ("MedicationRequest", False),
        "medicationAdministrations": ("MedicationAdministration", False),
        "medicationStatements": ("MedicationStatement", False),
    }
    assert knowledge.service.prefetch[0].is_read


def test_tokens_are_root_level_fields_of_the_context(knowledge: Knowledge) -> None:
    for key in knowledge.service.prefetch:
        assert re.findall(r"\{\{(.*?)\}\}", key.template) == ["context.patientId"]
        assert "%" not in key.template


def test_templates_keep_inside_the_query_subset(knowledge: Knowledge) -> None:
    for key in knowledge.service.prefetch:
        path, _, query = key.template.partition("?")
        assert path == key.resource_type or key.is_read
        names = [pair.partition("=")[0] for pair in query.split("&") if pair]
        assert len(names) == len(set(names)), "a repeated parameter"
        assert set(names) <= SEARCH_PARAMETERS


def test_codes_are_bare_sorted_and_each_there_once(knowledge: Knowledge) -> None:
    lists = [re.split("&(?:code|type)=", f"{key.template}&code=")[1].split(",") for key in knowledge.service.prefetch]
    for codes in (codes for codes in lists if codes != [""]):
        assert codes == sorted(set(codes))
        assert all(re.fullmatch(r"[A-Za-z0-9.-]+", code) for code in codes)


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("obsReceptors", "85337-4"),
        ("obsReceptors", "85339-0"),
        ("obsReceptors", "85319-2"),
        ("obsReceptors", "48676-1"),
        ("obsTumour", "21889-1"),
        ("obsTumour", "33728-7"),
        ("obsTumour", "44648-4"),
        ("obsTumour", "21893-3"),
        ("obsTumour", "59544-7"),
        ("obsStage", "21899-0"),
        ("obsStage", "21905-5"),
        ("obsStage", "21907-1"),
        ("obsStage", "399537006"),
    ],
)
def test_the_codes_that_charts_use_most_are_asked_for(knowledge: Knowledge, key: str, code: str) -> None:
    template = next(found.template for found in knowledge.service.prefetch if found.name == key)
    assert code in template.partition("code=")[2].split(",")


def test_what_is_asked_for_is_also_kept(knowledge: Knowledge) -> None:
    asked = {
        code
        for key in knowledge.service.prefetch
        for code in key.template.partition("&code=")[2].split(",")
        if key.resource_type == "Observation"
    }
    assert asked <= knowledge.sieve.codes["Observation"]


def test_silence_is_evidence_for_these_facts_and_no_other(knowledge: Knowledge) -> None:
    silent = {fact.id: fact.if_absent for fact in knowledge.vocabulary.facts.values() if fact.if_absent}
    of_patient = "deceased", "hospice", "suspected_recurrence"
    of_tumour = "metastatic", "recurrence", "local_extension", "systemic_therapy_first"
    contradictions = "size_below_t_category", "worse_result_on_record"
    assert silent == dict.fromkeys((*of_patient, *of_tumour, *contradictions), "no")


@pytest.mark.parametrize(
    ("fact", "value", "expected"),
    [
        ("tumour_size", "9.9", Tier.LOW),
        ("tumour_size", "10", Tier.MODERATE),
        ("tumour_size", "50", Tier.MODERATE),
        ("tumour_size", "50.1", Tier.HIGH),
        ("grade", "1", Tier.LOW),
        ("grade", "2", Tier.MODERATE),
        ("grade", "3", Tier.HIGH),
        ("positive_nodes", "0", Tier.LOW),
        ("positive_nodes", "1", Tier.MODERATE),
        ("positive_nodes", "3", Tier.MODERATE),
        ("positive_nodes", "4", Tier.HIGH),
    ],
)
def test_numbers_fall_into_the_columns_of_the_source(
    knowledge: Knowledge, fact: str, value: str, expected: Tier
) -> None:
    found = tier(knowledge, **{fact: number(value)})
    assert (found.at_least, found.at_most) == (expected, expected)


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("hormone_receptor", "negative"),
        ("her2", "positive"),
        ("vascular_invasion", "yes"),
        ("local_extension", "yes"),
    ],
)
def test_one_adverse_word_makes_the_tier_high(knowledge: Knowledge, fact: str, value: str) -> None:
    found = tier(knowledge, **{fact: Known(value)})
    assert (found.at_least, found.at_most) == (Tier.HIGH, Tier.HIGH)


@pytest.mark.parametrize("fact", sorted(ALL_LOW))
def test_low_is_never_said_while_anything_is_unknown(knowledge: Knowledge, fact: str) -> None:
    found = tier(knowledge, **{fact: UNKNOWN})
    assert (found.at_least, found.at_most) == (Tier.LOW, Tier.HIGH)
    assert found.missing == found.could_change == (fact,)


@pytest.mark.parametrize(
    "fact", ["recurrence", "systemic_therapy_first", "size_below_t_category", "worse_result_on_record"]
)
def test_what_understates_the_tumour_withholds_low(knowledge: Knowledge, fact: str) -> None:
    found = tier(knowledge, **{fact: Known("yes")})
    assert (found.at_least, found.at_most, found.low_withheld) == (Tier.LOW, Tier.HIGH, (fact,))


def test_size_after_systemic_therapy_as_a_floor_is_never_low(knowledge: Knowledge) -> None:
    floor = Known(Interval(Decimal(5), None), bounded_why=Why.AFTER_SYSTEMIC_THERAPY)
    assert tier(knowledge, tumour_size=floor).at_most is Tier.HIGH


@pytest.mark.parametrize(
    ("fact", "value", "reason"),
    [
        ("invasive", "in_situ", "in_situ"),
        ("invasive", "not_carcinoma", "not_carcinoma"),
        ("metastatic", "yes", "metastatic"),
    ],
)
def test_a_tumour_outside_the_table_has_no_tier(knowledge: Knowledge, fact: str, value: str, reason: str) -> None:
    picture = Picture({}, (Episode("left", (), {**ALL_LOW, fact: Known(value)}),))
    tiers, (withheld,) = stratify(picture, knowledge.tiers, knowledge.gates)
    assert (tiers, withheld.because) == ((), reason)


def test_every_number_says_where_it_comes_from() -> None:
    numbers = read_yaml((CARDS / "facts.yaml").read_text(encoding="utf-8"), "facts.yaml").value["numbers"]
    assert all(entry["cite"]["says"] and entry["cite"]["where"] for entry in numbers.values())


def test_the_fingerprint_does_not_depend_on_where_the_folder_lies(knowledge: Knowledge, tmp_path: Path) -> None:
    for path in CARDS.rglob("*"):
        if path.is_file():
            copy = tmp_path / path.relative_to(CARDS)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    assert load_knowledge(tmp_path).fingerprint == knowledge.fingerprint


@pytest.mark.parametrize(("fact", "counts"), [("recurrence", True), ("local_extension", True), ("grade", False)])
def test_a_report_that_cannot_be_read_counts_where_silence_does(knowledge: Knowledge, fact: str, counts: bool) -> None:
    assert ("pathology_reports" in knowledge.vocabulary.facts[fact].sought) is counts
