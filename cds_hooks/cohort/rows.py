"""One patient's consultation as one row: what the service would have answered on that day, without its words.

The row is built from the cards of the answer where they say it and from the consultation for the rest. Its canonical
JSON (members sorted, no blanks, UTF-8; for these values the same as RFC 8785) is what digests are made of.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import msgspec

from cds_hooks.audit.entry import Caller
from cds_hooks.audit.keyring import Keyring
from cds_hooks.cohort.charts import prefetch
from cds_hooks.cohort.demographics import Demographics, age, demographics
from cds_hooks.consult import Consultation
from cds_hooks.decide import Circumstances, decide
from cds_hooks.errors import RequestRefused
from cds_hooks.fhir.prefetch import PrefetchKey
from cds_hooks.fhir.read import read_record
from cds_hooks.fhir.record import Record
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.reasoning.considerations import Outcome
from cds_hooks.writing.compose import ASSESSMENT, CARD

Row = dict[str, Any]
Card = Mapping[str, Any]

ANSWERED, FAILED = "answered", "failed"
NO_SIDE = "not stated"
NO_TENANT = Caller().tenant  # of calls that are not authenticated
_CANONICAL = msgspec.json.Encoder(order="sorted").encode


@dataclass(frozen=True, slots=True)
class Naming:
    """Pseudonyms as the journal gives them to the calls of a tenant."""

    ring: Keyring
    tenant: str = NO_TENANT

    def of(self, patient: str) -> str:
        """That of a patient."""
        return self.ring.pseudonym(self.tenant, "patient", patient)


@dataclass(frozen=True, slots=True)
class Asked:
    """What every consultation of a run shares. `naming` turns the patients' ids into those of the journal; with
    `require_approval` only what a clinician approved counts as shown.
    """

    as_of: date
    exported: frozenset[str]
    naming: Naming | None = None
    require_approval: bool = False

    def shown_id(self, patient: str) -> str:
        """Under which id a patient stands in the results."""
        return patient if self.naming is None else self.naming.of(patient)


@dataclass(frozen=True, slots=True)
class Chart:
    """One patient's lines: each with the bits of the prefetch keys that find it, for each knowledge."""

    patient: str
    lines: Sequence[tuple[tuple[int, ...], bytes]]
    medications: Collection[bytes]


def canonical(value: Any) -> bytes:
    """The canonical JSON of a row, or of cards."""
    return _CANONICAL(value)


def decision_id(patient: str, fingerprint: str, as_of: date) -> str:
    """The id under which a patient is consulted: the same in every run over the same knowledge and day."""
    return str(uuid5(NAMESPACE_URL, f"{fingerprint}/{as_of.isoformat()}/{patient}"))


def row_of(chart: Chart, knowledge: Knowledge, which: int, asked: Asked) -> Row:
    """The row of one patient under one knowledge, the `which`th of those that the lines were scanned for.

    Whatever goes wrong makes a row too: it says so, and which kind of failure it was.
    """
    row = nothing(asked.shown_id(chart.patient))
    try:
        return row | _answered(chart, knowledge, which, asked)
    except RequestRefused as refused:  # its text never holds a value out of the chart
        return row | {"outcome": FAILED, "failure": f"{type(refused).__name__}: {refused.text}"}
    except Exception as problem:
        return row | {"outcome": FAILED, "failure": type(problem).__name__}


def nothing(patient: str) -> Row:
    """A row that says nothing yet: all members that a row has."""
    return {
        "patient": patient,
        "outcome": ANSWERED,
        "failure": None,
        "silence": None,
        "cards": [],
        "episodes": [],
        "withheld": [],
        "considerations": [],
        "age": None,
        "sex": None,
        "birth_sex": None,
        "race": [],
        "ethnicity": None,
        "resources": 0,
        "unreadable": 0,
        "left_out": 0,
        "answer": None,
    }


