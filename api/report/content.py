"""What the report says: a plan and its summary as cards, charts and tables."""

from __future__ import annotations

from typing import Any

import numpy as np

from api.planning import Plan
from api.report.charts import Band, coverage_chart, forecast_chart
from api.report.corrected import correction_table, saved_by_correction
from api.report.gantt import Gantt, gantt_of_day
from api.report.pieces import Card, Cell, Table
from api.wording import duration, share
from optimizer.model import Assignment, Denominator, Organisation, PlanningGroup, TimeGrid
from optimizer.simulation import Outcome

__all__ = ["content_of"]

ROWS_SHOWN = 12
"""Decisions and waiting tickets shown; the files have all of them."""


def content_of(
    plan: Plan, summary: dict[str, Any], assignment: Assignment | None
) -> dict[str, Any]:
    """Return everything that the page's template shows, by name."""
    grid, simulation = plan.volumes.grid, plan.simulation
    first, last = grid.days()[0], grid.days()[-1]
    return {
        "title": plan.organisation.name,
        "subtitle": f"{first:%d %B} to {last:%d %B %Y} · {len(plan.organisation.agents)} agents · "
        f"{len(plan.volumes.groups)} planning group(s) · times in {grid.zone}",
        "interval": grid.interval_minutes,
        "cards": _cards(summary),
        "forecast_chart": _forecast_chart(plan),
        "forecast_note": "Bands of a channel's groups are added up, which makes them wide; the "
        "dotted line is what came a week earlier.",
        "accuracy": _accuracy(summary),
        "coverage_chart": _coverage_chart(plan),
        "coverage": _coverage(plan),
        "gantt": _busiest_day(plan.organisation, plan),
        "simulation_note": f"{simulation.contacts:,} contacts in {simulation.replications} "
        f"repetitions of the whole horizon, routed by the live score, with absences drawn; "
        f"{share(simulation.occupancy.mean)} of the agents' time was spent on contacts.",
        "simulation": _simulation(plan),
        "correction": correction_table(summary["correction"]),
        **_live(assignment),
    }


def _cards(summary: dict[str, Any]) -> list[Card]:
    errors, roster = summary["forecast"], summary["roster"]
    live = summary.get("assignment")
    cards = [
        Card(
            "Forecast error",
            share(errors["forecast"]["wape"]),
            f"of the last held-out week; last week's values: "
            f"{share(errors['seasonal_naive']['wape'])}",
        ),
        Card(
            "Required hours covered",
            share(roster["coverage"]),
            f"{roster['short_hours']:,.0f} of {roster['required_hours']:,.0f} agent-hours short",
        ),
        Card(
            "From the optimum",
            "–" if roster["gap"] is None else f"≤ {share(roster['gap'], 2)}",
            _proof(roster),
        ),
        Card(
            "Payroll",
            f"{roster['payroll']:,.0f}",
            f"{roster['paid_hours']:,.0f} rostered hours, {share(roster['elastic_share'])} elastic"
            f"{saved_by_correction(summary['correction'])}",
        ),
        Card(
            "Occupancy",
            share(summary["simulation"]["occupancy"]),
            "of logged-in time on contacts, simulated",
        ),
    ]
    if live:
        cards.append(
            Card(
                "Live tickets assigned",
                f"{live['assigned']} of {live['assigned'] + live['waiting']}",
                f"the best match of all, in {1000 * live['seconds']:.0f} ms",
            )
        )
    return cards


def _proof(roster: dict[str, Any]) -> str:
    if roster["bound"] is None:
        return "no bound was proven"
    room = roster["objective"] - roster["bound"]
    return f"proven in {roster['seconds']:.0f} s: no roster is more than {room:,.0f} cheaper"


def _channels(plan: Plan) -> dict[str, list[int]]:
    """Return the rows of the forecast by channel."""
    channel = {group.id: group.channel for group in plan.organisation.groups}
    rows: dict[str, list[int]] = {}
    for row, name in enumerate(plan.forecast.groups):
        rows.setdefault(channel[name], []).append(row)
    return rows


def _forecast_chart(plan: Plan) -> str:
    forecast, history = plan.forecast, plan.history
    week = min(7 * history.slots_per_day, len(history.starts), len(forecast.starts))
    bands = []
    for channel, rows in _channels(plan).items():
        expected, lower, upper = (
            np.where(forecast.open[rows], values[rows], 0.0).sum(axis=0)
            for values in (forecast.offered, forecast.lower[80], forecast.upper[80])
        )
        past = np.full(len(forecast.starts), np.nan)
        recent = history.offered[rows][:, len(history.starts) - week :]
        past[:week] = np.where(np.isfinite(recent).any(axis=0), np.nansum(recent, axis=0), np.nan)
        bands.append(Band(channel, expected, lower, upper, past))
    return forecast_chart(forecast.starts.to_numpy(), bands)


