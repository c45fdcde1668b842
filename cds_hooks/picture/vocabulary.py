"""The vocabulary of facts and the code lists, as the readers use them. `knowledge` builds it from files."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from cds_hooks.fhir.record import Coding, Concept


class Scope(Enum):
    """Whom a fact is about."""

    PATIENT = "patient"
    EPISODE = "episode"


class Kind(Enum):
    """What a fact's value is."""

    NUMBER = "number"
    WORD = "word"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class FactDefinition:
    """One entry of `facts.yaml`. `words` are the allowed values of a word or list fact; `if_absent` is the value
    that the chart's silence proves (only where silence is evidence enough); `read_from` are prefetch keys,
    `sought` the code lists sought in them: an unreadable resource with one of their codes leaves the fact open. `words`
    is empty for a word shown as recorded ("pT2"), which no condition tests; `whole` marks a number that is counted.
    """

    id: str
    title: str
    scope: Scope
    kind: Kind
    unit: str | None
    words: tuple[str, ...]
    if_absent: str | None
    read_from: tuple[str, ...]
    whole: bool = False
    sought: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CodeList:
    """A code list: (canonical system, normalised code) -> meaning. `prefixes` hold (system, prefix) -> meaning."""

    name: str
    meanings: Mapping[tuple[str, str], str]
    prefixes: Mapping[tuple[str, str], str]

    def meaning(self, coding: Coding) -> str | None:
        """What this code means in this list; None if it is not in it. A coding without a system never matches."""
        if coding.system is None or coding.code is None:
            return None
        exact = self.meanings.get((coding.system, coding.code))
        if exact is not None:
            return exact
        for (system, prefix), meaning in self.prefixes.items():
            if coding.system == system and coding.code.startswith(prefix):
                return meaning
        return None

    def meanings_of(self, concept: Concept | None) -> frozenset[str]:
        """All meanings that the concept's codings have in this list."""
        found = (self.meaning(c) for c in (concept.codings if concept else ()))
        return frozenset(m for m in found if m is not None)

    def words_of(self, concept: Concept | None) -> frozenset[str]:
        """The words of all meanings that the concept's codings have: some lists give one code several."""
        return frozenset(word for meaning in self.meanings_of(concept) for word in meaning.split())

    def of_any(self, concepts: Iterable[Concept]) -> frozenset[str]:
        """All meanings over several concepts."""
        return frozenset(m for concept in concepts for m in self.meanings_of(concept))


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Facts by id, code lists by name, and the numbers that readers need (`numbers` of `facts.yaml`)."""

    facts: Mapping[str, FactDefinition]
    codelists: Mapping[str, CodeList]
    numbers: Mapping[str, Decimal]
