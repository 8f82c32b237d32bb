"""`callboard bench roster`: gap and seconds of the roster engine on a generated centre."""

from __future__ import annotations

import resource
from typing import Any

import click

from api.cli.options import Seconds
from api.cli.output import console, emit_json, json_option, observing
from api.wording import share
from benchmarks.registry import machine

__all__ = ["roster"]


@click.command()
@click.option("--agents", type=click.IntRange(1), default=300, show_default=True)
@click.option("--skills", type=click.IntRange(1, 60), default=4, show_default=True)
@click.option("--days", type=click.IntRange(1, 366), default=7, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=11, show_default=True)
@click.option("--seconds", type=Seconds(1), default=60.0, show_default=True)
@click.option("--distinct", is_flag=True, help="Every agent has own days, hours and requests.")
@json_option
def roster(
    agents: int, skills: int, days: int, seed: int, seconds: float, distinct: bool, as_json: bool
) -> None:
    """Measure gap, shortage and seconds on a generated centre (see benchmarks/centre.py).

    The gap is that of the verified roster of named people against the proven bound. Core staff is
    paid in any case, so that its pay is not in the objective and cannot flatter the gap. Seconds
    run from the entry of the call to its answer; the first call on a machine compiles, too.

    \b
    Example:
      callboard bench roster --agents 300 --skills 4 --days 7 --seed 11 --seconds 60 --json
    """
    from benchmarks.centre import centre
    from optimizer.roster import solve
    from optimizer.stop import Deadline

    problem = centre(agents, skills, days, seed, distinct=distinct)
    with observing() as observer:
        built = solve(problem, deadline=Deadline.after(seconds), observer=observer, seed=seed)
    report, judged = built.report, built.verification
    required = float(problem.requirement.agents.sum())
    figures: dict[str, Any] = {
        "agents": agents,
        "skills": skills,
        "days": days,
        "seed": seed,
        "distinct": distinct,
        "objective": report.objective,
        "bound": report.bound,
        "gap": report.gap,
        "short_agent_intervals": judged.short_agent_intervals,
        "required_agent_intervals": required,
        "seconds": report.seconds,
        "verified": judged.sound,
        "termination": report.termination,
        "phases": report.phases,
        "shifts": len(built.roster.shifts),
        "elastic_share": judged.elastic_share,
        "requests_denied": judged.requests_denied,
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "machine": machine("ortools", "numba", "numpy"),
    }
    if as_json:
        emit_json(figures)
        return
    console.print(
        f"{agents} agents: objective {report.objective:,.1f}, at most {share(report.gap, 2)} above "
        f"the optimum, {judged.short_agent_intervals:,.1f} of {required:,.0f} agent-intervals "
        f"short, {report.seconds:.1f} s, {'verified' if judged.sound else 'NOT SOUND'}"
    )
