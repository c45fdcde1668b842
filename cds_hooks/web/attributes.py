"""The source attributes of the cards, by card and version, for programs and for people.

A card links to those of the version that it was made by; an older one is read from the journal, which keeps it as data.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from cds_hooks.audit.snapshots import Snapshots, kept
from cds_hooks.errors import KnowledgeBroken, NotInJournal, UnknownVersion
from cds_hooks.reasoning.ranking import ORDER
from cds_hooks.web.desk import Desk
from cds_hooks.writing.attributes import source_attributes

Json = dict[str, Any]
VERSIONS_AT_HAND = 16  # rendered; what is older is read again
_NO_VERSION = (
    "There is no such version, or this program does not read it any more. A version is a fingerprint of the knowledge, "
    "or with card= the number of that card's version."
)
CARDS = tuple(kind.value for kind in ORDER)


class Attributes:
    """The source attributes of every version that the journal keeps."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._told = lru_cache(maxsize=VERSIONS_AT_HAND)(self._read)

    def find(self, version: str | None, card: str | None) -> Json:
        """Those of a version: a fingerprint, or the number of a card's version; of all cards or of one.

        Without a version, those of the knowledge that is served. Raises UnknownVersion, JournalUnavailable.
        """
        if card is not None and card not in CARDS:
            raise UnknownVersion(f"There is no such card. There are: {', '.join(CARDS)}.")
        told = self._of(version, card)
        if told is None:
            raise UnknownVersion(f"{_NO_VERSION} There are: {', '.join(self._versions())}.")
        return told if card is None else {**told, "cards": [each for each in told["cards"] if each["card"] == card]}

    def _of(self, version: str | None, card: str | None) -> Json | None:
        current = self._desk.knowledge.fingerprint
        if version in (None, current):
            return self._told(current)
        if version in (versions := tuple(self._versions())):
            return self._told(version)
        every = (self._told(each) for each in versions) if card is not None else ()
        return next((told for told in every if told is not None and _number(told, card) == version), None)

    def _versions(self) -> Iterator[str]:
        """The fingerprints there are, the one that is served first."""
        current = self._desk.knowledge.fingerprint
        yield current
        yield from (each for each in kept(self._desk.journal) if each != current)

    def _read(self, fingerprint: str) -> Json | None:
        """None for a version that this program cannot read any more."""
        if fingerprint == self._desk.knowledge.fingerprint:
            return source_attributes(self._desk.knowledge)
        try:
            return source_attributes(Snapshots(self._desk.journal).get(fingerprint))
        except (KnowledgeBroken, NotInJournal):
            return None


def _number(told: Json, card: str | None) -> str:
    return next(str(each["version"]) for each in told["cards"] if each["card"] == card)
