"""One patient's row: the same answer as anywhere else, under a name that the run chooses, whatever goes wrong."""

import json
from hashlib import sha256
from typing import Any

import pytest
import rfc8785

from cds_hooks.audit.keyring import Keyring
from cds_hooks.cohort import rows
from cds_hooks.cohort.rows import Asked, Chart, Naming, canonical, decision_id, row_of
from cds_hooks.cohort.scan import Ours, Scanner
from cds_hooks.decide import Circumstances, decide
from cds_hooks.demo.stories import Story, load_stories
from cds_hooks.fhir.bundle import prefetch_of
from cds_hooks.fhir.read import read_record
from cds_hooks.knowledge.load import load_knowledge
from tests.cohort.populations import AS_OF, Resource, cancer, patient

KNOWLEDGE = load_knowledge()
KEYS = KNOWLEDGE.service.prefetch
EVERY_TYPE = frozenset(key.resource_type for key in KEYS)
STORIES = load_stories()
RING = Keyring.of(b"k" * 32)


def chart(own_id: str, resources: Any) -> Chart:
    scanner = Scanner((KEYS,), 10**7)
    scanned = [(scanner.scan(line), line) for line in (json.dumps(r).encode() for r in resources)]
    lines = [(found.found_by, line) for found, line in scanned if isinstance(found, Ours)]
    return Chart(own_id, lines, [line for _, line in scanned if b'"resourceType": "Medication"' in line])


def row(own_id: str, *resources: Resource, **asked: Any) -> dict[str, Any]:
    return row_of(chart(own_id, resources), KNOWLEDGE, 0, Asked(AS_OF, EVERY_TYPE, **asked))


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.sentence)
def test_the_answer_to_a_story_is_the_same_as_from_its_bundle(story: Story) -> None:
    bundle = {"resourceType": "Bundle", "entry": [{"resource": resource} for resource in story.resources]}
    own_id, prefetch = prefetch_of(json.dumps(bundle).encode(), KEYS, None)
    given = Circumstances(decision_id(own_id, KNOWLEDGE.fingerprint, AS_OF), AS_OF, "Practitioner")
    expected = decide(read_record(prefetch, KEYS, KNOWLEDGE.sieve, own_id), KNOWLEDGE, given)
    found = row(story.patient_id, *map(dict, story.resources))
    assert found["answer"] == sha256(canonical(expected.cards)).hexdigest()
    assert (found["outcome"], found["silence"]) == ("answered", expected.silence)


def test_the_canonical_json_of_a_row_is_that_of_rfc_8785() -> None:
    found = row("a", patient("a"), cancer("a"))
    assert canonical(found) == rfc8785.dumps(found)


def test_a_patient_without_a_patient_resource_is_a_row_that_says_so() -> None:
    found = row("a", cancer("a"))
    assert found["outcome"] == "failed"
    assert found["failure"] == "RequiredDataMissing: Without the prefetch key patient (Patient) nothing can be said."


def test_data_of_another_patient_make_a_row_that_says_so_and_nothing_else() -> None:
    found = row("a", patient("a"), cancer("a", patient={"reference": "Patient/b"}))
    assert found["failure"].startswith("WrongPatient: ")
    assert (found["cards"], found["episodes"], found["answer"]) == ([], [], None)


def test_a_failure_of_our_own_is_told_by_its_kind_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("Patient/a is 60 years old")

    monkeypatch.setattr(rows, "decide", fail)
    assert row("a", patient("a"))["failure"] == "ZeroDivisionError"


def test_with_a_key_ids_are_the_pseudonyms_of_the_journal_and_evidence_is_left_out() -> None:
    plain, hidden = (row("a", patient("a"), cancer("a"), naming=naming) for naming in (None, Naming(RING, "north")))
    assert (plain["patient"], hidden["patient"]) == ("a", RING.pseudonym("north", "patient", "a"))
    assert all(factor["evidence"] == [] for episode in hidden["episodes"] for factor in episode["factors"])
    assert hidden["answer"] == plain["answer"]


def test_where_approval_is_required_the_row_says_that_it_is_wanting() -> None:
    assert row("a", patient("a"), cancer("a"))["cards"] == ["tier"]
    found = row("a", patient("a"), cancer("a"), require_approval=True)
    assert (found["cards"], found["silence"]) == ([], "nothing_approved")


def test_a_type_that_was_not_exported_is_not_known_instead_of_absent() -> None:
    charted = chart("a", [patient("a"), cancer("a")])
    seen = row_of(charted, KNOWLEDGE, 0, Asked(AS_OF, EVERY_TYPE))
    unseen = row_of(charted, KNOWLEDGE, 0, Asked(AS_OF, frozenset({"Patient", "Condition"})))
    why = [{f["factor"]: f["why_unknown"] for f in found["episodes"][0]["factors"]} for found in (seen, unseen)]
    assert [reasons["grade"] for reasons in why] == ["not_recorded", "not_loaded"]
