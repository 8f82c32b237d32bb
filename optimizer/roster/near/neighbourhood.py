"""A plan with some days of some people open, everything else as it is: solved by CP-SAT."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from optimizer.roster.near.meeting import Choice, Fixed, add_meeting
from optimizer.roster.near.person import PersonModel
from optimizer.roster.near.priced import PricedModel
from optimizer.roster.near.solving import run
from optimizer.roster.patterns import FREE
from optimizer.roster.placement import nearest_places, place_best, working_slots
from optimizer.roster.state import State
from optimizer.roster.totals import Totals
from optimizer.stop import Deadline

__all__ = ["Found", "Job", "Open", "Rows", "job_of"]

Integers = NDArray[np.int64]

Open = Mapping[int, Sequence[int]]
"""Open days of each agent."""

Rows = Mapping[int, tuple[Integers, Integers]]
"""New rosters of some agents: patterns, [days], and begins of activities, [days, activities]."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a search has found.

    Parameters
    ----------
    rows
        None if nothing was found.
    effort
        Deterministic seconds that it took.
    proven
        Whether nothing better exists nearby, as far as the model knows.
    """

    rows: Rows | None
    effort: float
    proven: bool


Job = Callable[[Deadline], Found]
"""A search that is ready to run, in any thread: it does not touch the plan."""


def job_of(state: State, totals: Totals, opened: Open, *, effort: float, seed: int) -> Job:
    """Return the search for the best plan in which only open days differ.

    Parameters
    ----------
    state
        The plan; it is as before when the call returns.
    totals
        The shared rows of the frame; only their terms are used.
    effort
        Deterministic seconds to be spent at most.
    """
    frame = state.frame
    seats = {agent: state.take_out(agent) for agent in opened}
    for agent, days in opened.items():
        worked = seats[agent].worked.copy()
        worked[list(days)] = FREE
        state.put_in(agent, worked, seats[agent].begins, 0.0)
    useful = {team: state.values(team) for team in sorted({int(frame.team[a]) for a in opened})}
    fixed = Fixed.of(state, totals)
    for agent, seat in seats.items():
        state.take_out(agent)
        state.put_back(agent, seat)

    costs = PricedModel()
    people, choices = {}, []
    placed: dict[int, Integers] = {}
    for agent, days in opened.items():
        row = state.worked[agent].tolist()
        person = PersonModel(costs, frame.people[agent], frame.patterns, row, days)
        person.hint(row)
        people[agent] = person
        values = useful[int(frame.team[agent])]
        for choice, begins in _placements(state, costs.model, agent, person, values):
            choices.append(choice)
            placed[choice.literal.index] = begins
    add_meeting(costs, frame, totals, fixed, choices, useful)
    costs.model.minimize(costs.cost())
    before = {agent: state.begins[agent].copy() for agent in opened}

    def job(deadline: Deadline) -> Found:
        solver = run(costs.model, deadline, effort=effort, seed=seed, small=True)
        if solver is None:
            return Found(None, effort, False)
        begins = {agent: row.copy() for agent, row in before.items()}
        for choice in choices:
            if solver.boolean_value(choice.literal):
                day = int(frame.patterns.day[choice.pattern])
                begins[choice.agent][day] = placed[choice.literal.index]
        rows = {
            agent: (np.array(person.chosen(solver), dtype=np.int64), begins[agent])
            for agent, person in people.items()
        }
        proto = solver.response_proto
        return Found(rows, proto.deterministic_time, proto.status == cp_model.OPTIMAL)

    return job


def _placements(
    state: State,
    model: cp_model.CpModel,
    agent: int,
    person: PersonModel,
    values: NDArray[np.float64],
) -> list[tuple[Choice, Integers]]:
    """Return every pattern with a few places for its activities, and where these begin.

    Where they cost least, as early, as late and as far in the middle as possible, and where they
    are now if the pattern stays.
    """
    shapes, slots = state.shapes, state.frame.demand.slots
    total = np.zeros(max(slots, int(shapes.end.max(initial=0))) + 1)
    total[1 : slots + 1] = np.cumsum(values)
    total[slots + 1 :] = total[slots]
    found: list[tuple[Choice, Integers]] = []
    row = np.full(1, FREE)
    for pattern, literal in person.works.items():
        day = int(state.frame.patterns.day[pattern])
        begins = np.zeros_like(state.begins[agent, :1])
        row[0] = pattern
        place_best(shapes, total, row, begins)
        options = [begins[0]]
        kept = state.kept.get(agent, {}).get(pattern)
        if kept is not None:
            options = [kept.begins]
        elif shapes.activities[shapes.template[pattern], :, 0].any():
            start, end = int(shapes.start[pattern]), int(shapes.end[pattern])
            for wanted in (start, (start + end) // 2, end):
                near = np.zeros_like(begins[0])
                nearest_places(shapes, pattern, np.full(len(near), wanted), near)
                options.append(near)
            if state.worked[agent, day] == pattern:
                options.append(state.begins[agent, day])
            options = list({tuple(option.tolist()): option for option in options}.values())
        chosen = [literal] if len(options) == 1 else [model.new_bool_var("") for _ in options]
        if len(options) > 1:
            model.add_exactly_one(~literal, *chosen)
        for option, one in zip(options, chosen, strict=True):
            at = working_slots(shapes, row, option[None, :], slots)
            for session in kept.sessions if kept is not None else ():
                at = at[(at < session.start) | (at >= session.end)]
            found.append((Choice(agent, pattern, one, at), option))
    return found
