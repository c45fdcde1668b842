"""The few formulas of quality control that the figures need, each with its source."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import ceil, sqrt

SIGMAS = 3  # Shewhart's limits: a stable process leaves them about three times in a thousand


@dataclass(frozen=True, slots=True)
class Interval:
    """A share with its bounds, all from 0 to 1."""

    share: float
    least: float
    most: float


def wilson(hits: int, of: int, z: float = 1.959964) -> Interval | None:
    """The Wilson score interval of a share, 95 % if nothing else is said; None without any observation.

    E. B. Wilson, J. Am. Stat. Assoc. 1927;22:209-12. Unlike the usual formula it holds for few observations and for
    shares near 0 and 1.
    """
    if of == 0:
        return None
    share = hits / of
    middle = share + z * z / (2 * of)
    reach = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    below = 1 + z * z / of
    return Interval(share, max(0.0, (middle - reach) / below), min(1.0, (middle + reach) / below))


@dataclass(frozen=True, slots=True)
class Point:
    """One day on a control chart: what was counted, out of how many, the rate, and the limits for so many. `rate` is
    None on a day without any opportunity: nothing can be said of it.
    """

    day: str
    count: int
    opportunities: int
    rate: float | None
    lower: float
    upper: float

    @property
    def out(self) -> bool:
        """True if the rate lies outside its limits."""
        return self.rate is not None and not self.lower <= self.rate <= self.upper


@dataclass(frozen=True, slots=True)
class ControlChart:
    """Rates day by day around their centre (the rate of all days together; None without any opportunity)."""

    centre: float | None
    points: tuple[Point, ...]

    @property
    def signals(self) -> tuple[Point, ...]:
        """The days outside the limits."""
        return tuple(point for point in self.points if point.out)


def p_chart(days: Iterable[tuple[str, int, int]]) -> ControlChart:
    """A chart of shares (day, hits, trials), with limits p ± 3 √(p (1 − p) / n).

    D. C. Montgomery, Introduction to Statistical Quality Control, chapter on attributes; W. A. Shewhart 1931.
    """
    return _chart(tuple(days), lambda centre, n: sqrt(centre * (1 - centre) / n), most=1.0)


def u_chart(days: Iterable[tuple[str, int, int]]) -> ControlChart:
    """A chart of counts per opportunity (day, events, opportunities), with limits u ± 3 √(u / n).

    Montgomery, as for `p_chart`.
    """
    return _chart(tuple(days), lambda centre, n: sqrt(centre / n), most=float("inf"))


def _chart(days: tuple[tuple[str, int, int], ...], spread: Callable[[float, int], float], most: float) -> ControlChart:
    events, opportunities = sum(count for _, count, _ in days), sum(of for _, _, of in days)
    if not opportunities:
        return ControlChart(None, tuple(Point(day, count, of, None, 0.0, 0.0) for day, count, of in days))
    centre = events / opportunities
    points = []
    for day, count, of in days:
        reach = SIGMAS * spread(centre, of) if of else 0.0
        lower, upper = max(0.0, centre - reach), min(most, centre + reach)
        points.append(Point(day, count, of, count / of if of else None, lower, upper))
    return ControlChart(centre, tuple(points))


def percentile(ordered: list[float] | list[int], percent: float) -> float | None:
    """The nearest-rank percentile of values in ascending order; None without any."""
    return float(ordered[max(0, ceil(len(ordered) * percent / 100) - 1)]) if ordered else None
