"""The discovery answer (CDS Hooks 2.0.1, "Discovery")."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cds_hooks.protocol import schema

# The specification and the hook that we implement. CDS Hooks 2.0 does not define these members, its successor does.
VERSION = "2.0.1"
HOOK_VERSION = "1.0"


@dataclass(frozen=True, slots=True)
class ServiceAnnouncement:
    """What discovery says of one service. `prefetch` maps keys to query templates."""

    id: str
    hook: str
    title: str
    description: str
    usage_requirements: str
    prefetch: Mapping[str, str]


def discovery(services: Iterable[ServiceAnnouncement], announce_version: bool) -> dict[str, Any]:
    """The whole answer; with `announce_version` each service carries `version` and `hookVersion`."""
    return {"services": [_entry(service, announce_version) for service in services]}


def check_discovery(answer: Mapping[str, Any]) -> list[str]:
    """Problems of a discovery answer against the schema; empty when it is valid."""
    return [str(problem) for problem in schema.problems("discovery", answer)]


def _entry(service: ServiceAnnouncement, announce_version: bool) -> dict[str, Any]:
    entry = {
        "id": service.id,
        "hook": service.hook,
        "title": service.title,
        "description": service.description,
        "usageRequirements": service.usage_requirements,
        "prefetch": dict(service.prefetch),
        "version": VERSION if announce_version else "",
        "hookVersion": HOOK_VERSION if announce_version else "",
    }
    return {name: value for name, value in entry.items() if value}
