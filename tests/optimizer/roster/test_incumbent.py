"""The best roster of a call, and what its observer hears."""

from __future__ import annotations

import numpy as np

from optimizer.progress import Event
from optimizer.roster.frame import Frame
from optimizer.roster.incumbent import Incumbent
from optimizer.roster.patterns import FREE
from optimizer.roster.state import State
from tests.optimizer.roster.cases import demand, problem, soon


def test_what_is_not_known_is_told_as_nothing_and_bounds_never_pass_objectives() -> None:
    frame = Frame.of(problem(agents=1, days=1, call_cost=5.0))
    told: list[Event] = []
    found = Incumbent(frame, (), soon(), told.append)
    found.listen(Event("columns", 0.0))
    found.listen(Event("columns", 0.0, bound=3.0))
    found.listen(Event("columns", 0.0, objective=2.0, bound=3.0))
    heard = [(event.objective, event.bound) for event in told]
    assert heard == [(None, None), (None, 3.0), (2.0, 2.0)]


def test_objectives_of_others_do_not_count_where_activities_may_be_fractions() -> None:
    frame = Frame.of(problem(agents=1, days=1, required=demand(1, range(8, 12), 1.0)))
    told: list[Event] = []
    found = Incumbent(frame, (), soon(), told.append)
    found.listen(Event("columns", 0.0, objective=2.0))
    assert told[-1].objective is None


def test_only_a_better_plan_takes_the_place_of_the_best() -> None:
    frame = Frame.of(problem(agents=1, days=1, call_cost=5.0))
    found = Incumbent(frame, (), soon(), lambda _: None)
    at_home = State.of(frame, np.array([[FREE]]), np.zeros((1, 1, 0), dtype=np.int64))
    at_work = State.of(frame, np.array([[0]]), np.zeros((1, 1, 0), dtype=np.int64))
    assert at_work.cost > at_home.cost
    assert found.offer(at_work)
    assert found.offer(at_home)
    assert not found.offer(at_work)
    assert found.objective == at_home.cost
