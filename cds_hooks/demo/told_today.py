"""Stories are told on one day; what is due, and which treatment is open to talk over, depend on the day. So that a demo
on any day shows the same, every date in a chart moves along with it, and the service keeps the real time.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from cds_hooks.demo.stories import TOLD_ON, Resource, Story

_DATED = re.compile(r"(?:\w*Date|\w*DateTime|authoredOn|creation|dateAsserted|end|issued|start)")
_FULL = re.compile(r"\d{4}-\d\d-\d\d")
_PARTIAL = re.compile(r"(\d{4})(?:-(\d\d))?")


def told_today(stories: Iterable[Story], today: date) -> tuple[Story, ...]:
    """The same stories as if `today` were the day on which they are told."""
    moved = today - TOLD_ON
    return tuple(replace(story, resources=tuple(_moved(each, moved) for each in story.resources)) for story in stories)


def _moved(resource: Resource, by: timedelta) -> Resource:
    return {name: _value(name, value, by) for name, value in resource.items()}


def _value(name: str, value: Any, by: timedelta) -> Any:
    if isinstance(value, dict):
        return {inner: _value(inner, item, by) for inner, item in value.items()}
    if isinstance(value, list):
        return [_value(name, item, by) for item in value]
    return _date(value, by) if isinstance(value, str) and _DATED.fullmatch(name) else value


def _date(text: str, by: timedelta) -> str:
    """A date of FHIR, of a day (with or without a time), a month or a year: a longer one moves by its middle."""
    if day := _FULL.match(text):
        return (date.fromisoformat(day[0]) + by).isoformat() + text[day.end() :]
    if (part := _PARTIAL.fullmatch(text)) is None:
        return text
    year, month = int(part[1]), part[2]
    if month is None:
        return str((date(year, 7, 1) + by).year)
    return (date(year, int(month), 15) + by).isoformat()[:7]
