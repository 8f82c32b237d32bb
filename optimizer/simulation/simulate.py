"""Try a roster: play expected contacts against the people who are scheduled."""

from __future__ import annotations

import logging
import time
from datetime import date

import numpy as np

from optimizer.errors import InvalidInput, Issue, raise_errors
from optimizer.model import Organisation, Roster, RoutingWeights, TimeGrid
from optimizer.progress import Event, Observer, silent
from optimizer.simulation.arrivals import HandlingTime
from optimizer.simulation.centre import pay
from optimizer.simulation.estimate import Estimate
from optimizer.simulation.inputs import check_plan, check_settings, check_volumes
from optimizer.simulation.outcomes import Rule, SimulationResult
from optimizer.simulation.report import intervals, outcomes, pool_outcomes, sets_of
from optimizer.simulation.system import PLAIN, Floats
from optimizer.simulation.trial import prepare

__all__ = ["simulate", "slots_of_day"]

log = logging.getLogger(__name__)


def slots_of_day(grid: TimeGrid, day: date) -> range:
    """Return the slots of one local day.

    Raises
    ------
    InvalidInput
        If the grid does not touch that day.
    """
    days = grid.days()
    if day not in days:
        detail = f"The roster covers {days[0]} to {days[-1]}, not {day}."
        raise InvalidInput("There is no such day.", [Issue("unknown_day", "/day", detail)])
    begin, end = grid.day_bounds()[days.index(day) :][:2].tolist()
    return range(begin, end)


def simulate(
    organisation: Organisation,
    roster: Roster,
    offered: Floats,
    aht_s: Floats,
    *,
    slots: range | None = None,
    rule: Rule = Rule.SCORE,
    weights: RoutingWeights | None = None,
    handling: HandlingTime | None = None,
    absence: float | None = None,
    seed: int = 0,
    replications: int = 10,
    observer: Observer = silent,
) -> SimulationResult:
    """Play contacts against a roster and report what customers and agents experience.

    Every replication begins with empty lines and ends with the range: contacts that nobody has
    answered by then, and who have not given up, are left.

    Parameters
    ----------
    offered
        Expected contacts by planning group and slot of the roster's grid, [groups, slots].
    aht_s
        Mean handling time in seconds, above 0 where contacts are expected, [groups, slots].
    slots
        Range of the grid that is played; None plays all of it.
    weights
        Weights of the rule ``score``; None takes the defaults of the live router.
    handling
        Law of the handling times; None is log-normal with a standard deviation equal to the mean.
    absence
        Probability, in [0, 1), that a scheduled shift is not worked at all, drawn for each shift
        by itself. None takes for each agent the mean shrinkage of the groups served: what was
        added to the requirement is thereby taken away again.
    seed
        0 or more. Equal arguments give equal results.
    replications
        Independent repetitions, at least 1; intervals need 2.
    observer
        Told before each replication.

    Raises
    ------
    InvalidInput
        If anything of the input cannot be used; every problem is listed.
    """
    started = time.perf_counter()
    slots = range(roster.grid.count) if slots is None else slots
    weights = PLAIN if rule is Rule.PLAIN else weights or RoutingWeights()
    handling = handling or HandlingTime()
    raise_errors(
        "The simulation cannot be run.",
        [
            *check_plan(organisation, roster),
            *check_volumes(organisation, roster, slots, offered, aht_s),
            *check_settings(weights, handling, absence, seed, replications),
        ],
    )
    sets = sets_of(organisation)
    trial = prepare(
        organisation, roster, slots, offered, aht_s, weights, handling, absence, sets.member
    )
    observations = []
    for replication in range(replications):
        phase = f"replication {replication + 1} of {replications}"
        observer(Event(phase, time.perf_counter() - started))
        observations.append(trial.run(seed, replication))

    hours, cost = pay(organisation, roster, slots)
    *named, immediate, deferred = outcomes(observations, sets, cost)
    groups = len(organisation.groups)
    result = SimulationResult(
        starts=tuple(roster.grid.local(slot) for slot in slots),
        rule=rule,
        seed=seed,
        replications=replications,
        groups=tuple(outcome for outcome in named[:groups] if outcome),
        channels=tuple(outcome for outcome in named[groups:] if outcome),
        immediate=immediate,
        deferred=deferred,
        pools=tuple(pool_outcomes(observations, organisation, trial.pools)),
        intervals=tuple(intervals(observations, organisation)),
        occupancy=Estimate.of_ratio(
            np.array([o.busy_s.sum() for o in observations]),
            np.array([o.staffed_s.sum() for o in observations]),
        ),
        paid_hours=float(hours.sum()),
        cost=float(cost.sum()),
        contacts=int(sum(o.counts["offered"].sum() for o in observations)),
        events=sum(o.events for o in observations),
        seconds=time.perf_counter() - started,
    )
    log.info("played %d contacts in %.2f s", result.contacts, result.seconds)
    return result
