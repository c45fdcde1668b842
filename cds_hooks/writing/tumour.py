"""One tumour with its tier and its facts, and which fact stands for each factor."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cds_hooks.consult import Consultation
from cds_hooks.picture.fact import Fact, Known, Unknown, Why
from cds_hooks.reasoning.tiers import EpisodeTier

# The machine names of the factors are part of the answer's format (extension org.recurrence-cds.assessment);
# the fact is the one whose value the factor shows.
SHOWN_FACT: Mapping[str, str] = MappingProxyType(
    {
        "size": "tumour_size",
        "grade": "grade",
        "hormone_receptors": "hormone_receptor",
        "her2": "her2",
        "nodes": "positive_nodes",
        "vascular_invasion": "vascular_invasion",
        "local_extension": "local_extension",
    }
)

_NOT_RECORDED = Unknown(Why.NOT_RECORDED)


@dataclass(frozen=True, slots=True)
class Tumour:
    """An episode that has a tier. `side` is "right", "left" or ""; `facts` are the episode's and the patient's."""

    side: str
    tier: EpisodeTier
    facts: Mapping[str, Fact]

    def fact(self, fact_id: str) -> Fact:
        """The fact; one that nobody looked for is not recorded."""
        return self.facts.get(fact_id, _NOT_RECORDED)

    def shown(self, factor: str) -> Fact:
        """The fact whose value stands for a factor ("size")."""
        return self.fact(SHOWN_FACT[factor])

    def says(self, fact_id: str, word: str) -> bool:
        """True if the fact is known to be this word; an unknown fact says nothing."""
        fact = self.fact(fact_id)
        return isinstance(fact, Known) and fact.value == word

    @property
    def settled(self) -> bool:
        """True if the tier is one tier, not a range."""
        return self.tier.at_least is self.tier.at_most

    @property
    def triple_negative(self) -> bool:
        """True only if hormone receptors and HER2 are all known to be negative."""
        return self.says("hormone_receptor", "negative") and self.says("her2", "negative")


def tumours(consultation: Consultation) -> tuple[Tumour, ...]:
    """The tumours that have a tier, in the order of the picture."""
    found = []
    for tier in consultation.tiers:
        episode = consultation.picture.episodes[tier.episode]
        found.append(Tumour(episode.side, tier, consultation.picture.facts_of(episode)))
    return tuple(found)
