"""Assignments for people: who goes where, who waits, and all about one ticket."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, tzinfo

from rich.box import SIMPLE_HEAD
from rich.table import Table

from api.cli.output import console, literal
from api.wording import duration
from optimizer.model import Assignment, Clock, Decision, Waiting

__all__ = ["print_assignment", "print_ticket"]

_SHOWN = 20
_PRICES = 5


def print_assignment(assignment: Assignment, tickets: int, agents: int, zone: tzinfo) -> None:
    """Print the decisions of greatest score, and the tickets that wait, late ones first.

    Parameters
    ----------
    tickets, agents
        How many there are.
    zone
        In which times are told.
    """
    decisions = sorted(assignment.decisions, key=lambda decision: -decision.score)
    waiting = sorted(assignment.waiting, key=lambda w: (not w.breached, not w.at_risk))
    _print(
        "Assigned",
        ("Ticket", "Agent", "Score", "Runner-up", "Waited", "Target", ""),
        (
            (d.ticket, d.agent, f"{d.score:.1f}", _runner_up(d), *_waited(d.clock), _late(d.clock))
            for d in decisions[:_SHOWN]
        ),
        len(decisions),
    )
    _print(
        "Waiting",
        ("Ticket", "Waited", "Target", "", "Earliest", "Why"),
        (
            (w.ticket, *_waited(w.clock), _standing(w), _time(w.earliest, zone), w.reason)
            for w in waiting[:_SHOWN]
        ),
        len(waiting),
    )
    _print_sums(assignment, tickets, agents)


def _print_sums(assignment: Assignment, tickets: int, agents: int) -> None:
    breached = sum(w.breached for w in assignment.waiting)
    at_risk = sum(w.at_risk for w in assignment.waiting)
    taken = len({decision.agent for decision in assignment.decisions})
    console.print(
        f"{len(assignment.decisions)} of {tickets} tickets assigned to {taken} of {agents} "
        f"agents by {assignment.policy.value}, total score {assignment.value:.1f}, "
        f"{1000 * assignment.seconds:.1f} ms",
        soft_wrap=True,
    )
    if assignment.waiting:
        wait = "waits" if len(assignment.waiting) == 1 else "wait"
        late = "is late" if breached == 1 else "are late"
        console.print(
            f"{len(assignment.waiting)} {wait}: {breached} {late}, {at_risk} at risk of it",
            soft_wrap=True,
        )
    if assignment.bound > assignment.value * (1 + 1e-9):
        console.print(f"At most {assignment.bound:.1f} could be reached.", soft_wrap=True)
    prices = sorted(assignment.skill_prices.items(), key=lambda item: (-item[1], item[0]))
    if prices:
        shown = ", ".join(f"{skill} {price:.1f}" for skill, price in prices[:_PRICES])
        console.print(
            f"Another free agent would be worth, by skill: {literal(shown)}", soft_wrap=True
        )


def print_ticket(record: Decision | Waiting, zone: tzinfo) -> None:
    """Print all about one ticket: the parts of its score, or what stops whom; and its clock."""
    if isinstance(record, Decision):
        _print_decision(record)
    else:
        _print_waiting(record, zone)
    clock = record.clock
    late = ", late" if _late(clock) else ""
    due = "" if clock.due is None else f", due {_time(clock.due, zone)}"
    console.print(
        f"Waited {clock.waited_seconds:,.0f} s of {clock.target_seconds:,.0f} s{due}{late}",
        soft_wrap=True,
    )
    if clock.escalated_to is not None:
        console.print(f"Escalated to {clock.escalated_to.value}")
    if clock.relaxed:
        console.print(f"Steps of its relaxation that count: {clock.relaxed}")


def _print_decision(decision: Decision) -> None:
    console.print(
        f"[bold]{literal(decision.ticket)}[/] goes to [bold]{literal(decision.agent)}[/]: "
        f"{literal(decision.reason)}",
        soft_wrap=True,
    )
    parts = [(name.replace("_", " "), f"{value:.2f}") for name, value in decision.parts.items()]
    _print("", ("Part of the score", "Points"), [*parts, ("score", f"{decision.score:.2f}")])
    runner_up = decision.runner_up
    if runner_up is None:
        console.print("Nobody else could have taken it.")
    else:
        console.print(
            f"Runner-up: {literal(runner_up.agent)} with {runner_up.score:.2f} points",
            soft_wrap=True,
        )


def _print_waiting(waiting: Waiting, zone: tzinfo) -> None:
    console.print(
        f"[bold]{literal(waiting.ticket)}[/] waits: {literal(waiting.reason)}", soft_wrap=True
    )
    rows = (
        (
            obstacle.rule.replace("_", " "),
            str(obstacle.agents),
            ", ".join(f"{tier.value} {count}" for tier, count in obstacle.tiers.items()),
        )
        for obstacle in waiting.obstacles
    )
    _print("", ("Rule that stops first", "Agents", "By tier"), rows)
    if waiting.earliest is None:
        console.print("Nothing known would ever let anybody take it.")
    else:
        console.print(f"Somebody may be free for it at {_time(waiting.earliest, zone)}.")
    if waiting.at_risk:
        console.print("At risk: it may be late before anybody is free.")


def _runner_up(decision: Decision) -> str:
    second = decision.runner_up
    return "–" if second is None else f"{second.agent} {second.score:.1f}"


def _waited(clock: Clock) -> tuple[str, str]:
    return duration(clock.waited_seconds), duration(clock.target_seconds)


def _late(clock: Clock) -> str:
    return "late" if clock.waited_seconds > clock.target_seconds else ""


def _standing(waiting: Waiting) -> str:
    if waiting.breached:
        return "late"
    return "at risk" if waiting.at_risk else ""


def _time(moment: datetime | None, zone: tzinfo) -> str:
    return "–" if moment is None else f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"


_NUMBERS = {"Score", "Points", "Waited", "Target", "Agents"}


def _print(
    title: str,
    columns: tuple[str, ...],
    rows: Iterable[tuple[str, ...]],
    count: int | None = None,
) -> None:
    """Print a table; nothing if it has no rows.

    Parameters
    ----------
    count
        How many rows there would be if not only the first were shown.
    """
    table = Table(title=title or None, title_justify="left", box=SIMPLE_HEAD)
    for column in columns:
        table.add_column(column, justify="right" if column in _NUMBERS else "left")
    for row in rows:
        table.add_row(*(literal(cell) for cell in row))
    if not table.row_count:
        return
    console.print(table)
    if count is not None and count > table.row_count:
        console.print(f"... and {count - table.row_count} more")