def _accuracy(summary: dict[str, Any]) -> Table:
    names = {
        "forecast": "Callboard",
        "seasonal_naive": "last week's values",
        "moving_average": "eight-week average",
        "profile_level": "of it: profile x level",
        "boosted": "of it: boosted shares",
        "gaussian_level": "of it: Gaussian level",
        "intermittent_tsb": "of it: quiet groups (TSB)",
    }
    rows = tuple(
        (
            Cell(names.get(method, method)),
            Cell(share(score["wape"])),
            Cell(share(score["day_wape"])),
            Cell(share(score["coverage80"], 0)),
        )
        for method, score in summary["forecast"].items()
    )
    return Table(
        "Error on the last week of the history, which the forecast did not see",
        ("method", "error per interval (WAPE)", "error per day", "inside the 80 % band"),
        rows,
    )


def _working(plan: Plan) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return how many agents are on contacts in each slot."""
    working = np.zeros(plan.volumes.grid.count)
    for shift in plan.roster.roster.shifts:
        working[[slot for slot in shift.working_slots() if slot < len(working)]] += 1
    return working


def _coverage_chart(plan: Plan) -> str:
    return coverage_chart(
        plan.volumes.grid.wall_times(),
        plan.requirement.agents.sum(axis=0),
        _working(plan),
        plan.roster.verification.shortage.sum(axis=0),
    )


def _coverage(plan: Plan) -> Table:
    hours = plan.requirement.grid.hours_per_slot
    required = plan.requirement.agents.sum(axis=1) * hours
    short = plan.roster.verification.shortage.sum(axis=1) * hours
    rows = tuple(
        (
            Cell(name),
            Cell(f"{plan.volumes.offered[row].sum():,.0f}"),
            Cell(f"{required[row]:,.1f}"),
            Cell(f"{short[row]:,.1f}"),
            Cell(
                share(1 - short[row] / required[row] if required[row] else None),
                "missed" if short[row] > 0.02 * required[row] else "met",
            ),
        )
        for row, name in enumerate(plan.requirement.groups)
    )
    return Table(
        "Agent-hours by planning group",
        ("group", "contacts", "required", "short", "covered"),
        rows,
    )


def _busiest_day(organisation: Organisation, plan: Plan) -> Gantt:
    grid: TimeGrid = plan.roster.roster.grid
    started = [grid.local(shift.start).date() for shift in plan.roster.roster.shifts]
    day = max(grid.days(), key=lambda day: (started.count(day), -day.toordinal()))
    return gantt_of_day(organisation, plan.roster.roster, day)


def _simulation(plan: Plan) -> Table:
    goals = {group.id: group for group in plan.organisation.groups}
    return Table(
        "By planning group; green where the goal is met",
        (
            "group", "contacts", "service level", "goal", "mean answer", "90 % within",
            "abandoned", "first response in time",
        ),
        tuple(_outcome(outcome, goals[outcome.name]) for outcome in plan.simulation.groups),
    )  # fmt: skip


def _outcome(outcome: Outcome, group: PlanningGroup) -> tuple[Cell, ...]:
    goal = group.goal
    level = outcome.service_level.get(goal.denominator or Denominator.OFFERED)
    reached = level.mean if level else None
    wanted, style = "–", ""
    if goal.target_share is not None and goal.within_seconds is not None:
        wanted = f"{100 * goal.target_share:.0f} % in {duration(goal.within_seconds)}"
        style = "met" if reached is not None and reached >= goal.target_share else "missed"
    return (
        Cell(outcome.name),
        Cell(f"{outcome.offered.mean or 0:,.0f}"),
        Cell(share(reached), style),
        Cell(wanted),
        Cell(duration(outcome.mean_answer_s.mean)),
        Cell(duration(outcome.wait_p90_s.mean)),
        Cell(share(outcome.abandonment.mean)),
        Cell(share(outcome.first_response.mean)),
    )


def _live(assignment: Assignment | None) -> dict[str, Any]:
    if assignment is None:
        return {"live": None}
    best = sorted(assignment.decisions, key=lambda decision: -decision.score)[:ROWS_SHOWN]
    decisions = Table(
        f"The {len(best)} decisions with the highest score",
        ("ticket", "agent", "score", "why"),
        tuple(
            (
                Cell(decision.ticket),
                Cell(decision.agent, "text"),
                Cell(f"{decision.score:,.0f}"),
                Cell(decision.reason, "text reason"),
            )
            for decision in best
        ),
    )
    waiting = Table(
        f"Left waiting ({len(assignment.waiting)} tickets)",
        ("ticket", "why"),
        tuple(
            (Cell(ticket.ticket), Cell(ticket.reason, "text reason"))
            for ticket in assignment.waiting[:ROWS_SHOWN]
        ),
    )
    return {
        "live": decisions,
        "waiting": waiting,
        "live_note": f"{len(assignment.decisions)} tickets found an agent, "
        f"{len(assignment.waiting)} wait: the exact best match of all, not the first that fits.",
    }
