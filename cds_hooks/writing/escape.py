"""Text out of a chart, made inert before it stands in a card's Markdown."""

import re
import string
import unicodedata

LONGEST = 80  # characters of one piece of chart text; more is noise on a card

# What GitHub's Markdown makes a link of although every character of it is escaped: addresses are looked for in the
# text that the reader sees, once the backslashes are gone. A blank at these places ends them.
_LINKS = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)|(?=@)|(?<=@)", re.IGNORECASE)
_PUNCTUATION = re.compile(f"[{re.escape(string.punctuation)}]")
_SPACES = re.compile(r"\s+")
# Cc C0/C1 controls, Cf bidi controls, zero-width characters and other invisible format characters, Cs lone
# surrogates, Co private use, Cn unassigned, Zl/Zp line and paragraph separators
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


_ISO_DATE = re.compile(r"\d{4}(-\d\d){0,2}", re.ASCII)


def shown_date(text: str) -> str:
    """A date of the chart, escaped unless it is plainly one."""
    return text if _ISO_DATE.fullmatch(text) else escape(text)


def plain(text: str) -> str:
    """The text on one line, without invisible characters, at most LONGEST characters."""
    spaced = _SPACES.sub(" ", text)
    seen = "".join(c for c in spaced if unicodedata.category(c) not in _INVISIBLE).strip()
    return seen if len(seen) <= LONGEST else seen[: LONGEST - 1].rstrip() + "…"


def escape(text: str) -> str:
    """`plain` text of which Markdown reads nothing as markup or as an address: every ASCII punctuation character is
    escaped, and a blank stands in what would be made a link of.
    """
    return _PUNCTUATION.sub(lambda found: "\\" + found.group(), _LINKS.sub(" ", plain(text)))
