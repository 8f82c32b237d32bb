"""`callboard carry` writes the organisation with which the next period begins."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from api.cli import main
from optimizer import io
from optimizer.model import PlannedActivity, Roster, Shift, TimeGrid
from tests.optimizer.builders import MONDAY, organisation, requirement

GRID = TimeGrid.of_days(MONDAY, 7, 30, "Europe/Paris")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a week in which a0 works from Wednesday to Sunday and nobody else at all."""
    centre = organisation()
    meal = centre.templates[0].activities[0].kind
    shifts = [
        Shift("a0", "day", at, at + 18, (PlannedActivity(meal, at + 8, at + 10, False),))
        for at in range(2 * 48 + 18, 7 * 48, 48)
    ]
    io.write(tmp_path / "organisation.json", centre)
    io.write(tmp_path / "requirement.json", requirement(np.zeros((2, 7 * 48))))
    io.write(tmp_path / "roster.json", Roster(GRID, tuple(shifts)))
    return tmp_path


def carry(folder: Path, *more: str) -> Result:
    files = [f"--{n}={folder / f'{n}.json'}" for n in ("organisation", "requirement", "roster")]
    return CliRunner().invoke(main, ["carry", *files, f"--out={folder / 'next' / 'o.json'}", *more])


def test_histories_are_brought_up_to_date_and_all_else_stays(folder: Path) -> None:
    told = carry(folder, "--json")
    assert told.exit_code == 0, told.output
    figures = json.loads(told.stdout)
    assert figures["in_a_run_of_work"] == 1
    assert figures["first"] == (GRID.days()[-1] + timedelta(days=1)).isoformat()
    before, after = organisation(), io.read_organisation(folder / "next" / "o.json")
    history = after.agents[0].history
    assert (history.days_worked, history.days_off, history.weekends) == (5, 0, 1)
    assert history.shifts_this_week == 0
    assert replace(after, agents=before.agents) == before


def test_a_period_may_be_left_early(folder: Path) -> None:
    friday = GRID.days()[4]
    assert carry(folder, f"--first={friday}").exit_code == 0
    history = io.read_organisation(folder / "next" / "o.json").agents[0].history
    assert (history.days_worked, history.shifts_this_week, history.weekends) == (2, 2, 0)


def test_a_day_far_from_the_roster_is_refused(folder: Path) -> None:
    refused = carry(folder, "--first=2031-01-01")
    assert refused.exit_code == 2
    assert not (folder / "next").exists()
