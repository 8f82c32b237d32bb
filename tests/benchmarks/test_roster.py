from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from api.cli import main
from benchmarks.centre import centre
from optimizer.model import check_problem


def test_one_json_object_has_every_figure_of_the_promise() -> None:
    arguments = "bench roster --agents 24 --skills 3 --days 7 --seed 1 --seconds 3 --json"
    result = CliRunner().invoke(main, arguments.split())
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout)
    assert figures["verified"] is True
    assert figures["bound"] <= figures["objective"] + 1e-6
    assert figures["objective"] > 0
    gap = (figures["objective"] - figures["bound"]) / figures["objective"]
    assert figures["gap"] == pytest.approx(gap, abs=1e-6)
    assert figures["short_agent_intervals"] >= 0
    assert 0 < figures["seconds"] < 5


@pytest.mark.parametrize("distinct", [False, True])
def test_the_centre_is_sound_and_the_same_for_a_seed(distinct: bool) -> None:
    made = centre(30, 3, 7, 5, distinct=distinct)
    # Demand that the staff cannot quite meet is the point of it.
    assert {issue.code for issue in check_problem(made)} <= {"requirement_above_staff"}
    again = centre(30, 3, 7, 5, distinct=distinct)
    assert made.organisation == again.organisation
    assert (made.requirement.agents == again.requirement.agents).all()
    assert len({agent.availability for agent in made.organisation.agents}) > (10 if distinct else 0)
