"""The knowledge as one immutable value: what `cards/` says, checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cds_hooks.fhir.prefetch import PrefetchKey
from cds_hooks.fhir.sift import Sieve
from cds_hooks.knowledge.background import FOUNDATION, Background
from cds_hooks.picture.vocabulary import Vocabulary
from cds_hooks.reasoning.considerations import Consideration, Status
from cds_hooks.reasoning.gates import Gate
from cds_hooks.reasoning.tiers import TierTable

_OVERRIDE_REASON = "override.reason."


@dataclass(frozen=True, slots=True)
class Part:
    """How far one of FOUNDATION has come: a file that every card rests on."""

    version: int
    status: Status


@dataclass(frozen=True, slots=True)
class Service:
    """One entry of `services.yaml`: what discovery announces, and the prefetch keys with their templates."""

    id: str
    hook: str
    title: str
    description: str
    usage_requirements: str
    prefetch: tuple[PrefetchKey, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """One entry of `sources.yaml`: where a statement comes from. `url` is None where there is none to give; `short` is
    its name on a card, where there is no room for the label.
    """

    id: str
    label: str
    url: str | None
    note: str
    short: str


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Everything in the knowledge folder. `wording` maps a key ("summary.tier") to a template with {placeholders};
    `fingerprint` is the sha-256 over the content of all its files, as "sha256:<64 hex>"; `foundation` holds what
    FOUNDATION names; `considerations` come in the order of their ids; `background` is what the guide tells beyond that;
    `files` are the files that the fingerprint is of. From these follow `titles`, those of the facts by their ids, and
    `override_reasons`, the words for each code by which a card may be overridden, in the order of the file.
    """

    vocabulary: Vocabulary
    tiers: TierTable
    gates: Mapping[str, Gate]
    service: Service
    sieve: Sieve
    sources: Mapping[str, Source]
    wording: Mapping[str, str]
    fingerprint: str
    foundation: Mapping[str, Part]
    considerations: tuple[Consideration, ...] = ()
    background: Background = field(default_factory=Background)
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False, compare=False)
    titles: Mapping[str, str] = field(init=False, repr=False, compare=False)
    override_reasons: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        reasons = {key: words for key, words in self.wording.items() if key.startswith(_OVERRIDE_REASON)}
        object.__setattr__(self, "titles", {id_: fact.title for id_, fact in self.vocabulary.facts.items()})
        object.__setattr__(
            self, "override_reasons", {key.removeprefix(_OVERRIDE_REASON): words for key, words in reasons.items()}
        )

    @property
    def foundation_approved(self) -> bool:
        """True if a clinician approved all that every card rests on."""
        return all(self.foundation[name].status is Status.APPROVED for name in FOUNDATION)

    @property
    def approved(self) -> bool:
        """True if a clinician approved everything that can speak on a card."""
        return self.foundation_approved and all(each.status is not Status.DRAFT for each in self.considerations)
