"""Prefetch keys and the states in which a client may send them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PrefetchKey:
    """One key of the service's prefetch: the resource type it brings, its template, and whether the service can
    say nothing without it. `read` keys bring one resource, the others a searchset Bundle.
    """

    name: str
    resource_type: str
    template: str
    required: bool = False

    @property
    def is_read(self) -> bool:
        """True for an instance read ("Patient/{{context.patientId}}"), False for a search."""
        return "?" not in self.template
