"""The words of the cards: templates of `wording.yaml`, filled and joined here and nowhere else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import Formatter

from cds_hooks.errors import KnowledgeBroken
from cds_hooks.reasoning.tiers import Tier


@dataclass(frozen=True, slots=True)
class Wording:
    """Templates by key; `titles` are the facts' titles, for those without a short name."""

    templates: Mapping[str, str]
    titles: Mapping[str, str]

    def say(self, key: str, **values: object) -> str:
        """The template with its placeholders filled. Raises KnowledgeBroken if the knowledge has no such words."""
        try:
            return self.templates[key].format_map(values)
        except (KeyError, ValueError, AttributeError, IndexError) as error:
            raise KnowledgeBroken((f"wording.yaml: {key} is missing or does not fit its use",)) from error

    def has(self, key: str) -> bool:
        """True if there are words for this key."""
        return key in self.templates

    def tier(self, tier: Tier) -> str:
        """The word for a tier."""
        return self.say(f"tier.{tier.name.lower()}")

    def range(self, at_least: Tier, at_most: Tier) -> str:
        """The word for a settled tier, or the words for a range."""
        if at_least is at_most:
            return self.tier(at_least)
        return self.say("range", at_least=self.tier(at_least), at_most=self.tier(at_most))

    def short(self, fact: str) -> str:
        """A fact's short name."""
        key = f"short.{fact}"
        return self.templates[key] if key in self.templates else self.titles.get(fact, fact)

    def listed(self, items: Sequence[str], shown: int) -> str:
        """The first `shown` items, and how many more there are."""
        first = ", ".join(items[:shown])
        more = len(items) - shown
        return first if more <= 0 else self.say("list.more", items=first, count=more)


def capital(text: str) -> str:
    """The text with a capital first letter; the rest as it is ("HER2" stays)."""
    return text[:1].upper() + text[1:]


def ids(text: str) -> tuple[str, ...]:
    """The ids in a comma-separated list."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def placeholders(template: str) -> frozenset[str]:
    """The names of a template's placeholders. Raises ValueError for a template that cannot be parsed."""
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name is not None)