def _answered(chart: Chart, knowledge: Knowledge, which: int, asked: Asked) -> Row:
    lines = [(found_by[which], line) for found_by, line in chart.lines if found_by[which]]
    keys = knowledge.service.prefetch
    record = read_record(prefetch(lines, chart.medications, keys, asked.exported), keys, knowledge.sieve, chart.patient)
    id_ = decision_id(chart.patient, knowledge.fingerprint, asked.as_of)
    given = Circumstances(id_, asked.as_of, "Practitioner", require_approval=asked.require_approval)
    decision = decide(record, knowledge, given)
    consultation = decision.consultation
    if consultation is None:
        raise AssertionError("a professional is always consulted for")
    return {
        **said(decision.cards, evidence=asked.naming is None),
        "silence": decision.silence,
        "withheld": [
            {"side": _side(consultation, withheld.episode), "because": withheld.because}
            for withheld in consultation.withheld
        ],
        "considerations": _considerations(consultation, decision.cards),
        **_person(record, _stated(lines, keys), asked.as_of),
        "resources": len(lines),
        "unreadable": len(record.unreadable),
        "left_out": len(record.left_out),
    }


def said(cards: Sequence[Card], *, evidence: bool) -> Row:
    """What an answer says by its cards alone: ids, tumours with tier and factors, and the digest of the whole."""
    about = [card["extension"] for card in cards]
    assessments = [extension[ASSESSMENT] for extension in about if ASSESSMENT in extension]
    return {
        "cards": [extension[CARD]["id"] for extension in about],
        "episodes": [_episode(one, evidence) for assessment in assessments for one in assessment["episodes"]],
        "answer": hashlib.sha256(canonical(cards)).hexdigest(),
    }


def _episode(episode: Mapping[str, Any], evidence: bool) -> Row:
    factors = [_factor(name, factor, evidence) for name, factor in sorted(episode["factors"].items())]
    missing = list(episode.get("missing", ()))
    return {"side": episode["side"], **_bounds(episode), "factors": factors, "missing": missing}


def _factor(name: str, factor: Mapping[str, Any], evidence: bool) -> Row:
    value = factor.get("value")
    number = isinstance(value, int | float)
    bounds = {"at_least": value, "at_most": value} if number else value if isinstance(value, Mapping) else {}
    return {
        "factor": name,
        "value": value if isinstance(value, str) else None,
        "number_at_least": bounds.get("at_least"),
        "number_at_most": bounds.get("at_most"),
        "unit": factor.get("unit"),
        **_bounds(factor),
        "why_unknown": factor.get("why_unknown"),
        "evidence": list(factor.get("evidence", ())) if evidence else [],
    }


def _bounds(said_of: Mapping[str, Any]) -> Row:
    """The tier as two bounds, equal where it is one; both None where the factor leaves it to the others."""
    tier = said_of.get("tier")
    span = said_of.get("range") or {"at_least": tier, "at_most": tier}
    return {"at_least": span["at_least"], "at_most": span["at_most"]}


def _considerations(consultation: Consultation, cards: Sequence[Card]) -> list[Row]:
    """Those that apply or cannot be told; of the rest the knowledge says that they do not apply."""
    listed = (entry["id"] for card in cards for entry in card["extension"][CARD].get("considerations", ()))
    on_cards = frozenset(listed)
    return [
        {
            "id": one.consideration.id,
            "side": _side(consultation, one.episode),
            "verdict": one.outcome.value,
            "on_card": one.consideration.id in on_cards,
            "missing": list(one.missing),
        }
        for one in consultation.considerations
        if one.outcome is not Outcome.DOES_NOT_APPLY
    ]


def _side(consultation: Consultation, episode: int | None) -> str | None:
    return None if episode is None else consultation.picture.episodes[episode].side or NO_SIDE


def _stated(lines: Iterable[tuple[int, bytes]], keys: Sequence[PrefetchKey]) -> Demographics:
    """What the Patient states; of several copies, what the first in the order of their texts does."""
    people = sum(1 << n for n, key in enumerate(keys) if key.resource_type == "Patient")
    return demographics(min(line for found_by, line in lines if found_by & people))


def _person(record: Record, stated: Demographics, as_of: date) -> Row:
    return {
        "age": age(record.patient, as_of),
        "sex": record.patient.gender,
        "birth_sex": stated.birth_sex,
        "race": list(stated.race),
        "ethnicity": stated.ethnicity,
    }
