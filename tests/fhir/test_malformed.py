"""Every path that we read, written wrongly: named as unreadable, never lost, never a crash."""

from collections.abc import Iterator
from typing import Any

import pytest

from cds_hooks.fhir.paths import READ, Tree
from cds_hooks.fhir.record import Record
from cds_hooks.fhir.sift import Sieve
from tests.fhir.beside import document, imaging, read, report, specimen, visit
from tests.fhir.charts import PATIENT, bundle, coded, condition, drug, observation, procedure

Path = tuple[str, ...]
GIVEN, STATED = "MedicationAdministration", "MedicationStatement"
SIDE = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-laterality-qualifier"
WHOLE: dict[str, tuple[str, dict[str, Any]]] = {
    "Patient": ("patient", PATIENT),
    "Observation": ("receptors", observation(specimen={"reference": "Specimen/s"})),
    "Condition": ("conditions", condition()),
    "Procedure": ("procedures", procedure()),
    "MedicationRequest": ("requests", drug()),
    GIVEN: ("given", drug(GIVEN)),
    STATED: ("stated", drug(STATED)),
    "Medication": ("requests", {"resourceType": "Medication", "id": "m", "code": coded("224905", "RxNorm")}),
    "DiagnosticReport": ("reports", report()),
    "DocumentReference": ("documents", document()),
    "ImagingStudy": ("imaging", imaging()),
    "Encounter": ("visits", visit()),
    "Specimen": ("specimens", specimen()),
}
# what an element needs beside the path in question, so that this path alone is wrong
NEEDED: dict[str, dict[str, Any]] = {"component": {"code": coded("x")}, "extension": {"url": SIDE}}
RIGHT: dict[str, Any] = {
    **dict.fromkeys(("value", "valueInteger"), 1),
    **dict.fromkeys(("valueBoolean", "doNotPerform"), True),
    **dict.fromkeys(("start", "end", "date", "started", "birthDate", "authoredOn", "recordedDate"), "2020-01-02"),
    "gender": "female",
    "comparator": "<",
    "url": SIDE,
    "dateAsserted": "2020",
    "reference": "Organization/1",
}
KEPT = Sieve({}, {}, frozenset(READ))
STATUS = {"status", "verificationStatus", "clinicalStatus"}  # a word that is not known is judged before typing
MEANINGFUL = {"modifierExtension", "implicitRules"}  # wrong by being there


def paths_of(tree: Tree, above: Path = ()) -> Iterator[Path]:
    for name, below in tree.items():
        yield from paths_of(below, (*above, name)) if below else [(*above, name)]


EVERY = [(kind, path) for kind, tree in READ.items() for path in paths_of(tree)]
NAMED = [(kind, path) for kind, path in EVERY if path[-1] != "url"]  # an extension without its url is another one


def with_value(kind: str, path: Path, value: Any) -> dict[str, Any]:
    """A whole resource with a value at a path; what else may stand in its place is taken out."""
    name, *rest = (step.replace("*", "Unheard") for step in path)
    built = value
    for above, step in reversed(list(zip(path, rest, strict=False))):
        coded_too = [{step: built}, *coded("224905")["coding"]] if above == "coding" else None
        built = coded_too or {**NEEDED.get(above, {}), step: built}
    beginnings = ("effective", "medication", "performed", "deceased")
    rivals = [b for b in beginnings if name.startswith(b)]
    kept = {n: v for n, v in WHOLE[kind][1].items() if not any(n.startswith(b) for b in rivals)}
    return {**kept, name: built}


def read_with(kind: str, resource: dict[str, Any]) -> Record:
    keys = {"receptors": bundle(WHOLE["Observation"][1])} if kind == "Specimen" else {}
    if kind == "Medication":
        asked = drug(medicationReference={"reference": "Medication/m"})
        return read(KEPT, requests=bundle(asked, {"resource": resource, "search": {"mode": "include"}}))
    return read(KEPT, **{**keys, WHOLE[kind][0]: resource if kind == "Patient" else bundle(resource)})


def ids(value: Any) -> str:
    return ".".join(value) if isinstance(value, tuple) else str(value)


@pytest.mark.parametrize(("kind", "path"), NAMED, ids=ids)
def test_a_path_that_is_written_wrongly_makes_the_resource_unreadable(kind: str, path: Path) -> None:
    record = read_with(kind, with_value(kind, path, {"wrong": True}))
    if kind == "Medication":
        assert record.medications[0].drug_unresolved == "Medication/m"
        return
    (unreadable,) = record.unreadable
    assert unreadable.resource_type == kind
    assert path[-1].replace("*", "Unheard") in unreadable.why or "status not understood" in unreadable.why
    assert unreadable.why.startswith("not valid FHIR") or path[0] in {*STATUS, "occurrence*", "medication"}


RIGHTLY = [(k, p) for k, p in NAMED if "*" not in p[-1] and not {*p} & {*MEANINGFUL, *STATUS, "medication"}]


@pytest.mark.parametrize(("kind", "path"), RIGHTLY, ids=ids)
def test_the_same_path_written_rightly_leaves_it_readable(kind: str, path: Path) -> None:
    dated = path[-1].endswith(("DateTime", "Instant"))
    record = read_with(kind, with_value(kind, path, "2020" if dated else RIGHT.get(path[-1], "x")))
    assert record.unreadable == ()
    assert not any(use.drug_unresolved for use in record.medications if kind == "Medication")


ODD: list[Any] = [
    None,
    "",
    " ",
    0,
    -1,
    True,
    "x" * 9000,
    [],
    {},
    [[]],
    [None],
    [{}],
    {"x": {}},
    "2020-13-45",
    "\ud83d\ude00",
]


@pytest.mark.parametrize("kind", READ)
def test_nothing_written_anywhere_stops_the_reading_or_vanishes(kind: str) -> None:
    for path in (path for each, path in EVERY if each == kind):
        for odd in ODD:
            record = read_with(kind, with_value(kind, path, odd))
            found = (*record.conditions, *record.observations, *record.procedures, *record.medications)
            beside = (*record.reports, *record.documents, *record.imaging, *record.encounters, *record.specimens)
            assert found or beside or record.unreadable or record.left_out or kind == "Patient", (path, odd)
