"""`callboard bench roster`: gap and seconds of the roster engine on a generated centre."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from api.cli.options import Seconds
from api.cli.output import console, emit_json, json_option, notes, observing
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
@click.option(
    "--peers",
    is_flag=True,
    help="Also measure the textbook CP-SAT model and pyworkforce, each at equal time.",
)
@json_option
def roster(
    agents: int,
    skills: int,
    days: int,
    seed: int,
    seconds: float,
    distinct: bool,
    peers: bool,
    as_json: bool,
) -> None:
    """Measure gap, shortage and seconds on a generated centre (see benchmarks/centre.py).

    The gap is that of the verified roster of named people against the proven bound; --json has it
    over time, too. Core staff is paid in any case, so that its pay is not in the objective and
    cannot flatter the gap. Seconds run from the entry of the call to its answer; the first call
    on a machine compiles, too.

    With --peers the same roster is made with one Boolean per agent, day and shift in CP-SAT, and
    pyworkforce is measured on a case that it can say: one skill, nobody by name. Our verifier
    judges all of them.

    \b
    Examples:
      callboard bench roster --agents 300 --skills 4 --days 7 --seed 11 --seconds 60 --json
      callboard bench roster --agents 300 --distinct --seconds 120 --peers
    """
    if peers and days % 7:
        raise click.UsageError("--peers compares whole weeks: --days must be a multiple of 7.")
    from benchmarks.centre import centre
    from benchmarks.rostering.engine import measure

    problem = centre(agents, skills, days, seed, distinct=distinct)
    with observing() as observer:
        _, measured = measure(problem, seconds, observer, seed=seed)
    figures: dict[str, Any] = {
        "agents": agents,
        "skills": skills,
        "days": days,
        "seed": seed,
        "distinct": distinct,
        **measured,
    }
    if peers:
        from benchmarks.rostering.peers import beside_textbook
        from benchmarks.rostering.pyworkforce_peer import beside_pyworkforce

        with notes.status("The textbook model"):
            figures["textbook"] = beside_textbook(problem, seconds, seed)
        with notes.status("pyworkforce"):
            figures["pyworkforce"] = beside_pyworkforce(agents, days, seed, seconds)
    figures["machine"] = machine("ortools", "numba", "numpy", "pyworkforce")
    if as_json:
        emit_json(figures)
        return
    for line in _lines(figures):
        console.print(line, markup=False, soft_wrap=True)


def _lines(found: dict[str, Any]) -> Iterator[str]:
    gap = "no bound" if found["gap"] is None else f"at most {share(found['gap'], 2)} above optimum"
    yield (
        f"{found['agents']} agents: objective {found['objective']:,.1f}, {gap}, "
        f"{found['short_agent_intervals']:,.1f} of {found['required_agent_intervals']:,.0f} "
        f"agent-intervals short, {found['seconds']:.1f} s, "
        f"{'verified' if found['verified'] else 'NOT SOUND'}"
    )
    yield (
        f"{found['activities_placed']:,} of {found['activities_asked']:,} meals and breaks placed "
        f"in {found['shifts']:,} shifts, first roster after {found['first_roster_seconds']:.1f} s, "
        f"peak memory {found['peak_memory_mb']:,.0f} MB"
    )
    if "textbook" in found:
        yield _textbook(found["textbook"])
        yield _pyworkforce(found["pyworkforce"])


def _textbook(found: dict[str, Any]) -> str:
    built = f"{found['variables']:,} Booleans built in {found['build_seconds']:.1f} s"
    if found["objective"] is None:
        return f"Textbook model: no roster in {found['seconds']:.1f} s ({built})"
    return (
        f"Textbook model: objective {found['objective']:,.1f}, bound {found['bound']:,.1f}, "
        f"{found['short_agent_intervals']:,.1f} agent-intervals short, {found['seconds']:.1f} s, "
        f"{'verified' if found['verified'] else 'NOT SOUND'} ({built})"
    )


def _pyworkforce(found: dict[str, Any]) -> str:
    if "absent" in found:
        return f"{found['package']} {found['absent']}"
    ours, theirs = found["callboard"], found["pyworkforce"]
    return (
        f"{found['package']} {found['version']}: {theirs['status'].lower()}, "
        f"{theirs['shifts']:,} shifts in {theirs['seconds']:.1f} s; Callboard {ours['shifts']:,} "
        f"shifts of named people in {ours['seconds']:.1f} s"
    )
