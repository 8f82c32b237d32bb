"""What is counted while playing is what the contacts say, in all its definitions."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.model import Law, LawKind
from optimizer.simulation.engine import Run, run
from optimizer.simulation.records import CELL
from optimizer.simulation.system import Contacts, Flows, Staff, System
from optimizer.simulation.tables import Goals
from optimizer.simulation.tally import BINS, bin_edges, bin_of
from optimizer.simulation.traffic import Draws, Traffic

HOUR = 3600.0
OF_CASES = ("cases", "due", "responded", "resolved", "resolution_due", "resolved_in_time")


# The histogram of waits.


@given(st.floats(0.0, 5e8))
def test_every_wait_is_between_the_edges_of_its_bin(wait: float) -> None:
    place, edges = bin_of(wait), bin_edges()
    assert wait < edges[place + 1]
    assert wait >= edges[place] or place == 1
    assert (place == 0) == (wait == 0.0)


def test_bins_follow_each_other_and_are_less_than_a_hundredth_wide() -> None:
    edges = bin_edges()
    assert len(edges) == BINS + 1
    width = np.diff(edges[1:]) / edges[1:-1]
    assert width.min() > 0
    assert width.max() < 0.01
    assert edges[1] < 0.01
    assert edges[-1] > 16 * 365 * 24 * HOUR


# The counts of a run.


def two_lines(**changes: object) -> System:
    """Return two lines for one pool, of which the second goes first."""
    base = System(
        fit=np.zeros((2, 1)),
        rank=np.array([2, 2]),
        value=np.ones(2),
        target=np.full(2, 60.0),
        idle_until_s=np.zeros(2),
        units=np.ones(2, np.int64),
        bonus=np.array([0.0, 5.0]),
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # fields by name


def afternoon(**changes: object) -> Traffic:
    """Return contacts of two lines in six slots of half an hour."""
    base = Traffic(
        names=("orders", "billing"),
        slot_s=HOUR / 2,
        offered=np.full((2, 6), 40.0),
        handling_s=np.full((2, 6), 300.0),
        patience_s=np.full((2, 6), 120.0),
        handling=(Law(), Law(LawKind.LOGNORMAL, 0.7)),
        patience=(Law(), Law()),
        balking=np.array([0.1, 0.0]),
        after_contact=np.array([0.2, 0.0]),
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # fields by name


def goals(**changes: object) -> Goals:
    return replace(Goals.none(2), **changes)  # type: ignore[arg-type]  # fields by name


def flows() -> Flows:
    """Return a transfer from the first line to the second, a repeat, and a retry."""
    return Flows(
        source=np.array([0, 1, 0]),
        target=np.array([1, 1, 0]),
        share=np.array([0.3, 0.2, 0.5]),
        delay_s=np.array([0.0, 600.0, 300.0]),
        repeat=np.array([False, True, False]),
        retry=np.array([False, False, True]),
        pauses=np.array([False, False, False]),
    )


def crew(agents: int) -> Staff:
    everybody = np.arange(agents)
    return Staff(0 * everybody, everybody, np.zeros(agents), np.full(agents, math.inf))


def played(agents: int = 11, horizon: float = 3 * HOUR, **options: object) -> Run:
    targets = goals(within_s=np.array([20.0, math.nan]), resolution_s=np.array([600.0, 900.0]))
    return run(
        two_lines(flows=flows()),
        crew(agents),
        afternoon(),
        Draws(3),
        goals=targets,
        horizon_s=horizon,
        keep_records=True,
        **options,
    )


@pytest.mark.parametrize("horizon", [3 * HOUR, 1.3 * HOUR, math.inf])
@pytest.mark.parametrize("agents", [0, 11, 40])
def test_counts_are_those_of_the_records(horizon: float, agents: int) -> None:
    outcome = played(agents, horizon)
    kept, counts = outcome.records, outcome.counts
    slot = np.minimum(kept["arrival"] // (HOUR / 2), 5).astype(int)

    def table(rows: npt.NDArray[np.bool_], weight: npt.NDArray[np.float64] | None = None) -> object:
        place = (kept["origin"] * 6 + slot)[rows]
        summed = np.bincount(place, None if weight is None else weight[rows], minlength=12)
        return pytest.approx(summed.reshape(2, 6))

    answered, gave_up = kept["outcome"] == 1, kept["outcome"] == 2
    targeted, in_time = kept["origin"] == 0, kept["wait"] <= 20.0
    assert counts["offered"] == table(np.ones(len(kept), bool))
    assert counts["answered"] == table(answered)
    assert counts["abandoned"] == table(gave_up)
    assert counts["waited"] == table(answered, kept["wait"])
    assert counts["targeted"] == table(targeted)
    assert counts["targeted_answered"] == table(targeted & answered)
    assert counts["good"] == table(targeted & answered & in_time)
    assert counts["short"] == table(targeted & gave_up & in_time)
    assert counts["cases"] == table(kept["hop"] == 0)
    places = kept["origin"] * BINS + [bin_of(wait) for wait in kept["wait"]]
    assert (outcome.waits.ravel() == np.bincount(places, minlength=2 * BINS)).all()
    for line in (0, 1):
        assert outcome.longest_s[line] == kept["wait"][kept["origin"] == line].max()


def test_every_contact_that_is_not_the_first_was_brought_by_one_that_is_counted() -> None:
    outcome = played(horizon=math.inf)
    brought = sum(outcome.counts[name].sum() for name in ("transferred", "repeated", "retried"))
    assert (outcome.records["hop"] > 0).sum() == brought > 100
    assert outcome.counts["cases"].sum() + brought == outcome.counts["offered"].sum()
    # Nobody is left: a case ends answered or by giving up, once.
    ended = outcome.counts["resolved"].sum()
    lost = outcome.counts["abandoned"].sum() - outcome.counts["retried"].sum()
    assert ended + lost == outcome.counts["cases"].sum()


def test_nobody_is_counted_twice_however_a_run_ends() -> None:
    outcome = played(horizon=1.3 * HOUR)
    numbers = np.sort(outcome.records["number"])
    assert (numbers == np.arange(len(numbers))).all()
    for name in CELL.names or ():
        if name != "waited":
            whole = "cases" if name in OF_CASES else "offered"
            totals = outcome.counts[name].sum(axis=1), outcome.counts[whole].sum(axis=1)
            assert (totals[0] <= totals[1]).all(), name


def test_work_is_what_the_agents_were_busy_with() -> None:
    outcome = played(horizon=2 * HOUR)
    assert outcome.work_s.sum(axis=1) == pytest.approx(outcome.busy_s)
    assert outcome.busy_by_slot_s.sum() == pytest.approx(outcome.busy_s.sum())
    assert (outcome.busy_by_slot_s <= 11 * HOUR / 2 + 1e-6).all()
    assert (outcome.busy_s <= outcome.staffed_s + 1e-6).all()
    assert outcome.staffed_s == pytest.approx(2 * HOUR)


def test_records_are_kept_only_on_request() -> None:
    kept = played()
    silent = run(
        two_lines(flows=flows()),
        crew(11),
        afternoon(),
        Draws(3),
        goals=goals(within_s=np.array([20.0, math.nan]), resolution_s=np.array([600.0, 900.0])),
        horizon_s=3 * HOUR,
    )
    assert len(silent.records) == 0
    assert len(kept.records) == kept.counts["offered"].sum()
    assert (silent.counts == kept.counts).all()


# Worked out by hand.


def by_hand(
    arrival: list[float],
    service: float,
    patience: float = math.inf,
    *,
    targets: Goals,
    horizon: float = math.inf,
    **changes: object,
) -> npt.NDArray[np.void]:
    """Return the counts of contacts of the first line with one agent, slots being of a minute."""
    count = len(arrival)
    contacts = Contacts(
        np.array(arrival),
        np.zeros(count, np.int32),
        np.full(count, patience),
        np.full(count, service),
    )
    quiet = afternoon(
        slot_s=60.0, offered=np.zeros((2, 6)), handling_s=np.full((2, 6), service),
        patience_s=np.full((2, 6), math.inf), handling=(Law(LawKind.FIXED),) * 2,
        after_contact=np.zeros(2),
    )  # fmt: skip
    system = two_lines(**changes)
    outcome = run(
        system, crew(1), quiet, Draws(0), goals=targets, given=contacts, horizon_s=horizon
    )
    return np.asarray(outcome.counts)


def test_the_virtual_wait_of_who_gave_up_ends_when_the_agent_would_have_come() -> None:
    # Busy until 30 and 60: the second, who came at 5, gives up at 15 and would have waited 25,
    # the third, who came at 12, gives up at 22 and would then have waited 18.
    targets = goals(within_s=np.array([20.0, math.nan]))
    counts = by_hand([0.0, 5.0, 12.0], 30.0, 10.0, targets=targets)[0, 0]
    assert (counts["good"], counts["short"], counts["virtual"]) == (1, 2, 2)


def test_contacts_are_counted_in_the_slot_of_their_arrival() -> None:
    counts = by_hand([0.0, 50.0, 70.0], 100.0, targets=goals())
    assert counts["offered"][0].tolist() == [2, 1, 0, 0, 0, 0]
    assert counts["waited"][0].tolist() == [50.0, 130.0, 0, 0, 0, 0]


def test_a_first_response_within_its_limit_counts_only_if_the_limit_ends_before_the_horizon() -> (
    None
):
    targets = goals(first_response_s=np.array([50.0, math.nan]))
    # Answered after 0, 30 and 100 seconds; the limits end at 50, 120 and 150.
    arrival = [0.0, 70.0, 100.0]
    whole = by_hand(arrival, 100.0, targets=targets, horizon=240.0)
    assert (whole["due"].sum(), whole["responded"].sum()) == (3, 2)
    cut = by_hand(arrival, 100.0, targets=targets, horizon=140.0)
    assert (cut["due"].sum(), cut["responded"].sum()) == (2, 2)


def test_a_calendar_counts_open_seconds_only() -> None:
    # Open in the first minute and from the fourth on: 30 to 200 s are 30 + 20 open seconds.
    opened = np.array([[0.0, 60.0, 60.0, 60.0, 120.0, 180.0, 240.0]])
    for limit, in_time in ((49.0, 0), (50.0, 1)):
        targets = goals(
            resolution_s=np.array([limit, math.nan]),
            calendar=np.zeros(2, np.int64),
            opened_s=opened,
        )
        counts = by_hand([30.0], 170.0, targets=targets)[0, 0]
        assert (counts["resolution_due"], counts["resolved_in_time"]) == (1, in_time)


def test_a_customer_who_is_done_is_resolved_though_the_agent_is_not_done_at_the_horizon() -> None:
    targets = goals(resolution_s=np.array([80.0, math.nan]))
    quiet = afternoon(offered=np.zeros((2, 6)), after_contact=np.array([0.5, 0.0]))
    call = Contacts(np.zeros(1), np.zeros(1, np.int32), np.full(1, math.inf), np.full(1, 150.0))
    for horizon, resolved in ((74.0, 0), (80.0, 1)):
        outcome = run(
            two_lines(), crew(1), quiet, Draws(0), goals=targets, given=call, horizon_s=horizon
        )
        assert outcome.counts["resolved"][0, 0] == resolved
        assert outcome.busy_s[0] == horizon
