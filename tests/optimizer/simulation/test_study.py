"""Replications come to the same result wherever they run, and pairs make them surer."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from optimizer.errors import NoSolution
from optimizer.progress import Event
from optimizer.simulation import Settings, Study, try_out
from optimizer.stop import Deadline
from tests.optimizer.simulation.builders import always, one_group, work

SLOTS = 16


class Serial(Executor):
    """An executor that runs everything at once, in place."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


@contextmanager
def serial() -> Iterator[Executor]:
    yield Serial()


@contextmanager
def threads() -> Iterator[Executor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


@contextmanager
def processes() -> Iterator[Executor]:
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        yield pool


def loaded(executor: Executor | None = None, **changes: Any) -> Study:
    """Play hours in which one agent in twenty is missing and nobody is idle for long."""
    centre = one_group(20, patience_seconds=300.0)
    settings = Settings(absence=0.05, **{"seed": 1, "replications": 4, **changes})
    volumes = work(centre, 110.0, 300.0)
    return try_out(
        centre, always(centre), *volumes, slots=range(SLOTS), settings=settings, executor=executor
    )


def everything(study: Study) -> list[np.ndarray[Any, Any]]:
    return [
        *study.totals.values(),
        *study.by_slot.values(),
        study.quantiles,
        study.busy_s,
        study.staffed_s,
        study.busy_by_slot_s,
        study.staffed_by_slot_s,
    ]


@pytest.mark.parametrize("where", [serial, threads, processes])
def test_every_executor_gives_the_very_same_bytes(where: Any) -> None:
    with where() as executor:
        there = loaded(executor, records=2, adherence_s=60.0, busyness=0.1)
    here = loaded(None, records=2, adherence_s=60.0, busyness=0.1)
    for one, other in zip(everything(there), everything(here), strict=True):
        assert one.tobytes() == other.tobytes()
    for kept, expected in zip(there.records, here.records, strict=True):
        assert np.array_equal(kept, expected)


def test_more_replications_begin_with_the_same_ones() -> None:
    few, many = loaded(replications=3), loaded(replications=12)
    for name, values in few.totals.items():
        assert np.array_equal(values, many.totals[name][:3]), name


def half_width(study: Study, figure: str) -> float:
    estimate = study.estimate(figure, 0)
    assert estimate.high is not None
    assert estimate.mean is not None
    return estimate.high - estimate.mean


def test_pairs_agree_with_single_runs_and_are_surer_about_waits() -> None:
    singles = loaded(replications=200, busyness=0.05)
    pairs = loaded(replications=100, busyness=0.05, antithetic=True)
    for figure in ("offered", "mean_answer_s", "abandonment"):
        assert half_width(pairs, figure) < half_width(singles, figure)
        one, other = singles.estimate(figure, 0), pairs.estimate(figure, 0)
        assert one.low is not None
        assert one.high is not None
        assert other.mean is not None
        assert one.low <= other.mean <= one.high


def test_volumes_of_busy_days_vary_as_is_said() -> None:
    # A Poisson count whose mean itself varies: mean + (mean x variation)^2.
    study = loaded(replications=500, busyness=0.2)
    offered = study.totals["offered"][:, 0]
    mean = SLOTS * 110.0
    assert offered.mean() == pytest.approx(mean, rel=0.03)
    assert offered.var() == pytest.approx(mean + (0.2 * mean) ** 2, rel=0.2)


def test_replications_take_paths_in_turn() -> None:
    centre = one_group(20)
    offered, aht_s = work(centre, 1.0, 60.0)
    paths = np.array([offered * 10, offered * 40, offered * 20])
    study = try_out(centre, always(centre), paths, aht_s, settings=Settings(replications=6))
    expected = 96 * np.array([10.0, 40.0, 20.0, 10.0, 40.0, 20.0])
    assert study.totals["offered"][:, 0] == pytest.approx(expected, rel=0.1)


def test_a_study_that_is_cut_off_is_that_of_fewer_replications() -> None:
    centre = one_group(20, patience_seconds=300.0)
    plan = (centre, always(centre), *work(centre, 60.0, 300.0))
    deadline = Deadline.after(60.0)

    def stop(event: Event) -> None:
        if event.phase == "replication 3 of 40":
            deadline.stop()

    settings = Settings(seed=1, replications=40)
    with serial() as executor:
        cut = try_out(*plan, settings=settings, executor=executor, observer=stop, deadline=deadline)
    # Those under way count as well.
    count = cut.trial.settings.replications
    assert 3 <= count < 40
    fewer = try_out(*plan, settings=replace(settings, replications=count))
    assert len(cut.quantiles) == count
    for name, values in fewer.totals.items():
        np.testing.assert_array_equal(cut.totals[name], values)


def test_a_study_without_a_replication_is_none() -> None:
    centre = one_group(20, patience_seconds=300.0)
    deadline = Deadline.after(60.0)
    deadline.stop()
    with pytest.raises(NoSolution, match="No replication"):
        try_out(
            centre,
            always(centre),
            *work(centre, 60.0, 300.0),
            settings=Settings(replications=2),
            executor=Never(),
            deadline=deadline,
        )


class Never(Executor):
    """An executor that does not begin anything."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        return Future()
