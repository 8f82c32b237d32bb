"""All replications of a trial, over any executor, summed up as they come."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from optimizer.errors import Issue, NoSolution
from optimizer.progress import Event, Observer
from optimizer.simulation.estimate import Estimate
from optimizer.simulation.figures import FIGURES
from optimizer.simulation.observe import Observation
from optimizer.simulation.records import Records
from optimizer.simulation.system import Floats
from optimizer.simulation.trial import Trial
from optimizer.stop import Deadline

__all__ = ["Study", "study"]

_NONE = np.zeros(0)

_MOST_BLOCKS = 64

_LOOK_SECONDS = 0.1
"""How often it is looked whether a study is to end."""

_OUT_OF_TIME = Issue("out_of_time", "", "The deadline passed before the first replication.")


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """What the replications of a trial came to.

    A pair of mirrored runs counts as one replication, with the means of the two.

    Parameters
    ----------
    totals
        By name of the count and set, one value per replication, [replications, sets] each.
    quantiles
        Waits of each set, [replications, sets, 4].
    by_slot
        Counts by name of planning group and slot, summed over replications, [groups, slots].
    busy_s, staffed_s
        Of each pool, [replications, pools].
    busy_by_slot_s, staffed_by_slot_s
        Summed over replications, [pools, slots].
    records
        What became of each contact, of each replication that keeps them.
    events, seconds
        Played, and taken.
    """

    trial: Trial
    totals: dict[str, Floats]
    quantiles: Floats
    by_slot: dict[str, Floats]
    busy_s: Floats
    staffed_s: Floats
    busy_by_slot_s: Floats
    staffed_by_slot_s: Floats
    records: tuple[Records, ...]
    events: int
    seconds: float

    def estimate(self, figure: str, row: int) -> Estimate:
        """Return a figure of a set."""
        return Estimate.of_ratio(*self.parts(figure, row))

    def parts(self, figure: str, row: int) -> tuple[Floats, Floats | None]:
        """Return the totals that a figure of a set is made of, [replications] each."""
        totals = {name: values[:, row] for name, values in self.totals.items()}
        return FIGURES[figure].parts(totals)

    def occupancy_parts(self) -> tuple[Floats, Floats]:
        """Return busy and staffed seconds of all agents together, [replications] each."""
        return self.busy_s.sum(axis=1), self.staffed_s.sum(axis=1)


def study(
    trial: Trial, executor: Executor | None, observer: Observer, deadline: Deadline | None = None
) -> Study:
    """Run all replications of a trial, or those that there is time for.

    The first replications are the same however many there are: a study that was cut off is that
    of a trial that asked for fewer.

    Parameters
    ----------
    executor
        Where they run; None takes a thread for every core, since the compiled loop does not
        hold the interpreter.
    observer
        Told before each result is waited for.
    deadline
        When to be content with the replications that are done; None waits for all.

    Raises
    ------
    NoSolution
        If the deadline passed before a first replication was done.
    """
    began = time.perf_counter()
    count = trial.settings.replications
    gathered: list[Observation] = []
    by_slot: dict[str, Floats] = {}
    busy = staffed = _NONE
    with _somewhere(executor) as workers:
        for block in _in_turn(trial, workers, count, deadline):
            phase = f"replication {len(gathered) + 1} of {count}"
            observer(Event(phase, time.perf_counter() - began))
            if not _done_in_time(block, deadline):
                break
            for one in block.result():
                if not gathered:
                    by_slot = {name: np.zeros_like(values) for name, values in one.by_slot.items()}
                    busy = np.zeros_like(one.busy_by_slot_s)
                    staffed = np.zeros_like(one.staffed_by_slot_s)
                for name, values in one.by_slot.items():
                    by_slot[name] += values
                busy += one.busy_by_slot_s
                staffed += one.staffed_by_slot_s
                # Only sums by slot are kept: there may be thousands of replications of a year.
                none = replace(one, by_slot={}, busy_by_slot_s=_NONE, staffed_by_slot_s=_NONE)
                gathered.append(none)
    if not gathered:
        raise NoSolution("No replication was done in time.", [_OUT_OF_TIME])
    if len(gathered) < count:
        settings = replace(trial.settings, replications=len(gathered))
        trial = replace(trial, settings=settings)
    return Study(
        trial=trial,
        totals={name: np.array([o.totals[name] for o in gathered]) for name in gathered[0].totals},
        quantiles=np.array([o.quantiles for o in gathered]),
        by_slot=by_slot,
        busy_s=np.array([o.busy_s for o in gathered]),
        staffed_s=np.array([o.staffed_s for o in gathered]),
        busy_by_slot_s=busy,
        staffed_by_slot_s=staffed,
        records=tuple(o.records for o in gathered[: trial.settings.records]),
        events=sum(o.events for o in gathered),
        seconds=time.perf_counter() - began,
    )


def _in_turn(
    trial: Trial, workers: Executor, count: int, deadline: Deadline | None
) -> Iterator[Future[list[Observation]]]:
    """Yield blocks of results in order, with only as many under way as keep all cores busy.

    A trial may be pickled for each block, so that there are not many more than can be of use.
    None begins after the deadline.
    """
    ahead = 2 * (os.cpu_count() or 1)
    size = max(1, count // _MOST_BLOCKS)
    waiting: list[Future[list[Observation]]] = []
    try:
        for first in range(0, count, size):
            if deadline is not None and deadline.passed():
                break
            block = range(first, min(count, first + size))
            waiting.append(workers.submit(_play, trial, block))
            if len(waiting) > ahead:
                yield waiting.pop(0)
        while waiting:
            yield waiting.pop(0)
    finally:
        for future in waiting:
            future.cancel()


def _play(trial: Trial, block: range) -> list[Observation]:
    """Return the replications of a block."""
    return [trial.run(replication) for replication in block]


def _done_in_time(block: Future[list[Observation]], deadline: Deadline | None) -> bool:
    """Wait for a block; tell whether it is done before the deadline passed."""
    while deadline is not None and not block.done():
        if deadline.passed():
            return False
        wait([block], min(_LOOK_SECONDS, deadline.remaining()))
    return True


@contextmanager
def _somewhere(executor: Executor | None) -> Iterator[Executor]:
    """Use an executor that is given, or one that lives as long as the study."""
    if executor is not None:
        yield executor
        return
    own = ThreadPoolExecutor(os.cpu_count() or 1)
    try:
        yield own
    finally:
        own.shutdown(cancel_futures=True)
