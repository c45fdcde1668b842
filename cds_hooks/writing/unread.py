"""The card that says what of the chart is not read: what stands in words alone, resources of another FHIR version."""

from collections.abc import Iterable, Iterator

from cds_hooks.consult import Consultation
from cds_hooks.picture.fact import Evidence, Unknown, Why
from cds_hooks.picture.narrative import AS_TEXT
from cds_hooks.reasoning.stratify import NO_BREAST_CANCER
from cds_hooks.writing.escape import shown_date
from cds_hooks.writing.summary import fitting, with_more
from cds_hooks.writing.tumour import Tumour
from cds_hooks.writing.wording import Wording

UNSUPPORTED = "unsupported_data"
_MOST_REPORTS = 3  # named on a card; the rest is counted


def is_worth_a_card(consultation: Consultation, found: tuple[Tumour, ...]) -> bool:
    """True if what was not read bears on what is said: a tier, or that no tumour is on file. `found` have a tier."""
    picture = consultation.picture
    no_tumour = any(w.episode is None and w.because == NO_BREAST_CANCER for w in consultation.withheld)
    in_words = picture.only_text or picture.only_named
    return bool(no_tumour and in_words) or bool((found or no_tumour) and picture.unsupported)


def unread_summary(wording: Wording, consultation: Consultation, more: int = 0) -> str:
    """The fullest sentence that fits, with `more` considerations beside it. Raises KnowledgeBroken if none does
    (excluded by the checks at start).
    """
    return fitting(with_more(wording, text, more) for text in _summaries(wording, consultation))


def unread_detail(wording: Wording, consultation: Consultation) -> list[str]:
    """Blocks: the reports and diagnoses, each version with its resource types, and what that means."""
    picture = consultation.picture
    blocks = []
    if picture.only_text:
        blocks.append(wording.say("unread.detail.text", reports=named_reports(wording, picture.only_text)))
    if picture.only_named:
        blocks.append(wording.say("unread.detail.named", diagnoses=_diagnoses(wording, picture.only_named)))
    blocks += [
        wording.say("unread.detail.version", version=one.version, types=", ".join(one.resource_types))
        for one in picture.unsupported
    ]
    if picture.unsupported:
        blocks.append(wording.say("unread.detail.effect"))
    return blocks


def unread_because(wording: Wording, consultation: Consultation) -> list[str]:
    """What was not read, one line each."""
    picture = consultation.picture
    texts = [wording.say("unread.because.text", report=_report(wording, one)) for one in picture.only_text]
    versions = [
        wording.say("unread.because.version", version=one.version, types=", ".join(one.resource_types))
        for one in picture.unsupported
    ]
    named = [wording.say("unread.because.named", diagnosis=_diagnosis(wording, one)) for one in picture.only_named]
    return list(dict.fromkeys([*texts, *named, *versions]))


def text_only(wording: Wording, tumour: Tumour) -> Iterator[str]:
    """Of a tumour with a tier: the factors that no code tells, and the reports that may hold them as text."""
    facts = [(id_, tumour.fact(id_)) for id_ in tumour.tier.missing]
    told = {id_: fact for id_, fact in facts if isinstance(fact, Unknown) and fact.why is Why.TEXT_ONLY}
    reports = {one for fact in told.values() for one in fact.evidence if AS_TEXT in one.marks}
    if told:
        names = ", ".join(wording.short(fact) for fact in told)
        yield wording.say("detail.text_only", facts=names, reports=named_reports(wording, reports))


def named_reports(wording: Wording, reports: Iterable[Evidence]) -> str:
    """Reports by their dates, the latest first."""
    latest_first = sorted(reports, key=lambda one: (one.date, one.reference), reverse=True)
    return wording.listed(tuple(dict.fromkeys(_report(wording, one) for one in latest_first)), _MOST_REPORTS)


def _report(wording: Wording, report: Evidence) -> str:
    if not report.date:
        return wording.say("unread.report_undated")
    return wording.say("unread.report", date=shown_date(report.date))


def _diagnoses(wording: Wording, diagnoses: Iterable[Evidence]) -> str:
    latest_first = sorted(diagnoses, key=lambda one: (one.date, one.reference), reverse=True)
    return wording.listed(tuple(dict.fromkeys(_diagnosis(wording, one) for one in latest_first)), _MOST_REPORTS)


def _diagnosis(wording: Wording, diagnosis: Evidence) -> str:
    if not diagnosis.date:
        return wording.say("unread.diagnosis_undated")
    return wording.say("unread.diagnosis", date=shown_date(diagnosis.date))


def _summaries(wording: Wording, consultation: Consultation) -> Iterator[str]:
    picture = consultation.picture
    if picture.only_text:
        yield wording.say("unread.summary.text", reports=named_reports(wording, picture.only_text))
        yield wording.say("unread.summary.text_bare")
    elif picture.only_named:
        yield wording.say("unread.summary.named", diagnoses=_diagnoses(wording, picture.only_named))
        yield wording.say("unread.summary.named_bare")
    else:
        versions = ", ".join(one.version for one in picture.unsupported)
        types = sorted({name for one in picture.unsupported for name in one.resource_types})
        for shown in range(len(types), 0, -1):
            words = wording.listed(types, shown)
            yield wording.say("unread.summary.version", versions=versions, types=words)
        yield wording.say("unread.summary.version_bare")
