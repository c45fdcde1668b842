"""A story: a person, what their tumours are, in whose words the chart says so, and what else happened."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.support.authoring.chart import Chart, References
from tests.support.authoring.noise import add_noise
from tests.support.authoring.tumour import Tumour

Style = Callable[[Chart, Tumour], Any]
More = Callable[[Chart], Any]


@dataclass(frozen=True)
class Story:
    """`name` becomes the folder. `more` adds what no style writes (a procedure, a second opinion, a death)."""

    name: str
    person: str
    born: str
    style: Style | None = None
    tumours: tuple[Tumour, ...] = ()
    more: tuple[More, ...] = ()
    gender: str = "female"
    references: References = "relative"
    noisy: bool = True

    def bundle(self) -> dict[str, Any]:
        """The chart as FHIR JSON; the same every time."""
        given, family = self.person.split(" ")
        chart = Chart(
            self.name.replace("_", "-")[:34].strip("-"), family, given, self.gender, self.born, self.references
        )
        if self.style:
            for tumour in self.tumours:
                self.style(chart, tumour)
        for add in self.more:
            add(chart)
        if self.noisy:
            add_noise(chart)
        return chart.bundle()
