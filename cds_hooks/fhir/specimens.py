"""The Specimens that what was read refers to, and the dates that specimens and reports lend to results."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from cds_hooks.fhir.charted import specimen
from cds_hooks.fhir.dates import DateInterval
from cds_hooks.fhir.prefetch import Opened, Resource
from cds_hooks.fhir.record import DiagnosticReport, Observation, Origin, Specimen, Unreadable
from cds_hooks.fhir.references import by_name
from cds_hooks.fhir.resources import BY_ISSUE
from cds_hooks.fhir.status import judge_status
from cds_hooks.fhir.typed import Untypeable
from cds_hooks.fhir.versions import foreign
from cds_hooks.protocol import strict_json

KIND = "Specimen"


class Specimens:
    """The Specimens of a request, wherever they stand in it; each that is asked for is read once."""

    def __init__(self, opened: Sequence[Opened]) -> None:
        self._standing = by_name([resource for o in opened for resource in (*o.matches, *o.included)], KIND)
        self._key = next((o.key.name for o in opened if o.key.resource_type == KIND), "")
        self._read: dict[str, Specimen | Unreadable | None] = {}

    def note(self, resource: Observation | DiagnosticReport, contained: Any) -> None:
        """Read what the resource was made from. `contained` is the resource's decoded list of contained ones."""
        for reference in _named(resource):
            if reference not in self._read:
                body = self._body(reference, contained)
                self._read[reference] = None if body is None else _specimen(body, Origin(reference, self._key))

    def found(self) -> tuple[tuple[Specimen, ...], tuple[Unreadable, ...]]:
        """All that were noted, and those of them that could not be read."""
        values = [self._read[reference] for reference in sorted(self._read)]
        return (
            tuple(value for value in values if isinstance(value, Specimen)),
            tuple(value for value in values if isinstance(value, Unreadable)),
        )

    def _body(self, reference: str, contained: Any) -> Mapping[str, Any] | None:
        _, contains, own_id = reference.partition("#")
        if contains:
            inside = [c for c in (contained if isinstance(contained, list) else ()) if isinstance(c, dict)]
            return next((c for c in inside if c.get("id") == own_id and c.get("resourceType") == KIND), None)
        resource = self._standing.get(reference)
        return None if resource is None else _decoded(resource)


def _decoded(resource: Resource) -> dict[str, Any]:
    return {name: strict_json.decode(bytes(raw), "prefetch") for name, raw in resource.members.items()}


def _named(resource: Observation | DiagnosticReport) -> tuple[str, ...]:
    if isinstance(resource, DiagnosticReport):
        return resource.specimens
    return (resource.specimen,) if resource.specimen else ()


def _specimen(body: Mapping[str, Any], origin: Origin) -> Specimen | Unreadable | None:
    """The Specimen, why it is unreadable, or None if it was withdrawn. No fact rests on a Specimen alone: one that
    cannot be read tells as little as one that was not loaded.
    """
    judgement = judge_status(KIND, body)
    if judgement.left_out:
        return None
    version = foreign(KIND, body)
    why = f"FHIR {version[0]}: {version[1]}" if version else judgement.unreadable
    try:
        if not why:
            return specimen(body, replace(origin, marks=() if body.get("status") is None else judgement.marks))
    except Untypeable as failed:
        why = f"not valid FHIR: {failed}"
    return Unreadable(origin.reference, KIND, origin.key, (), why, version[0] if version else "")


def dated(
    observations: Iterable[Observation], specimens: Iterable[Specimen], reports: Iterable[DiagnosticReport]
) -> Iterator[Observation]:
    """Results without a time of their own with the day of their specimen, or else of their issue, or else of the one
    report that lists them.
    """
    collected = {s.origin.reference: s.collected for s in specimens}
    reported: dict[str, set[DateInterval | None]] = {}
    for report in reports:
        for result in report.results:
            reported.setdefault(result, set()).add(report.effective)
    for observation in observations:
        by_issue = BY_ISSUE in observation.origin.marks
        lent = collected.get(observation.specimen or "")
        of_reports = reported.get(observation.origin.reference, set())
        if lent and (by_issue or observation.effective is None):
            yield _with_day(observation, lent, "dated by specimen")
        elif observation.effective is None and len(of_reports) == 1 and (day := next(iter(of_reports))):
            yield _with_day(observation, day, "dated by report")
        else:
            yield observation


def _with_day(observation: Observation, day: DateInterval, mark: str) -> Observation:
    marks = (*(m for m in observation.origin.marks if m != BY_ISSUE), mark)
    return replace(observation, origin=replace(observation.origin, marks=marks), effective=day)
