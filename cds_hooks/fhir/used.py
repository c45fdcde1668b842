"""What a Record was read from: enough of each prefetch key to read the same Record again, and nothing beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cds_hooks.fhir.prefetch import Opened

# Read wherever they stand, when something that matters refers to them.
REFERRED_TO = frozenset({"Medication", "Specimen"})


@dataclass(frozen=True, slots=True)
class Used:
    """Each key with its state and those of its resources that sifting kept, or that what was kept may refer to.
    `addresses` are the references that had to be looked up, with the names that were found: what they were looked up
    in is not kept.
    """

    opened: tuple[Opened, ...] = ()
    addresses: Mapping[str, str] = field(default_factory=dict)
