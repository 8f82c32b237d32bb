"""Every figure that is reported, as a mean or a ratio of totals: one table for all uses.

A figure is a pair of totals: its part, and what it is a share or mean of, or None for a plain
mean per replication. Estimates, differences between plans and figures by interval all come from
it, so that they can never disagree on what a figure means.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from optimizer.model import Denominator
from optimizer.simulation.system import Floats

__all__ = ["FIGURES", "Figure", "level"]

Totals = Mapping[str, Floats]
Figure = Callable[[Totals], tuple[Floats, Floats | None]]


def _mean(name: str) -> Figure:
    return lambda totals: (totals[name], None)


def _ratio(part: str, whole: str) -> Figure:
    return lambda totals: (totals[part], totals[whole])


def level(denominator: Denominator) -> Figure:
    """Return the service level by a denominator."""
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
    "offered": _mean("offered"),
    "answered": _mean("answered"),
    "abandoned": _mean("abandoned"),
    "left": lambda t: (t["offered"] - t["answered"] - t["abandoned"], None),
    **{f"service_level.{denominator}": level(denominator) for denominator in Denominator},
    "abandonment": _ratio("abandoned", "offered"),
    "mean_answer_s": _ratio("waited", "answered"),
    "first_response": _ratio("responded", "due"),
    "first_response_breaches": lambda t: (t["due"] - t["responded"], None),
    "resolution": _ratio("resolved_in_time", "resolution_due"),
    "resolution_breaches": lambda t: (t["resolution_due"] - t["resolved_in_time"], None),
    "resolved": _ratio("resolved", "cases"),
    "transfer_rate": _ratio("transferred", "answered"),
    "repeat_rate": _ratio("repeated", "answered"),
    "retry_rate": _ratio("retried", "offered"),
    "escalation_rate": _ratio("escalated", "offered"),
    "contacts_per_case": _ratio("offered", "cases"),
    "cost": _mean("cost"),
}
