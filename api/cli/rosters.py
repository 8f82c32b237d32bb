"""`callboard roster` and `callboard verify`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape
from rich.table import Table

from api.cli.options import (
    FILE,
    Seconds,
    directives_option,
    organisation_option,
    previous_option,
    requirement_option,
    roster_option,
)
from api.cli.output import console, emit_json, interruptible, json_option, observing
from api.cli.telling import rule_name
from api.wording import distance, share

if TYPE_CHECKING:
    from optimizer.model import RosterProblem
    from optimizer.roster import RosterResult

__all__ = ["roster", "verify"]


@click.command()
@organisation_option
@requirement_option
@directives_option
@previous_option
@click.option(
    "--seconds",
    default=60.0,
    show_default=True,
    type=Seconds(1, 86400),
    help="Longest time from now to the roster; what --out writes comes after it.",
)
@click.option(
    "--start",
    "start_path",
    type=FILE,
    help="JSON document with a roster to begin from, as far as it fits.",
)
@click.option(
    "--gap",
    default=0.0001,
    show_default=True,
    type=click.FloatRange(0.0, 1.0),
    help="Stop at this proven share of the objective above the optimum.",
)
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0))
@click.option(
    "--workers",
    default=2,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Threads; with one, the same seed gives the same roster.",
)
@click.option(
    "--parallel",
    default=1,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Solve parts that share nothing (sites, say) apart, so many at once, each in a process; "
    "then Ctrl-C gives the roster up.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for roster.json, .csv and .html, analysis.json and calendars.",
)
@json_option
def roster(
    organisation_path: Path,
    requirement_path: Path,
    directives_path: Path | None,
    previous_path: Path | None,
    seconds: float,
    start_path: Path | None,
    gap: float,
    seed: int,
    workers: int,
    parallel: int,
    out: Path | None,
    as_json: bool,
) -> None:
    """Build a shift roster that covers a requirement at the least cost.

    The answer is verified by code that shares nothing with the solver, and says how far from the
    optimum it can be at most. Too few people still give a roster, with its shortage. Ctrl-C stops
    the search and keeps the best roster so far; a second one gives it up.

    With --out, the roster is written as JSON (exact), CSV (local times), a page to print and a
    calendar for every agent and site, beside an analysis of what it costs and why.

    \b
    Example:
      callboard roster --organisation organisation.json --requirement requirement.json --out out
      callboard roster --organisation organisation.json --requirement requirement.json \\
          --directives monday.json --previous out/roster.json --out changed
    """
    from optimizer.stop import Deadline

    deadline = Deadline.after(seconds)
    from api.publishing import publish
    from api.roster_figures import built_figures
    from optimizer import io
    from optimizer.roster import solve

    problem = io.read_problem(organisation_path, requirement_path, directives_path, previous_path)
    if out is not None:
        # Before the work, so that a folder that cannot be had costs nobody a roster.
        out.mkdir(parents=True, exist_ok=True)
    start = None if start_path is None else io.read_roster(start_path, problem.organisation)
    with observing() as observer:
        options: dict[str, Any] = {
            "deadline": deadline,
            "observer": observer,
            "seed": seed,
            "workers": workers,
            "gap": gap,
            "start": start,
        }
        if parallel == 1:
            built = interruptible(lambda: solve(problem, **options), deadline)
        else:
            built = interruptible(lambda: _apart(problem, parallel, options))
    report = built.report
    figures = built_figures(problem, built)
    if out is not None:
        files = publish(out, problem, built.roster, datetime.now(UTC), figures)
        figures["files"] = [str(file) for file in files]
    if as_json:
        emit_json(figures)
        return
    console.print(
        f"{len(built.roster.shifts)} shifts, {report.termination}, "
        f"{distance(report.gap)}, {report.seconds:.1f} s"
    )
    _print(figures)
    for file in figures.get("files", ()):
        console.print(f"Wrote {file}", soft_wrap=True, markup=False)


@click.command()
@organisation_option
@requirement_option
@roster_option
@directives_option
@previous_option
@json_option
def verify(
    organisation_path: Path,
    requirement_path: Path,
    roster_path: Path,
    directives_path: Path | None,
    previous_path: Path | None,
    as_json: bool,
) -> None:
    """Check a roster against every rule, and compute its coverage and cost, without a solver.

    Exits with 1 if a rule is broken, and lists every breach.

    \b
    Example:
      callboard verify --organisation organisation.json --requirement requirement.json \\
          --roster roster.json
    """
    from api.roster_figures import judged_figures
    from optimizer import io
    from optimizer.roster import verify as judge

    problem = io.read_problem(organisation_path, requirement_path, directives_path, previous_path)
    judged = judge(problem, io.read_roster(roster_path, problem.organisation))
    figures = judged_figures(problem, judged)
    if as_json:
        emit_json(figures)
    else:
        sound = "Every rule holds" if judged.sound else "Rules are broken"
        console.print(f"{sound}; objective {judged.objective:,.2f}")
        _print(figures)
    if not judged.sound:
        raise click.exceptions.Exit(1)


def _apart(problem: RosterProblem, parallel: int, options: dict[str, Any]) -> RosterResult:
    """Solve the independent parts of a problem in processes of their own."""
    import signal
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    from optimizer.roster import solve_parts

    # New processes, for this one has threads; an interrupt ends them without a word.
    with ProcessPoolExecutor(
        parallel,
        get_context("spawn"),
        initializer=signal.signal,
        initargs=(signal.SIGINT, signal.SIG_DFL),
    ) as pool:
        return solve_parts(problem, executor=pool, parallel=parallel, **options)


def _print(figures: dict[str, Any]) -> None:
    costs = sorted(figures["costs"].items(), key=lambda item: -abs(item[1]))
    split = ", ".join(f"{rule_name(rule)} {cost:,.2f}" for rule, cost in costs if cost)
    console.print(
        f"Objective {figures['objective']:,.2f}{': ' if split else ''}{split}; payroll "
        f"{figures['payroll']:,.2f}; {share(figures['elastic_share'])} of the hours elastic"
    )
    table = Table()
    table.add_column("group")
    for heading in ("required h", "short h", "covered"):
        table.add_column(heading, justify="right")
    for row in figures["groups"]:
        needed, missing = row["required_hours"], row["short_hours"]
        table.add_row(
            escape(row["group"]),
            f"{needed:,.1f}",
            f"{missing:,.1f}",
            share(1 - missing / needed if needed else None),
        )
    console.print(table)
    for issue in [*figures["issues"], *figures.get("warnings", ())]:
        console.print(
            f"{issue['severity']}: {issue['pointer']} {issue['detail']}",
            soft_wrap=True,
            markup=False,
        )
