"""Whether this process can do its work: looked at for real, now and then, for all who ask."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from threading import Lock

from sqlalchemy import exists, select
from sqlalchemy.exc import SQLAlchemyError

from api.errors import Busy
from api.jobs.leases import holder
from api.metrics.jobs import RUNNER
from api.store import Store
from api.store.tables import pools
from api.store.versions import stored_version, wanted_version
from optimizer.errors import InvalidInput, Issue, Severity

__all__ = ["Found", "Probe", "solve_something"]

_KEPT_SECONDS = 3.0
_PATIENCE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Found:
    """What a look at one part found.

    Parameters
    ----------
    part
        What was looked at.
    seconds
        How long the look took.
    issues
        What is not well: errors if requests cannot be answered, warnings if they can.
    """

    part: str
    seconds: float
    issues: tuple[Issue, ...]

    @property
    def well(self) -> bool:
        """Tell whether requests can be answered as far as this part goes."""
        return all(issue.severity is not Severity.ERROR for issue in self.issues)


class Probe:
    """Looks at all parts, and keeps what it found for a few seconds.

    Callers at the same time share one look, so that asking often costs nothing, and a database
    that hangs is waited for by one of them only.

    Parameters
    ----------
    store
        Gives the database; may raise what opening it raises.
    """

    def __init__(self, store: Callable[[], Store]) -> None:
        self._store = store
        self._looking = Lock()
        self._found: tuple[Found, ...] = ()
        self._until = 0.0

    def look(self) -> tuple[Found, ...]:
        """Return what was found, at most a few seconds ago.

        Raises
        ------
        Busy
            If somebody else has been looking for so long that something must be stuck.
        """
        if not self._looking.acquire(timeout=_PATIENCE_SECONDS):
            detail = "A look at the parts does not come to an end; the database may hang."
            raise Busy(detail, after_seconds=5, yours=False)
        try:
            if time.monotonic() >= self._until:
                self._found = (_timed("solver", solve_something), *self._look_at_database())
                self._until = time.monotonic() + _KEPT_SECONDS
            return self._found
        finally:
            self._looking.release()

    def _look_at_database(self) -> Iterator[Found]:
        yield _timed("database", lambda: _reach(self._store))
        yield _timed("runner", lambda: _find_runner(self._store))
        yield _timed("pools", lambda: _find_owner(self._store))


def solve_something() -> list[Issue]:
    """Solve a tiny roster with the library that solves the large ones: 3 of 6 people, the cheapest.

    Half a millisecond, after the library has been loaded (once, most of a second).
    """
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    works = [model.new_bool_var("") for _ in range(6)]
    model.add(sum(works) >= 3)
    model.minimize(sum((i + 1) * work for i, work in enumerate(works)))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = 5.0
    if solver.solve(model) == cp_model.OPTIMAL and solver.objective_value == 1 + 2 + 3:
        return []
    return [Issue("solver_failed", "/solver", "A tiny problem was not solved to its optimum.")]


def _timed(part: str, look: Callable[[], list[Issue]]) -> Found:
    started = time.perf_counter()
    try:
        issues = look()
    except InvalidInput as error:
        issues = [replace(issue, pointer=f"/{part}") for issue in error.issues]
    except (SQLAlchemyError, OSError) as error:
        # The words of the error may hold an address or a password.
        detail = f"It could not be looked at ({type(error).__name__})."
        issues = [Issue("unreachable", f"/{part}", detail)]
    return Found(part, round(time.perf_counter() - started, 6), tuple(issues))


def _reach(store: Callable[[], Store]) -> list[Issue]:
    stored, wanted = stored_version(store()), wanted_version()
    if stored == wanted:
        return []
    detail = f"Its tables are of version {stored}; this software works with {wanted}."
    return [Issue("wrong_tables", "/database", detail)]


def _find_runner(store: Callable[[], Store]) -> list[Issue]:
    if holder(store(), RUNNER) is not None:
        return []
    # Jobs are accepted all the same: a runner that comes back finds them.
    detail = "No runner is at work: jobs wait."
    return [Issue("no_runner", "/runner", detail, Severity.WARNING)]


def _find_owner(store: Callable[[], Store]) -> list[Issue]:
    from api.pools.claims import any_owner  # loads the router, which a look at the rest does not

    if any_owner(store()) is not None:
        return []
    with store().reading() as connection:
        if connection.scalar(select(exists(select(pools.c.id)))) is False:
            return []
    detail = "There are pools, but nobody at work who owns them: requests about them fail."
    return [Issue("no_owner", "/pools", detail, Severity.WARNING)]
