"""The checks over the whole knowledge: each finds its fault, and says where."""

from pathlib import Path

import pytest

from tests.knowledge.small import FACTS, FILES, GATES, READS, SERVICES, TIERS, WORDING, problems, swapped, write

TEXTS = {"facts": FACTS, "tiers": TIERS, "gates": GATES, "services": SERVICES, "wording": WORDING}
CODE = "cannot stand in the template of receptors"
READ = "Observation/{{context.patientId}}"
QUERY = "Observation?patient={{context.patientId}}"
SMALL = "9.9, her2: negative, sites: []}"


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("facts", "uses: [her2_answers]", "uses: [her2_answers, gone]", "facts.yaml:16: there is no code list gone"),
        ("facts", "[laterality]", "[laterality, gone]", "facts.yaml:50: there is no code list gone"),
        ("facts", "[her2_questions]", "[her2_questions, gone]", "facts.yaml:15: there is no code list gone"),
        ("facts", "    uses: [her2_answers]\n", "", "codelists/her2_answers.csv:1: no fact uses this code list"),
        ("facts", "{patient: []}", "{patient: [], labs: []}", "facts.yaml:9: there is no prefetch key labs"),
        ("facts", "if_absent: no", "if_absent: never", "facts.yaml:7: never is not a word of deceased"),
        (
            "facts",
            "    uses: [her2_answers]\n",
            "    uses: [her2_answers]\n    if_absent: negative\n    absent_means: x\n",
            "facts.yaml:17: silence of the chart proves nothing about her2",
        ),
        ("facts", "    for_display: yes\n", "", "facts.yaml:29: stage is neither tested nor shown"),
        ("facts", "source: house-rule", "source: hearsay", "facts.yaml:55: hearsay is not in sources.yaml"),
        (
            "tiers",
            "source: article, says: Table., where: table, seen: recalled",
            "source: hearsay, says: Table., where: table, seen: recalled",
            "tiers.yaml:17: hearsay is not in sources.yaml",
        ),
        ("tiers", "gate: tier", "gate: gone", "tiers.yaml:2: there is no gate gone"),
        ("tiers", "factor: her2", "factor: size", "tiers.yaml:10: the factor size is there already"),
        ("tiers", "say: Not validated.", "say: Start tamoxifen.", "tiers.yaml:21: 'Start' reads as an order"),
        ("tiers", "expect: low}", "expect: high}", "tiers.yaml:24: small: expected high, came out low"),
        (
            "tiers",
            "expect: {at_least: low, at_most: high}",
            "expect: low",
            "tiers.yaml:25: HER2 unknown: expected low, came out low to high",
        ),
        ("tiers", SMALL, "9.9, sites: [liver]}", "tiers.yaml:24: small: expected low, came out no tier: metastatic"),
        (
            "gates",
            "{deceased: {is: no}}",
            "{her2: {is: negative}}",
            "gates.yaml:4: her2 is a fact of each tumour, not of the patient",
        ),
        (
            "services",
            f"{QUERY}&code={{codes}}",
            f"{QUERY}&date=ge2020",
            f"services.yaml:10: the query must be {READ}, {QUERY} or {QUERY}&code={{codes}}",
        ),
        ("wording", "withheld.deceased: the patient has died\n", "", "wording.yaml:1: no words for withheld.deceased"),
        (
            "wording",
            "withheld.no_breast_cancer: no breast cancer\n",
            "",
            "wording.yaml:1: no words for withheld.no_breast_cancer",
        ),
        ("wording", "article, house-rule", "article, hearsay", "wording.yaml:6: hearsay is not in sources.yaml"),
        ("wording", "Predates trastuzumab.", "Please give trastuzumab.", "wording.yaml:5: 'give' reads as an order"),
        (
            "wording",
            "{tier} risk",
            "tier} risk",
            "wording.yaml:4: summary.tier: Single '}' encountered in format string",
        ),
        ("wording", "{tier} risk", "{} risk", "wording.yaml:4: summary.tier: {} is not a plain placeholder"),
        (
            "wording",
            "{tier} risk",
            "{tier.name} risk",
            "wording.yaml:4: summary.tier: {tier.name} is not a plain placeholder",
        ),
        ("wording", "{tier} risk", "{tier!r} risk", "wording.yaml:4: summary.tier: {tier} is not a plain placeholder"),
        ("wording", "{tier} risk", "{tier:>9} risk", "wording.yaml:4: summary.tier: {tier} is not a plain placeholder"),
    ],
)
def test_a_fault_is_found_where_it_is(tmp_path: Path, file: str, old: str, new: str, expected: str) -> None:
    assert expected in problems(write(tmp_path, **{file: swapped(TEXTS[file], old, new)}))


def test_a_key_that_no_fact_reads_is_not_announced(tmp_path: Path) -> None:
    unread = (
        SERVICES
        + '      labs: {resource: Observation, query: "Observation?patient={{context.patientId}}", required: no}\n'
    )
    assert problems(write(tmp_path, services=unread)) == ("services.yaml:11: no fact is read from labs",)


def test_a_template_without_any_code_would_ask_for_everything(tmp_path: Path) -> None:
    facts = swapped(swapped(FACTS, "{receptors: [her2_questions]}", "{receptors: []}"), "[size_questions]", "[]")
    facts = swapped(facts, "[laterality]", "[laterality, her2_questions, size_questions]")
    assert problems(write(tmp_path, facts=facts)) == ("services.yaml:10: no code is sought under receptors",)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("http://loinc.org,486,prefix,HER2,overall,,seen", f"codelists/her2_questions.csv:1: a code prefix {CODE}"),
        (
            "http://loinc.org,48&a=b,exact,HER2,overall,,seen",
            f"codelists/her2_questions.csv:1: '48&a=b' of http://loinc.org {CODE}",
        ),
    ],
)
def test_what_no_query_can_ask_for_is_found(tmp_path: Path, row: str, expected: str) -> None:
    questions = f"{FILES['codelists/her2_questions.csv']}{row}\n"
    assert problems(write(tmp_path, her2_questions=questions)) == (expected,)


def test_every_fact_needs_a_reader_and_every_reader_a_fact(tmp_path: Path) -> None:
    assert problems(write(tmp_path), reads=READS - {"size"} | {"ki67"}) == (
        "facts.yaml:17: no reader produces size",
        "facts.yaml:1: a reader produces ki67, which is not in the vocabulary",
    )


def test_a_table_that_calls_an_empty_record_low_is_refused(tmp_path: Path) -> None:
    cited = "citations: [{source: article, says: x, where: x, seen: full}]"
    alive = f"{{factor: alive, title: alive, low: {{deceased: {{is: no}}}}, high: {{deceased: {{is: yes}}}}, {cited}}}"
    rest = swapped(TIERS, "{none: [{sites: {include_any_of: [bone, liver]}}]}", "{deceased: {is: no}}")
    tiers = f"title: Tier\ngate: tier\nfactors:\n  - {alive}\n{rest[rest.index('low_requires:') :]}"
    assert "tiers.yaml:1: an empty record comes out low" in problems(write(tmp_path, tiers=tiers))
