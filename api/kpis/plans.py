"""Which forecast and which roster a day is compared with, and what they come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import select

from api.data.contact_fields import Contact
from api.data.history import load_history
from api.errors import Conflict, NotFound
from api.jobs.queue import document
from api.jobs.records import JobState
from api.kpis.attributes import Centre, Slice
from api.kpis.clocks import day_bounds
from api.kpis.figures import Tally
from api.kpis.from_plans import count_forecast, count_roster
from api.publications import publication_in_force
from api.store import Store
from api.store.tables import jobs

if TYPE_CHECKING:
    from forecasts import Forecast, History

__all__ = ["forecast_errors", "roster_hours"]

_LATEST = 30
"""Forecasts that are looked at for one that reaches a day, the latest first."""

Tallies = Mapping[Slice, Tally]


def forecast_errors(
    store: Store,
    tenant: str,
    day: date,
    centre: Centre,
    zone: str,
    contacts: Sequence[Contact] = (),
) -> tuple[str | None, Tallies]:
    """Return the job of the forecast that a day is compared with, and its errors.

    It is the latest that was finished before the day began and reaches it.

    Parameters
    ----------
    contacts
        Those of the day, counted where no intervals are kept.
    """
    from forecasts import ForecastError

    job, forecast = _forecast_before(store, tenant, day, zone)
    if forecast is None:
        return None, {}
    actual = load_history(store, tenant, first=day, last=day)
    if actual is None and contacts:
        actual = _counted(contacts, forecast, day, zone)
    if actual is None:
        return job, {}
    try:
        return job, count_forecast(forecast, actual, centre)
    except ForecastError:
        # Other intervals, or none of its groups: the two cannot be compared.
        return job, {}


def roster_hours(store: Store, tenant: str, day: date) -> tuple[str | None, Tallies]:
    """Return the job of the roster that is in force on a day, and its hours and pay."""
    from api.tasks.results import PROBLEM, ROSTER, read_problem, read_roster

    try:
        job = publication_in_force(store, tenant, day).job
        roster = read_roster(document(store, tenant, job, ROSTER))
        problem = read_problem(document(store, tenant, job, PROBLEM))
    except (NotFound, Conflict):
        return None, {}
    return job, count_roster(problem, roster, day)


def _forecast_before(
    store: Store, tenant: str, day: date, zone: str
) -> tuple[str | None, Forecast | None]:
    from api.tasks.results import FORECAST_FILES, read_forecast_files

    begin = datetime.fromtimestamp(day_bounds(day, zone)[0], UTC)
    candidates = (
        select(jobs.c.id)
        .where(
            jobs.c.tenant == tenant,
            jobs.c.kind.in_(("forecasts", "plans")),
            jobs.c.state == JobState.DONE,
            jobs.c.finished < begin,
        )
        .order_by(jobs.c.finished.desc(), jobs.c.id.desc())
        .limit(_LATEST)
    )
    with store.reading() as connection:
        found = connection.execute(candidates).scalars().all()
    for job in found:
        try:
            forecast = read_forecast_files(document(store, tenant, job, FORECAST_FILES))
        except NotFound:
            continue
        if np.datetime64(day) in forecast.days:
            return job, forecast
    return None, None


def _counted(contacts: Sequence[Contact], forecast: Forecast, day: date, zone: str) -> History:
    """Return contacts by group and interval of a day; nobody came where there is none."""
    import pandas as pd

    from forecasts import History

    starts = pd.date_range(
        day, periods=forecast.slots_per_day, freq=f"{forecast.interval_minutes}min"
    )
    created = pd.to_datetime([contact.created for contact in contacts], unit="s", utc=True)
    wall = created.tz_convert(zone).tz_localize(None)
    slot = np.asarray((wall - starts[0]) // pd.Timedelta(minutes=forecast.interval_minutes))
    groups = tuple(sorted({contact.group for contact in contacts}))
    row = {name: index for index, name in enumerate(groups)}
    offered = np.zeros((len(groups), len(starts)))
    group = np.array([row[contact.group] for contact in contacts])
    np.add.at(offered, (group, slot), 1.0)
    return History(groups, starts, forecast.interval_minutes, offered, zone=zone)
