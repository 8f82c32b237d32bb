"""From plans and forecasts to what a simulation plays."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from api.volumes import Volumes, volumes_of
from forecasts import Forecast
from optimizer.codec import decode
from optimizer.errors import InvalidInput, Issue
from optimizer.model import Organisation, Roster, RoutingRule, TimeGrid
from optimizer.model.record import Record
from optimizer.simulation import RULES, Settings
from optimizer.staffing import fresh_contacts, shrinkage_of

__all__ = ["Attempt", "attempt", "rule_of"]

log = logging.getLogger(__name__)

Figures = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Attempt:
    """A plan with the contacts that it is to be tried against.

    Parameters
    ----------
    offered
        Contacts from outside, [groups, slots] or [paths, groups, slots].
    aht_s
        Mean handling times in seconds, [groups, slots].
    """

    organisation: Organisation
    roster: Roster
    offered: Figures
    aht_s: Figures
    settings: Settings


@dataclass(frozen=True, slots=True)
class _Document(Record):
    schema: Literal["callboard/1"]
    rule: RoutingRule


def rule_of(name: str) -> RoutingRule:
    """Return the routing rule of a name, or of a file ``{"schema": "callboard/1", "rule": {}}``.

    Raises
    ------
    InvalidInput
        If there is neither such a name nor such a file, or the file holds no rule; every problem
        is listed.
    """
    if name in RULES:
        return RULES[name]
    try:
        return decode(_Document, Path(name).read_bytes()).rule
    except OSError:
        detail = f"{name!r} is no rule ({', '.join(RULES)}) and no file that can be read."
        issues = [Issue("unknown_rule", "/rule", detail)]
        raise InvalidInput("The rule is not known.", issues) from None
    except InvalidInput as error:
        issues = [replace(issue, detail=f"{name}: {issue.detail}") for issue in error.issues]
        raise InvalidInput("The rule cannot be read.", issues) from None


def attempt(
    organisation: Organisation,
    roster: Roster,
    forecast: Forecast,
    settings: Settings,
    *,
    paths: int = 0,
    business_hours: bool = False,
) -> Attempt:
    """Return what is to be played.

    Volumes of a forecast include what transfers and repeats bring; it is taken out, since the
    simulation brings it by itself. Where groups have shrinkage windows, people are absent by
    them.

    Parameters
    ----------
    paths
        Play so many sample paths of the forecast in turn instead of what is expected.
    business_hours
        Whether clocks of first response and resolution run only while voice or chat is open.

    Raises
    ------
    InvalidInput
        If forecast, roster and organisation do not fit together, or paths are asked of a
        forecast that does not know how sure it is; every problem is listed.
    """
    if paths and forecast.uncertainty is None:
        detail = "Sample paths need the folder that `callboard forecast` writes, not a table alone."
        issues = [Issue("no_uncertainty", "/forecast", detail)]
        raise InvalidInput("The forecast does not know how sure it is.", issues)
    ahead = volumes_of(organisation, forecast)
    volumes = _on_roster(ahead, roster.grid)
    _tell_uncovered(roster, ahead.grid)
    offered, aht_s = volumes.for_all(organisation)
    if settings.absence is None and any(g.shrinkage_windows for g in organisation.groups):
        settings = replace(settings, absence=shrinkage_of(organisation, roster.grid).total)
    if business_hours:
        settings = replace(settings, open_slots=_open(organisation, offered))
    fresh = _fresh(organisation, roster.grid, offered)
    if paths:
        # A path scatters around what is expected; the part of it that comes from outside stays.
        part = np.divide(fresh, offered, out=np.ones_like(fresh), where=offered > 0)
        fresh = part * np.array(
            [
                _on_roster(
                    volumes_of(organisation, replace(forecast, offered=path)), roster.grid
                ).for_all(organisation)[0]
                # Further ones would not be played.
                for path in forecast.sample_paths(min(paths, settings.replications), settings.seed)
            ]
        )
    return Attempt(organisation, roster, fresh, aht_s, settings)


def _tell_uncovered(roster: Roster, ahead: TimeGrid) -> None:
    """Warn of days with shifts of which nothing is forecast: nobody will call on them."""
    known = set(ahead.days())
    days = roster.grid.days()
    bounds = roster.grid.day_bounds()
    begins = np.array([shift.start for shift in roster.shifts], dtype=np.int64)
    worked = np.unique(np.searchsorted(bounds, begins, side="right") - 1)
    empty = [
        days[day] for day in worked.tolist() if 0 <= day < len(days) and days[day] not in known
    ]
    if empty:
        log.warning(
            "/forecast: nothing is forecast for %d of the days with shifts, %s to %s",
            len(empty),
            empty[0],
            empty[-1],
        )


def _fresh(organisation: Organisation, grid: TimeGrid, offered: Figures) -> Figures:
    """Return what comes from outside."""
    if not organisation.flows:
        return offered
    fresh = fresh_contacts(organisation, offered, 60.0 * grid.interval_minutes)
    for issue in fresh.issues:
        log.warning("%s: %s", issue.pointer, issue.detail)
    return fresh.contacts


def _open(organisation: Organisation, offered: Figures) -> Figures:
    """Return the slots in which somebody may call or write, alike for all groups."""
    deferred = {channel.id for channel in organisation.channels if channel.deferred}
    immediate = np.array([group.channel not in deferred for group in organisation.groups])
    rows = offered[immediate] if immediate.any() else offered
    return np.broadcast_to((rows > 0).any(axis=0).astype(np.float64), offered.shape)


def _on_roster(volumes: Volumes, grid: TimeGrid) -> Volumes:
    """Put a forecast on the slots of the roster.

    Raises
    ------
    InvalidInput
        If the two have intervals of different length or not one interval in common.
    """
    issues = []
    if volumes.grid.interval_minutes != grid.interval_minutes:
        detail = (
            f"The forecast has intervals of {volumes.grid.interval_minutes} minutes, the roster "
            f"of {grid.interval_minutes}."
        )
        issues.append(Issue("interval_mismatch", "/forecast", detail))
    if volumes.grid.end <= grid.local(0) or grid.end <= volumes.grid.local(0):
        detail = (
            f"The forecast is for {volumes.grid.local(0).date()} on, {volumes.grid.count} "
            f"intervals; the roster begins on {grid.local(0).date()}."
        )
        issues.append(Issue("no_overlap", "/forecast", detail))
    if issues:
        raise InvalidInput("The forecast does not fit the roster.", issues)
    return volumes.on(grid)
