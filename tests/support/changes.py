"""Changes to a chart: findings taken out, made unclear, or moved to another state of loading."""

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from tests.support.authoring.chart import SCT, TERMINOLOGY, concept
from tests.support.ehr import Resource

VALUES = ("valueQuantity", "valueCodeableConcept", "valueInteger", "valueString", "component", "interpretation")
# endings of ids of the Observations that feed each factor of the tier
EVIDENCE = {
    "size": ("-size", "-pt1b", "-pt1c", "-pt2"),
    "grade": ("-grade",),
    "receptors": ("-er", "-pr"),
    "er": ("-er",),
    "her2": ("-her2", "-her2-ihc", "-her2-ish"),
    "nodes": ("-nodes", "-nodes-positive", "-pn0", "-pn1a"),
    "vessels": ("-lvi",),
}


def feeds(resource: Resource, factor: str) -> bool:
    """Whether this resource is evidence of the factor."""
    return resource["resourceType"] == "Observation" and str(resource["id"]).endswith(EVIDENCE[factor])


def without(resources: Iterable[Resource], factor: str) -> list[Resource]:
    """The chart without any evidence of the factor."""
    return [r for r in resources if not feeds(r, factor)]


def unanswered(resources: Iterable[Resource], factor: str) -> list[Resource]:
    """The chart in which each result of the factor only says that it has none."""
    reason = {"dataAbsentReason": concept(f"{TERMINOLOGY}/data-absent-reason", "unknown")}
    return [_with_answer(r, reason) if feeds(r, factor) else r for r in resources]


def equivocal(resources: Iterable[Resource], factor: str) -> list[Resource]:
    """The chart in which each result of the factor is equivocal."""
    answer = {"valueCodeableConcept": concept(SCT, "42425007", "Equivocal")}
    return [_with_answer(r, answer) if feeds(r, factor) else r for r in resources]


def _with_answer(resource: Resource, answer: dict[str, Any]) -> Resource:
    return {**{name: value for name, value in resource.items() if name not in VALUES}, **answer}


def with_quantity(resources: Iterable[Resource], factor: str, quantity: dict[str, Any]) -> list[Resource]:
    """The chart in which the factor's Observation has this Quantity as its only answer."""
    return [_with_answer(r, {"valueQuantity": quantity}) if feeds(r, factor) else r for r in resources]


def with_next_page(request: dict[str, Any], key: str) -> dict[str, Any]:
    """The request in which one key holds the first page only."""
    changed = deepcopy(request)
    changed["prefetch"][key]["link"] = [{"relation": "next", "url": "https://ehr.example.org/fhir/R4?page=2"}]
    return changed


def with_failed_key(request: dict[str, Any], key: str) -> dict[str, Any]:
    """The request in which the EHR failed to load one key."""
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "timeout"}]}
    return {**request, "prefetch": {**request["prefetch"], key: outcome}}


def without_key(request: dict[str, Any], key: str) -> dict[str, Any]:
    """The request that leaves one key out."""
    return {**request, "prefetch": {k: v for k, v in request["prefetch"].items() if k != key}}
