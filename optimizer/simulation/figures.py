"""Every figure that is reported, as a mean or a ratio of totals: one table for all uses.

A figure is a pair of totals: its part, and what it is a share or mean of, or None for a plain
mean per replication. Estimates, differences between plans and figures by interval all come from
it, so that they can never disagree on what a figure means.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from optimizer.model import Denominator
from optimizer.simulation.system import Floats

__all__ = ["FIGURES", "WAITS", "Better", "Figure", "Unit", "level"]

Totals = Mapping[str, Floats]
Parts = Callable[[Totals], tuple[Floats, Floats | None]]


class Unit(StrEnum):
    """What a figure is counted in: things, shares of 1, seconds, or the currency."""

    COUNT = "count"
    SHARE = "share"
    SECONDS = "seconds"
    MONEY = "money"


class Better(StrEnum):
    """Which way a figure gets better; ``neither`` for one that only describes."""

    MORE = "more"
    LESS = "less"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Figure:
    """What a figure means.

    Parameters
    ----------
    parts
        From totals by name to its part and its whole; the whole is None for a plain mean.
    """

    parts: Parts
    unit: Unit
    better: Better = Better.NEITHER


def _mean(name: str) -> Parts:
    return lambda totals: (totals[name], None)


def _ratio(part: str, whole: str) -> Parts:
    return lambda totals: (totals[part], totals[whole])


def _rest(whole: str, *parts: str) -> Parts:
    return lambda totals: (totals[whole] - sum(totals[part] for part in parts), None)


def level(denominator: Denominator) -> Parts:
    """Return the totals of the service level by a denominator."""
    match denominator:
        case Denominator.OFFERED:
            return _ratio("good", "targeted")
        case Denominator.ANSWERED:
            return _ratio("good", "targeted_answered")
        case Denominator.VIRTUAL:
            return _ratio("virtual", "targeted")
        case Denominator.EXCLUDING_SHORT_ABANDONS:
            return lambda totals: (totals["good"], totals["targeted"] - totals["short"])


FIGURES: Mapping[str, Figure] = {
    "offered": Figure(_mean("offered"), Unit.COUNT),
    "answered": Figure(_mean("answered"), Unit.COUNT),
    "abandoned": Figure(_mean("abandoned"), Unit.COUNT, Better.LESS),
    "left": Figure(_rest("offered", "answered", "abandoned"), Unit.COUNT, Better.LESS),
    **{
        f"service_level.{denominator}": Figure(level(denominator), Unit.SHARE, Better.MORE)
        for denominator in Denominator
    },
    "abandonment": Figure(_ratio("abandoned", "offered"), Unit.SHARE, Better.LESS),
    "mean_answer_s": Figure(_ratio("waited", "answered"), Unit.SECONDS, Better.LESS),
    "first_response": Figure(_ratio("responded", "due"), Unit.SHARE, Better.MORE),
    "first_response_breaches": Figure(_rest("due", "responded"), Unit.COUNT, Better.LESS),
    "resolution": Figure(_ratio("resolved_in_time", "resolution_due"), Unit.SHARE, Better.MORE),
    "resolution_breaches": Figure(
        _rest("resolution_due", "resolved_in_time"), Unit.COUNT, Better.LESS
    ),
    "resolved": Figure(_ratio("resolved", "cases"), Unit.SHARE, Better.MORE),
    "transfer_rate": Figure(_ratio("transferred", "answered"), Unit.SHARE),
    "repeat_rate": Figure(_ratio("repeated", "answered"), Unit.SHARE, Better.LESS),
    "retry_rate": Figure(_ratio("retried", "offered"), Unit.SHARE, Better.LESS),
    "escalation_rate": Figure(_ratio("escalated", "offered"), Unit.SHARE, Better.LESS),
    "contacts_per_case": Figure(_ratio("offered", "cases"), Unit.COUNT, Better.LESS),
    "cost": Figure(_mean("cost"), Unit.MONEY, Better.LESS),
}
"""Figures that totals make up, by name."""

WAITS = ("wait_p50_s", "wait_p90_s", "wait_p99_s", "wait_max_s")
"""Figures that are no totals: quantiles of the wait and the longest, all in seconds."""
