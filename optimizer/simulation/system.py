"""What the engine plays: a centre, its staff and its contacts, as plain arrays.

Contacts of equal treatment form a *line*: they wait first come, first served, and only the heads
of lines are compared with each other. Agents of equal skills form a *pool*. Times are seconds
from the start of the range that is played.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import Issue
from optimizer.model import RoutingWeights
from optimizer.model.findings import Findings

__all__ = ["PLAIN", "Contacts", "Floats", "Flows", "Ints", "Staff", "System", "check_play"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PLAIN = RoutingWeights(
    priority=0.0,
    customer_value=0.0,
    wait=1.0,
    wait_target_seconds=(1.0, 1.0, 1.0, 1.0),
    own_deadlines=False,
    skill_fit=0.0,
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
        What the base of the score is made of; the weight of the fit is already in `fit`.
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


def check_play(system: System, staff: Staff, contacts: Contacts) -> list[Issue]:
    """Return what would lead the engine astray: shapes, ranges, references, order."""
    found = Findings()
    if system.capacity < 1:
        found.at("system", "capacity").error("out_of_range", f"{system.capacity} is no capacity.")
    if system.fit.ndim != 2:
        found.at("system", "fit").error("bad_shape", "fit must have lines and pools.")
        return found.issues
    lines, pools = system.fit.shape
    for name in ("rank", "value", "target", "idle_until_s", "units"):
        _length(found.at("system", name), getattr(system, name), lines)
    for name in ("bonus", "ratio", "escalate_s", "escalate_to"):
        if getattr(system, name) is not None:
            _length(found.at("system", name), getattr(system, name), lines)
    for name in ("target", "share", "delay_s", "repeat", "retry", "pauses"):
        values = getattr(system.flows, name)
        _length(found.at("system", "flows", name), values, len(system.flows.source))
    if system.after_s is not None and system.after_s.shape != system.fit.shape:
        found.at("system", "after_s").error("bad_shape", "after_s has another shape than fit.")
    if (system.escalate_s is None) != (system.escalate_to is None):
        found.at("system", "escalate_to").error("bad_shape", "Clocks need a line to move to.")
    if system.pace is not None and system.pace.shape != (lines, system.capacity + 1):
        found.at("system", "pace").error("bad_shape", "pace has another shape.")
    agents, stretches, count = len(staff.pool), len(staff.agent), len(contacts)
    for name in ("begin", "end"):
        _length(found.at("staff", name), getattr(staff, name), stretches)
    for name in ("line", "patience", "service"):
        _length(found.at("contacts", name), getattr(contacts, name), count)
    if found.issues:
        return found.issues

    _all(found.at("system", "fit"), ~np.isinf(system.fit), "fits must be finite or NaN")
    _all(found.at("system", "rank"), (system.rank >= 0) & (system.rank <= 3), "ranks are 0 to 3")
    _all(found.at("system", "target"), system.target > 0, "targets must be above 0")
    for name in ("value", "bonus", "ratio"):
        values = getattr(system, name)
        if values is not None:
            _all(found.at("system", name), np.isfinite(values), "points must be finite")
    sound = system.idle_until_s >= 0
    _all(found.at("system", "idle_until_s"), sound, "waits must be 0 or more")
    if system.after_s is not None:
        _all(found.at("system", "after_s"), system.after_s >= 0, "waits must be 0 or more")
    if system.escalate_s is not None and system.escalate_to is not None:
        _all(found.at("system", "escalate_s"), system.escalate_s >= 0, "waits must be 0 or more")
        there = _inside(system.escalate_to, lines) | np.isinf(system.escalate_s)
        _all(found.at("system", "escalate_to"), there, "there is no such line")
        if there.all():
            ends = ~_circling(np.where(np.isinf(system.escalate_s), -1, system.escalate_to))
            _all(found.at("system", "escalate_to"), ends, "lines escalate in a circle")
    if system.pace is not None:
        sound = np.isfinite(system.pace) & (system.pace > 0)
        _all(found.at("system", "pace"), sound, "a pace must be finite, above 0")
    flows = system.flows
    _all(found.at("system", "flows", "source"), _inside(flows.source, lines), "no such line")
    _all(found.at("system", "flows", "target"), _inside(flows.target, lines), "no such line")
    sound = (flows.share >= 0) & (flows.share <= 1)
    _all(found.at("system", "flows", "share"), sound, "shares are 0 to 1")
    sound = np.isfinite(flows.delay_s) & (flows.delay_s >= 0)
    _all(found.at("system", "flows", "delay_s"), sound, "delays must be finite, 0 or more")
    fits = (system.units >= 1) & (system.units <= system.capacity)
    _all(found.at("system", "units"), fits, "units are 1 up to the capacity")
    _all(found.at("staff", "pool"), _inside(staff.pool, pools), "there is no such pool")
    _all(found.at("staff", "agent"), _inside(staff.agent, agents), "there is no such agent")
    ordered = np.isfinite(staff.begin) & (staff.begin < staff.end)
    _all(found.at("staff", "end"), ordered, "a stretch must end after its begin")
    order = np.lexsort((staff.begin, staff.agent))
    agent, begin, end = staff.agent[order], staff.begin[order], staff.end[order]
    apart = (agent[1:] != agent[:-1]) | (begin[1:] >= end[:-1])
    _all(found.at("staff", "begin"), apart, "stretches of one agent must not overlap")
    sound = np.isfinite(contacts.arrival) & (contacts.arrival >= 0)
    _all(found.at("contacts", "arrival"), sound, "arrivals must be finite, 0 or more")
    ascending = contacts.arrival[1:] >= contacts.arrival[:-1]
    _all(found.at("contacts", "arrival"), ascending, "arrivals must ascend")
    _all(found.at("contacts", "line"), _inside(contacts.line, lines), "there is no such line")
    _all(found.at("contacts", "patience"), contacts.patience >= 0, "patience must be 0 or more")
    sound = np.isfinite(contacts.service) & (contacts.service >= 0)
    _all(found.at("contacts", "service"), sound, "service times must be finite, 0 or more")
    return found.issues


def _circling(following: Ints) -> NDArray[np.bool_]:
    """Return from where one never comes to an end (-1), going from each to the following."""
    place = following
    for _ in following:
        place = np.where(place < 0, -1, following[place])
    return np.asarray(place >= 0)


def _inside(index: NDArray[np.integer], count: int) -> NDArray[np.bool_]:
    return (index >= 0) & (index < count)


def _length(found: Findings, values: NDArray[np.generic], expected: int) -> None:
    if values.shape != (expected,):
        found.error("bad_shape", f"The shape is {values.shape} but must be ({expected},).")


def _all(found: Findings, holds: NDArray[np.bool_], rule: str) -> None:
    """Report the first place at which a rule does not hold, and at how many it does not."""
    if not holds.all():
        first = np.argwhere(~holds)[0].tolist()
        count = int((~holds).sum())
        found.at(*first).error("out_of_range", f"{count} values are wrong: {rule}.")
