"""Generated schemas: a typing error in a knowledge file is found at start, with its line."""

import json
import runpy
from pathlib import Path

import jsonschema
import pytest

from cds_hooks.knowledge.schema import ALL, CONSIDERATION, schema_text, schemas, write_schemas
from cds_hooks.knowledge.strict_yaml import read_yaml
from tests.knowledge.small import FACTS, GATES, SERVICES, SOURCES, TIERS, WORDING, problems, swapped, write

FACT = {"scope": "episode", "title": "x", "read_from": {"receptors": []}}


@pytest.mark.parametrize("name", ALL)
def test_every_schema_is_a_valid_schema_and_names_its_dialect(name: str) -> None:
    schema = schemas(read_yaml(FACTS, "facts.yaml").value["facts"])[name]
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize(
    ("file", "old", "new", "place"),
    [
        ("facts", "kind: number", "kind: numbre", "facts.yaml:20: facts.size.kind"),
        (
            "facts",
            "    unit: mm\n    read_from: {receptors: [size",
            "    read_from: {receptors: [size",
            "facts.yaml:17: facts.size",
        ),
        ("facts", "    words: [positive, negative]\n", "", "facts.yaml:10: facts.her2"),
        ("facts", "    as_recorded: yes\n", "    as_recorded: yes\n    words: [a]\n", "facts.yaml:29: facts.stage"),
        (
            "facts",
            "    absent_means: Charts record a death and never that a patient is alive.\n",
            "",
            "facts.yaml:2: facts.deceased",
        ),
        ("facts", "title: HER2", "titel: HER2", "facts.yaml:10: facts.her2"),
        ("facts", "  her2:\n", "  all:\n", "facts.yaml:1: facts"),
        ("facts", "unit: mm\n    read", "unit: mm\n    words: [a]\n    read", "facts.yaml:22: facts.size.words"),
        ("tiers", "below: 10", "under: 10", "tiers.yaml:6: factors.0.low.size"),
        ("tiers", "below: 10", 'below: "10"', "tiers.yaml:6: factors.0.low.size.below"),
        ("tiers", "{size: {below: 10}}", "{sise: {below: 10}}", "tiers.yaml:6: factors.0.low"),
        ("tiers", "{size: {below: 10}}", "{size: {below: 10}, her2: {is: positive}}", "tiers.yaml:6: factors.0.low"),
        ("tiers", "include: bone", "include: brain", "tiers.yaml:8: factors.0.high.any.1.sites.include"),
        (
            "tiers",
            "include_any_of: [bone, liver]",
            "include_any_of: []",
            "tiers.yaml:19: low_requires.0.require.none.0.sites.include_any_of",
        ),
        ("tiers", "is: positive", "is_not: positive", "tiers.yaml:12: factors.1.low.none.0.her2"),
        ("tiers", "{size: {below: 10}}", "{stage: {is: IIA}}", "tiers.yaml:6: factors.0.low"),
        ("tiers", "n: 1", "n: 0", "tiers.yaml:13: factors.1.high.all.1.at_least.n"),
        ("tiers", "seen: recalled", "seen: hearsay", "tiers.yaml:17: factors.1.limits.0.cite.seen"),
        ("tiers", "expect: low}", "expect: lowish}", "tiers.yaml:24: examples.0.expect"),
        ("tiers", "given: {size: 9.9, her2", "given: {size: 9.9, stage: IIA, her2", "tiers.yaml:24: examples.0.given"),
        ("gates", "otherwise: deceased", "else: deceased", "gates.yaml:4: gates.tier.patient.0"),
        ("services", "hook: patient-view", "hook: order-sign", "services.yaml:3: services.small-service.hook"),
        ("sources", '"https://example.org/rule"', '""', "sources.yaml:3: sources.house-rule.url"),
        ("wording", "metastatic: metastatic", "metastatic: 7", "wording.yaml:3: withheld.metastatic"),
    ],
)
def test_a_typing_error_is_found_with_its_line(tmp_path: Path, file: str, old: str, new: str, place: str) -> None:
    text = {
        "facts": FACTS,
        "tiers": TIERS,
        "gates": GATES,
        "services": SERVICES,
        "sources": SOURCES,
        "wording": WORDING,
    }[file]
    found = problems(write(tmp_path, **{file: swapped(text, old, new)}))
    assert any(problem.startswith(f"{place}: ") for problem in found), found


def test_schemas_are_written_beside_the_files(tmp_path: Path) -> None:
    written = write_schemas(write(tmp_path))
    assert sorted(path.name for path in written) == sorted(f"{name}.schema.json" for name in (*ALL, CONSIDERATION))
    every = schemas(read_yaml(FACTS, "facts.yaml").value["facts"])
    for path in written:
        assert json.loads(path.read_text()) == json.loads(schema_text(every[path.name.removesuffix(".schema.json")]))


def test_the_module_writes_the_schemas_of_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[Path] = []
    monkeypatch.setattr(Path, "write_text", lambda path, _text, encoding: written.append(path))
    with pytest.warns(RuntimeWarning, match="found in sys.modules"):
        runpy.run_module("cds_hooks.knowledge.schema", run_name="__main__")
    assert {path.parent.name for path in written} == {"cards"}
