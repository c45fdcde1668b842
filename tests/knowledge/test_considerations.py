"""The files of considerations: each fault is found, with its place, before a card could show it."""

from pathlib import Path

import pytest

from cds_hooks.knowledge.approvals import content_hash
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.reasoning.considerations import CardKind, Effect, Status
from tests.knowledge.small import TALK, load, problems, swapped, write

AT = "considerations/talk.yaml"


def broken(folder: Path, old: str, new: str) -> tuple[str, ...]:
    return problems(write(folder, talk=swapped(TALK, old, new)))


@pytest.fixture
def knowledge(tmp_path: Path) -> Knowledge:
    return load(write(tmp_path))


def test_a_consideration_is_read_whole(knowledge: Knowledge) -> None:
    (talk,) = knowledge.considerations
    assert (talk.id, talk.status, talk.card.kind, talk.card.rank) == ("talk", Status.DRAFT, CardKind.SURVEILLANCE, 50)
    assert talk.due is not None
    assert talk.due.every_months == 12
    assert (talk.cautions[0].effect, talk.cautions[0].confirm) == (Effect.SUPPRESS, "no bone involvement")
    assert (talk.suggestions[0].code, talk.suggestions[0].body_side) == ("71651007", "same")
    assert [cited.seen for cited in talk.citations] == ["full", "recalled"]


def test_a_consideration_needs_neither_due_nor_cautions(tmp_path: Path) -> None:
    lines = TALK.replace("{due_since}", "").replace("{last_done}", "").replace("warning", "info").splitlines()
    unwanted = ("due:", "cautions:", "  - {effect", "ask_for:", "suggestions:")
    kept = [line for line in lines if not line.startswith(unwanted) and "no scan" not in line and "1 year" not in line]
    start, end = kept.index("  - id: scan"), kept.index("limits: [Seen in women alone.]")
    plain = "\n".join(
        [
            *kept[:start],
            "  detail: Talk.",
            *kept[end:],
            "  - {story: unknown, given: {size: 20}, expect: cannot_tell}",
        ]
    )
    (talk,) = load(write(tmp_path, talk=plain)).considerations
    assert (talk.due, talk.cautions, talk.ask_for, talk.suggestions) == (None, (), (), ())


