"""Jobs as the database has them when it is asked: one truth, whichever host tells it.

Every host of a database tells the same; sums over hosts make no sense, maxima do. Figures of
jobs that ended are those of the last day: rows are deleted in time, so nothing here could rise
for ever the way a counter must.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy import Connection, Row, Select, case, func, select
from sqlalchemy.exc import SQLAlchemyError

from api.jobs.clock import Clock, database_clock
from api.jobs.records import JobState
from api.store import Store
from api.store.tables import job_events, jobs, leases, pools
from optimizer.errors import InvalidInput
from optimizer.result import relative_gap

__all__ = ["RUNNER", "DatabaseFigures"]

log = logging.getLogger(__name__)

RUNNER = "runner"
"""The lease of whoever works on jobs."""

_OPEN = tuple(state for state in JobState if not state.over)
_WINDOW = timedelta(days=1)
_MOST = 500
"""Jobs whose figures are looked at, the newest first; the time that an answer takes is bounded."""

_QUANTILES = (0.5, 0.95, 1.0)


class DatabaseFigures(Collector):
    """Collects the figures of a database for one answer.

    Parameters
    ----------
    store
        Gives the database; may raise what opening it raises.
    clock
        Tells for how long queued jobs have waited, and what the last day is.
    """

    def __init__(self, store: Callable[[], Store], clock: Clock = database_clock) -> None:
        self._store = store
        self._clock = clock

    def collect(self) -> Iterator[Metric]:
        """Give all figures, or only that the database is not there."""
        try:
            with self._store().reading() as connection:
                now = self._clock(connection)
                found = [
                    *_open_jobs(connection, now),
                    *_ended_jobs(connection, now - _WINDOW),
                    *_holders(connection, now),
                ]
        except (SQLAlchemyError, InvalidInput, OSError) as error:
            # Its words are not repeated: they could hold an address, or anything that was sent.
            fields = {"error": type(error).__name__}
            log.warning("The database gave no figures.", extra={"fields": fields})
            found = []
        meaning = "Whether the database answered when these figures were asked for."
        yield GaugeMetricFamily("callboard_database_up", meaning, 1.0 if found else 0.0)
        yield from found


def _open_jobs(connection: Connection, now: datetime) -> Iterator[Metric]:
    counted = GaugeMetricFamily(
        "callboard_jobs", "Jobs that are not over.", labels=("kind", "state")
    )
    depth = dict.fromkeys(_OPEN, 0)
    oldest = now
    asked = (
        select(jobs.c.state, jobs.c.kind, func.count(), func.min(jobs.c.submitted))
        .where(jobs.c.state.in_(_OPEN))
        .group_by(jobs.c.state, jobs.c.kind)
    )
    for state, kind, count, first in connection.execute(asked):
        counted.add_metric((kind, state), count)
        depth[JobState(state)] += count
        if state == JobState.QUEUED:
            oldest = min(oldest, first)
    yield counted
    yield GaugeMetricFamily(
        "callboard_queue_depth", "Jobs that wait to be begun.", depth[JobState.QUEUED]
    )
    yield GaugeMetricFamily(
        "callboard_queue_oldest_seconds",
        "How long the job that has waited longest has waited; 0 with an empty queue.",
        (now - oldest).total_seconds(),
    )


class _Ended(NamedTuple):
    """Figures of the jobs of one kind."""

    seconds: list[float]
    gaps: list[float]
    short: list[float]


def _ended_jobs(connection: Connection, since: datetime) -> Iterator[Metric]:
    ended = GaugeMetricFamily(
        "callboard_jobs_ended", "Jobs that ended within a day.", labels=("kind", "state")
    )
    again = GaugeMetricFamily(
        "callboard_jobs_begun_again",
        "Jobs that ended within a day and were begun more than once, since a process died.",
        labels=("kind",),
    )
    counted = (
        select(
            jobs.c.kind,
            jobs.c.state,
            func.count(),
            func.sum(case((jobs.c.attempts > 1, 1), else_=0)),
        )
        .where(jobs.c.finished >= since)
        .group_by(jobs.c.kind, jobs.c.state)
    )
    repeated: dict[str, int] = defaultdict(int)
    for kind, state, count, more in connection.execute(counted):
        ended.add_metric((kind, state), count)
        repeated[kind] += more
    for kind, count in repeated.items():
        again.add_metric((kind,), count)
    yield ended
    yield again
    by_kind: dict[str, _Ended] = defaultdict(lambda: _Ended([], [], []))
    for row in connection.execute(_done_since(since)):
        _add(by_kind[row.kind], row)
    within = "of jobs that were done within a day (the last 500), as quantiles"
    yield _quantiles(
        "callboard_solve_seconds",
        f"Time from begin to result {within}.",
        ((kind, figures.seconds) for kind, figures in by_kind.items()),
    )
    yield _quantiles(
        "callboard_final_gap_ratio",
        f"Proven relative gap {within}.",
        ((kind, figures.gaps) for kind, figures in by_kind.items()),
    )
    yield _quantiles(
        "callboard_shortfall_hours",
        f"Agent-hours that are required and not covered, {within}.",
        ((kind, figures.short) for kind, figures in by_kind.items()),
    )


def _done_since(since: datetime) -> Select[Any]:
    # The last event tells the end; a job may have thousands before it.
    last = select(job_events.c.data).where(job_events.c.job == jobs.c.id)
    last = last.order_by(job_events.c.number.desc()).limit(1)
    return (
        select(
            jobs.c.kind,
            jobs.c.objective,
            jobs.c.bound,
            jobs.c.started,
            jobs.c.finished,
            last.scalar_subquery().label("data"),
        )
        .where(jobs.c.finished >= since, jobs.c.state == JobState.DONE)
        .order_by(jobs.c.finished.desc())
        .limit(_MOST)
    )


def _add(figures: _Ended, row: Row[Any]) -> None:
    figures.seconds.append((row.finished - row.started).total_seconds())
    if row.objective is not None and row.bound is not None:
        figures.gaps.append(relative_gap(row.objective, row.bound))
    short = (row.data or {}).get("figures", {}).get("short_hours")
    if short is not None:
        figures.short.append(short)


def _quantiles(name: str, meaning: str, values: Iterable[tuple[str, list[float]]]) -> Metric:
    family = GaugeMetricFamily(name, meaning, labels=("kind", "quantile"))
    for kind, found in values:
        if found:
            for quantile, value in zip(_QUANTILES, np.quantile(found, _QUANTILES), strict=True):
                family.add_metric((kind, str(quantile)), float(value))
    return family


def _holders(connection: Connection, now: datetime) -> Iterator[Metric]:
    until = connection.scalar(select(leases.c.until).where(leases.c.name == RUNNER))
    yield GaugeMetricFamily(
        "callboard_runner_alive",
        "Whether a runner works on jobs: 1 while its lease runs.",
        float(until is not None and until > now),
    )
    yield GaugeMetricFamily(
        "callboard_pools",
        "Pools that were opened.",
        connection.scalar(select(func.count()).select_from(pools)) or 0,
    )
