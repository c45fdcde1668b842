"""The source attributes of what foretells or classifies risk, and which variables about a person anything reads."""

from typing import Any

from cds_hooks.knowledge.predictive import GROUPS, Predictive
from cds_hooks.writing.guide_parts import Told
from cds_hooks.writing.wording import ids

NOT_USED = "not used"

Json = dict[str, Any]


def predictive_attributes(tells: Told, intervention: Predictive) -> Json:
    """The thirty-one attributes of one intervention, by the nine groups of the rule."""
    wording = tells.knowledge.wording
    elsewhere = {
        "developer": wording["attributes.developer"],
        "funding_source": wording["attributes.funding"],
        "intended_user": wording["attributes.user"],
        "role_in_decisions": wording["attributes.role"],
        "input_variables": [
            f"{name.replace('_', ' ')}: {value}" for name, value in personal(tells, intervention.inputs).items()
        ],
    }
    known = {**elsewhere, **intervention.attributes}
    return {
        "intervention": intervention.id,
        "title": intervention.title,
        "inputs": [tells.knowledge.vocabulary.facts[fact].title for fact in intervention.inputs],
        "source_attributes": {group: {name: known[name] for name in names} for group, names in GROUPS.items()},
    }


def personal(tells: Told, facts: tuple[str, ...]) -> Json:
    """Which of the nine variables about a person are read, (iv)(A)(5) to (13)."""
    return {
        "race": NOT_USED,
        "ethnicity": NOT_USED,
        "language": NOT_USED,
        "sexual_orientation": NOT_USED,
        "gender_identity": NOT_USED,
        "sex": _used(tells, "sex", facts),
        "date_of_birth": _used(tells, "date_of_birth", facts),
        "social_determinants_of_health": NOT_USED,
        "health_status_assessments": _used(tells, "health_status", facts),
    }


def _used(tells: Told, attribute: str, facts: tuple[str, ...]) -> str:
    listed = ids(tells.knowledge.wording[f"attributes.facts.{attribute}"])
    titles = [tells.knowledge.vocabulary.facts[fact].title for fact in listed if fact in facts]
    return f"used: {', '.join(titles)}" if titles else NOT_USED
