"""`callboard carry`: what agents take from one period into the next."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import click

from api.cli.options import organisation_option, requirement_option, roster_option
from api.cli.output import console, emit_json, json_option

__all__ = ["carry"]


@click.command()
@organisation_option
@requirement_option
@roster_option
@click.option(
    "--first",
    type=click.DateTime(["%Y-%m-%d"]),
    help="First day of the next period; by default the day after the roster's last.",
)
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write the organisation for the next period.",
)
@json_option
def carry(
    organisation_path: Path,
    requirement_path: Path,
    roster_path: Path,
    first: datetime | None,
    out: Path,
    as_json: bool,
) -> None:
    """Carry what was worked over into the organisation of the next period.

    Every agent's history is brought up to date: days in a row at work or off, the last shift's
    end, hours and shifts of the week that goes on, weekends, late shifts and wishes not granted.
    All else stays as it is.

    \b
    Example:
      callboard carry --organisation organisation.json --requirement requirement.json \\
          --roster out/roster.json --out next/organisation.json
    """
    from dataclasses import replace

    from optimizer import io
    from optimizer.errors import InvalidInput, Issue
    from optimizer.roster import carried_agents, verify

    problem = io.read_problem(organisation_path, requirement_path)
    worked = io.read_roster(roster_path, problem.organisation)
    verify(problem, worked)  # raises if the roster is of another period
    days = problem.requirement.grid.days()
    end = days[-1] + timedelta(days=1)
    opening: date = end if first is None else first.date()
    if not days[0] <= opening <= end:
        detail = f"The roster covers {days[0]} to {days[-1]}; {opening} does not follow on it."
        issue = Issue("unknown_day", "/first", detail)
        raise InvalidInput("Nothing can be carried over to that day.", [issue])
    agents = carried_agents(problem, worked, opening)
    out.parent.mkdir(parents=True, exist_ok=True)
    io.write(out, replace(problem.organisation, agents=agents))
    running = sum(agent.history.days_worked > 0 for agent in agents)
    if as_json:
        emit_json(
            {
                "first": opening.isoformat(),
                "agents": len(agents),
                "in_a_run_of_work": running,
                "file": str(out),
            }
        )
        return
    console.print(f"{len(agents)} agents carried into {opening}, {running} of them at work before")
    console.print(f"Wrote {out}", soft_wrap=True, markup=False)
