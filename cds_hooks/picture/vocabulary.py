"""The vocabulary of facts and the code lists, as the readers use them. `knowledge` builds it from files."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum

from cds_hooks.fhir.record import Coding, Concept

# The system under which code lists hold words (a whole display, text or string answer, in lower case).
TEXT_SYSTEM = "urn:recurrence-cds:text"
_NONE: frozenset[str] = frozenset()


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
    has_words: bool = field(init=False, repr=False, compare=False)
    _by_system: Mapping[str, tuple[tuple[str, str], ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        systems = dict.fromkeys(system for system, _ in self.prefixes)
        starts = {one: tuple((p, m) for (of, p), m in self.prefixes.items() if of == one) for one in systems}
        object.__setattr__(self, "_by_system", starts)
        object.__setattr__(self, "has_words", any(system == TEXT_SYSTEM for system, _ in self.meanings))

    def meaning(self, coding: Coding) -> str | None:
        """What this code means in this list; None if it is not in it. A coding without a system never matches."""
        if coding.system is None or coding.code is None:
            return None
        exact = self.meanings.get((coding.system, coding.code))
        if exact is None and coding.system in self._by_system:
            starts, code = self._by_system[coding.system], coding.code
            return next((meaning for prefix, meaning in starts if code.startswith(prefix)), None)
        return exact

    def meanings_of(self, concept: Concept | None) -> frozenset[str]:
        """All meanings that the concept's codings have in this list."""
        found = [m for c in concept.codings if (m := self.meaning(c)) is not None] if concept else ()
        return frozenset(found) if found else _NONE

    def words_of(self, concept: Concept | None) -> frozenset[str]:
        """The words of all meanings that the concept's codings have: some lists give one code several."""
        meanings = self.meanings_of(concept)
        return frozenset(word for meaning in meanings for word in meaning.split()) if meanings else _NONE

    def of_any(self, concepts: Iterable[Concept]) -> frozenset[str]:
        """All meanings over several concepts."""
        return frozenset(m for concept in concepts for m in self.meanings_of(concept))


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Facts by id, code lists by name, and the numbers that readers need (`numbers` of `facts.yaml`)."""

    facts: Mapping[str, FactDefinition]
    codelists: Mapping[str, CodeList]
    numbers: Mapping[str, Decimal]
    _naming: Mapping[tuple[str, str], frozenset[str]] = field(init=False, repr=False, compare=False)
    _with_prefixes: Mapping[str, tuple[CodeList, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        naming: dict[tuple[str, str], set[str]] = {}
        for name, codelist in self.codelists.items():
            for code in codelist.meanings:
                naming.setdefault(code, set()).add(name)
        object.__setattr__(self, "_naming", {code: frozenset(names) for code, names in naming.items()})
        prefixed: dict[str, dict[str, CodeList]] = {}
        for name, codelist in self.codelists.items():
            for system, _ in codelist.prefixes:
                prefixed.setdefault(system, {})[name] = codelist
        object.__setattr__(self, "_with_prefixes", {system: tuple(of.values()) for system, of in prefixed.items()})

    def lists_naming(self, concept: Concept) -> set[str]:
        """The names of the code lists that have one of the concept's codes."""
        found: set[str] = set()
        for coding in concept.codings:
            if coding.system is not None and coding.code is not None:
                found |= self._naming.get((coding.system, coding.code), _NONE)
                with_prefixes = self._with_prefixes.get(coding.system, ())
                found.update(each.name for each in with_prefixes if each.meaning(coding) is not None)
        return found
