"""What-if adjustments of a forecast: named, ordered, recorded and reversible."""

from forecasts.adjustments.apply import Applied, GroupEffect, apply, check, reverse, without
from forecasts.adjustments.base import Adjustment, Change
from forecasts.adjustments.campaign import Campaign
from forecasts.adjustments.files import (
    adjustments_as_json,
    adjustments_from_json,
    applied_as_json,
    applied_from_json,
    read_adjustments,
)
from forecasts.adjustments.moves import HandOver, Shift
from forecasts.adjustments.service import Deflect, HandlingTime
from forecasts.adjustments.volumes import Add, Multiply, RemoveCause

__all__ = [
    "Add",
    "Adjustment",
    "Applied",
    "Campaign",
    "Change",
    "Deflect",
    "GroupEffect",
    "HandOver",
    "HandlingTime",
    "Multiply",
    "RemoveCause",
    "Shift",
    "adjustments_as_json",
    "adjustments_from_json",
    "applied_as_json",
    "applied_from_json",
    "apply",
    "check",
    "read_adjustments",
    "reverse",
    "without",
]
