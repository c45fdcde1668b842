"""Made-up people: who they are, what they have and how it was treated, drawn from shares by a seed and a number."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from itertools import accumulate
from random import Random
from typing import Any
from uuid import NAMESPACE_URL, uuid5

_SIZES = {"3": 10, "11": 20, "21": 35, "36": 50, "51": 90}  # millimetres: the upper end for each lower one
_NODES = {"0": 0, "1": 3, "4": 9, "10": 22}


@dataclass(frozen=True, slots=True)
class Tumour:
    """What a pathologist said of one tumour; None is what was not recorded. `er` and `pr` are per cent, `her2` the
    score of the immune stain, `ish` the result of a hybridisation.
    """

    side: str
    diagnosed: date
    reported: date
    size: int | None
    grade: int | None
    er: int | None
    pr: int | None
    her2: str | None
    ish: str | None
    nodes: int | None
    examined: int | None
    lvi: str | None
    t: str | None
    n: str | None
    m: str | None


@dataclass(frozen=True, slots=True)
class Treatment:
    """When what was done; None where it was not."""

    operation: date | None = None
    mastectomy: bool = False
    chemotherapy: tuple[date, date] | None = None
    radiotherapy: tuple[date, date] | None = None
    endocrine: str | None = None
    endocrine_span: tuple[date, date | None] | None = None
    trastuzumab: tuple[date, date] | None = None
    mammograms: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """One made-up person. `story` is a word of the shares; `repeated` says that a biopsy is reported as well."""

    id: str
    number: int
    sex: str
    born: date
    race: str | None
    ethnicity: str | None
    style: str
    story: str
    tumours: tuple[Tumour, ...] = ()
    treatment: Treatment = field(default_factory=Treatment)
    died: date | None = None
    repeated: bool = False


class Shares:
    """The tables of `shares.toml`, ready to be drawn from."""

    def __init__(self, tables: Mapping[str, Mapping[str, Any]]) -> None:
        self._tables = tables
        self._drawn: dict[str, tuple[list[str], list[float]]] = {}

    def draw(self, random: Random, table: str) -> str:
        """One word of a table, by its weight."""
        if table not in self._drawn:
            weights = {word: share for word, share in self._tables[table].items() if word != "source"}
            self._drawn[table] = (list(weights), list(accumulate(weights.values())))
        words, cumulated = self._drawn[table]
        return random.choices(words, cum_weights=cumulated)[0]

    def happens(self, random: Random, table: str, word: str) -> bool:
        """Whether something that has a percentage happens."""
        return random.random() * 100 < float(self._tables[table][word])

    def missing(self, random: Random, style: str, finding: str) -> bool:
        """Whether a system of this style did not record a finding."""
        return random.random() * 100 < float(self._tables["missing"][style][finding])

    def day(self, name: str) -> date:
        """A day of the table of time."""
        day: date = self._tables["time"][name]
        return day


@cache
def shares() -> Shares:
    """Those that ship with the package."""
    text = files("cds_hooks.cohort.synth").joinpath("shares.toml").read_text(encoding="utf-8")
    return Shares(tomllib.loads(text))


def person(number: int, seed: int) -> Person:
    """The `number`th person of the population with this seed: the same whoever makes it, and in whatever order."""
    random, drawn = Random(f"{seed}/{number}"), shares()  # noqa: S311 (no secret hangs on it)
    style, story, sex = (drawn.draw(random, table) for table in ("style", "story", "sex"))
    diagnosed = _between(random, drawn.day("first_diagnosis"), drawn.day("last_diagnosis"))
    years = int(drawn.draw(random, "age_at_diagnosis")) + random.randrange(10)
    race, ethnicity = (drawn.draw(random, table) for table in ("race", "ethnicity"))
    plain = Person(
        id=str(uuid5(NAMESPACE_URL, f"{seed}/{number}")) if style == "synthea" else f"s{seed}-{number:07}",
        number=number,
        sex=sex,
        born=_shifted(diagnosed, -365 * years - random.randrange(365)),
        race=None if race == "none" else race,
        ethnicity=None if ethnicity == "none" else ethnicity,
        style=style,
        story=story,
    )
    return _with_illness(plain, diagnosed, random)


def _with_illness(plain: Person, diagnosed: date, random: Random) -> Person:
    drawn = shares()
    if plain.story == "no_cancer":
        return plain
    sides = ["left", "right"] if plain.story == "bilateral" else [random.choice(("left", "right"))]
    tumours = tuple(_tumour(plain, side, diagnosed, random) for side in sides)
    last = drawn.day("last_day")
    died = min(_shifted(diagnosed, random.randrange(400, 3000)), last) if plain.story == "deceased" else None
    repeated = drawn.happens(random, "treatment", "repeated_receptors")
    return replace(plain, tumours=tumours, treatment=_treatment(tumours[0], random), died=died, repeated=repeated)


def _tumour(of: Person, side: str, diagnosed: date, random: Random) -> Tumour:
    drawn = shares()
    lower = drawn.draw(random, "size_mm")
    size = random.randint(int(lower), _SIZES[lower])
    fewest = drawn.draw(random, "nodes")
    nodes = random.randint(int(fewest), _NODES[fewest])
    receptors, _, her2 = drawn.draw(random, "subtype").partition("_")
    er = random.randint(20, 100) if receptors == "positive" else 0
    score = random.choice(("3+", "3+", "2+")) if her2 == "positive" else random.choice(("0", "1+", "1+", "2+"))
    whole = Tumour(
        side=side,
        diagnosed=diagnosed,
        reported=_shifted(diagnosed, random.randrange(20, 60)),
        size=size,
        grade=int(drawn.draw(random, "grade")),
        er=er,
        pr=random.randint(0, er),
        her2=score,
        ish=("positive" if her2 == "positive" else "negative") if score == "2+" else None,
        nodes=nodes,
        examined=nodes + random.randint(1, 14),
        lvi=drawn.draw(random, "vessels"),
        t=f"T{1 + (size > 20) + (size > 50)}",
        n=f"N{(nodes > 0) + (nodes > 3) + (nodes > 9)}",
        m="M1" if of.story == "metastatic" else "M0",
    )
    return _as_recorded(whole, of.style, random)


# what is lost together, by the names of the shares
_LOST: Mapping[str, Mapping[str, None]] = {
    "size": {"size": None},
    "grade": {"grade": None},
    "nodes": {"nodes": None, "examined": None},
    "lvi": {"lvi": None},
    "receptors": {"er": None, "pr": None},
    "her2": {"her2": None, "ish": None},
    "stage": {"t": None, "n": None, "m": None},
}


def _as_recorded(tumour: Tumour, style: str, random: Random) -> Tumour:
    drawn = shares()
    lost = {name: None for finding in _LOST if drawn.missing(random, style, finding) for name in _LOST[finding]}
    return replace(tumour, **lost) if lost else tumour  # type: ignore[arg-type]


def _treatment(tumour: Tumour, random: Random) -> Treatment:
    drawn, last = shares(), shares().day("last_day")

    def given(what: str) -> bool:
        return drawn.happens(random, "treatment", what)

    def span(start: date, days: int) -> tuple[date, date] | None:
        return (start, min(_shifted(start, days), last)) if start < last else None

    first = given("neoadjuvant")
    operation = _shifted(tumour.diagnosed, 200 if first else 30)
    chemotherapy = (
        span(_shifted(tumour.diagnosed, 21 if first else 75), 130) if given("chemotherapy") or first else None
    )
    after = _shifted(operation, 60 if first or chemotherapy is None else 200)
    endocrine = (
        random.choice(("tamoxifen", "anastrozole", "letrozole"))
        if (tumour.er or 0) > 0 and given("endocrine")
        else None
    )
    years = random.choice((2, 5, 5, 5, 7))
    stopped = _shifted(after, 365 * years)
    seen = [_shifted(operation, 365 * year + random.randrange(-20, 40)) for year in range(1, 11)]
    return Treatment(
        operation=operation if operation < last else None,
        mastectomy=given("mastectomy"),
        chemotherapy=chemotherapy,
        radiotherapy=span(after, 35) if given("radiotherapy") else None,
        endocrine=endocrine if after < last else None,
        endocrine_span=(after, stopped if stopped < last else None) if endocrine and after < last else None,
        trastuzumab=span(after, 365) if tumour.her2 == "3+" and given("trastuzumab") else None,
        mammograms=tuple(day for day in seen if day < last) if given("mammograms") else (),
    )


def _between(random: Random, first: date, last: date) -> date:
    return _shifted(first, random.randrange((last - first).days))


def _shifted(day: date, days: int) -> date:
    return day + timedelta(days=days)
