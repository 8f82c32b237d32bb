"""`callboard explain`, `why`, `recommend` and `diff`: questions about a roster that exists."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from rich.markup import escape
from rich.table import Table

from api.cli.options import (
    FILE,
    directives_option,
    organisation_option,
    previous_option,
    requirement_option,
    roster_option,
)
from api.cli.output import console, emit_json, json_option
from api.cli.telling import price, print_changes, right, rule_name, shift_text
from api.wording import share

if TYPE_CHECKING:
    from optimizer.model import Roster, RosterProblem

__all__ = ["diff", "explain", "recommend", "why"]

F = TypeVar("F", bound=Callable[..., Any])

_SHOWN = 5


class _Clock(click.ParamType[int]):
    """A time of the day such as 09:30, as minutes after midnight."""

    name = "HH:MM"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the minutes after midnight."""
        if isinstance(value, int):
            return value
        try:
            clock = time.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a time of the day such as 09:30.", param, ctx)
        return clock.hour * 60 + clock.minute


_DAY = click.DateTime(formats=["%Y-%m-%d"])


def _about_a_roster(command: F) -> F:
    """Add the options of all documents that a question is about."""
    for option in (
        json_option,
        previous_option,
        directives_option,
        roster_option,
        requirement_option,
        organisation_option,
    ):
        command = option(command)
    return command


def _read(documents: dict[str, Any]) -> tuple[RosterProblem, Roster]:
    from optimizer import io

    problem = io.read_problem(
        documents["organisation_path"],
        documents["requirement_path"],
        documents["directives_path"],
        documents["previous_path"],
    )
    return problem, io.read_roster(documents["roster_path"], problem.organisation)


@click.command()
@_about_a_roster
def explain(as_json: bool, **documents: Any) -> None:
    """Say what a roster costs, rule by rule, with each place where it does, and who has what.

    \b
    Example:
      callboard explain --organisation organisation.json --requirement requirement.json \\
          --roster roster.json
    """
    from api.publishing.answers import judged_analysis
    from optimizer.roster.after import analysis

    problem, roster = _read(documents)
    found = analysis(problem, roster)
    if as_json:
        emit_json(judged_analysis(found))
        return
    judged = found.verification
    unit = "–" if found.unit_cost is None else f"{found.unit_cost:,.2f}"
    console.print(
        f"Objective {judged.objective:,.2f}; payroll {judged.payroll:,.2f}, {unit} per hour on "
        f"contacts; {share(judged.elastic_share)} of the hours elastic"
    )
    table = Table("rule", *(right(name) for name in ("cost", "places", "broken")), "the dearest")
    for rule in found.rules:
        first = rule.matches[0]
        words = first.detail if first.agent is None else f"{first.agent}: {first.detail}"
        table.add_row(
            rule_name(rule.rule.value),
            f"{rule.cost:,.2f}",
            str(len(rule.matches)),
            str(rule.broken or ""),
            escape(words),
        )
    console.print(table)
    headings = ("hours", "weekends", "before", "late", "before", "wishes denied")
    people = Table("agent", *map(right, headings), right("cost"))
    for one in sorted(found.shares, key=lambda one: -one.cost)[:_SHOWN]:
        people.add_row(
            escape(one.agent),
            f"{one.hours:,.1f}",
            *map(str, (one.weekends, one.weekends_before, one.late_shifts, one.late_shifts_before)),
            f"{one.denied} of {one.wishes}",
            f"{one.cost:,.2f}",
        )
    console.print(people)


@click.command()
@click.option("--agent", required=True, help="Identifier of the agent.")
@click.option("--day", required=True, type=_DAY, help="Local day, such as 2026-11-23.")
@click.option("--template", help="Only shifts of this template.")
@click.option("--start", type=_Clock(), help="Only shifts that start at this local time.")
@click.option("--free", is_flag=True, help="Ask why the agent is not free that day.")
@_about_a_roster
def why(
    agent: str,
    day: datetime,
    template: str | None,
    start: int | None,
    free: bool,
    as_json: bool,
    **documents: Any,
) -> None:
    """Say why an agent does not work a shift, or is not free: which rule, or at what cost.

    \b
    Example:
      callboard why --organisation organisation.json --requirement requirement.json \\
          --roster roster.json --agent agent0001 --day 2026-11-28 --free
    """
    from api.publishing.answers import clocks_of, why_figures
    from optimizer.roster.after import why as ask

    if free and (template is not None or start is not None):
        raise click.UsageError("--free asks about no shift, so neither --template nor --start fit.")
    problem, roster = _read(documents)
    told = ask(problem, roster, agent, day.date(), template=template, start_minute=start, free=free)
    figures = why_figures(told, clocks_of(problem.organisation, roster))
    if as_json:
        emit_json(figures)
        return
    asked = figures["shift"]
    console.print(f"{agent} on {day:%A %d %B}: {shift_text(figures['now'])} now", markup=False)
    console.print(f"Asked for: {shift_text(asked)} ({told.possible} of {told.asked} are possible)")
    alone = figures["alone"]
    if not alone["changes"]:
        console.print("That is what the roster has.")
        return
    for stop in alone["breaks"]:
        console.print(f"  stopped by {rule_name(stop['rule'])}: {stop['detail']}", markup=False)
    if alone["cost"] is not None:
        console.print(f"  as things are: {price(alone)}")
    again = figures["rearranged"]
    if again is None:
        console.print("  no other days of the agent would make it better")
        return
    console.print(f"  with other days: {price(again)}")
    print_changes(again["changes"])


