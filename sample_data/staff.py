"""The kinds of staff: shift templates, contracts, vendors, and how many there are of each.

The core works nine-hour shifts with an hour for lunch, part-timers shifts of four to six hours;
both are paid a guarantee in any case. On-call staff and two vendors are called shift by shift,
for a fee, at a higher price on weekends. Money is in euros.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from optimizer.model import (
    ActivityKind,
    ActivityTemplate,
    Contract,
    Range,
    ShiftTemplate,
    StaffClass,
    Vendor,
)

__all__ = ["CONTRACTS", "TEMPLATES", "Headcount", "headcount", "vendors"]

_HOUR = 60
_LUNCH = ActivityTemplate(
    ActivityKind.MEAL, minutes=60, earliest_minute=3 * _HOUR, latest_minute=5 * _HOUR
)
_PAID_BREAK = ActivityTemplate(
    ActivityKind.BREAK,
    minutes=30,
    earliest_minute=150,
    latest_minute=3 * _HOUR,
    paid=True,
)
_MEAL = ActivityTemplate(
    ActivityKind.MEAL,
    minutes=30,
    earliest_minute=3 * _HOUR,
    latest_minute=5 * _HOUR,
    step_minutes=60,
)

TEMPLATES = (
    ShiftTemplate("core_9h", 7 * _HOUR, 12 * _HOUR, (9 * _HOUR,), activities=(_LUNCH,)),
    ShiftTemplate("expert_9h", 8 * _HOUR, 11 * _HOUR, (9 * _HOUR,), activities=(_LUNCH,)),
    ShiftTemplate("part_time_4h", 7 * _HOUR, 17 * _HOUR, (4 * _HOUR,), step_minutes=60),
    ShiftTemplate("part_time_5h", 7 * _HOUR, 16 * _HOUR, (5 * _HOUR,), step_minutes=60),
    ShiftTemplate(
        "part_time_6h",
        7 * _HOUR,
        15 * _HOUR,
        (6 * _HOUR,),
        step_minutes=60,
        activities=(_PAID_BREAK,),
    ),
    ShiftTemplate("on_call_5h", 8 * _HOUR, 16 * _HOUR, (5 * _HOUR,), step_minutes=60),
    ShiftTemplate(
        "vendor_6h",
        7 * _HOUR,
        15 * _HOUR,
        (6 * _HOUR,),
        step_minutes=60,
        activities=(_PAID_BREAK,),
    ),
    ShiftTemplate("vendor_8h", 8 * _HOUR, 12 * _HOUR, (510,), step_minutes=60, activities=(_MEAL,)),
)

CONTRACTS = {
    contract.id: contract
    for contract in (
        Contract(
            "core",
            minutes_per_day=Range(0, 8 * _HOUR),
            minutes_per_week=Range(0, 40 * _HOUR),
            shifts_per_week=Range(0, 5),
            max_consecutive_days=6,
            templates=("core_9h",),
            guaranteed_minutes_per_week=40 * _HOUR,
            hourly_cost=24.0,
            weekend_premium=0.25,
        ),
        Contract(
            "expert",
            minutes_per_day=Range(0, 8 * _HOUR),
            minutes_per_week=Range(0, 40 * _HOUR),
            shifts_per_week=Range(0, 5),
            max_consecutive_days=5,
            templates=("expert_9h",),
            guaranteed_minutes_per_week=40 * _HOUR,
            hourly_cost=38.0,
            weekend_premium=0.25,
        ),
        Contract(
            "part_time",
            minutes_per_day=Range(0, 6 * _HOUR),
            minutes_per_week=Range(0, 24 * _HOUR),
            shifts_per_week=Range(0, 5),
            max_consecutive_days=5,
            templates=("part_time_4h", "part_time_5h", "part_time_6h"),
            guaranteed_minutes_per_week=20 * _HOUR,
            hourly_cost=22.0,
            weekend_premium=0.25,
        ),
        Contract(
            "on_call",
            staff_class=StaffClass.ELASTIC,
            minutes_per_day=Range(0, 5 * _HOUR),
            minutes_per_week=Range(0, 20 * _HOUR),
            shifts_per_week=Range(0, 4),
            max_consecutive_days=4,
            templates=("on_call_5h",),
            hourly_cost=27.0,
            call_cost=20.0,
            weekend_premium=0.25,
            notice_hours=24,
        ),
        Contract(
            "vendor_north",
            staff_class=StaffClass.ELASTIC,
            minutes_per_day=Range(0, 6 * _HOUR),
            minutes_per_week=Range(0, 30 * _HOUR),
            shifts_per_week=Range(0, 5),
            max_consecutive_days=5,
            templates=("vendor_6h",),
            hourly_cost=31.0,
            call_cost=12.0,
            weekend_premium=0.5,
            notice_hours=48,
            vendor="north",
        ),
        Contract(
            "vendor_south",
            staff_class=StaffClass.ELASTIC,
            minutes_per_day=Range(0, 8 * _HOUR),
            minutes_per_week=Range(0, 40 * _HOUR),
            shifts_per_week=Range(0, 5),
            max_consecutive_days=5,
            templates=("vendor_6h", "vendor_8h"),
            hourly_cost=28.0,
            call_cost=30.0,
            weekend_premium=0.35,
            notice_hours=72,
            vendor="south",
        ),
    )
}
"""Contracts by identifier."""

_SHARES = {
    "part_time": 0.18,
    "on_call": 0.08,
    "vendor_north": 0.06,
    "vendor_south": 0.04,
}
"""Shares of the front line; the rest is core."""

_VENDOR_CAP = 0.6
"""Share of a vendor's people that may be called on one day."""

_PLANNED_ELASTIC = 0.1
"""Elastic hours that a normal week is planned with, as a share of the guaranteed ones."""

_FIT = 0.95
"""Share of scheduled time that meets a need; the rest falls where shifts must overlap."""


@dataclass(frozen=True, slots=True)
class Headcount:
    """Agents of the front line by contract, in the order of `CONTRACTS`."""

    by_contract: Mapping[str, int]

    def guaranteed_hours(self) -> float:
        """Return the hours a week that are paid in any case."""
        return sum(
            count * CONTRACTS[name].guaranteed_minutes_per_week / 60
            for name, count in self.by_contract.items()
        )

    def useful_hours(self) -> float:
        """Return the hours a week that the volumes are scaled to: slightly more than the core's."""
        return self.guaranteed_hours() * (1 + _PLANNED_ELASTIC) * _FIT


def headcount(front_line: int) -> Headcount:
    """Return how many agents of the front line work under each contract."""
    elastic = {name: round(share * front_line) for name, share in _SHARES.items()}
    return Headcount({"core": front_line - sum(elastic.values()), **elastic})


def vendors(count: Headcount) -> tuple[Vendor, ...]:
    """Return the two vendors with what each can send on one day."""
    return tuple(
        Vendor(name, f"{name.capitalize()} Contact Services", _cap(count, f"vendor_{name}"))
        for name in ("north", "south")
    )


def _cap(count: Headcount, contract: str) -> int:
    return max(1, round(_VENDOR_CAP * count.by_contract[contract]))
