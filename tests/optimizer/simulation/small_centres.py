"""Small centres: chosen at random from all that the engine can do, or with a single line."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from optimizer.model import Law, LawKind, RoutingWeights
from optimizer.simulation.engine import Run, run
from optimizer.simulation.system import PLAIN, Contacts, Flows, Staff, System
from optimizer.simulation.tables import Goals
from optimizer.simulation.traffic import Draws, Traffic
from tests.optimizer.simulation.slow_reference import SlowRun

# Coarse numbers, so that events often fall on the same instant and scores are often equal; all are
# sums of powers of two, so that both simulators add them up without rounding.
SMALL = RoutingWeights(
    1.0, 1.0, 1.0, (1.0, 2.0, 4.0, 8.0), skill_fit=1.0, idle=1.0, idle_target_seconds=4.0
)
WEIGHTS = [
    PLAIN,
    RoutingWeights(),
    SMALL,
    replace(SMALL, strict_priority=True, promote_after=1.0),
    replace(SMALL, promote_after=0.5, worked=3600.0),
    replace(SMALL, wait_exponent=2.0, idle=0.0),
]
LAWS = [Law(LawKind.FIXED), Law(), Law(LawKind.EMPIRICAL, points=(0.0, 1.0, 5.0))]
SLOT_S, SLOTS = 4.0, 4


@dataclass(frozen=True)
class Case:
    """A small centre with its staff and contacts."""

    system: System
    staff: Staff
    traffic: Traffic
    draws: Draws
    goals: Goals
    given: Contacts
    horizon: float

    def run(self) -> Run:
        return run(
            self.system,
            self.staff,
            self.traffic,
            self.draws,
            goals=self.goals,
            given=self.given,
            horizon_s=self.horizon,
            keep_records=True,
        )

    def slow_run(self) -> SlowRun:
        slow = SlowRun(
            self.system,
            self.staff,
            self.traffic,
            self.draws,
            self.goals,
            self.given,
            self.horizon,
        )
        return slow.play()


class Chooser:
    """Arrays whose entries are chosen from a few values.

    Parameters
    ----------
    choose
        Returns as many of the values as asked for.
    """

    def __init__(self, choose: Callable[[Sequence[Any], int], list[Any]]) -> None:
        self.choose = choose

    def one(self, values: Sequence[Any]) -> Any:
        return self.choose(values, 1)[0]

    def some(self, values: Sequence[Any], *shape: int, kind: type = float) -> Any:
        chosen = self.choose(values, math.prod(shape))
        return np.array(chosen, kind).reshape(shape)

    def maybe(self, values: Sequence[Any], *shape: int) -> Any:
        return self.some(values, *shape) if self.one([False, True]) else None


def small_centre(any_of: Chooser) -> Case:
    """Return a small centre that uses anything the engine can do."""
    lines, pools, agents = any_of.one([1, 2, 3]), any_of.one([1, 2, 3]), any_of.one(range(6))
    capacity = any_of.one([1, 2, 4])
    fits = any_of.one([[0.0], [0.0, 0.0, math.nan], [0.0, 1.0, 2.0, math.nan]])
    escalate_s = any_of.maybe([math.inf, 1.0, 4.0], lines)
    if escalate_s is not None:
        escalate_s[-1] = math.inf
    system = System(
        fit=any_of.some(fits, lines, pools),
        rank=any_of.some(range(4), lines, kind=np.int64),
        value=any_of.some([0.0, 1.0, 2.0], lines),
        target=any_of.some([1.0, 2.0, 8.0], lines),
        idle_until_s=any_of.some([0.0, 0.0, 2.0, math.inf], lines),
        units=any_of.some([u for u in (1, 2, 4) if u <= capacity], lines, kind=np.int64),
        capacity=capacity,
        weights=any_of.one(WEIGHTS),
        in_turn=any_of.one([False, False, True]),
        speed=any_of.maybe([0.5, 1.0, 2.0], lines),
        bonus=any_of.maybe([0.0, 2.0], lines),
        queue_weight=any_of.one([0.0, 0.0, 1.0]),
        ratio=any_of.maybe([0.0, 0.25, 0.5], lines),
        after_s=any_of.maybe([0.0, 0.0, 2.0, 5.0], lines, pools),
        escalate_s=escalate_s,
        escalate_to=None if escalate_s is None else np.minimum(np.arange(lines) + 1, lines - 1),
        pace=any_of.maybe([0.5, 1.0, 2.0], lines, capacity + 1),
        flows=few_flows(any_of, lines),
    )
    # An agent comes and goes at some of the full seconds, in turns.
    edges = any_of.some([True, False, False], agents, 12, kind=bool).cumsum(axis=1) % 2
    edges[any_of.some([True, False], agents, kind=bool)] = 1
    changes = np.diff(edges, axis=1, prepend=0, append=0)
    staff = Staff(
        any_of.some(range(pools), agents, kind=np.int64),
        np.nonzero(changes == 1)[0],
        np.nonzero(changes == 1)[1].astype(float),
        np.nonzero(changes == -1)[1].astype(float),
        interchangeable=any_of.one([False, True]),
    )
    traffic = Traffic(
        names=[f"line {i}" for i in range(lines)],
        slot_s=SLOT_S,
        offered=any_of.some([0.0, 0.0, 0.0, 1.0], lines, SLOTS),
        handling_s=any_of.some([0.0, 1.0, 2.0, 4.0], lines, SLOTS),
        patience_s=any_of.some([0.0, 1.0, 4.0, math.inf], lines, SLOTS),
        handling=[any_of.one(LAWS) for _ in range(lines)],
        patience=[any_of.one(LAWS) for _ in range(lines)],
        balking=any_of.some([0.0, 0.5], lines),
        after_contact=any_of.some([0.0, 0.5], lines),
    )
    goals = Goals(
        within_s=any_of.some([math.nan, 0.0, 2.0], lines),
        first_response_s=any_of.some([math.nan, 2.0, 4.0], lines),
        resolution_s=any_of.some([math.nan, 4.0, 8.0], lines),
        calendar=any_of.some([-1, 0], lines, kind=np.int64),
        opened_s=np.array([[0.0, 4.0, 4.0, 6.0, 6.0]]),
    )
    count = any_of.one(range(13))
    contacts = Contacts(
        np.sort(any_of.some(range(9), count)),
        any_of.some(range(lines), count, kind=np.int32),
        any_of.some([0.0, 1.0, 3.0, math.inf], count),
        any_of.some(range(6), count),
    )
    draws = Draws(any_of.one(range(100)), mirrored=any_of.one([False, True]))
    horizon = any_of.one([math.inf, 7.0, 16.0, 20.0])
    return Case(system, staff, traffic, draws, goals, contacts, horizon)


def few_flows(any_of: Chooser, lines: int) -> Flows:
    """Return none or a few flows, of which no line sends on more than it has."""
    count = any_of.one([0, 0, 1, 2, 3])
    kind = any_of.some(["transfer", "repeat", "retry"], count, kind=str)
    return Flows(
        source=any_of.some(range(lines), count, kind=np.int64),
        target=any_of.some(range(lines), count, kind=np.int64),
        share=any_of.some([0.25, 0.5, 1.0] if count == 1 else [0.25], count),
        delay_s=any_of.some([0.0, 2.0, 8.0], count),
        repeat=kind == "repeat",
        retry=kind == "retry",
        pauses=any_of.some([False, True], count, kind=bool),
    )


def queue(agents: int, until: float = math.inf) -> tuple[System, Staff]:
    """Return one line and one pool, everybody there from the beginning."""
    system = System(
        np.zeros((1, 1)),
        np.array([2]),
        np.ones(1),
        np.ones(1),
        np.zeros(1),
        np.ones(1, np.int64),
    )
    everybody = np.arange(agents)
    return system, Staff(0 * everybody, everybody, np.zeros(agents), np.full(agents, until))


def contacts(arrival: list[float], service: float, patience: float = math.inf) -> Contacts:
    count = len(arrival)
    return Contacts(
        np.array(arrival, float),
        np.zeros(count, np.int32),
        np.full(count, patience),
        np.full(count, service),
    )


def drawn(
    per_slot: float, slots: int = 4, patience_s: float = math.inf, handling_s: float = 60.0
) -> Traffic:
    """Return the contacts of one line."""
    shape = (1, slots)
    return Traffic(
        names=["line"],
        slot_s=900.0,
        offered=np.full(shape, per_slot),
        handling_s=np.full(shape, handling_s),
        patience_s=np.full(shape, patience_s),
        handling=[Law()],
        patience=[Law()],
        balking=np.zeros(1),
        after_contact=np.zeros(1),
    )


def back_to_itself(share: float = 1.0, *, retry: bool = False) -> Flows:
    one = np.zeros(1, np.int64)
    flags = np.zeros(1, np.bool_)
    return Flows(one, one, np.array([share]), np.zeros(1), flags, np.array([retry]), flags)
