"""Made-up consultations that stretch the words of considerations: every fact at its longest, every caution both said
and asked for, each consideration alone and all of them together.
"""

from collections.abc import Iterator
from decimal import Decimal

from msgspec.structs import replace

from cds_hooks.consult import Consultation
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.picture.episode import Episode, Picture
from cds_hooks.picture.fact import Evidence, Fact, Interval, Known
from cds_hooks.picture.vocabulary import FactDefinition, Kind, Scope
from cds_hooks.reasoning.conditions import each_test, in_words
from cds_hooks.reasoning.considerations import Consideration, Considered, Outcome
from cds_hooks.reasoning.stratify import stratify
from cds_hooks.reasoning.verdict import Because, Truth

_PROOF = (Evidence("Observation/1", "2024-12-31", ("preliminary",)),)
_NUMBER = Interval(Decimal("19.9"), Decimal("29.9"), low_open=True, high_open=True)
_COUNT = Interval(Decimal(19), Decimal(29))


def extremes_considered(knowledge: Knowledge) -> Iterator[tuple[str, Consultation]]:
    """Each consultation with the name of the file that it stretches."""
    considerations = knowledge.considerations
    for each in considerations:
        for found in _outcomes(each):
            yield f"considerations/{each.id}.yaml", _consultation(knowledge, (found,))
    if considerations:
        everything = tuple(found for each in considerations for found in _outcomes(each))
        yield "considerations", _consultation(knowledge, everything)


def _outcomes(consideration: Consideration) -> Iterator[Considered]:
    """It applies; it cannot be told and asks; nothing was found of what is due."""
    because = tuple(
        Because(test.fact, in_words(test), Truth.YES) for test in dict.fromkeys(each_test(consideration.asked))
    )
    episode = 0 if consideration.scope is Scope.EPISODE else None
    cautions = consideration.cautions
    applies = Considered(consideration, episode, Outcome.APPLIES, because, warnings=cautions, to_confirm=cautions)
    yield applies
    if consideration.ask_for:
        yield replace(applies, outcome=Outcome.CANNOT_TELL, missing=consideration.ask_for)
    if consideration.due is not None:
        missing = (consideration.due.fact,)
        yield replace(applies, outcome=Outcome.CANNOT_TELL, missing=missing, none_found=True)


def _consultation(knowledge: Knowledge, considered: tuple[Considered, ...]) -> Consultation:
    facts: dict[Scope, dict[str, Fact]] = {Scope.PATIENT: {}, Scope.EPISODE: {}}
    for id_, definition in knowledge.vocabulary.facts.items():
        facts[definition.scope][id_] = Known(definition.if_absent or _longest(definition), _PROOF)
    picture = Picture(facts[Scope.PATIENT], (Episode("right", ("Condition/1",), facts[Scope.EPISODE]),))
    tiers, withheld = stratify(picture, knowledge.tiers, knowledge.gates)
    return Consultation(picture, tiers, withheld, knowledge.fingerprint, considered, "Patient/1")


def _longest(definition: FactDefinition) -> Interval | str | tuple[str, ...]:
    if definition.kind is Kind.NUMBER:
        return _COUNT if definition.whole else _NUMBER
    if definition.kind is Kind.LIST:
        return definition.words
    return max(definition.words, key=len, default="")
