"""Gates: what must hold of the patient, or of the tumour, before a card may speak of it at all."""

from dataclasses import dataclass

from cds_hooks.reasoning.conditions import Condition


@dataclass(frozen=True, slots=True)
class Requirement:
    """A condition, and the reason given (a key of `wording.yaml`) when it certainly does not hold.

    A requirement that cannot be told does not stop the card, for that would hide a tumour behind a gap in the chart;
    its unknown facts are named as missing instead.
    """

    require: Condition
    otherwise: str


@dataclass(frozen=True, slots=True)
class Gate:
    """Requirements in the order in which they are asked; those on the patient come before those on each tumour."""

    id: str
    patient: tuple[Requirement, ...]
    episode: tuple[Requirement, ...]
