"""A small centre with its roster and forecast, in memory and as files."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from forecasts import Forecast
from forecasts.intervals import GRID as SCORES
from forecasts.paths import Uncertainty
from optimizer.io import write
from optimizer.model import Organisation, Roster, Shift, Site, TimeGrid
from tests.optimizer.builders import MONDAY, organisation

GRID = TimeGrid.of_days(MONDAY, 2, 30, "Europe/Paris")
OPEN = slice(18, 34)


def centre(agents: int = 8) -> Organisation:
    """Return two voice groups at two sites; every third agent is elastic."""
    base = organisation(agents)
    orders, billing = base.groups
    return replace(
        base,
        sites=(*base.sites, Site("lyon", zone="Europe/Paris")),
        groups=(
            replace(orders, patience_seconds=120.0),
            replace(billing, patience_seconds=120.0),
        ),
        agents=tuple(
            replace(agent, site=("paris", "lyon")[place % 2], skills={"orders": 3, "billing": 3})
            for place, agent in enumerate(base.agents)
        ),
    )


def day_roster(people: Organisation, grid: TimeGrid = GRID) -> Roster:
    """Return a roster in which everybody works from nine to five."""
    days = range(len(grid.days()))
    return Roster(
        grid,
        tuple(
            Shift(agent.id, people.templates[0].id, 48 * day + OPEN.start, 48 * day + OPEN.stop)
            for agent in people.agents
            for day in days
        ),
    )


def forecast(
    volumes: dict[str, float], first: str = "2026-11-23", days: int = 2, *, known: bool = False
) -> Forecast:
    """Return constant volumes from nine to five; `known` if it shall know how sure it is."""
    starts = pd.date_range(first, periods=48 * days, freq="30min")
    offered = np.zeros((len(volumes), days, 48))
    offered[:, :, OPEN] = np.array(list(volumes.values()))[:, None, None]
    offered = offered.reshape(len(volumes), -1)
    uncertainty = Uncertainty(
        deviation=0.3 * offered,
        scores=np.tile(np.linspace(-2.0, 2.0, len(SCORES)), (len(volumes), 1)),
        week=np.full(len(volumes), 0.1),
        day=np.full(len(volumes), 0.5),
        across=0.2,
    )
    return Forecast(
        tuple(volumes),
        starts,
        30,
        offered,
        offered > 0,
        {},
        {},
        np.full_like(offered, 300.0),
        uncertainty=uncertainty if known else None,
    )


def write_plan(folder: Path, people: Organisation, roster: Roster, expected: Forecast) -> None:
    """Write the three files that a trial needs."""
    write(folder / "organisation.json", people)
    write(folder / "roster.json", roster)
    expected.write_csv(folder / "forecast.csv")


def write_scenario(folder: Path, name: str, **fields: Any) -> Path:
    """Write a scenario to a file of its name."""
    path = folder / f"{name}.json"
    path.write_text(json.dumps({"schema": "callboard/1", "scenario": {"name": name, **fields}}))
    return path


def baseline(folder: Path, **fields: Any) -> Path:
    """Write the scenario that names the files of `write_plan`."""
    return write_scenario(
        folder,
        "today",
        organisation="organisation.json",
        roster="roster.json",
        forecast="forecast.csv",
        **fields,
    )
