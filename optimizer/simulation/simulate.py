"""Play contacts against a roster and report what customers and agents experience."""

from __future__ import annotations

import logging
from concurrent.futures import Executor
from datetime import date

from optimizer.errors import InvalidInput, Issue, raise_errors
from optimizer.model import Organisation, Roster, TimeGrid
from optimizer.progress import Observer, silent
from optimizer.simulation import report
from optimizer.simulation.estimate import Estimate
from optimizer.simulation.inputs import check_trial
from optimizer.simulation.outcomes import SimulationResult
from optimizer.simulation.sets import SetKind
from optimizer.simulation.study import Study, study
from optimizer.simulation.system import Floats
from optimizer.simulation.trial import Settings, prepare
from optimizer.stop import Deadline

__all__ = ["simulate", "slots_of_day", "summarise", "try_out"]

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
    settings: Settings | None = None,
    executor: Executor | None = None,
    observer: Observer = silent,
) -> SimulationResult:
    """Play contacts against a roster and report what customers and agents experience.

    Every replication begins with empty lines and ends with the range: contacts that nobody has
    answered by then, and who have not given up, are left.

    Parameters
    ----------
    offered
        Expected contacts from outside by planning group and slot of the roster's grid,
        [groups, slots]; what flows bring comes on top. Or several paths of them, which
        replications take in turn, [paths, groups, slots].
    aht_s
        Mean handling time in seconds, above 0 where contacts may come, [groups, slots].
    slots
        Range of the grid that is played; None plays all of it.
    settings
        None takes the defaults of `Settings`.
    executor
        Where replications run; None takes a thread for every core.
    observer
        Told before each replication.

    Raises
    ------
    InvalidInput
        If anything of the input cannot be used; every problem is listed.
    """
    tried = try_out(
        organisation,
        roster,
        offered,
        aht_s,
        slots=slots,
        settings=settings,
        executor=executor,
        observer=observer,
    )
    return summarise(tried, organisation, roster)


def try_out(
    organisation: Organisation,
    roster: Roster,
    offered: Floats,
    aht_s: Floats,
    *,
    slots: range | None = None,
    settings: Settings | None = None,
    executor: Executor | None = None,
    observer: Observer = silent,
    deadline: Deadline | None = None,
) -> Study:
    """Play contacts against a roster, and return the totals of every replication.

    The arguments are those of `simulate`, and when to be content with fewer replications.

    Raises
    ------
    InvalidInput
        If anything of the input cannot be used; every problem is listed.
    NoSolution
        If the deadline passed before the first replication was done.
    """
    slots = range(roster.grid.count) if slots is None else slots
    settings = settings or Settings()
    issues = check_trial(organisation, roster, offered, aht_s, slots=slots, settings=settings)
    raise_errors("The simulation cannot be run.", issues)
    trial = prepare(organisation, roster, slots, offered, aht_s, settings)
    return study(trial, executor, observer, deadline)


def summarise(tried: Study, organisation: Organisation, roster: Roster) -> SimulationResult:
    """Return the figures of a study."""
    trial, settings = tried.trial, tried.trial.settings
    when = {outcome.name: outcome for outcome in report.outcomes(tried, SetKind.WHEN)}
    slots = range(trial.first, trial.first + len(trial.day_of_slot))
    result = SimulationResult(
        starts=tuple(roster.grid.local(slot) for slot in slots),
        rule=settings.rule.name,
        seed=settings.seed,
        replications=settings.replications,
        groups=report.outcomes(tried, SetKind.GROUP),
        channels=report.outcomes(tried, SetKind.CHANNEL),
        tiers=report.outcomes(tried, SetKind.TIER),
        sites=report.outcomes(tried, SetKind.SITE),
        customer_classes=report.outcomes(tried, SetKind.CUSTOMER_CLASS),
        immediate=when.get("immediate"),
        deferred=when.get("deferred"),
        pools=report.pool_outcomes(tried, organisation),
        staff_tiers=report.staff_outcomes(tried, trial.pools.tiers),
        staff_sites=report.staff_outcomes(tried, trial.pools.sites),
        intervals=report.intervals(tried, organisation),
        occupancy=Estimate.of_ratio(*tried.occupancy_parts()),
        occupancy_by_interval=report.occupancy_by_interval(tried),
        spread=report.spread(tried, organisation),
        paid_hours=float(trial.hours.sum()),
        cost=float(trial.cost.sum()),
        contacts=round(float(tried.by_slot["offered"].sum()) * (2 if settings.antithetic else 1)),
        events=tried.events,
        seconds=tried.seconds,
    )
    log.info("played %d contacts in %.2f s", result.contacts, result.seconds)
    return result
