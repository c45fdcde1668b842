"""What a decision came to, in words of our own: for searching and counting, and for the feedback that will come."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID, uuid5

from cds_hooks.audit.entry import CardShown, Spoken, Summary
from cds_hooks.consult import Consultation
from cds_hooks.decide import Decision
from cds_hooks.fhir.codes import ICD_9_CM, ICD_10, ICD_10_CM, ICD_10_GM, ICD_O_3, LOINC, NCIT, SNOMED
from cds_hooks.fhir.datatypes import Concept, Quantity
from cds_hooks.fhir.record import Record
from cds_hooks.fhir.sift import Sieve
from cds_hooks.picture.fact import Fact
from cds_hooks.reasoning.considerations import CardKind, Considered
from cds_hooks.reasoning.grounds import grounds
from cds_hooks.reasoning.tiers import EpisodeTier
from cds_hooks.writing.compose import CARD

_UNITS = frozenset(
    {"um", "mm", "cm", "m", "%", "1", "#", "{#}", "{nodes}", "{score}", "{count}"}
)  # of the factors of the tier
_SYSTEMS = frozenset({SNOMED, LOINC, NCIT, ICD_10, ICD_10_CM, ICD_10_GM, ICD_9_CM, ICD_O_3})
_OTHER = "other"


def summary(decision: Decision, record: Record, sieve: Sieve) -> Summary:
    """The searchable words of a decision."""
    consultation = decision.consultation
    if consultation is None:
        return Summary(silence=decision.silence)
    read = list(_read_from(consultation, record))
    return Summary(
        tier=_tier(consultation.tiers),
        silence=decision.silence,
        missing=tuple(sorted({fact for tier in consultation.tiers for fact in tier.could_change})),
        considerations=tuple(sorted({one.consideration.id for one in consultation.considerations if one.shown})),
        codes=tuple(sorted({f"{fact}={_code(concept, kind, sieve)}" for fact, kind, concept, _ in read})),
        units=tuple(sorted({f"{fact}={_unit(q)}" for fact, _, __, values in read for q in values})),
    )


def cards_shown(decision: Decision, decision_id: str) -> tuple[CardShown, ...]:
    """The cards of an answer as the journal keeps them, read from the answer itself."""
    return tuple(_shown(card, decision.consultation, decision_id) for card in decision.cards)


def _shown(card: Mapping[str, Any], consultation: Consultation | None, decision_id: str) -> CardShown:
    about = card["extension"][CARD]
    verdicts = {said["id"]: said["verdict"] for said in about["considerations"]}
    every = () if consultation is None else consultation.considerations
    spoken = [one for one in every if one.consideration.id in verdicts and (one.shown or one.asks)]
    known = {one.consideration.id for one in spoken}
    own = [Spoken(id_, verdict) for id_, verdict in verdicts.items() if id_ not in known]
    said = [] if consultation is None else [_spoken(one, consultation) for one in spoken]
    return CardShown(
        uuid=card["uuid"],
        card_id=about["id"],
        indicator=card["indicator"],
        considerations=(*own, *said),
        suggestions=dict(_suggestions(card, spoken, UUID(decision_id))),
    )


def _spoken(one: Considered, consultation: Consultation) -> Spoken:
    picture = consultation.picture
    episode = None if one.episode is None else picture.episodes[one.episode]
    facts = picture.patient if episode is None else picture.facts_of(episode)
    return Spoken(
        id=one.consideration.id,
        verdict=one.outcome.value,
        side="" if episode is None else episode.side,
        facts=grounds(one.consideration, facts),
        shown=one.shown and one.consideration.card.kind is not CardKind.LIVING_AFTER,
    )


def _suggestions(card: Mapping[str, Any], spoken: Iterable[Considered], decision: UUID) -> Iterator[tuple[str, str]]:
    offered = {suggestion["uuid"] for suggestion in card.get("suggestions", ())}
    for one in spoken:
        for order in one.consideration.suggestions:
            uuid = str(uuid5(decision, f"{one.consideration.id}/{one.episode}/{order.id}"))
            if uuid in offered:
                yield uuid, one.consideration.id


def _tier(tiers: tuple[EpisodeTier, ...]) -> str | None:
    """The highest of all tumours, bound by bound: "high", or "low-high" where it is a range."""
    if not tiers:
        return None
    least, most = max(tier.at_least for tier in tiers), max(tier.at_most for tier in tiers)
    return least.name.lower() if least is most else f"{least.name.lower()}-{most.name.lower()}"


Read = tuple[str, str, Concept, tuple[Quantity, ...]]


def _read_from(consultation: Consultation, record: Record) -> Iterator[Read]:
    """For each fact of the tier table, the resources that prove it: the type, the code, the quantities."""
    resources = {
        **{one.origin.reference: ("Condition", one.code, ()) for one in record.conditions},
        **{
            one.origin.reference: ("Observation", one.code, tuple(v for v in one.values if isinstance(v, Quantity)))
            for one in record.observations
        },
    }
    for tier in consultation.tiers:
        facts = consultation.picture.facts_of(consultation.picture.episodes[tier.episode])
        for name in dict.fromkeys(fact for result in tier.factors for fact in result.row.facts):
            for reference in _proofs(facts.get(name)):
                if (found := resources.get(reference)) is not None:
                    yield name, *found


def _proofs(fact: Fact | None) -> tuple[str, ...]:
    return () if fact is None else tuple(one.reference for one in fact.evidence)


def _code(concept: Concept, kind: str, sieve: Sieve) -> str:
    """The code that was sought; what a client made up is not repeated, neither a code nor a system nor a suffix."""
    sought, prefixes = sieve.codes.get(kind, frozenset()), sieve.prefixes.get(kind, ())
    for coding in concept.codings:
        system = coding.system if coding.system in _SYSTEMS else _OTHER
        if coding.code in sought:
            return f"{system}|{coding.code}"
        for prefix in prefixes:
            if (coding.code or "").startswith(prefix):
                return f"{system}|{prefix}*"
    return _OTHER


def _unit(quantity: Quantity) -> str:
    written = quantity.code or quantity.unit or "none"
    return written if written in _UNITS or written == "none" else _OTHER
