"""What the engine plays: a centre, its staff and its contacts, as plain arrays.

Contacts of equal treatment form a *line*: they wait first come, first served, and only the heads
of lines are compared with each other. Agents of equal skills form a *pool*. Times are seconds
from the start of the range that is played.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optimizer.model import RoutingWeights

__all__ = ["PLAIN", "Contacts", "Floats", "Flows", "Ints", "Staff", "System"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PLAIN = RoutingWeights(
    priority=0.0,
    customer_value=0.0,
    wait=1.0,
    wait_target_seconds=(1.0, 1.0, 1.0, 1.0),
    own_deadlines=False,
    skill_fit=0.0,
    handling_reference_seconds=None,
    promote_after=None,
    idle=0.0,
)
"""Weights under which the score is the wait: longest waiting contact, longest idle agent."""


@dataclass(frozen=True, slots=True, eq=False)
class Flows:
    """Shares of a line's contacts that bring further contacts, [flows] each.

    Parameters
    ----------
    source, target
        Lines.
    share
        Of those answered at the source, or given up there if `retry`, in [0, 1].
    delay_s
        Mean of the exponential time until the further contact, in seconds.
    repeat, retry
        What it is: neither is a transfer.
    pauses
        Whether the clocks of the case stand still during the delay.
    """

    source: Ints
    target: Ints
    share: Floats
    delay_s: Floats
    repeat: NDArray[np.bool_]
    retry: NDArray[np.bool_]
    pauses: NDArray[np.bool_]

    @classmethod
    def none(cls) -> Flows:
        """Return no flows at all."""
        lines, shares, flags = np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.bool_)
        return cls(lines, lines, shares, shares, flags, flags, flags)


@dataclass(frozen=True, slots=True, eq=False)
class System:
    """Who may take what, at which score.

    Parameters
    ----------
    fit
        Points for the fit of a pool to a line, NaN where the pool may not take it,
        [lines, pools].
    rank
        Severity of a line's contacts, 0 for P0 to 3 for P3, [lines].
    value
        Customer value of a line's contacts, [lines].
    target
        Wait that a line's contacts are measured by, in seconds above 0, [lines].
    idle_until_s
        Until they have waited so long, a line's contacts are served in idle time only, by agents
        for whom nobody else waits: 0 for never, infinite for always, [lines].
    units
        Share of an agent that one contact takes, in units, 1 to `capacity`, [lines].
    capacity
        Units of every agent.
    weights
        What else the score is made of; the weight of the fit and prices are already in `fit`.
    in_turn
        Whether idle agents take contacts in turn, rather than who has been idle for longest.
    speed
        Reference handling time over that of a line, by which the points for its wait are
        multiplied, above 0, [lines]; None for 1.
    bonus
        Points added to every score of a line, [lines]; None for none.
    queue_weight, ratio
        Points for each contact by which a line is longer than its share `ratio` of all that
        wait, [lines].
    after_s
        Wait from which a pool may take a line, [lines, pools]; None for 0.
    escalate_s, escalate_to
        Wait at which a contact moves to another line, infinite for never, and which, [lines];
        None for no clocks.
    pace
        Handling time with 0, 1, 2 ... contacts in hand as multiples of the mean, above 0,
        [lines, most in hand + 1]; None if it does not depend on them.
    """

    fit: Floats
    rank: Ints
    value: Floats
    target: Floats
    idle_until_s: Floats
    units: Ints
    capacity: int = 1
    weights: RoutingWeights = field(default_factory=RoutingWeights)
    in_turn: bool = False
    speed: Floats | None = None
    bonus: Floats | None = None
    queue_weight: float = 0.0
    ratio: Floats | None = None
    after_s: Floats | None = None
    escalate_s: Floats | None = None
    escalate_to: Ints | None = None
    pace: Floats | None = None
    flows: Flows = field(default_factory=Flows.none)


@dataclass(frozen=True, slots=True, eq=False)
class Staff:
    """Agents and the stretches of time in which they take contacts.

    Parameters
    ----------
    pool
        Pool of each agent, [agents].
    agent, begin, end
        Stretches in any order, those of one agent without overlap, [stretches]; an end may be
        infinite.
    interchangeable
        Whether, when a stretch ends, it is whoever of the pool is free first that leaves.
    """

    pool: Ints
    agent: Ints
    begin: Floats
    end: Floats
    interchangeable: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Contacts:
    """Contacts in order of arrival, [contacts] each.

    Parameters
    ----------
    arrival
        Seconds, 0 or more, ascending.
    line
        The line that the contact joins.
    patience
        Seconds after which the contact gives up waiting, 0 or more; infinite for never.
    service
        Seconds that an agent needs, 0 or more.
    """

    arrival: Floats
    line: NDArray[np.int32]
    patience: Floats
    service: Floats

    def __len__(self) -> int:
        """Return the number of contacts."""
        return len(self.arrival)
