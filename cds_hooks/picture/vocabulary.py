"""The vocabulary of facts and the code lists, as the readers use them. `knowledge` builds it from files."""

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Generic, TypeVar

from cds_hooks.fhir.record import Coding, Concept

# The system under which code lists hold words (a whole display, text or string answer, in lower case).
TEXT_SYSTEM = "urn:recurrence-cds:text"
CONTRADICTING_WORDS = "contradicting_words"
_SNOMED_TAG = re.compile(
    r" \((qualifier value|finding|disorder|situation|morphologic abnormality|observable entity)\)$"
)
_NONE: frozenset[str] = frozenset()
_Told = TypeVar("_Told")


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


def plain(text: str) -> str:
    """A text as code lists write it."""
    if text.isalpha():
        return text.lower()
    words = " ".join(text.lower().split()).removesuffix(".")
    return _SNOMED_TAG.sub("", words) if words.endswith(")") else words


@dataclass(frozen=True, slots=True)
class CodeList:
    """A code list: (canonical system, normalised code) -> meaning. `prefixes` hold (system, prefix) -> meaning; of
    several prefixes of a code the longest tells. `every` are all its meanings; `has_words` says that it has words.
    """

    name: str
    meanings: Mapping[tuple[str, str], str]
    prefixes: Mapping[tuple[str, str], str]
    every: frozenset[str] = field(init=False, repr=False, compare=False)
    has_words: bool = field(init=False, repr=False, compare=False)
    _texts: frozenset[str] = field(init=False, repr=False, compare=False)
    _starts: Mapping[str, "_Starts[str]"] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_starts", _by_system(self.prefixes))
        object.__setattr__(self, "every", frozenset({*self.meanings.values(), *self.prefixes.values()}))
        texts = frozenset(code for system, code in self.meanings if system == TEXT_SYSTEM)
        object.__setattr__(self, "_texts", texts)
        object.__setattr__(self, "has_words", bool(texts) or TEXT_SYSTEM in self._starts)

    def meaning(self, coding: Coding) -> str | None:
        """What this code means in this list; None if it is not in it. A coding without a system never matches."""
        if coding.system is None or coding.code is None:
            return None
        return self._meaning(coding.system, coding.code)

    def said(self, text: str) -> str | None:
        """What this whole text, or word, means in this list."""
        return self._meaning(TEXT_SYSTEM, plain(text)) if self.has_words else None

    def _meaning(self, system: str, code: str) -> str | None:
        exact = self.meanings.get((system, code))
        if exact is not None or system not in self._starts:
            return exact
        starts = self._starts[system]
        return next(iter(starts.of(code)), None) if starts.may_tell(code) else None

    def said_among(self, texts: AbstractSet[str]) -> AbstractSet[str]:
        """Those of these texts, as code lists write them, that mean something in this list."""
        if TEXT_SYSTEM in self._starts:
            return {text for text in texts if self._meaning(TEXT_SYSTEM, text) is not None}
        return texts & self._texts

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
        found = [m for concept in concepts for m in self.meanings_of(concept)]
        return frozenset(found) if found else _NONE


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Facts by id, code lists by name, and the numbers that readers need (`numbers` of `facts.yaml`).

    `contradicting` finds any of the words of a row of the list of contradicting words in a text in lower case.
    `first_words` begin a text of several words in some list; `told_by_silence` are the facts with an `if_absent`;
    `read_from` are the keys of all facts.
    """

    facts: Mapping[str, FactDefinition]
    codelists: Mapping[str, CodeList]
    numbers: Mapping[str, Decimal]
    _naming: Mapping[tuple[str, str], frozenset[str]] = field(init=False, repr=False, compare=False)
    _starts: Mapping[str, "_Starts[frozenset[str]]"] = field(init=False, repr=False, compare=False)
    _texts: frozenset[str] = field(init=False, repr=False, compare=False)
    contradicting: Mapping[str, re.Pattern[str]] = field(init=False, repr=False, compare=False)
    first_words: frozenset[str] = field(init=False, repr=False, compare=False)
    told_by_silence: tuple[str, ...] = field(init=False, repr=False, compare=False)
    read_from: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        lists = self.codelists.items()
        starting = _names_by_code((name, codelist.prefixes) for name, codelist in lists)
        object.__setattr__(self, "_naming", _names_by_code((name, codelist.meanings) for name, codelist in lists))
        object.__setattr__(self, "_starts", _by_system(starting))
        forbidden = self.codelists.get(CONTRADICTING_WORDS)
        rows = {*forbidden.meanings.values(), *forbidden.prefixes.values()} if forbidden else set()
        object.__setattr__(self, "contradicting", {row: _any_of(row.split("|")) for row in rows})
        definitions = self.facts.values()
        object.__setattr__(self, "told_by_silence", tuple(d.id for d in definitions if d.if_absent is not None))
        object.__setattr__(self, "read_from", frozenset(key for d in definitions for key in d.read_from))
        exact = frozenset(code for system, code in self._naming if system == TEXT_SYSTEM)
        object.__setattr__(self, "_texts", exact)
        texts = [code for system, code in (*self._naming, *starting) if system == TEXT_SYSTEM]
        object.__setattr__(self, "first_words", frozenset(text.split()[0] for text in texts if " " in text))

    def lists_naming(self, concept: Concept) -> frozenset[str]:
        """The names of the code lists that have one of the concept's codes, by itself or by its beginning."""
        found = _NONE
        for coding in concept.codings:
            system, code = coding.system, coding.code
            if system is None or code is None:
                continue
            if names := self._naming.get((system, code)):
                found = found | names if found else names
            if (starts := self._starts.get(system)) is not None and starts.may_tell(code):
                found = found.union(*starts.of(code))
        return found

    def lists_saying(self, texts: set[str]) -> frozenset[str]:
        """The names of the code lists that have one of these texts, or the beginning of one, as words."""
        found, starts = _NONE, self._starts.get(TEXT_SYSTEM)
        for text in texts & self._texts:
            found |= self._naming[TEXT_SYSTEM, text]
        if starts is not None:
            for text in filter(starts.may_tell, texts):
                found = found.union(*starts.of(text))
        return found


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word) for word in words if word) or r"(?!)")


def _names_by_code(lists: Iterable[tuple[str, Iterable[tuple[str, str]]]]) -> dict[tuple[str, str], frozenset[str]]:
    """The names of the lists that hold each code, or each beginning of one."""
    found: dict[tuple[str, str], set[str]] = {}
    for name, codes in lists:
        for code in codes:
            found.setdefault(code, set()).add(name)
    return {code: frozenset(names) for code, names in found.items()}


def _by_system(prefixes: Mapping[tuple[str, str], _Told]) -> dict[str, "_Starts[_Told]"]:
    found: dict[str, dict[str, _Told]] = {}
    for (system, prefix), told in prefixes.items():
        found.setdefault(system, {})[prefix] = told
    return {system: _Starts(told) for system, told in found.items()}


class _Starts(Generic[_Told]):
    """What the beginnings of one system's codes tell."""

    def __init__(self, told: Mapping[str, _Told]) -> None:
        self._told = told
        self._lengths = sorted({len(prefix) for prefix in told}, reverse=True)
        self._shortest = self._lengths[-1]
        self._first_letters = frozenset(prefix[: self._shortest] for prefix in told)

    def may_tell(self, code: str) -> bool:
        """False for most codes: they begin like none of these."""
        return code[: self._shortest] in self._first_letters

    def of(self, code: str) -> list[_Told]:
        """What the beginnings of this code tell, the longest first."""
        return [self._told[code[:length]] for length in self._lengths if code[:length] in self._told]
