"""The figures that a governance committee looks at, together: alert volume, overrides and their reasons, burden,
silence, missing data, latency, errors, malfunction.

What is asked for follows the metrics of the SAFER guide on order entry and decision support (alert volume, override
rate, alerts with the highest share of overrides, reported to leadership). Every figure is one of `audit.measures`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from cds_hooks.audit.comments import commented
from cds_hooks.audit.measures import acceptance, latency, volume, watch
from cds_hooks.audit.measures.acceptance import Acceptance
from cds_hooks.audit.measures.burden import Burden, burden
from cds_hooks.audit.measures.latency import Latency
from cds_hooks.audit.measures.statistics import ControlChart
from cds_hooks.audit.measures.volume import Counted, Volume
from cds_hooks.audit.measures.window import Window

SLOW_MS = 500  # what CDS Hooks asks services to stay below


@dataclass(frozen=True, slots=True)
class Governance:
    """All figures of one window. `charts` are the control charts by what they are of; `stopped` are considerations
    that were shown before and not on the last day although chance does not explain it.
    """

    window: Window
    total: Volume
    acceptance: Acceptance
    by_card: Mapping[str, Acceptance]
    by_consideration: Mapping[str, Acceptance]
    by_user_type: Mapping[str, Acceptance]
    reasons: tuple[Counted, ...]
    commented: int
    unknown_cards: int
    burden: Burden
    silences: tuple[Counted, ...]
    tiers: tuple[Counted, ...]
    missing: tuple[Counted, ...]
    latency: Latency | None
    errors: tuple[Counted, ...]
    charts: Mapping[str, ControlChart]
    stopped: tuple[str, ...]


def governance(connection: sa.Connection, window: Window) -> Governance:
    """The figures of the window."""
    by_day = volume.volume_by_day(connection, window)
    firing = watch.firing(connection, window, {day: one.answered for day, one in by_day.items()})
    slow = watch.slow(connection, window, by_day, SLOW_MS)
    return Governance(
        window=window,
        total=volume.total(by_day.values()),
        acceptance=acceptance.acceptance(connection, window),
        by_card=acceptance.acceptance_by_card(connection, window),
        by_consideration=acceptance.acceptance_by_consideration(connection, window),
        by_user_type=acceptance.acceptance_by_user_type(connection, window),
        reasons=acceptance.reasons(connection, window),
        commented=commented(connection, window),
        unknown_cards=acceptance.unknown_cards(connection, window),
        burden=burden(connection, window),
        silences=volume.silences(connection, window),
        tiers=volume.tiers(connection, window),
        missing=volume.missing(connection, window),
        latency=latency.latency(connection, window),
        errors=volume.errors(connection, window),
        charts={**watch.charts_of_volume(by_day), f"slower than {SLOW_MS} ms": slow, **firing},
        stopped=watch.stopped(firing),
    )