@click.command()
@click.option("--shift", "template", help="Template of one more shift that is to be taken.")
@click.option("--absent", help="Agent who cannot come that day.")
@click.option("--swap", help="Agent who would like to be free that day.")
@click.option("--day", required=True, type=_DAY, help="Local day, such as 2026-11-23.")
@click.option("--start", type=_Clock(), help="Local start of the shift, with --shift.")
@click.option(
    "--most", default=5, show_default=True, type=click.IntRange(1, 100), help="Proposals of a kind."
)
@_about_a_roster
def recommend(
    template: str | None,
    absent: str | None,
    swap: str | None,
    day: datetime,
    start: int | None,
    most: int,
    as_json: bool,
    **documents: Any,
) -> None:
    """Say who could best take a shift, come for somebody absent, or swap.

    Proposals are ranked by what they cost; a cost below zero is a saving.

    \b
    Example:
      callboard recommend --organisation organisation.json --requirement requirement.json \\
          --roster roster.json --absent agent0001 --day 2026-11-23
      callboard recommend --organisation organisation.json --requirement requirement.json \\
          --roster roster.json --shift early --day 2026-11-23
    """
    from api.publishing.answers import clocks_of, recommendation_figures
    from optimizer.roster.after import (
        recommend_for_absence,
        recommend_for_shift,
        recommend_swaps,
    )

    if [template, absent, swap].count(None) != 2:
        raise click.UsageError("Give one of --shift, --absent and --swap.")
    if start is not None and template is None:
        raise click.UsageError("--start goes with --shift.")
    problem, roster = _read(documents)
    on = day.date()
    if template is not None:
        found = recommend_for_shift(problem, roster, on, template, start, most=most)
    elif absent is not None:
        found = recommend_for_absence(problem, roster, absent, on, most=most)
    else:
        found = recommend_swaps(problem, roster, str(swap), on, most=most)
    figures = recommendation_figures(found, clocks_of(problem.organisation, roster))
    if as_json:
        emit_json(figures)
        return
    if figures["undone"] is not None:
        console.print(f"Left unmanned, it costs {price(figures['undone'])}. Instead:")
    if not figures["proposals"]:
        console.print("Nobody could without breaking a hard rule.")
    for number, proposal in enumerate(figures["proposals"], start=1):
        names = ", ".join(proposal["agents"])
        console.print(f"{number}. {names}: {price(proposal)}", markup=False, soft_wrap=True)
        print_changes(proposal["changes"])


@click.command()
@organisation_option
@click.option("--before", required=True, type=FILE, help="JSON document with the earlier roster.")
@click.option("--after", required=True, type=FILE, help="JSON document with the later roster.")
@json_option
def diff(organisation_path: Path, before: Path, after: Path, as_json: bool) -> None:
    """Say what changed between two rosters, agent by agent and day by day.

    \b
    Example:
      callboard diff --organisation organisation.json --before monday.json --after tuesday.json
    """
    from api.publishing.answers import clocks_of, difference_figures
    from optimizer import io
    from optimizer.roster.after import diff as compare

    organisation = io.read_organisation(organisation_path)
    old, new = (io.read_roster(path, organisation) for path in (before, after))
    figures = difference_figures(compare(organisation, old, new), clocks_of(organisation, new))
    if as_json:
        emit_json(figures)
        return
    counts = ", ".join(f"{number} {kind}" for kind, number in figures["counts"].items())
    console.print(
        f"{len(figures['changes'])} changes ({counts or 'none'}) for "
        f"{len(figures['paid_hours'])} agents"
    )
    print_changes(figures["changes"])
