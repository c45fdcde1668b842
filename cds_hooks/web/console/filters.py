"""What the templates need beyond Jinja's own."""

from typing import Any

import flask
import msgspec

from cds_hooks.audit.measures.statistics import ControlChart


def register(routes: flask.Blueprint) -> None:
    """`drawn`: the points of a control chart as JSON for the script that draws it."""
    routes.add_app_template_filter(drawn, "drawn")


def drawn(chart: ControlChart) -> str:
    """The points as JSON; a day without any opportunity has no limits either."""
    points: list[dict[str, Any]] = [
        {"day": each.day, "rate": each.rate, "lower": each.lower, "upper": each.upper}
        if each.opportunities
        else {"day": each.day, "rate": None, "lower": None, "upper": None}
        for each in chart.points
    ]
    return msgspec.json.encode(points).decode()
