"""What a pathologist would say of one tumour; None is "not in the report"."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tumour:
    """The default is low in every factor, so that a story changes only what decides it.

    `er` and `pr`: "positive", "negative" or a percentage such as "90 %". `her2` is the IHC score ("0" to "3+"),
    `ish` the interpretation of an in-situ hybridisation. `t`, `n`, `m` carry their prefix ("pT2", "cN0").
    `report` tells two reports of one tumour apart ("biopsy").
    """

    side: str = "left"
    size: str | None = "8 mm"
    grade: int | None = 1
    er: str | None = "positive"
    pr: str | None = "positive"
    her2: str | None = "1+"
    ish: str | None = None
    nodes: int | None = 0
    examined: int | None = 3
    lvi: str | None = "absent"
    t: str | None = None
    n: str | None = None
    m: str | None = None
    diagnosed: str = "2024-03-11"
    reported: str = "2024-04-10"
    report: str = ""

    @property
    def tag(self) -> str:
        """Prefix of the ids of this report's findings."""
        return f"{self.side}-{self.report}" if self.report else self.side


NOTHING = Tumour(size=None, grade=None, er=None, pr=None, her2=None, nodes=None, examined=None, lvi=None)
