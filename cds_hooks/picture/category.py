"""TNM categories and stage groups as written: "ypT1c", "cN0", "pN1a(sn)", "cM0(i+)", "IIIA", "c3A"."""

import re
import unicodedata
from dataclasses import dataclass, replace

_CATEGORY = re.compile(
    r"(?<![A-Za-z0-9])(?P<prefix>[ycprami]{0,3})(?P<letter>[TNM])(?P<number>X|x|is|[0-4])(?P<sub>mi|[a-d])?"
    r"(?P<paren>\([^)]*\))*(?![A-Za-z0-9])"
)
# Where categories are written together ("pT2pN1aM0"). After "1c" the letter may belong to either: then it is not read.
_JOINT = re.compile(r"(?<=[0-9Xx)abdis])(?=y?p?[TNM](?:[0-4Xx]|is))|(?<=[0-9Xx)])(?<!T1)(?=y?c[TNM](?:[0-4Xx]|is))")
_STAGE = re.compile(r"(?<![A-Za-z0-9])[cpy]{0,2}(?P<number>0|IV|I{1,3}|[1-4])(?P<letter>[A-Ca-c])?\d?(?![A-Za-z0-9])")
_ROMAN = {"1": "I", "2": "II", "3": "III", "4": "IV"}


@dataclass(frozen=True, slots=True)
class Category:
    """One TNM category. `basis` is "c" (clinical), "p" (pathological) or "" (not said); `after_therapy` the y prefix;
    `of_recurrence` the r or a prefix (staging of a recurrence, or at autopsy).
    """

    letter: str
    number: str
    sub: str = ""
    basis: str = ""
    after_therapy: bool = False
    of_recurrence: bool = False

    @property
    def bare(self) -> str:
        """Without prefixes: "T1c"."""
        return f"{self.letter}{self.number}{self.sub}"

    @property
    def word(self) -> str:
        """As recorded: "ypT1c"."""
        return f"{'r' if self.of_recurrence else ''}{'y' if self.after_therapy else ''}{self.basis}{self.bare}"


def read_category(text: str, letter: str) -> Category | None:
    """The one category of this letter in a text, or None if there is none or more than one of any letter. Beside others
    ("ypT1c N0 M0") the y prefix counts for all.
    """
    apart = _JOINT.sub(" ", unicodedata.normalize("NFKC", text))
    found = {_category(m) for m in _CATEGORY.finditer(apart)}
    wanted = [category for category in found if category.letter == letter]
    if len(wanted) != 1 or len({category.letter for category in found}) != len(found):
        return None
    after_therapy = any(category.after_therapy for category in found)
    return wanted[0] if wanted[0].after_therapy == after_therapy else replace(wanted[0], after_therapy=after_therapy)


def categories_in(text: str) -> int:
    """How many of T, N and M a text names."""
    return sum(read_category(text, letter) is not None for letter in "TNM")


def read_stage(text: str) -> str | None:
    """The stage group in a text that is nothing else ("IIIA", "c3A", "Stage Ⅱ A"), as roman digits and letter."""
    plain = unicodedata.normalize("NFKC", text).strip()
    plain = re.sub(r"(?i)^(ajcc|uicc)?\s*(clinical|pathologic(al)?)?\s*stage( group)?\s*:?\s*", "", plain)
    match = _STAGE.fullmatch(re.sub(r"\s+", "", plain.split("(")[0]))
    if match is None:
        return None
    number = _ROMAN.get(match["number"], match["number"])
    return f"{number}{(match['letter'] or '').upper()}"


def joined(one: Category, other: Category) -> Category | None:
    """Two spellings of one category ("T1" beside "cT1c") as the more exact one, or None if they disagree."""
    if (one.letter, one.number) != (other.letter, other.number) or (one.sub and other.sub and one.sub != other.sub):
        return None
    if one.basis and other.basis and one.basis != other.basis:
        return None
    return Category(
        one.letter,
        one.number,
        one.sub or other.sub,
        one.basis or other.basis,
        one.after_therapy or other.after_therapy,
        one.of_recurrence or other.of_recurrence,
    )


def _category(match: re.Match[str]) -> Category:
    prefix = match["prefix"]
    number = "X" if match["number"] in ("X", "x") else match["number"]
    basis = next((b for b in "pc" if b in prefix), "")
    return Category(
        match["letter"], number, match["sub"] or "", basis, "y" in prefix, "r" in prefix or prefix.startswith("a")
    )
