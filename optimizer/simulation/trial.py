"""One trial of a roster, prepared once and run any number of times."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.special import gammaincinv

from optimizer.model import Organisation, Roster, RoutingRule
from optimizer.simulation.centre import Line, Pools, make_lines, make_pools, make_system
from optimizer.simulation.engine import run
from optimizer.simulation.keyed import Keys, moment_keys, uniforms
from optimizer.simulation.observe import Observation, observe, pair
from optimizer.simulation.presence import (
    Stretches,
    make_stretches,
    pay,
    shift_absence,
    staffed_by_slot,
)
from optimizer.simulation.sets import Sets, sets_of
from optimizer.simulation.system import Floats, Ints, System
from optimizer.simulation.tables import Goals
from optimizer.simulation.traffic import Draws, Traffic

__all__ = ["Settings", "Trial", "prepare"]


@dataclass(frozen=True, slots=True, eq=False)
class Settings:
    """How a roster is tried.

    Parameters
    ----------
    rule
        What freed agents go by.
    absence
        Probability that a shift is not worked at all, drawn for an agent and the day on which the
        shift begins: for everybody; or shares by planning group and slot, [groups, slots]; None
        takes for each agent the mean shrinkage of the groups served, so that what was added to
        the requirement is taken away again.
    adherence_s
        Standard deviation in seconds of how much too early or late people begin and end each
        stretch of work.
    busyness
        Standard deviation over mean of a gamma factor that multiplies all volumes of a day.
    open_slots
        Part of each slot in which the clocks of first response and resolution run, in [0, 1],
        [groups, slots]; None for clocks that always run.
    seed
        0 or more. Equal arguments give equal results.
    replications
        Independent repetitions, at least 1; intervals need 2. With `antithetic`, each is a pair
        of mirrored runs.
    records
        Number of replications of which every contact is kept; of a pair, those of the run that
        is not mirrored.
    """

    rule: RoutingRule = field(default_factory=RoutingRule)
    absence: float | Floats | None = None
    adherence_s: float = 0.0
    busyness: float = 0.0
    open_slots: Floats | None = None
    seed: int = 0
    replications: int = 10
    antithetic: bool = False
    records: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """Everything that the replications share; plain data, so that any process can run one.

    Parameters
    ----------
    offered
        Expected contacts of each line, one or several paths of them, [paths, lines, slots].
    days, day_of_slot
        Keys of the local days that are played, [days], and the index of the day of each slot,
        [slots].
    absence
        Probability that a shift is not worked, [shifts].
    hours, cost
        Paid hours and pay of every agent, [agents].
    first
        The first slot that is played.
    """

    lines: list[Line]
    system: System
    pools: Pools
    stretches: Stretches
    settings: Settings
    offered: Floats
    days: Keys
    day_of_slot: Ints
    traffic: Traffic
    goals: Goals
    sets: Sets
    absence: Floats
    hours: Floats
    cost: Floats
    first: int

    def run(self, replication: int) -> Observation:
        """Play and measure one replication, or a pair of mirrored ones."""
        one = self._run(Draws(self.settings.seed, replication))
        if not self.settings.antithetic:
            return one
        return pair(one, self._run(Draws(self.settings.seed, replication, mirrored=True)))

    def _run(self, draws: Draws) -> Observation:
        slots, slot_s = len(self.day_of_slot), self.traffic.slot_s
        settings = self.settings
        staff = self.stretches.staff(
            self.pools, self.absence, settings.adherence_s, self.first, slots, slot_s, draws
        )
        offered = self.offered[draws.replication % len(self.offered)]
        if settings.busyness > 0.0:
            factors = _gamma(uniforms(draws, "busyness", self.days), settings.busyness)
            offered = offered * factors[self.day_of_slot]
        played = run(
            self.system,
            staff,
            replace(self.traffic, offered=offered),
            draws,
            goals=self.goals,
            horizon_s=slots * slot_s,
            keep_records=draws.replication < settings.records and not draws.mirrored,
        )
        return observe(
            played,
            self.sets,
            np.array([line.group for line in self.lines], np.int64),
            self.pools.of_agent,
            self.cost,
            staffed_by_slot(staff, self.pools.fit.shape[1], slot_s, slots),
        )


def _gamma(uniforms: Floats, variation: float) -> Floats:
    """Return quantiles of the gamma law with mean 1 and a standard deviation."""
    shape = variation**-2.0
    quantiles: Floats = gammaincinv(shape, uniforms) / shape
    return quantiles


def prepare(
    organisation: Organisation,
    roster: Roster,
    slots: range,
    offered: Floats,
    aht_s: Floats,
    settings: Settings,
) -> Trial:
    """Prepare a trial from checked input; see `optimizer.simulation.simulate`."""
    lines = make_lines(organisation)
    pools = make_pools(organisation, lines, settings.rule)
    part = slice(slots.start, slots.stop)
    of_line = np.array([line.group for line in lines], np.int64)
    share = np.array([line.share for line in lines])
    paths = offered[:, :, part] if offered.ndim == 3 else offered[None, :, part]
    handling = aht_s[:, part]
    days = roster.grid.day_of_slot()[part]
    hours, cost = pay(organisation, roster, slots)
    groups = [organisation.groups[line.group] for line in lines]
    deferred = {channel.id for channel in organisation.channels if channel.deferred}
    patience = [
        math.inf
        if group.patience_seconds is None or group.channel in deferred
        else group.patience_seconds
        for group in groups
    ]
    return Trial(
        lines=lines,
        system=make_system(
            organisation, lines, pools, settings.rule, _mean_aht(paths.mean(axis=0), handling)
        ),
        pools=pools,
        stretches=make_stretches(organisation, roster, slots),
        settings=settings,
        offered=paths[:, of_line] * share[:, None],
        days=moment_keys([day.toordinal() for day in roster.grid.days()][days[0] : days[-1] + 1]),
        day_of_slot=days - days[0],
        traffic=Traffic(
            names=[line.name for line in lines],
            slot_s=roster.grid.interval_minutes * 60.0,
            offered=np.zeros((len(lines), 0)),
            handling_s=handling[of_line],
            patience_s=np.tile(np.array(patience)[:, None], len(slots)),
            handling=[group.handling_law for group in groups],
            patience=[group.patience_law for group in groups],
            balking=np.array(
                [0.0 if group.channel in deferred else group.balking for group in groups]
            ),
            after_contact=np.array([group.after_contact_share for group in groups]),
        ),
        goals=_goals(organisation, lines, roster, slots, settings.open_slots),
        sets=sets_of(organisation, lines),
        absence=shift_absence(organisation, roster, lines, pools, settings.absence),
        hours=hours,
        cost=cost,
        first=slots.start,
    )


def _mean_aht(offered: Floats, aht_s: Floats) -> Floats:
    """Return the mean handling time of each group over the contacts expected, [groups]."""
    total = offered.sum(axis=1)
    work = (offered * np.where(offered > 0, aht_s, 0.0)).sum(axis=1)
    mean: Floats = np.divide(work, total, out=np.ones(len(offered)), where=total > 0)
    return mean


def _goals(
    organisation: Organisation,
    lines: list[Line],
    roster: Roster,
    slots: range,
    open_slots: Floats | None,
) -> Goals:
    """Return what the lines are held against."""
    goals = [organisation.groups[line.group].goal for line in lines]
    slot_s = roster.grid.interval_minutes * 60.0
    calendar = np.full(len(lines), -1)
    opened = np.zeros((0, len(slots) + 1))
    if open_slots is not None:
        part = open_slots[:, slots.start : slots.stop]
        opened = np.pad(np.cumsum(part * slot_s, axis=1), ((0, 0), (1, 0)))
        calendar = np.array([line.group for line in lines], np.int64)
    return Goals(
        np.array([goal.within_seconds for goal in goals], np.float64),
        np.array([goal.first_response_seconds for goal in goals], np.float64),
        np.array([goal.resolution_seconds for goal in goals], np.float64),
        calendar,
        opened,
    )
