"""Malfunction watch: what has stopped, begun or drifted."""

from collections.abc import Mapping
from dataclasses import dataclass

import flask

from cds_hooks.audit.measures import volume, watch
from cds_hooks.audit.measures.beats import beats
from cds_hooks.audit.measures.memory import Remembered
from cds_hooks.audit.measures.statistics import ControlChart
from cds_hooks.web.console.access import ALL_ROLES
from cds_hooks.web.console.overview import Line, lines_of
from cds_hooks.web.console.shell import Shell, Visit
from cds_hooks.web.console.windows import period
from cds_hooks.web.heartbeat import EXPECTED, TENANT, Heart

MOST_DRAWN = 9  # charts of one kind
SLOW_MS = 500  # what CDS Hooks asks services to stay below


@dataclass(frozen=True, slots=True)
class Grouped:
    """The charts with a signal, drawn; the others, as a table. False if there is none at all."""

    drawn: tuple[tuple[str, ControlChart], ...]
    others: tuple[tuple[str, ControlChart], ...]

    def __bool__(self) -> bool:
        return bool(self.drawn or self.others)


def register(shell: Shell, heart: Heart) -> None:
    """GET /console/watch."""
    memory = Remembered()

    @shell.page("/watch", "watch", *ALL_ROLES, title="Watch")
    def show(visit: Visit) -> flask.Response:
        window = period(visit)
        heart.beat()
        with shell.desk.journal.database.reading() as connection:
            by_day = volume.volume_by_day(connection, window)
            answered = {day: one.answered for day, one in by_day.items()}
            beaten = beats(connection, TENANT, EXPECTED, shell.desk.clock())
            slow = watch.slow(connection, window, by_day, SLOW_MS)
            charts = {
                "Considerations shown": watch.firing(connection, window, answered, memory),
                "Missing for the tier": watch.missing(connection, window, answered, memory),
                "Codes that facts were read from": watch.codes(connection, window, answered, memory),
                "Units of quantities": watch.units(connection, window, answered, memory),
            }
        lines = [*lines_of(by_day), Line(f"slower than {SLOW_MS} ms", slow, percent=True)]
        watched = [(title, watch.stopped(found), grouped(found)) for title, found in charts.items()]
        return shell.render(visit, "watch", "Watch", window=window, beats=beaten, lines=lines, watched=watched)


def grouped(charts: Mapping[str, ControlChart]) -> Grouped:
    """The charts by whether they have a signal, those with most first."""
    signalling = sorted((name for name in charts if charts[name].signals), key=lambda n: -len(charts[n].signals))
    drawn = signalling[:MOST_DRAWN]
    others = [name for name in charts if name not in drawn]
    return Grouped(tuple((n, charts[n]) for n in drawn), tuple((n, charts[n]) for n in others))
