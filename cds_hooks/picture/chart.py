"""The chart as the readers look at it: a record whose resources are found by the code lists that name them.

Most of some hundred code lists name nothing of a given patient. Each resource is therefore looked up once, in all lists
together, and a reader looks only at what its own lists name.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import TypeVar

from cds_hooks.fhir.record import Component, Concept, Condition, KeyState, MedicationUse, Observation, Procedure, Record
from cds_hooks.picture.answers import Slot, slots_at
from cds_hooks.picture.diagnosis import breast_meanings, is_other_cancer
from cds_hooks.picture.finding import Seen
from cds_hooks.picture.in_words import lists_in
from cds_hooks.picture.order import in_fixed_order
from cds_hooks.picture.vocabulary import Vocabulary, plain

# The states of a key that brought all there is.
OBTAINED = (KeyState.COMPLETE, KeyState.EMPTY)
_Resource = TypeVar("_Resource")


class Chart:
    """A record, the vocabulary and the day of the consultation. `obtained` are the keys that brought all there is;
    `is_whole` says that every fact was looked for in all there is, and nothing was unreadable.

    A list names a resource if it has one of its codes, or any words of its texts. That is wider than what any reader
    takes as said, so that none misses a resource by it: what is meant, the reader tells.
    """

    def __init__(self, record: Record, vocabulary: Vocabulary, today: date) -> None:
        self.record, self.vocabulary, self.today = record, vocabulary, today
        self._conditions = self._by_list(record.conditions, lambda c: c.code)
        self._procedures = self._by_list(record.procedures, lambda p: p.code)
        self._medications = self._by_list(record.medications, lambda m: m.drug)
        self.obtained = frozenset(key for key, state in record.states.items() if state in OBTAINED)
        self.is_whole = vocabulary.read_from <= self.obtained and not record.unreadable
        self.observations = in_fixed_order(record.observations, lambda o: o.origin.reference)
        self._places = self._places_by_list()
        self._slots: dict[str, tuple[tuple[int, Slot], ...]] = {}

    def conditions(self, name: str, *more: str) -> tuple[Condition, ...]:
        """The diagnoses that any of the lists names, each once."""
        return _of_any(self._conditions, (name, *more)) if more else self._conditions.get(name, ())

    def procedures(self, name: str, *more: str) -> tuple[Procedure, ...]:
        """The procedures that any of the lists names, each once."""
        return _of_any(self._procedures, (name, *more)) if more else self._procedures.get(name, ())

    def medications(self, name: str, *more: str) -> tuple[MedicationUse, ...]:
        """The drugs that any of the lists names, each once."""
        return _of_any(self._medications, (name, *more)) if more else self._medications.get(name, ())

    def asked(self, name: str) -> tuple[tuple[int, Slot], ...]:
        """Every place where a question of the list is asked, with the number of its Observation among all of them."""
        if name not in self._places:
            return ()
        if name not in self._slots:
            questions = self.vocabulary.codelists[name]
            self._slots[name] = tuple(
                (at, slot)
                for at, place in self._places[name]
                for slot in slots_at(place, self.seen[at], questions, self.vocabulary)
            )
        return self._slots[name]

    def slots(self, name: str) -> Iterator[Slot]:
        """The same places alone."""
        return (slot for _, slot in self.asked(name))

    def asked_in_words(self, name: str) -> list[int]:
        """The numbers of the Observations whose question, in words, is a whole text of the list."""
        said = self.vocabulary.codelists[name].said_among(self._texts_asked.keys())
        return sorted({at for text in said for at in self._texts_asked[text]})

    @cached_property
    def seen(self) -> tuple[Seen, ...]:
        """The Observations as the only tumour of a chart sees them."""
        return tuple(map(Seen, self.observations))

    @cached_property
    def _texts_asked(self) -> dict[str, list[int]]:
        """The texts of all questions, each with the numbers of the Observations that ask it."""
        found: dict[str, list[int]] = {}
        for at, observation in enumerate(self.observations):
            for text in texts_asked(observation.code):
                found.setdefault(plain(text), []).append(at)
        return found

    @cached_property
    def breast_tumours(self) -> tuple[Condition, ...]:
        """All diagnoses of a breast tumour, in a fixed order."""
        named = self.conditions("breast_cancer_conditions")
        return in_fixed_order((c for c in named if breast_meanings(c, self.vocabulary)), lambda c: c.origin.reference)

    @cached_property
    def breast_diagnoses(self) -> frozenset[str]:
        """The references of all diagnoses of a breast tumour."""
        return frozenset(c.origin.reference for c in self.breast_tumours)

    @cached_property
    def other_cancer(self) -> bool:
        """True if a cancer of another organ is on record."""
        named = self.conditions("other_cancer_conditions")
        return any(is_other_cancer(condition, self.vocabulary) for condition in named)

    def _places_by_list(self) -> dict[str, list[tuple[int, Observation | Component]]]:
        found: dict[str, list[tuple[int, Observation | Component]]] = {}
        for at, observation in enumerate(self.observations):
            places: tuple[Observation | Component, ...] = (observation, *observation.components)
            for place in places:
                for name in self.vocabulary.lists_naming(place.code):
                    found.setdefault(name, []).append((at, place))
        return found

    def _by_list(
        self, resources: Iterable[_Resource], concept_of: Callable[[_Resource], Concept]
    ) -> dict[str, tuple[_Resource, ...]]:
        found: dict[str, list[_Resource]] = {}
        for resource in resources:
            for name in _lists_naming(concept_of(resource), self.vocabulary):
                found.setdefault(name, []).append(resource)
        return {name: tuple(named) for name, named in found.items()}


def texts_asked(concept: Concept) -> set[str]:
    """The texts in which it can be written what is asked; some charts write a name in the place of a code."""
    texts = {concept.text, *(c.display for c in concept.codings), *(c.code for c in concept.codings)}
    return {text for text in texts if text}


def _of_any(named: Mapping[str, tuple[_Resource, ...]], names: tuple[str, ...]) -> tuple[_Resource, ...]:
    found = [named[name] for name in names if name in named]
    if len(found) < 2:
        return found[0] if found else ()
    return tuple({id(resource): resource for some in found for resource in some}.values())


def _lists_naming(concept: Concept, vocabulary: Vocabulary) -> frozenset[str]:
    """The lists that have a code of the concept, or any words of its texts."""
    found = vocabulary.lists_naming(concept)
    for text in {concept.text, *(coding.display for coding in concept.codings)}:
        if text:
            found |= lists_in(text, vocabulary)
    return found
