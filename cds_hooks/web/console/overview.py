"""The first page: how much was asked and said, and whether it looks as it did."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import flask

from cds_hooks.audit.measures import acceptance, latency, volume, watch
from cds_hooks.audit.measures.memory import Remembered
from cds_hooks.audit.measures.statistics import ControlChart
from cds_hooks.web.console.access import ALL_ROLES
from cds_hooks.web.console.shell import Shell, Visit
from cds_hooks.web.console.windows import period

MOST = 8  # rows of a ranking on this page


@dataclass(frozen=True, slots=True)
class Line:
    """A control chart as the page draws it: `percent` says that rates are shares."""

    title: str
    chart: ControlChart
    percent: bool


def register(shell: Shell) -> None:
    """GET /console/."""
    memory = Remembered()

    @shell.page("/", "overview", *ALL_ROLES, title="Overview")
    def show(visit: Visit) -> flask.Response:
        window = period(visit)
        with shell.desk.journal.database.reading() as connection:
            by_day = volume.volume_by_day(connection, window)
            values: dict[str, Any] = {
                "total": volume.total(by_day.values()),
                "acceptance": acceptance.acceptance(connection, window),
                "latency": latency.latency(connection, window, memory),
                "silences": volume.silences(connection, window)[:MOST],
                "errors": volume.errors(connection, window)[:MOST],
                "tiers": volume.tiers(connection, window),
                "missing": volume.missing(connection, window)[:MOST],
                "reasons": acceptance.reasons(connection, window)[:MOST],
            }
        return shell.render(visit, "overview", "Overview", window=window, lines=lines_of(by_day), **values)


def lines_of(by_day: Mapping[str, volume.Volume]) -> list[Line]:
    """The charts of the volume."""
    charts = watch.charts_of_volume(by_day)
    return [Line(name, chart, percent=name != "cards per answer") for name, chart in charts.items()]
