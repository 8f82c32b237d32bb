"""Which forecast and which roster a day is compared with, and what they come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
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
from optimizer.model import Roster, RosterProblem

if TYPE_CHECKING:
    from forecasts import Forecast, History

__all__ = ["Plans", "contacts_by_interval"]

_LATEST = 30
"""Forecasts that are looked at for one that reaches a day, the latest first."""

_HELD = 2
"""Forecasts and rosters that are held, each of which may take hundreds of megabytes."""

Tallies = Mapping[Slice, Tally]


class Plans:
    """What a tenant planned; what was read for one day is at hand for the next.

    Parameters
    ----------
    zone
        Whose clock days are by.
    """

    def __init__(self, store: Store, tenant: str, centre: Centre, zone: str) -> None:
        self._store, self._tenant = store, tenant
        self._centre, self._zone = centre, zone
        self._days: dict[str, frozenset[date]] = {}
        self._forecast = lru_cache(_HELD)(self._read_forecast)
        self._roster = lru_cache(_HELD)(self._read_roster)

    def forecast_errors(
        self, day: date, contacts: Sequence[Contact] = ()
    ) -> tuple[str | None, Tallies]:
        """Return the job of the forecast that a day is compared with, and its errors.

        It is the latest that was finished before the day began and reaches it.

        Parameters
        ----------
        contacts
            Those of the day, counted where no intervals are kept.
        """
        from forecasts import ForecastError

        job = self._forecast_before(day)
        if job is None:
            return None, {}
        forecast = self._forecast(job)
        actual = load_history(self._store, self._tenant, first=day, last=day)
        if actual is None and contacts:
            actual = contacts_by_interval(contacts, forecast, day, self._zone)
        if actual is None:
            return job, {}
        try:
            return job, count_forecast(forecast, actual, self._centre)
        except ForecastError:
            # Other intervals, or none of its groups: the two cannot be compared.
            return job, {}

    def roster_hours(self, day: date) -> tuple[str | None, Tallies]:
        """Return the job of the roster that is in force on a day, and its hours and pay."""
        try:
            job = publication_in_force(self._store, self._tenant, day).job
            problem, roster = self._roster(job)
        except (NotFound, Conflict):
            return None, {}
        return job, count_roster(problem, roster, day)

    def _forecast_before(self, day: date) -> str | None:
        begin = datetime.fromtimestamp(day_bounds(day, self._zone)[0], UTC)
        candidates = (
            select(jobs.c.id)
            .where(
                jobs.c.tenant == self._tenant,
                jobs.c.kind.in_(("forecasts", "plans")),
                jobs.c.state == JobState.DONE,
                jobs.c.finished < begin,
            )
            .order_by(jobs.c.finished.desc(), jobs.c.id.desc())
            .limit(_LATEST)
        )
        with self._store.reading() as connection:
            found: Sequence[str] = connection.execute(candidates).scalars().all()
        return next((job for job in found if day in self._days_of(job)), None)

    def _days_of(self, job: str) -> frozenset[date]:
        """Return the days that a forecast reaches; none where it is gone."""
        if job not in self._days:
            try:
                self._days[job] = frozenset(self._forecast(job).days.tolist())
            except NotFound:
                self._days[job] = frozenset()
        return self._days[job]

    def _read_forecast(self, job: str) -> Forecast:
        from api.tasks.results import FORECAST_FILES, read_forecast_files

        return read_forecast_files(document(self._store, self._tenant, job, FORECAST_FILES))

    def _read_roster(self, job: str) -> tuple[RosterProblem, Roster]:
        from api.tasks.results import PROBLEM, ROSTER, read_problem, read_roster

        roster = read_roster(document(self._store, self._tenant, job, ROSTER))
        return read_problem(document(self._store, self._tenant, job, PROBLEM)), roster


def contacts_by_interval(
    contacts: Sequence[Contact], forecast: Forecast, day: date, zone: str
) -> History:
    """Return contacts by group and interval of a day; nobody came where there is none.

    Contacts that were put by another clock than the organisation's have no interval there.
    """
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
    there = (slot >= 0) & (slot < len(starts))
    np.add.at(offered, (group[there], slot[there]), 1.0)
    return History(groups, starts, forecast.interval_minutes, offered, zone=zone)
