"""A roster as one HTML page to be printed: weeks by site, cover, costs, and what was relaxed."""

from __future__ import annotations

from datetime import date, datetime

from jinja2 import Environment, PackageLoader, StrictUndefined

from api.publishing.strips import HEIGHT, strips_of
from api.publishing.week_grid import site_weeks
from api.report.pieces import Card, Cell, Table
from api.wording import share
from optimizer.model import Roster, RosterProblem
from optimizer.roster.after import Analysis, DayCover

__all__ = ["roster_page"]

EXAMPLES = 3
"""Matches shown for each rule."""


def roster_page(problem: RosterProblem, roster: Roster, found: Analysis, made: datetime) -> str:
    """Return a page that needs nothing else and no script; it prints on A4, landscape.

    Parameters
    ----------
    found
        The analysis of the roster.
    made
        When the roster was made; shown as it is.
    """
    environment = Environment(
        loader=PackageLoader("api.publishing"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    days = problem.requirement.grid.days()
    template = environment.get_template("roster.html.j2")
    return template.render(
        title=f"Roster of {problem.organisation.name}",
        period=f"{days[0]:%A %-d %B %Y} to {days[-1]:%A %-d %B %Y}",
        made=f"{made:%Y-%m-%d %H:%M %Z}",
        cards=_cards(found),
        weeks=site_weeks(problem.organisation, roster),
        strips=strips_of(problem, roster, found.verification.shortage),
        height=HEIGHT,
        cover=_cover(found),
        rules=[
            (
                rule.rule.value.replace("_", " "),
                f"{rule.cost:,.2f}",
                rule.broken,
                len(rule.matches),
                [
                    match.detail if match.agent is None else f"{match.agent}: {match.detail}"
                    for match in rule.matches[:EXAMPLES]
                ],
            )
            for rule in found.rules
        ],
        relaxed=[
            (
                entry.agent,
                entry.rule.value.replace("_", " "),
                entry.day or "the period",
                entry.amount,
            )
            for entry in roster.relaxed
        ],
    )


def _cards(found: Analysis) -> list[Card]:
    judged = found.verification
    short = sum(day.short_hours for day in found.cover)
    required = sum(day.required_hours for day in found.cover)
    broken = sum(rule.broken for rule in found.rules)
    unit = "–" if found.unit_cost is None else f"{found.unit_cost:,.2f}"
    return [
        Card("Objective", f"{judged.objective:,.2f}", "shortage, pay beyond guarantees, rules"),
        Card("Covered", share(1 - short / required if required else None), f"{short:,.1f} h short"),
        Card("Payroll", f"{judged.payroll:,.2f}", f"{unit} per hour on contacts"),
        Card("Paid hours", f"{found.paid_hours:,.1f}", f"{share(judged.elastic_share)} elastic"),
        Card(
            "Wishes denied",
            f"{judged.requests_denied:,}",
            f"of {sum(one.wishes for one in found.shares):,}",
        ),
        Card("Rules broken", f"{broken:,}", "hard rules; none if it may be published"),
    ]


def _cover(found: Analysis) -> list[Table]:
    """Return a table per week: groups by days, with the hours that are short."""
    weeks: dict[int, dict[str, dict[date, DayCover]]] = {}
    for entry in found.cover:
        week = weeks.setdefault((entry.day.toordinal() - 1) // 7, {})
        week.setdefault(entry.group, {})[entry.day] = entry
    tables = []
    for number, week in sorted(weeks.items()):
        days = [date.fromordinal(7 * number + 1 + weekday) for weekday in range(7)]
        rows = tuple(
            (Cell(group), *(_day_cell(mine.get(day)) for day in days))
            for group, mine in week.items()
        )
        columns = ("Group", *(f"{day:%a %-d %b}" for day in days))
        tables.append(Table("Hours short, of the hours required", columns, rows))
    return tables


def _day_cell(entry: DayCover | None) -> Cell:
    if entry is None:
        return Cell("")
    if entry.short_hours < 0.05:
        return Cell(f"0 of {entry.required_hours:,.1f}")
    return Cell(f"{entry.short_hours:,.1f} of {entry.required_hours:,.1f}", "bad")
