"""What foretells or classifies risk, with its attributes by 45 CFR 170.315(b)(11)(iv)(B) (`predictive.yaml`)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from cds_hooks.knowledge.shapes import ID, TEXT, Schema, a_file, list_of, map_of, object_of
from cds_hooks.reasoning.considerations import CardKind

# In the order of the rule, by its nine groups. Those of ELSEWHERE follow from the rest of the knowledge.
GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "details_and_output": ("developer", "funding_source", "output_value", "output_type"),
        "purpose": ("intended_use", "intended_population", "intended_user", "role_in_decisions"),
        "out_of_scope_use": ("out_of_scope", "risks_and_limits"),
        "development_and_inputs": (
            "training_criteria",
            "input_variables",
            "training_representativeness",
            "training_relevance",
        ),
        "fairness_in_development": ("fairness_approach", "bias_management"),
        "external_validation": (
            "external_source",
            "external_party",
            "external_representativeness",
            "external_process",
        ),
        "performance": (
            "validity_same_source",
            "fairness_same_source",
            "validity_external",
            "fairness_external",
            "outcome_evaluation",
        ),
        "maintenance": (
            "validity_monitoring",
            "validity_in_local_data",
            "fairness_monitoring",
            "fairness_in_local_data",
        ),
        "update": ("update_process", "correction_frequency"),
    }
)
ELSEWHERE = frozenset({"developer", "funding_source", "intended_user", "role_in_decisions", "input_variables"})
WRITTEN = tuple(name for names in GROUPS.values() for name in names if name not in ELSEWHERE)


@dataclass(frozen=True, slots=True)
class Predictive:
    """One intervention: the tier table, a consideration or a fact that an index is. `inputs` are ids of facts;
    `attributes` has each of WRITTEN.
    """

    id: str
    title: str
    card: CardKind
    inputs: tuple[str, ...]
    attributes: Mapping[str, str]


def schema() -> Schema:
    """The schema of `predictive.yaml`."""
    written = dict.fromkeys(WRITTEN, TEXT)
    about: dict[str, Schema] = {
        "title": TEXT,
        "card": {"enum": [kind.value for kind in CardKind]},
        "inputs": {**list_of(ID), "uniqueItems": True},
    }
    interventions = map_of(ID, object_of({**about, **written}, tuple(about)), minProperties=0)
    members = {"shared": object_of(written), "interventions": interventions}
    return a_file("Source attributes of what foretells or classifies risk", object_of(members, tuple(members)))


def predictive(document: Mapping[str, Any]) -> tuple[Predictive, ...]:
    """The interventions of the checked file, in its order."""
    return tuple(
        Predictive(
            id=id_,
            title=entry["title"],
            card=CardKind(entry["card"]),
            inputs=tuple(entry["inputs"]),
            attributes={name: _written(document, entry, name) for name in WRITTEN},
        )
        for id_, entry in document["interventions"].items()
    )


def absent(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Interventions with the attributes that neither they nor `shared` have."""
    for id_, entry in document["interventions"].items():
        yield from ((id_, name) for name in WRITTEN if name not in entry and name not in document["shared"])


def _written(document: Mapping[str, Any], entry: Mapping[str, Any], name: str) -> str:
    text: str = entry[name] if name in entry else document["shared"][name]
    return text
