"""What a diagnosis says in words alone: no code of it is in a list, and yet its text is "Deep vein thrombosis, left".

It only cautions, so that a phrase of the list anywhere in the text is enough, unless a word beside it denies it.
"""

import re
from collections.abc import Iterator

from cds_hooks.fhir.record import Concept
from cds_hooks.picture.vocabulary import TEXT_SYSTEM, CodeList, Vocabulary, plain

IN_WORDS = "said in words alone"
PAST = "past"
_WORD = re.compile(r"[^\W_]+")
_LETTERS = re.compile(r"[^\W\d_]+")
_LONGEST = 4  # words of a phrase


def said_in_words(concept: Concept, codes: CodeList, vocabulary: Vocabulary) -> frozenset[str]:
    """The meanings of the list's phrases in the texts, with `PAST` where a word says that it is over.

    Nothing where the list knows one of the codes.
    """
    if not codes.has_words or codes.meanings_of(concept):
        return frozenset()
    beside = vocabulary.codelists["words_beside_diagnoses"]
    said = set[str]()
    for text in dict.fromkeys((concept.text, *(coding.display for coding in concept.codings))):
        words = [word.lower() for word in _WORD.findall(text or "")]
        found = [(at, meaning) for at, phrase in _phrases(words) if (meaning := _meaning(codes, phrase))]
        if not found:
            continue
        more = {(at, _meaning(beside, phrase)) for at, phrase in _phrases(words)}
        first = min(at for at, _ in found)
        if any(word == "denied" or (word == "denied_before" and at < first) for at, word in more):
            return frozenset()
        said |= {meaning for _, meaning in found} | ({PAST} if any(word == PAST for _, word in more) else set())
    return frozenset(said)


def lists_in(text: str, vocabulary: Vocabulary) -> frozenset[str]:
    """The names of all lists that have the text, a word of it, or a phrase in it: what any reader of words may find."""
    tokens = _WORD.findall(text)
    words = [token.lower() for token in tokens]
    letters = (part.lower() for token in tokens if not token.isalpha() for part in _LETTERS.findall(token))
    said = {plain(text), *words, *letters}
    for at, word in enumerate(words):
        if word in vocabulary.first_words:
            said.update(" ".join(words[at : at + n]) for n in range(2, _LONGEST + 1))
    return vocabulary.lists_saying(said)


def _phrases(words: list[str]) -> Iterator[tuple[int, str]]:
    """The words, and up to `_LONGEST` of them in a row, each with its place."""
    starts = range(len(words))
    return ((at, " ".join(words[at : at + n])) for n in range(1, _LONGEST + 1) for at in starts if at + n <= len(words))


def _meaning(codes: CodeList, phrase: str) -> str | None:
    """What exactly this phrase means: a row that is a prefix only finds a diagnosis."""
    return codes.meanings.get((TEXT_SYSTEM, phrase))
