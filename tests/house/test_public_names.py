"""The names that each package offers: a change of this list is a change for its users."""

from __future__ import annotations

import importlib

import pytest

PUBLIC = {
    "api": """
        create_app
    """,
    "api.access": """
        AuditEntry Caller EVERYTHING Key Keyring MAIN Rate Scope audit_entries create_key list_keys
        note note_in revoke_key
    """,
    "api.correction": """
        Build Correction Reading Round Stretch Tried correct corrections figures_of
    """,
    "api.executors": """
        ExecutorLost JobExecutor Running Task TaskFailed WorkerDied check_executor open_executor
    """,
    "api.data": """
        Calendar Counts StaleVersion StoredDocument Version check_calendar drop_history
        history_extent history_from_contacts history_groups load_calendar load_contacts
        load_document load_history load_organisation put_contacts put_document put_history versions
    """,
    "api.kpis": """
        By FIGURES Figure Report ReportKind count_day daily_report report
    """,
    "api.publishing": """
        publish
    """,
    "api.report": """
        render
    """,
    "api.schedules": """
        Due Schedule ScheduleList ScheduleRequest Timetable
    """,
    "api.store": """
        Store UNREACHABLE downgrade open_store open_upgraded upgrade
    """,
    "api.runner": """
        run_here
    """,
    "api.supervisor": """
        Child Supervisor
    """,
    "forecasts": """
        AccuracyReport AhtBacktest AhtScore Backtest Beside Choice Event Forecast ForecastError
        HandlingTimes Hierarchy History InvalidHistory Issue Repairs Score Severity accuracy
        backtest backtest_aht check_events check_forecast check_horizon expected_aht fingerprint_of
        forecast history_from_contacts history_from_frame holiday_events read_contacts read_events
        read_forecast read_hierarchy read_history write_forecast
    """,
    "forecasts.accuracy": """
        Accuracy AccuracyReport ValueAdded accuracy defined
    """,
    "forecasts.adjustments": """
        Add Adjustment Applied Campaign Change Deflect GroupEffect HandOver HandlingTime Multiply
        RemoveCause Shift adjustments_as_json adjustments_from_json applied_as_json
        applied_from_json apply check read_adjustments reverse without
    """,
    "forecasts.aht": """
        AhtBacktest AhtScore HandlingTimes backtest_aht expected_aht weekly_aht
    """,
    "forecasts.coherence": """
        Hierarchy Node read_hierarchy reconcile_days
    """,
    "forecasts.events": """
        Effects Event HOLIDAYS LearntFactor check_events holiday_events learn_all_effects
        read_events
    """,
    "forecasts.history": """
        DaySeries History Repairs history_from_contacts history_from_frame read_contacts
        read_history
    """,
    "forecasts.intraday": """
        BiasAlarm DayPairs Drift IntradayBacktest IntradayScore IntradayUpdate Today Update
        backtest_intraday learn_drifts learn_update past_pairs read_until_today slots_over
        update_day update_today
    """,
    "forecasts.models": """
        Boosted FittedModel GaussianLevel Intermittent Member Model MovingAverage PanelModel
        ProfileLevel SeasonalNaive
    """,
    "forecasts.result": """
        Forecast as_json forecast_from_frame read_forecast write_forecast
    """,
    "optimizer": """
        __version__
    """,
    "optimizer.model": """
        Absence ActivityKind ActivityTemplate Agent AgentState AgentStatus Assignment
        Availability BusinessTime can_serve change_prices ChangePrices Channel ChannelKind
        ChannelRules check_grid check_organisation check_problem check_requirement
        check_roster check_snapshot Clock Contract contracts_of CustomerClass Deadlines
        Decision Denominator Directives Escalation Fairness Floor Flow FlowKind Forbidden
        HIGHEST_LEVEL History Keep Law LawKind Limits MINUTES_PER_DAY Obstacle OpeningHours
        OpenWindow Organisation PayBand Pin PlannedActivity PlanningGroup Priority Range
        Relaxation RelaxationStep Request RequestKind Requirement Ring Roster RosterProblem
        Rotation RoutingPolicy RoutingRule RoutingWeights RuleKind RuleName RunnerUp
        ServiceGoal Shift ShiftDemand ShiftTemplate ShrinkageWindow Site Skill Snapshot StaffClass
        Ticket Tier TimeGrid Training Vendor Waiting
    """,
    "optimizer.roster": """
        Parts RosterResult Verification carried_agents solve solve_parts verify
    """,
    "optimizer.roster.after": """
        Analysis Change ChangeKind DayCover Difference Effect Proposal Recommendation RuleCost
        Share Why analysis diff recommend_for_absence recommend_for_shift recommend_swaps why
    """,
    "optimizer.roster.columns": """
        ColumnsResult Improver improve_columns
    """,
    "optimizer.roster.tours": """
        MAX_ARCS OPEN Through Tour Tours relax
    """,
    "optimizer.routing": """
        Board Market POLICIES Pairs Rule assign base_score deal match read_board skill_fit
    """,
    "optimizer.routing.live": """
        LEVEL LIMIT LiveMatch STEPS warm_up
    """,
    "optimizer.routing.policies": """
        POLICIES
    """,
    "optimizer.routing.pool": """
        AgentPut AgentRemoved Effects Event Fate Figures Offer OfferAccepted OfferRejected
        OfferTimedOut Pool PoolSettings Queued Tick TicketCancelled TicketChanged
        TicketCreated Withdrawal WithdrawalReason WorkDone read_events
    """,
    "optimizer.routing.replay": """
        Comparison Figures Kept Log LoggedContact NOBODY Outcome Played RouterKind Run Settings
        Times Waits Worker compare crew_of_log crew_of_organisation crew_of_snapshot
        fitted_patience read_log read_presence target_of with_presence
    """,
    "optimizer.simulation": """
        FIGURES RULES WAITS Better Comparison Difference Estimate Figure IntervalOutcome Outcome
        PoolOutcome Settings SimulationResult StaffOutcome Study Unit check_trial compare level
        simulate slots_of_day summarise try_out
    """,
    "optimizer.staffing": """
        AuthorityGap AuthoritySaving ChatPerformance ConstantAgents Cover DeferredMethod
        DeferredStaffing DeferredWork FilledWork FlowChange FreshContacts Method OfferedLoad
        Performance Pooling PriorityWaits Profiles RetrialPerformance Shrinkage SiteOutcome
        SplitBySite SpreadWork TransientPerformance all_contacts authority_gaps
        authority_savings blocking_probability changed_contacts chat_performance compare_sites
        delay_probability fill_idle_time finite_performance flow_cover fractional_agents
        fresh_contacts idle_time least_agents least_chat_agents least_constant_agents
        least_priority_agents offered_load performance pooled_requirement priority_waits
        required_agents retrial_performance safety_factor scheduled_agents share_above
        shares_by_agents shrinkage_of split_by_site spread_work square_root_agents
        staff_deferred staff_profiles transient_performance with_authority with_flow_factor
        with_shrinkage
    """,
    "optimizer.staffing.capacity": """
        Account Action ActionKind CapacityProblem CapacityResult Costs CrossUse Decisions
        ElasticPool Goals Hiring Limit Promotion Shortfall StaffGroup account_for actions_of
        check_capacity plan_capacity read_capacity write_capacity
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
