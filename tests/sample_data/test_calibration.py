"""Volumes fit the staff: by the closed form, and by the exact staffing models."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from optimizer.model import Tier, TimeGrid
from optimizer.staffing import required_agents, with_shrinkage
from sample_data import Sample, generate
from sample_data.calibration import scale_to_capacity, weekly_need
from sample_data.front_line import front_line_skills, front_line_streams

SLOTS = 48
Array = NDArray[np.float64]


@pytest.mark.parametrize("capacity", [500.0, 5_000.0, 50_000.0])
def test_the_need_of_scaled_streams_equals_the_capacity(capacity: float) -> None:
    streams = front_line_streams(front_line_skills(2), agents=100)
    scaled = scale_to_capacity(streams, capacity)
    need = weekly_need(scaled)
    overhead = weekly_need([stream.scaled(0.0) for stream in streams])
    # Where small groups alone would take most of it, the need is let above the capacity.
    assert need == pytest.approx(capacity + max(0.0, overhead - 0.6 * capacity))


def test_scaling_keeps_the_mix_of_work() -> None:
    streams = front_line_streams(front_line_skills(4), agents=200)
    scaled = scale_to_capacity(streams, 7_000.0)
    ratios = [new.weekly_hours / old.weekly_hours for new, old in zip(scaled, streams, strict=True)]
    assert ratios == pytest.approx([ratios[0]] * len(ratios))


@pytest.mark.parametrize(
    ("agents", "skills", "busy"),
    [(30, 2, (0.4, 0.6)), (120, 4, (0.5, 0.75)), (300, 4, (0.8, 1.0)), (1500, 8, (0.95, 1.15))],
)
def test_the_recorded_work_needs_slightly_more_than_the_guaranteed_hours(
    agents: int, skills: int, busy: tuple[float, float]
) -> None:
    """The need lies 0 to 20 % above what is guaranteed, so that elastic staff is called.

    Offered load over capacity (guaranteed hours after 15 % shrinkage at 90 % occupancy) rises
    with the size of the centre, as large groups lose less to chance.
    """
    sample = generate(agents, skills, weeks=12, tickets=0)
    weeks = typical_weeks(sample)
    front_line = [s for s in sample.streams if s.group.tier is Tier.FRONT_LINE]
    names = [stream.group.id for stream in front_line]
    offered = np.array([weeks[name][0] for name in names])
    aht_s = np.array([weeks[name][1] for name in names])

    grid = TimeGrid.of_days(date(2026, 3, 2), 7, zone=sample.organisation.zone)
    required = required_agents(sample.organisation, grid, names, offered, aht_s)
    scheduled = with_shrinkage(required, sample.organisation).agents.sum() * grid.hours_per_slot
    guaranteed = guaranteed_hours(sample)
    assert 1.0 < scheduled / guaranteed < 1.2

    concurrency = np.array([stream.channel.concurrency for stream in front_line])
    load = float(((offered * aht_s).sum(axis=1) / concurrency).sum()) / 3600
    low, high = busy
    assert low < load / (guaranteed * 0.85 * 0.9) < high


def guaranteed_hours(sample: Sample) -> float:
    contracts = {contract.id: contract for contract in sample.organisation.contracts}
    minutes = sum(
        contracts[agent.contract].guaranteed_minutes_per_week
        for agent in sample.organisation.agents
        if agent.tier is Tier.FRONT_LINE
    )
    return minutes / 60


def typical_weeks(sample: Sample) -> dict[str, tuple[Array, Array]]:
    """Return per group the mean contacts and handling times by slot of the week, [7 * 48].

    Of the last eight weeks of the history, which have no promotion and one closure.
    """
    history = sample.history
    since = pd.Timestamp(sample.arguments.start) - pd.Timedelta(weeks=8)
    recent = history[history["start"] >= since].copy()
    clock = recent["start"].dt
    recent["slot"] = clock.day_of_week * SLOTS + clock.hour * 2 + clock.minute // 30
    recent["seconds"] = recent["offered"] * recent["aht_s"].fillna(0.0)
    found = {}
    for name, rows in recent.groupby("group"):
        by_slot = rows.groupby("slot")
        offered = by_slot["offered"].mean().reindex(range(7 * SLOTS), fill_value=0.0).to_numpy()
        aht = rows["seconds"].sum() / rows["offered"].sum()
        found[str(name)] = (offered, np.full(7 * SLOTS, aht))
    return found
