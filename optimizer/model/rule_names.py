"""The names of the rules of a roster: for soft prices, relaxations and reports."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["RuleName"]


class RuleName(StrEnum):
    """Every rule by name, in the order in which rules are given up where not all can hold.

    Those at the top go first; from `ABSENCE` on nothing is ever given up.
    """

    START_SPREAD = "start_spread"
    WHOLE_WEEKENDS = "whole_weekends"
    MIN_DAYS = "min_consecutive_days"
    MAX_DAYS_OFF = "max_consecutive_days_off"
    TEMPLATE_LIMITS = "template_limits"
    MIN_DAYS_OFF = "min_consecutive_days_off"
    SHIFTS_PER_WEEK = "shifts_per_week"
    MINUTES_PER_DAY = "minutes_per_day"
    MINUTES_PER_WEEK = "minutes_per_week"
    MINUTES_PER_PERIOD = "minutes_per_period"
    WEEKENDS = "max_weekends"
    ROTATION = "rotation"
    PINS = "pins"
    FORBIDDEN = "forbidden"
    MAX_DAYS = "max_consecutive_days"
    NOTICE = "notice"
    AVAILABILITY = "availability"
    DAYS_OFF = "days_off"
    REST = "rest"
    ABSENCE = "absence"
    FROZEN = "frozen"
    SHIFTS = "shifts"
    VENDOR_CAPS = "vendor_caps"
    ELASTIC_SHARE = "elastic_share"
    SHORTAGE = "shortage"
    FLOORS = "floors"
    SHIFT_DEMAND = "shift_demand"
    LABOUR = "labour"
    CALLS = "calls"
    OVERTIME = "overtime"
    TIME_OFF = "time_off"
    REQUESTS = "requests"
    FAIRNESS = "fairness"
    CHANGES = "changes"
    TRAINING = "training"

    @property
    def given_up(self) -> int | None:
        """Return the place in the order of giving up, 0 first; None for what never is."""
        place = list(RuleName).index(self)
        return place if place < list(RuleName).index(RuleName.ABSENCE) else None
