from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from api.correction import Correction, correct, corrections
from api.correction.rounds import FREED
from api.volumes import requirement_for, volumes_of
from benchmarks.correction.centres import voice_centre, voice_forecast
from forecasts import Forecast
from optimizer.errors import InvalidInput
from optimizer.model import Organisation, Requirement, RosterProblem
from optimizer.roster import solve, verify
from optimizer.simulation import Settings
from optimizer.stop import Deadline

ROSTER_SECONDS = 1.5
SETTINGS = Settings(replications=20, seed=5)


@pytest.fixture(scope="module")
def centre() -> Organisation:
    """Return two skills, and half of the people with both."""
    return voice_centre(24, 2, seed=3)


@pytest.fixture(scope="module")
def forecast(centre: Organisation) -> Forecast:
    return voice_forecast(centre, days=1, seed=3)


@pytest.fixture(scope="module")
def separate(centre: Organisation, forecast: Forecast) -> Requirement:
    """Return what Erlang asks for, every group by itself."""
    return requirement_for(centre, volumes_of(centre, forecast))


def corrected(
    centre: Organisation, forecast: Forecast, requirement: Requirement, rounds: int
) -> Correction:
    return correct(
        centre,
        forecast,
        requirement,
        settings=SETTINGS,
        deadline=Deadline.after(60.0),
        rounds=rounds,
        roster_seconds=ROSTER_SECONDS,
    )


@pytest.fixture(scope="module")
def made(centre: Organisation, forecast: Forecast, separate: Requirement) -> Correction:
    return corrected(centre, forecast, separate, rounds=5)


def test_where_separate_groups_over_staff_the_kept_roster_is_cheaper(made: Correction) -> None:
    assert made.best > 0
    assert made.kept.cost < 0.93 * made.rounds[0].cost
    assert made.kept.required_hours < made.rounds[0].required_hours


def test_the_goal_holds_over_the_day_with_customers_no_round_has_met(made: Correction) -> None:
    _, after = made.check()
    assert after.simulation.seed != made.tried.simulation.seed
    for group in after.simulation.groups:
        level = group.service_level[made.tried.simulation.intervals[0].denominator]
        assert level.mean is not None
        assert level.mean > 0.76


def test_the_kept_round_is_the_one_of_the_least_objective(made: Correction) -> None:
    least = min(told.objective for told in made.rounds)
    assert made.kept.objective == least <= made.rounds[0].objective
    assert [told.number for told in made.rounds] == list(range(len(made.rounds)))


def test_the_kept_roster_passes_the_verifier_and_costs_what_is_told(
    centre: Organisation, made: Correction
) -> None:
    judged = verify(RosterProblem(centre, made.requirement), made.roster.roster)
    assert judged.sound
    # Nothing is guaranteed here: what is worked is what is paid.
    assert made.kept.payroll == pytest.approx(judged.payroll)
    assert made.kept.cost == pytest.approx(judged.payroll)
    price = centre.groups[0].shortage_cost
    expected = judged.payroll + price * made.kept.missing_hours
    assert made.kept.objective == pytest.approx(expected)


def test_hours_within_a_guarantee_count_for_a_part_of_their_pay(
    centre: Organisation, forecast: Forecast, separate: Requirement
) -> None:
    guaranteed = replace(
        centre,
        contracts=tuple(
            replace(contract, guaranteed_minutes_per_week=2400) for contract in centre.contracts
        ),
    )
    told = corrected(guaranteed, forecast, separate, rounds=1).rounds[0]
    assert told.payroll > told.cost
    price = centre.groups[0].shortage_cost
    assert told.objective == pytest.approx(FREED * told.cost + price * told.missing_hours)


def test_an_understaffed_start_is_raised(
    centre: Organisation, forecast: Forecast, separate: Requirement
) -> None:
    poor = Requirement(separate.grid, separate.groups, np.ceil(separate.agents / 2.5))
    made = corrected(centre, forecast, poor, rounds=4)
    assert made.rounds[0].missed > 0
    assert made.best > 0
    assert made.kept.missing_hours < made.rounds[0].missing_hours / 2
    assert made.kept.required_hours > made.rounds[0].required_hours


def test_a_single_round_is_the_plain_roster(
    centre: Organisation, forecast: Forecast, separate: Requirement
) -> None:
    made = corrected(centre, forecast, separate, rounds=1)
    plain = solve(
        RosterProblem(centre, separate),
        deadline=Deadline.after(ROSTER_SECONDS),
        seed=SETTINGS.seed,
    )
    assert len(made.rounds) == 1
    assert made.requirement is separate
    # The search may end a little earlier or later, but both are near the same bound.
    assert made.roster.report.objective == pytest.approx(plain.report.objective, rel=0.1)
    before, after = made.check()
    assert before is after


def test_closed_hours_stay_closed(made: Correction, separate: Requirement) -> None:
    closed = separate.agents == 0.0
    assert closed.any()
    assert not made.requirement.agents[closed].any()


def test_the_budget_ends_the_rounds_but_never_the_first(
    centre: Organisation, forecast: Forecast, separate: Requirement
) -> None:
    made = correct(
        centre,
        forecast,
        separate,
        settings=SETTINGS,
        deadline=Deadline.after(1.0),
        rounds=1000,
        roster_seconds=5.0,
    )
    assert 1 <= len(made.rounds) < 20


def test_the_best_so_far_is_known_after_every_round(
    centre: Organisation, forecast: Forecast, separate: Requirement
) -> None:
    rounds = corrections(
        centre,
        forecast,
        separate,
        settings=SETTINGS,
        deadline=Deadline.after(60.0),
        rounds=3,
        roster_seconds=0.8,
    )
    counts = [(len(made.rounds), made.kept.objective) for made in rounds]
    assert [count for count, _ in counts] == [1, 2, 3]
    assert [best for _, best in counts] == sorted((best for _, best in counts), reverse=True)


def test_where_nothing_is_offered_nobody_is_asked_for(
    centre: Organisation, forecast: Forecast, separate: Requirement
) -> None:
    quiet = replace(
        forecast,
        offered=np.zeros_like(forecast.offered),
        lower={level: np.zeros_like(forecast.offered) for level in forecast.lower},
        upper={level: np.zeros_like(forecast.offered) for level in forecast.upper},
    )
    nobody = Requirement(separate.grid, separate.groups, np.zeros_like(separate.agents))
    made = corrected(centre, quiet, nobody, rounds=3)
    # Nothing to correct: the loop ends after its first round.
    (told,) = made.rounds
    assert (told.stretches, told.required_hours, told.cost) == (0, 0.0, 0.0)
    assert told.in_time is None


def test_a_forecast_of_another_week_is_bad_input(
    centre: Organisation, forecast: Forecast, separate: Requirement
) -> None:
    later = replace(forecast, starts=forecast.starts + np.timedelta64(28, "D"))
    with pytest.raises(InvalidInput) as caught:
        corrected(centre, later, separate, rounds=1)
    assert [issue.code for issue in caught.value.issues] == ["no_overlap"]


def test_a_requirement_for_unknown_groups_is_bad_input(
    centre: Organisation, forecast: Forecast, separate: Requirement
) -> None:
    strange = Requirement(separate.grid, ("voice:skill1", "fax"), separate.agents)
    with pytest.raises(InvalidInput, match="cannot begin"):
        corrected(centre, forecast, strange, rounds=1)
