"""Loading: one immutable value, or every problem at once."""

from decimal import Decimal
from pathlib import Path

import pytest

from cds_hooks.errors import KnowledgeBroken
from cds_hooks.knowledge import load as loading
from cds_hooks.knowledge.load import default_folder, load_knowledge
from cds_hooks.picture.vocabulary import Kind, Scope
from cds_hooks.reasoning.conditions import AllOf, AnyOf, AtLeast, ListTest, NoneOf, NumberTest, WordTest
from cds_hooks.reasoning.tiers import Tier
from tests.knowledge.small import FACTS, FILES, LOINC, READS, SERVICES, TIERS, WORDING, load, problems, swapped, write

SIGNS = ("positive", "negative")


def test_a_right_folder_has_no_problems(tmp_path: Path) -> None:
    assert problems(write(tmp_path)) == ()


def test_the_vocabulary_is_as_written(tmp_path: Path) -> None:
    vocabulary = load(write(tmp_path)).vocabulary
    size, stage = vocabulary.facts["size"], vocabulary.facts["stage"]
    assert (size.kind, size.scope, size.unit, size.whole) == (Kind.NUMBER, Scope.EPISODE, "mm", False)
    assert (stage.words, stage.read_from) == ((), ("conditions",))
    assert vocabulary.facts["deceased"].if_absent == "no"
    assert vocabulary.numbers == {"size_at_most": Decimal(200)}
    assert vocabulary.codelists["her2_questions"].meanings == {(LOINC, "48676-1"): "overall"}


def test_a_counted_number_is_whole(tmp_path: Path) -> None:
    facts = swapped(FACTS, "unit: mm\n", "unit: count\n    whole: yes\n")
    knowledge = load(write(tmp_path, facts=facts))
    assert knowledge.vocabulary.facts["size"].whole
    assert knowledge.tiers.rows[0].columns[Tier.LOW] == NumberTest("size", below=Decimal(10), whole=True)


def test_conditions_are_built_as_written(tmp_path: Path) -> None:
    table = load(write(tmp_path)).tiers
    size, her2 = table.rows
    positive = WordTest("her2", ("positive",), SIGNS)
    bone = ListTest("sites", ("bone",), ("bone", "liver"))
    assert size.columns[Tier.HIGH] == AnyOf((NumberTest("size", above=Decimal(50)), bone))
    assert her2.columns == {Tier.LOW: NoneOf((positive,)), Tier.HIGH: AllOf((positive, AtLeast(1, (positive,))))}
    assert table.low_requires == (NoneOf((ListTest("sites", ("bone", "liver"), ("bone", "liver")),)),)
    assert (size.facts, table.low_requires_facts) == (("size", "sites"), ("sites",))


def test_limits_stand_beside_what_they_limit(tmp_path: Path) -> None:
    table = load(write(tmp_path)).tiers
    assert (table.limits, table.rows[0].limits, table.rows[1].limits) == (
        ("Not validated.",),
        (),
        ("Predates trastuzumab.",),
    )


def test_gates_sources_and_wording_are_as_written(tmp_path: Path) -> None:
    knowledge = load(write(tmp_path))
    gate = knowledge.gates[knowledge.tiers.gate]
    assert [part.otherwise for part in (*gate.patient, *gate.episode)] == ["deceased", "metastatic"]
    assert (knowledge.sources["article"].url, knowledge.sources["house-rule"].note) == (None, "ours")
    assert knowledge.wording["withheld.metastatic"] == "metastatic"


def test_nothing_is_approved_yet(tmp_path: Path) -> None:
    assert load(write(tmp_path)).approved is False


def test_templates_hold_the_codes_that_facts_seek_sorted_and_without_words(tmp_path: Path) -> None:
    service = load(write(tmp_path)).service
    templates = {key.name: (key.template, key.required) for key in service.prefetch}
    assert templates == {
        "patient": ("Patient/{{context.patientId}}", True),
        "conditions": ("Condition?patient={{context.patientId}}", True),
        "receptors": ("Observation?patient={{context.patientId}}&code=33728-7,48676-1", False),
    }
    assert (service.id, service.hook, service.usage_requirements) == ("small-service", "patient-view", "FHIR R4")


def test_the_sieve_keeps_what_facts_seek(tmp_path: Path) -> None:
    sieve = load(write(tmp_path)).sieve
    assert sieve.everything == {"Patient"}
    assert sieve.codes == {"Observation": {"33728-7", "48676-1", "tumour size"}, "Condition": {"C787"}}
    assert sieve.prefixes == {"Observation": (), "Condition": ("C795",)}


