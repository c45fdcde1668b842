"""Many clients at once: a steady rate, as much as there can be, and more than that."""

import time
from collections import Counter
from collections.abc import Iterator

from bench.figures import Figure
from bench.load import Target, Told, at_a_rate, one_after_another, percentile, without_pause

RATE = 50.0  # calls per second
FEW, MANY = 4, 64  # clients that keep the service busy; clients that are too much for it
_CALM = 10  # answers in a row after which an overload is over


def under_load(target: Target, seconds: float) -> Iterator[Figure]:
    """What a chart costs when others ask too. The target's chart has 200 Observations."""
    steady = at_a_rate(target, RATE, seconds)
    times = [told.ms for told in steady]
    yield Figure(f"p50 at {RATE:.0f} requests/s", percentile(times, 50), "ms")
    yield Figure(f"p99 at {RATE:.0f} requests/s", percentile(times, 99), "ms", 100)
    yield Figure("not answered at that rate", sum(told.status != 200 for told in steady), "", 0)
    busy = [told for told in without_pause(target, FEW, seconds) if told.status == 200]
    yield Figure(f"answers sustained, {FEW} clients", len(busy) / seconds, "/s", 150, at_least=True)
    yield from overload(target, seconds)


def overload(target: Target, seconds: float) -> Iterator[Figure]:
    """More clients than can be answered: how soon the refused are told, and how soon it is over."""
    told = without_pause(target, MANY, seconds)
    counts = Counter(each.status for each in told)
    refused = [each.ms for each in told if each.status == 503]
    yield Figure(f"answers of {MANY} clients", counts[200] / seconds, "/s")
    yield Figure("refusals (503)", counts[503] / seconds, "/s")
    yield Figure("neither answered nor refused", len(told) - counts[200] - counts[503], "", 0)
    if len(refused) > 1:
        yield Figure("p50 until a refusal", percentile(refused, 50), "ms")
        yield Figure("p99 until a refusal", percentile(refused, 99), "ms", 100)
    yield Figure("answering all again after", _until_calm(target), "s", 5)


def _until_calm(target: Target) -> float:
    """Seconds until so many calls in a row were answered."""
    begun = time.perf_counter()
    calm: list[Told] = []
    while len(calm) < _CALM:
        (told,) = one_after_another(target, 1)
        calm = [*calm, told] if told.status == 200 else []
    return calm[0].at - begun
