"""What one resource says about one fact, before it is decided which of several governs."""

from collections.abc import Iterable
from dataclasses import dataclass

from cds_hooks.fhir.dates import DateInterval
from cds_hooks.fhir.record import Observation
from cds_hooks.picture.fact import Evidence, SetAside, Value, Why

CONFLICTING_CODING = "conflicting coding"


@dataclass(frozen=True, slots=True)
class Seen:
    """An Observation as one tumour episode sees it.

    `attributed` is False when it cannot be told whether it is about this tumour; `marks` then say why.
    `after_therapy`: made, or possibly made, after systemic therapy that came before surgery had begun.
    `surgical`: dated on or after the first operation on this breast, so the specimen is no core biopsy.
    """

    observation: Observation
    attributed: bool = True
    marks: tuple[str, ...] = ()
    after_therapy: bool = False
    surgical: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One result for one fact: a value, or `why` it gives none.

    `rank`: 0 governs over 1, and so on (the kind of evidence). `kind` names it when it is set aside.
    """

    value: Value | None
    reference: str
    when: DateInterval | None = None
    why: Why | None = None
    rank: int = 0
    kind: str = ""
    marks: tuple[str, ...] = ()
    attributed: bool = True
    after_therapy: bool = False
    surgical: bool = False
    final: bool = True

    @property
    def competes(self) -> bool:
        """True if it must be weighed: a value, or a result that is itself unsettled (not merely unusable)."""
        if self.value is not None:
            return True
        return self.why in (Why.EQUIVOCAL, Why.CONFLICTING) and CONFLICTING_CODING not in self.marks

    @property
    def is_doubt(self) -> bool:
        """True if something is answered here that was not understood or disagrees: silence it is not.

        A code used for another question answers nothing here.
        """
        return self.why not in (None, Why.NOT_RECORDED) and CONFLICTING_CODING not in self.marks

    @property
    def evidence(self) -> Evidence:
        """The resource behind it."""
        marks = tuple(sorted(set(self.marks))) if len(self.marks) > 1 else self.marks
        return Evidence(self.reference, day(self.when), marks)

    def aside(self, why: str) -> SetAside:
        """The same result, set aside."""
        return SetAside(self.reference, f"{self.kind}: {why}" if self.kind else why)


def day(when: DateInterval | None) -> str:
    """The first day of an interval in ISO form, or "" when it is not known."""
    return when.earliest.isoformat() if when and when.earliest else ""


def evidence_of(findings: Iterable[Finding]) -> tuple[Evidence, ...]:
    """The resources behind several findings, once each, in a fixed order."""
    found = {f.evidence for f in findings}
    return tuple(sorted(found)) if len(found) > 1 else tuple(found)
