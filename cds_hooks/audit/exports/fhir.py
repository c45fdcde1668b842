"""Calls as FHIR R4 resources: what was read and by whom (AuditEvent), what was said (GuidanceResponse), and the tier
(RiskAssessment). They are made on request and written nowhere but to the file that was asked for.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from cds_hooks.audit.entry import Kind
from cds_hooks.audit.exports import fhir_audit, fhir_guidance, fhir_risk
from cds_hooks.audit.exports.fhir_people import People
from cds_hooks.audit.exports.scope import ACTION, Scope
from cds_hooks.audit.journal import Journal
from cds_hooks.audit.payload import Payload
from cds_hooks.audit.reading import each_row, unsealed
from cds_hooks.audit.snapshots import Snapshots
from cds_hooks.errors import PayloadForgotten

Resource = dict[str, Any]


def fhir(journal: Journal, scope: Scope) -> Iterator[Resource]:
    """The resources of each call, oldest first. Of what was shredded only a GuidanceResponse is left, which says so.

    Raises JournalUnavailable, PayloadUnreadable; NotInJournal and KnowledgeBroken where the knowledge of a call is not
    kept or cannot be read: then it cannot be told what was asked for, nor what its tier rests on.
    """
    versions = Snapshots(journal)
    for row in each_row(journal, *scope.of(Kind.HOOK, Kind.CONSOLE, Kind.EXPLANATION, Kind.CONTROL)):
        payload = _opened(journal, row)
        people = People(scope, row, {} if payload is None else payload.who)
        if row["kind"] != Kind.HOOK.value:
            if row["kind"] != Kind.CONTROL.value or row["action"] == ACTION:
                yield fhir_audit.look(row, people)
            continue
        yield fhir_guidance.response(row, people, forgotten=payload is None and row["sealed"] is not None)
        if payload is not None:
            yield from fhir_audit.reads(row, payload, people, versions)
            yield from fhir_risk.assessments(row, _trace(payload), people, versions)


def _opened(journal: Journal, row: Mapping[str, Any]) -> Payload | None:
    try:
        return unsealed(journal, row)
    except PayloadForgotten:
        return None


def _trace(payload: Payload) -> Mapping[str, Any] | None:
    found = payload.trace
    return msgspec.json.decode(found) if isinstance(found, msgspec.Raw) else None
