"""The names that each package offers: a change of this list is a change for its users."""

from __future__ import annotations

import importlib

import pytest

PUBLIC = {
    "api": """
        create_app
    """,
    "api.report": """
        render
    """,
    "forecasts": """
        Backtest Forecast ForecastError History InvalidHistory Issue Score Severity
        backtest forecast history_from_frame read_forecast read_history
    """,
    "forecasts.models": """
        FittedModel Model MovingAverage ProfileLevel SeasonalNaive
    """,
    "optimizer": """
        __version__
    """,
    "optimizer.model": """
        ActivityKind ActivityTemplate Agent AgentState Assignment Availability Channel
        ChannelKind Contract Decision Denominator HIGHEST_LEVEL History MINUTES_PER_DAY
        Obstacle Organisation PlannedActivity PlanningGroup Priority Range Request
        RequestKind Requirement Roster RosterProblem RoutingWeights ServiceGoal Shift
        ShiftTemplate Site Skill Snapshot StaffClass Ticket Tier TimeGrid Vendor Waiting
        can_serve check_grid check_organisation check_problem check_requirement
        check_roster check_snapshot
    """,
    "optimizer.roster": """
        Parts RosterResult Verification solve verify
    """,
    "optimizer.routing": """
        Board Market Pairs Rule assign base_score deal match match_greedily read_board skill_fit
    """,
    "optimizer.simulation": """
        Estimate HandlingTime IntervalOutcome Law Outcome PoolOutcome Rule
        SimulationResult simulate slots_of_day
    """,
    "optimizer.staffing": """
        Performance SpreadWork blocking_probability least_agents performance
        required_agents scheduled_agents spread_work with_shrinkage
    """,
    "sample_data": """
        Arguments Closure Opening Promotion SMALL Sample Stream centre_around describe
        generate staffed write_sample
    """,
}


@pytest.mark.parametrize("package", PUBLIC)
def test_a_package_offers_these_names_and_no_others(package: str) -> None:
    module = importlib.import_module(package)
    assert sorted(module.__all__) == sorted(PUBLIC[package].split())
    assert all(hasattr(module, name) for name in module.__all__)
