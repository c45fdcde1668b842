"""Parts of the clinician's guide: tables, lists, evidence and examples in GitHub Flavored Markdown."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cds_hooks.knowledge.background import Example
from cds_hooks.knowledge.library import Knowledge
from cds_hooks.reasoning.considerations import Citation
from cds_hooks.writing.rules import Rules

SEEN = {
    "full": "read in full",
    "abstract": "abstract or pages read",
    "secondary": "as quoted elsewhere",
    "recalled": "recalled, not read",
}
OUTCOMES = {"applies": "applies", "does_not_apply": "does not apply", "cannot_tell": "cannot be told"}
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_NOT_IN_A_SLUG = re.compile(r"[^\w\- ]")


@dataclass(frozen=True, slots=True)
class Told:
    """The knowledge, and how its conditions are put into words."""

    knowledge: Knowledge
    rules: Rules

    def cited(self, citation: Citation) -> str:
        """The source by its label, as a link where it has an address."""
        source = self.knowledge.sources[citation.source]
        return f"[{cell(source.label)}]({source.url})" if source.url else cell(source.label)


def told(knowledge: Knowledge) -> Told:
    """Ready to tell of this knowledge."""
    return Told(knowledge, Rules(knowledge.vocabulary.facts, knowledge.wording))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; the cells are Markdown without a bare "|"."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def bullets(items: Iterable[str]) -> str:
    """A list."""
    return "\n".join(f"- {item}" for item in items)


def cell(text: str) -> str:
    """Text of a file on one line, so that it cannot break a table or pass for a tag."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "\\<")


def filled_in(told: Told, text: str) -> str:
    """A text of a card with the names of what stands in it for a patient: "due since ‹month›"."""
    names = {
        "breast": "left or right breast",
        "other_breast": "right or left breast",
        "last_done": "date",
        "due_since": "month",
    }
    facts = told.knowledge.vocabulary.facts
    return cell(_PLACEHOLDER.sub(lambda found: f"‹{names.get(found[1]) or facts[found[1]].title}›", text))


def sentence(text: str) -> str:
    """With a capital first letter and a full stop."""
    text = " ".join(text.split())
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def slug(heading: str) -> str:
    """The anchor that GitHub makes of a heading, and the web page with it."""
    return _NOT_IN_A_SLUG.sub("", heading.lower()).replace(" ", "-")


def evidence(told: Told, citations: Iterable[Citation]) -> str:
    """Source, what it says, where, and how it was seen."""
    rows = [(told.cited(one), cell(one.says), cell(one.where), SEEN[one.seen]) for one in citations]
    return table(("Source", "What it says", "Where", "How it was seen"), rows)


def examples(told: Told, given: Iterable[Example]) -> str:
    """Made-up patients and what comes out."""
    rows = [(cell(one.story), cell(told.rules.given(one.given)), OUTCOMES.get(one.expect, one.expect)) for one in given]
    return table(("Example", "What is on file", "Comes out as"), rows)