def test_considerations_are_part_of_the_fingerprint(knowledge: Knowledge, tmp_path: Path) -> None:
    other = load(write(tmp_path / "other", talk=swapped(TALK, "Seen in women", "Seen in a few women")))
    assert other.fingerprint != knowledge.fingerprint


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("id: talk", "id: walk", f"{AT}:1: the id is walk, the file is called otherwise"),
        ("gate: tier", "gate: gone", f"{AT}:6: there is no gate gone"),
        ("gate: tier", "gate: tier\nscope: patient", f"{AT}:7: her2 is a fact of each tumour, not of the patient"),
        ("ask_for: [size]", "ask_for: [size, stage]", f"{AT}:11: ask_for.1: 'stage' is not one of"),
        ("ask_for: [size]", "ask_for: [hormone_receptor]", f"{AT}:11: the verdict does not rest on hormone_receptor"),
        ('summary: "{size}', 'summary: "{sites}', f"{AT}:16: {{sites}} is not certain to be known"),
        ('detail: "{size}', 'detail: "{stage}', f"{AT}:17: {{stage}} is not certain to be known"),
        ('summary: "{size}', 'summary: "{size:>9}', f"{AT}:16: {{size}} is not a plain placeholder"),
        ('summary: "{size}', 'summary: "size}', f"{AT}:16: Single '}}' encountered in format string"),
        ("No scan found in this chart", '"{size}"', f"{AT}:8: {{size}} is not certain to be known"),
        ("{all: [{her2", "{any: [{her2", f"{AT}:16: {{size}} is not certain to be known"),
        ("Drug for HER2", "Give it to HER2", f"{AT}:4: 'Give' is not said on a card"),
        ("Smaller tumours", "Low risk tumours", f"{AT}:5: 'Low' is not said on a card"),
        ("Bone is involved.", "Must not be used.", f"{AT}:10: 'Must' is not said on a card"),
        ("no bone involvement", "never had it", f"{AT}:10: 'never' is not said on a card"),
        ("Seen in women", "Prescribed to women", f"{AT}:24: 'Prescribed' is not said on a card"),
        ("Order a scan", "Start with a scan", f"{AT}:20: 'Start' is not said on a card"),
        ("No scan found", "Never scanned", f"{AT}:8: 'Never' is not said on a card"),
        ("HER2 positive tumours\nwhy", "TNBC\nwhy", f"{AT}:4: says triple negative"),
        ("source: article", "source: hearsay", f"{AT}:26: hearsay is not in sources.yaml"),
        ("5.5 % of HER2", "6 % of HER2", f"{AT}:17: 6 stands in no citation that was read"),
        ("5.5 % of HER2", "7.5 % of HER2", f"{AT}:17: 7.5 stands in no citation that was read"),
        ("http://snomed.info/sct", "SNOMED", f"{AT}:21: SNOMED is not the canonical name of a code system"),
        ("size: 20, last_scan: 12}, expect: applies", "size: 2, last_scan: 12}, expect: applies", f"{AT}:30: large"),
        ("last_scan: 12}, expect: applies", "last_scan: 11}, expect: applies", f"{AT}:30: large: expected applies"),
        ("status: draft", "status: approved", f"{AT}:3: approved, but not in approvals.yaml"),
        ("status: draft", "status: final", f"{AT}:3: status: 'final' is not one of"),
        ("{her2: {is: positive}}", "{her2: {is: perhaps}}", f"{AT}:7: when.all.0.her2.is: 'perhaps' is not one of"),
        ("kind: surveillance", "kind: tier", f"{AT}:13: card.kind: 'tier' is not one of"),
        ("fact: last_scan", "fact: size", f"{AT}:8: due.fact: 'size' is not one of"),
        ("topic: theDrug", "topic: the-drug", f"{AT}:15: card.topic: 'the-drug' does not match"),
    ],
)
def test_a_fault_is_found_where_it_is(tmp_path: Path, old: str, new: str, expected: str) -> None:
    found = broken(tmp_path, old, new)
    assert any(problem.startswith(expected) for problem in found), found


def test_a_warning_is_only_for_safety_or_what_is_due(tmp_path: Path) -> None:
    no_due = swapped(TALK, "due: {fact: last_scan, every_months: 12, none_found: No scan found in this chart}\n", "")
    found = problems(write(tmp_path, talk=no_due))
    assert f"{AT}:13: a warning is for safety, or for what is due" in found
    safety = swapped(no_due, "kind: surveillance", "kind: safety")
    assert not any("a warning is" in problem for problem in problems(write(tmp_path, talk=safety)))


def test_triple_negative_may_be_said_where_the_rule_makes_it_certain(tmp_path: Path) -> None:
    rule = "{all: [{her2: {is: negative}}, {hormone_receptor: {is: negative}}, {size: {at_least: 20}}]}"
    text = swapped(TALK, "{all: [{her2: {is: positive}}, {size: {at_least: 20}}]}", rule)
    text = swapped(text, "HER2 positive tumours\nwhy", "triple-negative tumours\nwhy")
    text = text.replace("her2: positive,", "her2: negative, hormone_receptor: negative,")
    assert problems(write(tmp_path, talk=text)) == ()


def test_what_is_about_the_patient_rests_on_facts_of_the_patient(tmp_path: Path) -> None:
    text = swapped(TALK, "gate: tier\n", "gate: tier\nscope: patient\n")
    text = swapped(text, "{all: [{her2: {is: positive}}, {size: {at_least: 20}}]}", "{deceased: {is: no}}")
    assert not any("deceased is a fact" in problem for problem in problems(write(tmp_path, talk=text)))


def test_two_orders_are_told_apart_by_their_id(tmp_path: Path) -> None:
    order = TALK[TALK.index("  - id: scan") : TALK.index("limits:")]
    assert f"{AT}:24: scan is there already" in broken(tmp_path, order, order + order)


