"""Independent parts that are solved apart make the same whole, wherever they are solved."""

from __future__ import annotations

import pickle
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from threading import Event as Flag
from typing import Any

import pytest

from optimizer.errors import InvalidInput
from optimizer.progress import Event
from optimizer.result import Termination
from optimizer.roster import solve, solve_parts
from optimizer.stop import Deadline
from tests.optimizer.roster.cases import problem, soon
from tests.optimizer.roster.test_components import two_sites


class Remote(Executor):
    """Runs each task at once on copies, as another process would have them."""

    def __init__(self) -> None:
        self.tasks = 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run a task that was pickled and return its pickled result."""
        self.tasks += 1
        called, given, named = pickle.loads(pickle.dumps((fn, args, kwargs)))
        future: Future[Any] = Future()
        future.set_result(pickle.loads(pickle.dumps(called(*given, **named))))
        return future


def test_parts_make_the_same_whole_as_one_solve_to_optimality() -> None:
    made = two_sites()
    whole = solve(made, deadline=soon(), workers=1)
    apart = solve_parts(made, deadline=soon(), workers=1)
    assert whole.report.termination is apart.report.termination is Termination.OPTIMAL
    assert apart.report.objective == pytest.approx(whole.report.objective)
    assert apart.report.bound == pytest.approx(whole.report.bound)
    assert apart.verification.sound
    assert apart.roster.grid == made.requirement.grid


def test_another_executor_gives_the_same_roster() -> None:
    made = two_sites()
    here = solve_parts(made, deadline=soon(), workers=1, seed=3)
    remote = Remote()
    there = solve_parts(made, deadline=soon(), workers=1, seed=3, executor=remote)
    assert remote.tasks == 2
    assert there.roster == here.roster
    with ThreadPoolExecutor(2) as threads:
        made_so = solve_parts(made, deadline=soon(), workers=1, executor=threads, parallel=2)
    assert made_so.report.objective == pytest.approx(here.report.objective)


def test_whoever_watches_is_told_of_every_part() -> None:
    told: list[Event] = []
    solve_parts(two_sites(), deadline=soon(), workers=1, observer=told.append)
    done = [event.phase for event in told if event.phase.endswith(": done")]
    assert done == ["part 1 of 2: done", "part 2 of 2: done"]


class Line:
    """A link within one process: what parts tell is pickled, as it would be on its way."""

    def __init__(self) -> None:
        self.told: list[tuple[int, Event]] = []
        self.ended = Flag()

    def stop(self) -> None:
        self.ended.set()

    def stopped(self) -> bool:
        return self.ended.is_set()

    def tell(self, part: int, event: Event) -> None:
        self.told.append(pickle.loads(pickle.dumps((part, event))))

    def heard(self) -> list[tuple[int, Event]]:
        told, self.told = self.told, []
        return told


def test_parts_elsewhere_are_heard_and_their_objectives_and_bounds_added_up() -> None:
    told: list[Event] = []
    with ThreadPoolExecutor(2) as threads:
        made = solve_parts(
            two_sites(),
            deadline=soon(),
            workers=1,
            executor=threads,
            parallel=2,
            link=Line(),
            observer=told.append,
        )
    assert {event.phase[:11] for event in told} == {"part 1 of 2", "part 2 of 2"}
    assert told[-1].objective == pytest.approx(made.report.objective)
    assert told[-1].bound == pytest.approx(made.report.bound)
    assert told[0].objective is None


def test_a_stop_reaches_parts_elsewhere_through_their_link() -> None:
    deadline, line = Deadline.after(60.0), Line()
    with ThreadPoolExecutor(2) as threads:
        made = solve_parts(
            two_sites(),
            deadline=deadline,
            workers=1,
            executor=threads,
            link=line,
            observer=lambda event: deadline.stop(),
        )
    assert line.stopped()
    assert made.verification.sound


def test_a_start_is_divided_among_the_parts() -> None:
    made = two_sites()
    first = solve_parts(made, deadline=soon(), workers=1)
    again = solve_parts(made, deadline=soon(), workers=1, start=first.roster)
    assert again.report.objective == pytest.approx(first.report.objective)


def test_a_stop_still_gives_every_part_a_roster() -> None:
    deadline = Deadline.after(20.0)
    deadline.stop()
    stopped = solve_parts(two_sites(), deadline=deadline, workers=1)
    assert stopped.verification.sound
    assert stopped.report.seconds < 10.0


def test_a_problem_of_one_piece_is_solved_as_it_is() -> None:
    made = problem(agents=2)
    assert solve_parts(made, deadline=soon(), workers=1).verification.sound


def test_what_is_wrong_with_a_problem_is_said_at_once() -> None:
    with pytest.raises(InvalidInput):
        solve_parts(problem(agents=()), deadline=soon())
