"""`callboard capacity`: whom to hire and call in the weeks ahead."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape

from api.cli.histories import narrow_table
from api.cli.options import FILE, Seconds
from api.cli.output import console, emit_json, interruptible, json_option, observing
from api.wording import distance, share

if TYPE_CHECKING:
    from optimizer.progress import Observer
    from optimizer.staffing.capacity import CapacityProblem, CapacityResult
    from optimizer.stop import Deadline

__all__ = ["capacity"]

_ACTIONS_SHOWN = 12


@click.command()
@click.option("--plan", "plan_path", required=True, type=FILE, help="JSON document: the question.")
@click.option("--organisation", "organisation_path", type=FILE, help="For hours from a forecast.")
@click.option(
    "--forecast",
    "forecast_path",
    type=click.Path(exists=True, path_type=Path),
    help="Stored forecast over all weeks of the plan, for groups without required hours.",
)
@click.option(
    "--without",
    "left_out",
    multiple=True,
    type=click.Choice(["promotions", "pools"]),
    help="Plan again without them and show what they change; may be repeated.",
)
@click.option("--relaxed", is_flag=True, help="People may start in fractions: faster, a bound.")
@click.option(
    "--gap",
    default=0.0005,
    show_default=True,
    type=click.FloatRange(0, 1),
    help="Share of the cost by which the best plan may be missed.",
)
@click.option(
    "--seconds",
    default=60.0,
    show_default=True,
    type=Seconds(1, 86400),
    help="Longest time from now to the answer, all plans together.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for capacity.json and capacity.csv.",
)
@json_option
def capacity(
    plan_path: Path,
    organisation_path: Path | None,
    forecast_path: Path | None,
    left_out: Sequence[str],
    relaxed: bool,
    gap: float,
    seconds: float,
    out: Path | None,
    as_json: bool,
) -> None:
    """Plan hires, overtime, time off and elastic hours over weeks, at the least cost.

    The file holds {"schema": "callboard/1", "capacity": {...}}: staff groups with the hours
    that goals need by week, attrition, hiring and training, elastic pools with notice and caps.
    Weeks in which goals cannot be held are named with the limits that bind. Hours can come from
    a forecast: leave them out of the file and give --organisation and --forecast.

    \b
    Examples:
      callboard capacity --plan capacity.json --out plan
      callboard capacity --plan capacity.json --without promotions --without pools
      callboard capacity --plan year.json --organisation organisation.json --forecast year --json
    """
    import pulp  # noqa: F401 - half a second that is not the plan's

    from api import capacity_report
    from optimizer.stop import Deadline

    deadline = Deadline.after(seconds)
    problem = _question(plan_path, organisation_path, forecast_path)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
    with observing() as observer:
        result, others = interruptible(
            lambda: _plans(problem, left_out, deadline, observer, relaxed=relaxed, gap=gap)
        )
    figures = capacity_report.as_json(problem, result)
    figures["compared"] = [
        _difference(name, result, other) for name, other in zip(left_out, others, strict=True)
    ]
    files = []
    if out is not None:
        files = [out / "capacity.json", out / "capacity.csv"]
        files[0].write_text(json.dumps(figures, indent=1, allow_nan=False) + "\n", encoding="utf-8")
        capacity_report.write_capacity_table(files[1], problem, result)
        figures["files"] = [str(file) for file in files]
    if as_json:
        emit_json(figures)
        return
    _print(figures)
    for file in files:
        console.print(f"Wrote {file}", soft_wrap=True, markup=False)


def _question(
    plan_path: Path, organisation_path: Path | None, forecast_path: Path | None
) -> CapacityProblem:
    """Return the problem of a file, its hours filled in from a forecast if there is one."""
    from optimizer.errors import raise_errors
    from optimizer.staffing.capacity import check_capacity, read_capacity

    problem = read_capacity(plan_path)
    if (organisation_path is None) != (forecast_path is None):
        raise click.UsageError("--organisation and --forecast go together.")
    if organisation_path is not None and forecast_path is not None:
        from api.capacity import with_forecast
        from forecasts import read_forecast
        from optimizer.io import read_organisation

        problem = with_forecast(
            problem, read_organisation(organisation_path), read_forecast(forecast_path)
        )
    raise_errors("The capacity plan cannot be made.", check_capacity(problem, "/capacity"))
    return problem


def _plans(
    problem: CapacityProblem,
    left_out: Sequence[str],
    deadline: Deadline,
    observer: Observer,
    *,
    relaxed: bool,
    gap: float,
) -> tuple[CapacityResult, list[CapacityResult]]:
    """Return the plan and those to compare it with; the time left is shared evenly."""
    from optimizer.staffing.capacity import plan_capacity

    leave_out = {"promotions": problem.without_promotions, "pools": problem.without_pools}
    questions = [problem, *(leave_out[name]() for name in left_out)]
    answers = []
    for n, question in enumerate(questions):
        answers.append(
            plan_capacity(
                question,
                deadline=deadline.within(deadline.remaining() / (len(questions) - n)),
                observer=observer,
                relaxed=relaxed,
                gap=gap,
            )
        )
    return answers[0], answers[1:]


def _difference(name: str, result: CapacityResult, other: CapacityResult) -> dict[str, Any]:
    """Return what a plan costs and misses without something, and what that something changes."""
    cost, short = other.account.costs.total, float(other.account.short.sum())
    return {
        "without": name,
        "cost": round(cost, 2),
        "short_hours": round(short, 2),
        "changes_cost": round(result.account.costs.total - cost, 2),
        "changes_short_hours": round(float(result.account.short.sum()) - short, 2),
    }


def _print(figures: dict[str, Any]) -> None:
    _print_weeks(figures)
    _print_groups(figures)
    _print_actions(figures["actions"])
    for issue in figures["issues"]:
        console.print(f"[yellow]![/] {escape(issue['detail'])}", soft_wrap=True)
    console.print(
        f"Cost {figures['cost']:,.0f}: "
        + ", ".join(
            f"{name.replace('_', ' ')} {cost:,.0f}"
            for name, cost in figures["costs"].items()
            if cost
        ),
        soft_wrap=True,
    )
    missing = figures["short_hours"]
    part = missing / figures["required_hours"] if missing else 0.0
    console.print(f"{missing:,.0f} hours missing ({share(part, 2)} of those required)")
    for other in figures["compared"]:
        console.print(
            f"Without {other['without']}: cost {other['cost']:,.0f}, "
            f"{other['short_hours']:,.0f} hours missing; they change the cost by "
            f"{other['changes_cost']:+,.0f} and missing hours by "
            f"{other['changes_short_hours']:+,.0f}",
            soft_wrap=True,
        )
    console.print(
        f"{figures['termination']} in {figures['seconds']:.1f} s, {distance(figures['gap'])}"
    )
    if not figures["verified"]:
        console.print("[bold red]The plan breaks a rule beyond rounding; please report it.[/]")


def _print_weeks(figures: dict[str, Any]) -> None:
    """Print one row per week, all groups together."""
    table = narrow_table(f"Hours on contacts and people, {figures['weeks']} weeks")
    table.add_column("week", justify="right", no_wrap=True)
    table.add_column("Monday", no_wrap=True)
    columns = {
        "needed": "required_hours",
        "own": "own_hours",
        "over-\ntime": "overtime_hours",
        "time\noff": "time_off_hours",
        "elas-\ntic": "elastic_hours",
        "miss-\ning": "short_hours",
        "peo-\nple": "heads",
        "start": "starts",
    }
    for heading in (*columns, "cost\n1,000"):
        table.add_column(heading, justify="right", no_wrap=True)
    for week in range(figures["weeks"]):
        sums = [sum(group[name][week] for group in figures["groups"]) for name in columns.values()]
        table.add_row(
            str(week + 1),
            figures["mondays"][week],
            *(f"{value:,.0f}" if value >= 0.5 else "-" for value in sums),
            f"{figures['cost_by_week'][week] / 1000.0:,.0f}",
            style="yellow" if sums[5] >= 0.5 else None,
        )
    console.print(table)


def _print_groups(figures: dict[str, Any]) -> None:
    table = narrow_table("Staff groups over all weeks")
    table.add_column("group", no_wrap=True)
    columns = {
        "hired": "starts",
        "overtime\nh": "overtime_hours",
        "time off\nh": "time_off_hours",
        "elastic\nh": "elastic_hours",
        "missing\nh": "short_hours",
    }
    for heading in ("people\nfirst", "\nlast", *columns, "in\nweeks"):
        table.add_column(heading, justify="right", no_wrap=True)
    for group in figures["groups"]:
        table.add_row(
            escape(group["group"]),
            *(f"{group['heads'][week]:,.0f}" for week in (0, -1)),
            *(f"{sum(group[name]):,.0f}" for name in columns.values()),
            str(sum(hours > 0 for hours in group["short_hours"])),
        )
    console.print(table)


def _print_actions(actions: list[dict[str, Any]]) -> None:
    if not actions:
        return
    table = narrow_table("To decide first")
    for heading in ("by", "what", "for"):
        table.add_column(heading, no_wrap=True)
    for action in actions[:_ACTIONS_SHOWN]:
        table.add_row(
            action["decide_by"],
            f"hire {action['amount']:,.0f} {escape(action['whom'])}"
            if action["kind"] == "hire"
            else f"call {action['amount']:,.0f} hours of {escape(action['whom'])}",
            action["effective"],
        )
    console.print(table)
    if len(actions) > _ACTIONS_SHOWN:
        console.print(f"and {len(actions) - _ACTIONS_SHOWN} decisions later (see capacity.json)")