@pytest.mark.parametrize("outcome", ["applies", "does_not_apply", "cannot_tell"])
def test_there_is_an_example_of_each_outcome(tmp_path: Path, outcome: str) -> None:
    text = "\n".join(line for line in TALK.splitlines() if f"expect: {outcome}}}" not in line)
    assert f"{AT}:29: there is no example of {outcome}" in problems(write(tmp_path, talk=text))


def test_a_rule_that_fits_an_empty_record_is_refused(tmp_path: Path) -> None:
    text = swapped(TALK, "{all: [{her2: {is: positive}}, {size: {at_least: 20}}]}", "{deceased: {is: no}}")
    text = "\n".join(line for line in text.splitlines() if not line.startswith("due:"))
    assert f"{AT}:7: it applies to an empty record" in problems(write(tmp_path, talk=text))


def test_an_example_asks_the_gate_about_the_facts_that_it_gives(tmp_path: Path) -> None:
    given = "{her2: positive, size: 20, last_scan: 12, sites: [liver]}"
    behind = f"  - {{story: spread, given: {given}, expect: does_not_apply}}\n"
    assert problems(write(tmp_path, talk=TALK + behind)) == ()


REVIEW = "review: {author: null, reviewer: null, approved_on: null, due: null}"
SIGNED = "review: {author: A, reviewer: B, approved_on: '2026-01-02', due: '2027-01-02'}"
RECALLED = "  - {source: house-rule, says: 7.5 % had it., where: table, seen: recalled}\n"
APPROVED = swapped(swapped(swapped(TALK, REVIEW, SIGNED), RECALLED, ""), "status: draft", "status: approved")


def approved(folder: Path, text: str = APPROVED, *, version: int = 1, hash_of: str | None = None) -> tuple[str, ...]:
    locked = content_hash((hash_of or text).encode())
    record = f"approvals:\n  talk: {{version: {version}, sha256: {locked}}}\n"
    return problems(write(folder, talk=text, approvals=record))


def test_what_was_approved_by_another_and_not_touched_since_is_sound(tmp_path: Path) -> None:
    assert approved(tmp_path) == ()


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("author: A", "author: null", "approved without author"),
        ("due: '2027-01-02'", "due: null", "approved without due"),
        ("reviewer: B", "reviewer: A", "the reviewer is the author"),
        ("due: '2027-01-02'", "due: '2026-01-02'", "the next review is due before the approval"),
        ("seen: full", "seen: recalled", "approved on evidence that was only recalled"),
    ],
)
def test_an_approval_that_is_not_one_is_refused(tmp_path: Path, old: str, new: str, problem: str) -> None:
    assert f"{AT}:3: {problem}" in approved(tmp_path, swapped(APPROVED, old, new))


def test_a_file_that_was_changed_since_is_no_longer_approved(tmp_path: Path) -> None:
    assert approved(tmp_path, hash_of=APPROVED + "\n") == (f"{AT}:3: changed since it was approved",)
    assert approved(tmp_path, version=2) == (f"{AT}:3: changed since it was approved",)


def test_an_approval_without_an_approved_file_is_refused(tmp_path: Path) -> None:
    assert approved(tmp_path, TALK) == (f"{AT}:3: a draft, but approvals.yaml has it as approved",)
    gone = "approvals:\n  walk: {version: 1, sha256: " + "0" * 64 + "}\n"
    assert problems(write(tmp_path, approvals=gone)) == ("approvals.yaml:2: there is no consideration walk",)


def test_the_approval_of_what_is_retired_may_stay(tmp_path: Path) -> None:
    assert approved(tmp_path, swapped(APPROVED, "status: approved", "status: retired")) == ()


def test_a_file_that_is_not_yaml_is_named(tmp_path: Path) -> None:
    (problem,) = problems(write(tmp_path, talk="{"))
    assert problem.startswith(f"{AT}:")
    assert "not YAML" in problem
