"""The picture: facts about the patient, and facts about each tumour episode."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cds_hooks.fhir.record import Unsupported
from cds_hooks.picture.fact import Evidence, Fact


@dataclass(frozen=True, slots=True)
class Episode:
    """One tumour: `side` is "left", "right" or "" when the chart gives none; `conditions` are the references of
    the diagnoses that it rests on; `facts` maps the fact ids of episode scope.
    """

    side: str
    conditions: tuple[str, ...]
    facts: Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class Picture:
    """All facts. `patient` maps the fact ids of patient scope; episodes come in a fixed order (right, left, no
    side), so that equal charts give equal answers. `set_aside` are resources that fed no fact, with the reason.

    Where no tumour is on file, `only_text` are the reports of breast pathology in words alone, and `only_named` the
    diagnoses that name a breast cancer in words that are not understood. `unsupported` is what came in the shape of
    another FHIR version, where there is a tumour or what was not read may tell of one.
    """

    patient: Mapping[str, Fact]
    episodes: tuple[Episode, ...] = ()
    set_aside: tuple[tuple[str, str], ...] = ()
    states: Mapping[str, str] = field(default_factory=dict)
    only_text: tuple[Evidence, ...] = ()
    unsupported: tuple[Unsupported, ...] = ()
    only_named: tuple[Evidence, ...] = ()

    def facts_of(self, episode: Episode) -> Mapping[str, Fact]:
        """Patient facts and the episode's own, in one mapping (their ids never clash: checked at start)."""
        return {**self.patient, **episode.facts}
