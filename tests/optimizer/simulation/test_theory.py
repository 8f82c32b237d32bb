"""Long runs agree with exact queueing theory and with figures printed by others."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from optimizer.model import Law, LawKind, RoutingWeights
from optimizer.simulation.engine import Run, run
from optimizer.simulation.estimate import Estimate
from optimizer.simulation.ledger import ABANDONED
from optimizer.simulation.scenario import Scenario
from optimizer.simulation.system import Flows, System
from optimizer.simulation.tables import Goals
from optimizer.simulation.traffic import Draws
from optimizer.staffing import performance
from tests.optimizer.simulation.chains import steady_state

Floats = npt.NDArray[np.float64]

HOUR = 3600.0
LOG_NORMAL, FIXED = Law(LawKind.LOGNORMAL, 1.5), Law(LawKind.FIXED)


def scenario(
    agents: Sequence[int],
    per_hour: Sequence[float],
    aht_s: float,
    patience_s: Sequence[float],
    choice: Sequence[Sequence[float]] | None = None,
    *,
    hours: float,
) -> Scenario:
    """Return a day of twenty-one periods that are alike; the first is for warming up."""
    types, periods = len(per_hour), 21
    each = np.ones((types, periods))
    return Scenario(
        period_s=hours * HOUR / periods,
        offered=np.array(per_hour)[:, None] * hours / periods * each,
        handling_s=aht_s * each,
        patience_s=np.array(patience_s)[:, None] * each,
        agents=np.repeat(np.array(agents)[:, None], periods, axis=1),
        choice=np.zeros((types, len(agents))) if choice is None else np.array(choice),
        within_s=20.0,
    )


@dataclass
class Totals:
    """Figures of the steady state, one row for each run."""

    runs: list[Run] = field(default_factory=list)

    def count(self, name: str, line: int | None = None) -> Floats:
        """Return a count of the contacts that came after the warm-up, [runs]."""
        lines = slice(None) if line is None else slice(line, line + 1)
        return np.array([r.counts[name][lines, 1:].sum() for r in self.runs])

    def share(self, part: str, whole: str, line: int | None = None) -> Estimate:
        return Estimate.of_ratio(self.count(part, line), self.count(whole, line))


def played(
    system: Scenario, runs: int, plan: System | None = None, within_s: float = 20.0
) -> Totals:
    """Play a scenario, or another system on its contacts, up to the end of its last period."""
    totals = Totals()
    types = len(system.offered)
    goals = replace(Goals.none(types), within_s=np.full(types, within_s))
    for replication in range(runs):
        draws = Draws(1, replication)
        totals.runs.append(
            run(
                plan or system.system(),
                system.staff(),
                system.traffic(draws),
                draws,
                goals=goals,
                horizon_s=system.length_s,
            )
        )
    return totals


def agrees(estimate: Estimate, exact: float, tolerance: float) -> None:
    """Check that an interval holds the exact value, or nearly, and is narrow enough to tell.

    Of many 95 % intervals some miss; of those twice as wide less than one in a hundred does.
    """
    assert estimate.mean is not None
    assert estimate.high is not None
    half = estimate.high - estimate.mean
    assert half <= tolerance
    assert estimate.mean == pytest.approx(exact, abs=2 * half)


# One type, one group.


@pytest.mark.parametrize(
    ("agents", "patience_s"), [(14, math.inf), (12, math.inf), (12, 60.0), (10, 60.0), (8, 300.0)]
)
def test_waits_agree_with_erlang_c_and_erlang_a(agents: int, patience_s: float) -> None:
    queue = scenario([agents], [200.0], 180.0, [patience_s], hours=1000)
    exact = performance(agents, 100.0, 180.0, 1800.0, patience_s=patience_s, within_s=20.0)
    totals = played(queue, 12)
    offered = np.array([own.counts["offered"].sum() for own in totals.runs])
    at_once = np.array([own.waits[0, 0] for own in totals.runs])
    busy = np.array([own.busy_by_slot_s[0, 1:].sum() for own in totals.runs])
    staffed = np.full(len(busy), agents * 20 / 21 * queue.length_s)
    agrees(totals.share("good", "targeted"), float(exact.served_within), 0.007)
    agrees(totals.share("virtual", "targeted"), float(exact.virtual_within), 0.007)
    agrees(totals.share("short", "targeted"), float(exact.abandonment_within), 0.007)
    agrees(totals.share("waited", "answered"), float(exact.mean_answer_s), 1.5)
    agrees(totals.share("abandoned", "offered"), float(exact.abandonment), 0.007)
    agrees(Estimate.of_ratio(offered - at_once, offered), float(exact.waiting), 0.007)
    agrees(Estimate.of_ratio(busy, staffed), float(exact.occupancy), 0.007)


@pytest.mark.parametrize(("law", "variation"), [(LOG_NORMAL, 1.5), (FIXED, 0.0), (Law(), 1.0)])
def test_one_agent_keeps_them_waiting_as_pollaczek_and_khinchine_say(
    law: Law, variation: float
) -> None:
    queue = replace(scenario([1], [70.0], 36.0, [math.inf], hours=2000), handling=law)
    load = 0.7
    exact = load * (1 + variation**2) / (2 * (1 - load)) * 36.0
    agrees(played(queue, 15).share("waited", "answered"), exact, 0.02 * exact)


# Several types and groups.


@pytest.mark.parametrize(
    ("weights", "waits"),
    [
        pytest.param(None, (3.3437, 3.3437), id="first come first served"),
        pytest.param(RoutingWeights(priority=1e9), (0.4777, 4.7767), id="priority"),
    ],
)
def test_two_classes_wait_as_the_priority_queue_has_it(
    weights: RoutingWeights | None, waits: tuple[float, float]
) -> None:
    # M/M/10 with mu = 1/5 and lambda = (0.6, 1.2) per second, non-preemptive (Kella & Yechiali).
    per_hour = (0.6 * HOUR, 1.2 * HOUR)
    classes = scenario([10], per_hour, 5.0, [math.inf] * 2, hours=40)
    classes = replace(classes, rank=np.array([0, 1]), weights=weights or classes.weights)
    totals = played(classes, 10)
    for line, exact in enumerate(waits):
        agrees(totals.share("waited", "answered", line), exact, 0.05 * exact)


@pytest.mark.parametrize(
    ("bonus", "cost"),
    [
        pytest.param((1e9, 0.0), 20.0, id="c-mu/theta"),
        pytest.param((0.0, 0.0), 31.05, id="first come first served"),
        pytest.param((0.0, 1e9), 80.0, id="reversed"),
    ],
)
def test_overload_costs_what_the_fluid_limit_says(bonus: tuple[float, float], cost: float) -> None:
    # Atar, Giat and Shimkin 2010: lambda = (60, 80) for 100 agents, mu = 1, theta = (.5, 2), cost 1
    # for everybody who waits; ten times as large, for a limit is met by large systems only.
    times = scenario([1000], [600.0, 800.0], HOUR, [2 * HOUR, HOUR / 2], hours=42)
    plan = replace(times.system(), bonus=np.array(bonus))
    costs, given_up = [], []
    for replication in range(6):
        draws = Draws(1, replication)
        traffic, staff = times.traffic(draws), times.staff()
        outcome = run(plan, staff, traffic, draws, horizon_s=42 * HOUR, keep_records=True)
        arrival = outcome.records["arrival"]
        steady = outcome.records[(arrival >= 6 * HOUR) & (arrival < 36 * HOUR)]
        costs.append(steady["wait"].sum() / (30 * HOUR) / 10)
        given_up.append((steady["outcome"] == ABANDONED).sum() / 30 / 10)
    assert np.mean(costs) == pytest.approx(cost, rel=0.02)
    # Agents are always busy, whatever the order: 40 of 140 give up.
    assert np.mean(given_up) == pytest.approx(40.0, rel=0.01)


@pytest.mark.parametrize(
    ("agents", "abandonment"),
    [((6, 6, 0), 0.0987), ((5, 5, 2), 0.0790), ((4, 4, 4), 0.0677), ((0, 0, 12), 0.0531)],
)
def test_a_few_flexible_agents_do_almost_what_all_would(
    agents: tuple[int, int, int], abandonment: float
) -> None:
    # Two types of 5 erlang, handling time and patience 3 minutes, specialists asked first.
    choice = [[0.0, math.nan, 1.0], [math.nan, 0.0, 1.0]]
    types = scenario(agents, [100.0] * 2, 180.0, [180.0] * 2, choice, hours=2000)
    agrees(played(types, 8).share("abandoned", "offered"), abandonment, 0.0015)


# Contacts that bring further ones.


@pytest.mark.parametrize("balking", [0.0, 1.0])
def test_retrials_agree_with_the_chain_of_those_inside_and_in_orbit(balking: float) -> None:
    # Per hour: 40 arrive, 6 agents serve 10 each, patience is 3 minutes, 70 % of those who give
    # up try again after 12 minutes on average, as often as it takes.
    n, arrivals, mu, theta, again, gamma = 6, 40.0, 10.0, 20.0, 0.7, 5.0

    def rates(state: tuple[int, int]) -> list[tuple[tuple[int, int], float]]:
        inside, orbit = state
        leave = [((inside - 1, orbit), min(inside, n) * mu)]
        if inside > n:
            leave += [
                ((inside - 1, orbit), (inside - n) * theta * (1 - again)),
                ((inside - 1, orbit + 1), (inside - n) * theta * again),
            ]
        if inside < n or not balking:
            return [
                *leave,
                ((inside + 1, orbit), arrivals),
                ((inside + 1, orbit - 1), orbit * gamma),
            ]
        return [
            *leave,
            ((inside, orbit + 1), arrivals * again),
            ((inside, orbit - 1), orbit * gamma * (1 - again)),
        ]

    states = [(x, j) for x in range(n + 1 if balking else 36) for j in range(60)]
    share = steady_state(states, rates)
    busy = sum(p * min(x, n) for (x, _), p in share.items())
    coming = arrivals + sum(p * j for (_, j), p in share.items()) * gamma

    queue = scenario([n], [arrivals], 360.0, [180.0], hours=3000)
    queue = replace(queue, balking=balking)
    flows = Flows(
        *(np.zeros(1, np.int64),) * 2,
        share=np.array([again]),
        delay_s=np.array([720.0]),
        repeat=np.zeros(1, np.bool_),
        retry=np.ones(1, np.bool_),
        pauses=np.zeros(1, np.bool_),
    )
    totals = played(queue, 10, replace(queue.system(), flows=flows))
    hours = np.full(10, 3000 * 20 / 21)
    in_hand = np.array([own.busy_by_slot_s[0, 1:].sum() for own in totals.runs]) / HOUR
    agrees(Estimate.of_ratio(in_hand, hours), busy, 0.02)
    agrees(Estimate.of_ratio(totals.count("offered"), hours), coming, 0.2)
    agrees(totals.share("abandoned", "offered"), 1 - busy * mu / coming, 0.002)
    agrees(totals.share("retried", "abandoned"), again, 0.004)


def test_transfers_to_and_fro_make_a_network_of_queues_as_jackson_solved_it() -> None:
    # 30 % of the first tier go to the second, half at once and half after an hour, 10 % come back.
    # Whatever the delays, each tier waits as a queue by itself of all that comes to it.
    new, onward, back = np.array([100.0, 10.0]), 0.3, 0.1
    first = (new[0] + back * new[1]) / (1 - onward * back)
    coming = first, new[1] + onward * first
    staff = [8, 4]
    choice = [[0.0, math.nan], [math.nan, 0.0]]
    tiers = scenario(staff, new.tolist(), 240.0, [math.inf] * 2, choice, hours=3000)
    flows = Flows(
        source=np.array([0, 0, 1]),
        target=np.array([1, 1, 0]),
        share=np.array([0.15, 0.15, back]),
        delay_s=np.array([0.0, HOUR, 0.0]),
        repeat=np.zeros(3, np.bool_),
        retry=np.zeros(3, np.bool_),
        pauses=np.zeros(3, np.bool_),
    )
    totals = played(tiers, 10, replace(tiers.system(), flows=flows))
    hours = np.full(10, 3000 * 20 / 21)
    for tier, (rate, agents) in enumerate(zip(coming, staff, strict=True)):
        alone = performance(agents, rate, 240.0, HOUR, within_s=20.0)
        agrees(Estimate.of_ratio(totals.count("offered", tier), hours), rate, 0.01 * rate)
        wait = float(alone.mean_answer_s)
        agrees(totals.share("waited", "answered", tier), wait, 0.06 * wait)
        agrees(totals.share("good", "targeted", tier), float(alone.served_within), 0.008)
        shares = totals.share("transferred", "answered", tier)
        agrees(shares, (onward, back)[tier], 0.003)


# Chats.


def at_pace(queue: Scenario, pace: Sequence[float]) -> System:
    """Return a system whose agents have up to as many contacts in hand as there are paces."""
    return replace(queue.system(), capacity=len(pace), pace=np.array([[1.0, *pace]]))


@pytest.mark.parametrize("law", [Law(), LOG_NORMAL, FIXED])
def test_an_agent_who_shares_out_evenly_is_a_processor_sharing_queue(law: Law) -> None:
    # A time in the system of E[S] / (1 - load), whatever the law of S is (Kleinrock 1967).
    queue = replace(scenario([1], [7.0], 360.0, [math.inf], hours=15_000), handling=law)
    totals = played(queue, 10, at_pace(queue, range(1, 61)))
    in_hand = np.array([60 * own.work_s.sum() for own in totals.runs])
    count = np.array([own.counts["answered"].sum() for own in totals.runs])
    exact = 360.0 / (1 - 0.7)
    agrees(Estimate.of_ratio(in_hand, count), exact, 0.02 * exact)


@pytest.mark.parametrize(("agents", "per_hour"), [(1, 14.0), (2, 26.0)])
def test_chats_go_to_the_least_loaded_at_the_pace_of_those_in_hand(
    agents: int, per_hour: float
) -> None:
    # Handling times 360, 480 and 660 s with 1, 2 and 3 in hand; patience 4 minutes.
    pace = (1.0, 480 / 360, 660 / 360)
    speed = [0.0, *(10.0 * k / slower for k, slower in enumerate(pace, 1))]
    State = tuple[int, ...]

    def rates(state: State) -> list[tuple[State, float]]:
        *load, waiting = state
        possible: list[tuple[State, float]] = [((*load, waiting - 1), waiting * 15.0)]
        if min(load) == 3:
            possible.append(((*load, waiting + 1), per_hour))
        else:
            least = [i for i in range(agents) if load[i] == min(load)]
            # Which of two equals gets it makes no difference to the lengths that are counted.
            grown = [k + (i == least[0]) for i, k in enumerate(load)]
            possible.append(((*grown, waiting), per_hour))
        for i, k in enumerate(load):
            if waiting:
                possible.append(((*load, waiting - 1), speed[k]))
            else:
                fewer = [own - (i == j) for j, own in enumerate(load)]
                possible.append(((*fewer, waiting), speed[k]))
        return possible

    states: list[State] = [(*load, 0) for load in product(range(4), repeat=agents)]
    states += [(*(3,) * agents, waiting) for waiting in range(1, 40)]
    share = steady_state(states, rates)
    in_hand = sum(p * sum(state[:-1]) for state, p in share.items())
    given_up = sum(p * state[-1] for state, p in share.items()) * 15.0 / per_hour
    busy = sum(p * sum(k > 0 for k in state[:-1]) for state, p in share.items())

    queue = scenario([agents], [per_hour], 360.0, [240.0], hours=6000)
    totals = played(queue, 10, at_pace(queue, pace))
    seconds = np.full(10, queue.length_s)
    work = np.array([3 * own.work_s.sum() for own in totals.runs])
    agrees(Estimate.of_ratio(work, seconds), in_hand, 0.02)
    busy_s = np.array([own.busy_s.sum() for own in totals.runs])
    agrees(Estimate.of_ratio(busy_s, seconds), busy, 0.02)
    agrees(totals.share("abandoned", "offered"), given_up, 0.002)


def test_chats_that_stay_where_they_are_do_a_little_worse_than_chats_balanced_at_any_time(
    reference_data: Callable[[str], Path],
) -> None:
    # The reference shifts chats between agents so that all have equally many, which nobody can do
    # with real ones; where an agent has one chat at a time there is nothing to shift.
    rows: dict[str, dict[str, float]] = {}
    with reference_data("staffing/reference_values.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            if row["model"] == "chat_balanced":
                outputs = rows.setdefault(row["inputs"], {})
                outputs[row["output_name"]] = float(row["output_value"])
    assert rows
    for inputs, exact in rows.items():
        given = dict(entry.split("=") for entry in inputs.split(";"))
        aht = [float(seconds) for seconds in given["aht_by_concurrency"].split("|")]
        patience_s = math.inf if given["patience_s"] == "None" else float(given["patience_s"])
        per_hour = float(given["contacts"]) * HOUR / float(given["interval_s"])
        queue = scenario([int(given["N"])], [per_hour], aht[0], [patience_s], hours=1000)
        plan = at_pace(queue, [seconds / aht[0] for seconds in aht])
        totals = played(queue, 8, plan, within_s=float(given["T_s"]))
        level = totals.share("good", "targeted")
        work = np.array([len(aht) * own.work_s.sum() for own in totals.runs])
        chats = Estimate.of_ratio(work, np.full(8, queue.length_s))
        assert level.mean is not None
        assert chats.mean is not None
        if len(aht) == 1:
            agrees(level, exact["sl_offered"], 0.005)
            agrees(chats, exact["mean_chats"], 0.1)
        else:
            assert exact["sl_offered"] - 0.03 < level.mean < exact["sl_offered"]
            assert exact["mean_chats"] < chats.mean < exact["mean_chats"] * 1.05


# Figures printed by others.


def days(one: Scenario, count: int) -> dict[str, Estimate]:
    """Return the figures that the examples of ContactCenters print, waits within 20 seconds."""
    rows: list[list[float]] = []
    for day in range(count):
        counts = one.run(Draws(5, day)).counts
        within_day = one.run(Draws(5, day), horizon_s=one.length_s)
        names = ("good", "answered", "abandoned", "short", "waited")
        occupancy = within_day.busy_s.sum() / within_day.staffed_s.sum()
        rows.append([*(counts[name].sum() for name in names), occupancy])
    good, served, abandoned, short, waited, occupancy = np.array(rows).T
    return {
        "in target": Estimate.of_mean(good),
        "good / served": Estimate.of_ratio(good, served),
        "good / (served + abandoned late)": Estimate.of_ratio(good, served + abandoned - short),
        "abandoned": Estimate.of_mean(abandoned),
        "mean answer, minutes": Estimate.of_ratio(waited / 60, served),
        "occupancy": Estimate.of_mean(occupancy),
    }


@pytest.mark.parametrize(
    ("patience_s", "printed"),
    [
        pytest.param(
            math.inf,
            {
                "in target": (1812.618, 1819.698),
                "good / served": (0.900, 0.904),
                "mean answer, minutes": (0.097, 0.102),
                "occupancy": (0.694, 0.697),
            },
            id="MMC",
        ),
        pytest.param(
            60.0,
            {
                "in target": (1903.785, 1908.231),
                "good / served": (0.974, 0.975),
                "good / (served + abandoned late)": (0.968, 0.969),
                "abandoned": (57.660, 59.558),
                "mean answer, minutes": (0.023, 0.024),
                "occupancy": (0.674, 0.677),
            },
            id="MMCAb",
        ),
    ],
)
def test_published_examples_come_out_as_printed(
    patience_s: float, printed: dict[str, tuple[float, float]]
) -> None:
    # Printed by umontreal-simul/contactcenters, doc/examples/MMC.res and MMCAb.res, for 1000 days
    # of 8 hours with 4.2 calls a minute, 12 agents and mean service 2 minutes.
    ours = days(scenario([12], [252.0], 120.0, [patience_s], hours=8), 1000)
    for name, (low, high) in printed.items():
        estimate = ours[name]
        assert estimate.low is not None
        assert estimate.high is not None
        rounding = 0.0005
        assert estimate.low <= high + rounding, name
        assert low - rounding <= estimate.high, name
