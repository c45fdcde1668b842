"""The fixture stories: one folder a story, named by a sentence, holding one synthetic patient's Bundle."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from cds_hooks.errors import DemoCannotStart
from cds_hooks.shipped import patients_folder

Resource = Mapping[str, Any]

TOLD_ON = date(2026, 3, 2)  # the day on which every story is told; on another, other things are due

# words of a folder name that are not written in lower case
ACRONYMS = (
    "HER2 ISH FISH IHC LVI ER PR DCIS TNM T N M N0 N1 N2 N3 M0 M1 ICD SNOMED CT MRI BRCA1 BRCA2 Ki67 MammaPrint "
    "mCODE FHIR EHR"
)
SPELLING = {word.lower(): word for word in ACRONYMS.split()}


@dataclass(frozen=True, slots=True)
class Story:
    """One synthetic patient. `sentence` is the folder name as words; `resources` are all of the Bundle, Patient
    included, with the references inside the Bundle (urn:uuid: and the like) turned into "Type/id".
    """

    sentence: str
    patient_id: str
    resources: tuple[Resource, ...]


def load_stories(folder: Path | None = None) -> tuple[Story, ...]:
    """Read every story of the folder, in the order of their names.

    `folder` holds one folder a story (None: the stories that ship with the package, or those of the checkout).
    Raises DemoCannotStart when there are none, one is not a Bundle with one Patient, or two share a resource id.
    """
    place = folder or patients_folder()
    stories = tuple(_read(path) for path in sorted(place.glob("*/bundle.json")))
    if not stories:
        raise DemoCannotStart(f"no stories in {place}")
    _refuse_shared_ids(stories)
    return stories


def sentence_of(name: str) -> str:
    """A folder name as a sentence: "her2_2plus_without_ish" -> "HER2 2plus without ISH"."""
    words = [SPELLING.get(word, word) for word in name.split("_")]
    return words[0][:1].upper() + words[0][1:] + "".join(f" {word}" for word in words[1:])


def _read(path: Path) -> Story:
    name = path.parent.name
    try:
        bundle = json.loads(path.read_bytes())
    except ValueError as problem:
        raise DemoCannotStart(f"{name}: bundle.json is not JSON ({problem})") from problem
    entries = bundle.get("entry", []) if isinstance(bundle, dict) else []
    resources = [entry["resource"] for entry in entries if "resource" in entry]
    patients = [r for r in resources if r.get("resourceType") == "Patient"]
    if len(patients) != 1 or not patients[0].get("id"):
        raise DemoCannotStart(f"{name}: bundle.json must hold exactly one Patient with an id")
    without_id = [r.get("resourceType") for r in resources if not r.get("id")]
    if without_id:
        raise DemoCannotStart(f"{name}: a FHIR server cannot serve a resource without an id ({without_id[0]})")
    served_as = {e["fullUrl"]: reference_to(e["resource"]) for e in entries if "fullUrl" in e and "resource" in e}
    return Story(sentence_of(name), patients[0]["id"], tuple(_resolved(r, served_as) for r in resources))


def reference_to(resource: Resource) -> str:
    """The resource's address on a FHIR server, as "Type/id"."""
    return f"{resource['resourceType']}/{resource['id']}"


def _resolved(value: Any, served_as: Mapping[str, str]) -> Any:
    """The same JSON with the references to entries of the Bundle as "Type/id"."""
    if isinstance(value, list):
        return [_resolved(item, served_as) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: served_as.get(item, item) if key == "reference" and isinstance(item, str) else _resolved(item, served_as)
        for key, item in value.items()
    }


def _refuse_shared_ids(stories: Iterable[Story]) -> None:
    times = Counter(reference_to(resource) for story in stories for resource in story.resources)
    shared = sorted(reference for reference, n in times.items() if n > 1)
    if shared:
        raise DemoCannotStart("resource ids are used more than once: " + ", ".join(shared))
