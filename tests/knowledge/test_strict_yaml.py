"""Strict YAML: nothing in a knowledge file means more than it says."""

from decimal import Decimal
from difflib import unified_diff
from pathlib import Path
from typing import Any

import pytest

from cds_hooks.knowledge.background import FOUNDATION
from cds_hooks.knowledge.load import default_folder
from cds_hooks.knowledge.strict_yaml import read_yaml, with_members

CARDS = default_folder()
APPROVABLE = [*(CARDS / f"{name}.yaml" for name in FOUNDATION), *sorted((CARDS / "considerations").glob("*.yaml"))]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("7", 7),
        ("-7", -7),
        ("0", 0),
        ("9.90", Decimal("9.90")),
        ("-0.5", Decimal("-0.5")),
        ("null", None),
        ("~", None),
        ("", None),
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("true", "true"),
        ("False", "False"),
        ("0123", "0123"),
        ("0x1F", "0x1F"),
        ("0o17", "0o17"),
        ("1_000", "1_000"),
        ("1e3", "1e3"),
        (".5", ".5"),
        (".inf", ".inf"),
        ("12:30", "12:30"),
        ("2024-01-02", "2024-01-02"),
        ("21889-1", "21889-1"),
        ('"7"', "7"),
        ("'null'", "null"),
        ('""', ""),
        ("|-\n  7", "7"),
        ("[1, no]", [1, "no"]),
        ("{b: 2}", {"b": 2}),
        ("=", "="),
    ],
)
def test_only_plain_numbers_and_nothing_are_more_than_words(written: str, value: Any) -> None:
    document = read_yaml(f"a: {written}\n", "x.yaml")
    assert document.problems == ()
    assert (document.value["a"], type(document.value["a"])) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\nb: 2\na: 3\n", "x.yaml:3: the key 'a' is written twice"),
        ("a:\n  - b: 1\n    b: 2\n", "x.yaml:3: the key 'b' is written twice"),
        ("a: &x 1\n", "x.yaml:1: anchors and aliases are not used here: write the value out"),
        ("a: !!int 1\n", "x.yaml:1: tags are not used here"),
        ("a: !own 1\n", "x.yaml:1: tags are not used here"),
        ("a: 1\n? [b]\n: 2\n", "x.yaml:2: a key is one word, not a list or a mapping"),
        ("", "x.yaml:1: the file is empty"),
        ("# nothing\n", "x.yaml:1: the file is empty"),
    ],
)
def test_what_yaml_allows_and_we_do_not_is_a_problem_with_its_line(text: str, problem: str) -> None:
    assert read_yaml(text, "x.yaml").problems == (problem,)


def test_an_alias_is_refused_even_where_it_would_explode() -> None:
    document = read_yaml("a: &x [1]\nb: *x\n", "x.yaml")
    assert [problem.split(": ")[0] for problem in document.problems] == ["x.yaml:1", "x.yaml:2"]
    assert document.value is None


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("a: [1\n", "x.yaml:2: not YAML: "),
        ("a: 1\n---\nb: 2\n", "x.yaml:2: not YAML: "),
        ("a: b: c\n", "x.yaml:1: not YAML: "),
        ("a: *x\n", "x.yaml:1: not YAML: "),
        ("a: \x00\n", "x.yaml:1: not YAML: "),
    ],
)
def test_what_is_not_yaml_is_a_problem_and_has_no_value(text: str, start: str) -> None:
    document = read_yaml(text, "x.yaml")
    assert document.value is None
    (problem,) = document.problems
    assert problem.startswith(start)
    assert "\n" not in problem


def test_a_value_knows_its_line_and_an_unknown_path_that_of_its_holder() -> None:
    document = read_yaml("a:\n  - b: 1\n\n  - b: 2\n", "x.yaml")
    assert document.at(("a", 1, "b")) == "x.yaml:4"
    assert document.at(("a", 1, "missing", "deep")) == "x.yaml:4"
    assert document.at(("elsewhere",)) == "x.yaml:1"


@pytest.mark.parametrize("path", APPROVABLE, ids=lambda path: path.stem)
def test_every_file_that_is_approved_can_be_edited_without_another_change(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    review = '{author: "A: # {b}", reviewer: null, approved_on: 2026-01-02, due: null}'
    edited = with_members(text, {"status": "approved", "review": review})
    before, after = read_yaml(text, "x").value, read_yaml(edited, "x").value
    written = {"author": "A: # {b}", "reviewer": None, "approved_on": "2026-01-02", "due": None}
    assert after == {**before, "status": "approved", "review": written}
    changed = [line for line in unified_diff(text.splitlines(), edited.splitlines(), n=0) if line[0] in "+-"]
    assert len(changed) == 2 + 2 * 2  # the names of both files, and two lines each way
