"""What the references of a resource are resolved against."""

from dataclasses import dataclass

from cds_hooks.fhir import elements as read
from cds_hooks.fhir.elements import Node
from cds_hooks.fhir.medications import Medicines
from cds_hooks.fhir.record import Origin
from cds_hooks.fhir.references import Addresses


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The addresses and the Medications of a request."""

    addresses: Addresses
    medicines: Medicines

    def reference(self, node: Node | None) -> str | None:
        """A Reference as "Type/id" where that can be told."""
        written = read.text(node, "reference") if node else None
        return self.addresses.resolve(written) if written else None

    def references(self, node: Node, name: str) -> tuple[str, ...]:
        """The References of a list member; those that only have a display or identifier are left out."""
        if name not in node:
            return ()
        found = (self.reference(item) for item in read.children(node, name))
        return tuple(reference for reference in found if reference)

    def specimen(self, node: Node | None, origin: Origin) -> str | None:
        """The reference of a specimen; one that is contained is named by the resource that contains it."""
        found = self.reference(node)
        return f"{origin.reference}{found}" if found and found.startswith("#") else found