def test_a_key_may_keep_everything(tmp_path: Path) -> None:
    kept = swapped(
        SERVICES,
        '?patient={{context.patientId}}", required: yes}',
        '?patient={{context.patientId}}", required: yes, keep_all: yes}',
    )
    sieve = load(write(tmp_path, services=kept)).sieve
    assert sieve.everything == {"Patient", "Condition"}
    assert "Condition" not in sieve.codes
    assert "Condition" not in sieve.prefixes


def test_a_new_fact_changes_the_announced_template_without_any_code(tmp_path: Path) -> None:
    new = """\
  ki67:
    title: Ki-67
    scope: episode
    kind: number
    unit: percent
    read_from: {receptors: [ki67]}
    for_display: yes
"""
    folder = write(tmp_path, facts=swapped(FACTS, "for_every_fact:", f"{new}for_every_fact:"))
    (folder / "codelists/ki67.csv").write_text(FILES["codelists/her2_questions.csv"].replace("48676-1", "29593-1"))
    knowledge = load(folder, reads=READS | {"ki67"})
    assert knowledge.service.prefetch[2].template.endswith("&code=29593-1,33728-7,48676-1")
    assert "29593-1" in knowledge.sieve.codes["Observation"]


def test_a_key_that_can_only_add_to_a_fact_is_announced_and_sought_but_not_waited_for(tmp_path: Path) -> None:
    shown = "    read_from: {conditions: [sites]}\n    for_display"
    also = swapped(FACTS, shown, f"    also_from: {{documents: [her2_questions]}}\n{shown}")
    query = "DocumentReference?patient={{context.patientId}}&type={codes}"
    more = f'documents: {{resource: DocumentReference, query: "{query}", required: no}}'
    services = swapped(SERVICES, "      receptors:", f"      {more}\n      receptors:")
    knowledge = load(write(tmp_path, facts=also, services=services))
    assert "DocumentReference?patient={{context.patientId}}&type=48676-1" in {
        key.template for key in knowledge.service.prefetch
    }
    assert knowledge.sieve.codes["DocumentReference"] == {"48676-1"}
    assert not any("documents" in fact.read_from for fact in knowledge.vocabulary.facts.values())


def test_every_problem_is_reported_at_once(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        tiers=swapped(TIERS, "below: 10", "under: 10"),
        wording=WORDING + "caveat.her2: again\n",
        sources=None,
        sites="system\n",
    )
    (folder / "facts.yml").write_text("a: 1\n")
    starts = ["wording.yaml:10", "sources.yaml:1", "tiers.yaml:6", "codelists/sites.csv:1", "facts.yml"]
    found = {problem.split(": ")[0] for problem in problems(folder)}
    assert found == set(starts)


def test_conditions_are_not_judged_under_a_broken_vocabulary(tmp_path: Path) -> None:
    folder = write(tmp_path, facts=swapped(FACTS, "kind: list", "kind: lists"))
    assert [problem.split(":")[0] for problem in problems(folder)] == ["facts.yaml"]


@pytest.mark.parametrize("name", ["facts.yaml", "codelists/sites.csv"])
def test_a_file_that_is_not_utf_8_is_a_problem(tmp_path: Path, name: str) -> None:
    (write(tmp_path) / name).write_bytes(b"\xff\xfe")
    assert f"{name}:1: not UTF-8" in problems(tmp_path)


def test_an_empty_or_missing_folder_has_no_knowledge(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        assert problems(folder) == (f"{folder}: there is no knowledge in this folder",)


def test_a_folder_that_cannot_be_read_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert problems(write(tmp_path)) == (f"{tmp_path}: cannot be read: Permission denied",)


def test_a_csv_file_outside_the_code_lists_is_read_by_nothing(tmp_path: Path) -> None:
    (write(tmp_path) / "stray.csv").write_text(FILES["codelists/sites.csv"])
    assert "stray.csv: nothing reads this file" in problems(tmp_path)


def test_checks_of_the_floors_above_see_the_knowledge_and_can_refuse_it(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeBroken) as broken:
        load_knowledge(write(tmp_path), more_checks=[lambda k: [f"{k.service.id} is broken"]], reads=READS)
    assert broken.value.problems == ("small-service is broken",)


def test_an_installed_package_brings_its_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert default_folder().name == "cards"
    (tmp_path / "_data" / "cards").mkdir(parents=True)
    monkeypatch.setattr(loading, "files", lambda _package: tmp_path)
    assert default_folder() == tmp_path / "_data" / "cards"
