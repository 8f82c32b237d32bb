"""How much work a staff can carry: volumes are scaled so that the need is close to the capacity.

With R erlangs in an interval, a group that is answered at once needs about

    R + beta sqrt(R) + overhead

agents on contacts: the square-root rule (Halfin & Whitt 1981) with what small groups lose on top.
A deferred group needs R over its greatest occupancy. Divided by one minus shrinkage and summed
over a week, the need is a quadratic in the square root of the volume, which is solved exactly.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from sample_data.demand import weekly_profile
from sample_data.streams import SLOT_HOURS, Stream

__all__ = ["scale_to_capacity", "weekly_need"]

# Both were fitted to the weekly sums of `optimizer.staffing` with shrinkage, over centres of 30 to
# 1,500 agents with 2 to 40 skills; they meet them within a tenth.
_BETA = 0.35
_OVERHEAD = 2.1

_LARGEST_OVERHEAD = 0.6
"""Share of the capacity that the overhead takes at most, so that a thin centre still has work."""


def weekly_need(streams: Sequence[Stream]) -> float:
    """Return the agent-hours to schedule in a typical week."""
    return sum(_terms(streams))


def scale_to_capacity(streams: Sequence[Stream], capacity_hours: float) -> tuple[Stream, ...]:
    """Return the streams with volumes for which the weekly need equals a capacity.

    Parameters
    ----------
    capacity_hours
        Agent-hours that can be put where they are needed in a week, above 0.
    """
    linear, root, constant = _terms(streams)
    left = capacity_hours - min(constant, _LARGEST_OVERHEAD * capacity_hours)
    square_root = (math.sqrt(root**2 + 4 * linear * left) - root) / (2 * linear)
    return tuple(stream.scaled(square_root**2) for stream in streams)


def _terms(streams: Sequence[Stream]) -> tuple[float, float, float]:
    """Return the need's coefficients of the factor, of its square root, and the constant."""
    linear = root = constant = 0.0
    for stream in streams:
        erlangs = stream.weekly_hours * weekly_profile(stream) / SLOT_HOURS
        hours = SLOT_HOURS / (1 - stream.group.shrinkage)
        if stream.channel.deferred:
            linear += hours * erlangs.sum() / stream.group.goal.max_occupancy
            continue
        linear += hours * erlangs.sum()
        root += hours * _BETA * float(np.sqrt(erlangs).sum())
        constant += SLOT_HOURS * _OVERHEAD * stream.opening.slots_per_week
    return linear, root, constant
