"""Resources in the shape of another FHIR version: when to speak of them."""

from cds_hooks.fhir.record import Record, Unreadable, Unsupported
from cds_hooks.picture.vocabulary import Vocabulary


def of_concern(record: Record, has_tumour: bool, vocabulary: Vocabulary) -> tuple[Unsupported, ...]:
    """What came in another version, if a tumour is on file, or if what was not read may be the diagnosis of one.

    A chart without breast cancer in which something else could not be read is nothing to trouble anybody with.
    """
    unread = [u for u in record.unreadable if u.version]
    if has_tumour or any(_may_be_the_diagnosis(u, vocabulary) for u in unread):
        return record.unsupported
    return ()


def _may_be_the_diagnosis(unreadable: Unreadable, vocabulary: Vocabulary) -> bool:
    """A Condition of which no code can be seen, or a report about the breast."""
    if unreadable.resource_type == "Condition":
        return not unreadable.codes
    reports = vocabulary.codelists["pathology_reports"]
    is_report = unreadable.resource_type in ("DiagnosticReport", "DocumentReference")
    return is_report and any(reports.meaning(coding) == "breast" for coding in unreadable.codes)
