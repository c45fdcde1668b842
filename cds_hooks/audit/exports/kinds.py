"""The kinds of export, and the keys of their pseudonyms."""

import hmac
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from cds_hooks.audit.exports import decisions, deidentified, onc_feedback
from cds_hooks.audit.exports.fhir import fhir
from cds_hooks.audit.exports.scope import Scope
from cds_hooks.audit.journal import Journal

Rows = Iterator[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Export:
    """`rows` reads them, one by one. `columns` are their names in a table, None where there can be no table.
    `anonymous`: people can never be named in it, and it needs a year at least.
    """

    rows: Callable[[Journal, Scope], Rows]
    columns: Callable[[Scope], tuple[str, ...]] | None
    anonymous: bool = False


EXPORTS: Mapping[str, Export] = {
    "decisions": Export(decisions.decisions, decisions.columns),
    "onc-feedback": Export(onc_feedback.onc_feedback, onc_feedback.columns),
    "fhir": Export(fhir, None),
    "deidentified": Export(deidentified.deidentified, deidentified.columns, anonymous=True),
    "counts": Export(deidentified.counts, deidentified.columns_of_counts, anonymous=True),
}


def keyed(scope: Scope, export: Export, journal: Journal, act: str) -> Scope:
    """The scope with the key of its pseudonyms: where people are anonymous one that no other export shares. `act` is
    the id of the row that announces the export.
    """
    key = journal.ring.export_key
    return replace(scope, key=hmac.digest(key, act.encode(), sha256) if export.anonymous else key)
