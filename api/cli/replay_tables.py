"""What a replay came to, as tables, as JSON, and contact by contact."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.table import Table

from api.cli.output import console, literal
from api.tables import write_table
from api.wording import duration, share
from optimizer.routing.replay import (
    NOBODY,
    Comparison,
    Figures,
    Kept,
    Outcome,
    Settings,
    Waits,
    target_of,
)

__all__ = ["as_dict", "print_tables", "remarks", "write_records"]


def remarks(
    result: Comparison, settings: Settings, *, agents_given: bool, presence_given: bool
) -> list[str]:
    """Return what is assumed, a sentence each.

    Parameters
    ----------
    agents_given, presence_given
        Whether agents, and when they are there, were given rather than derived from the log.
    """
    told = list(result.log.remarks)
    if not agents_given:
        told.append(
            "Agents are those whom the log shows: they serve the kinds that they served, the "
            "better the more of them, one contact at a time."
        )
    if not presence_given:
        told.append(
            "They are there from the first to the last contact that they served on a working day"
            f"{'; those whom the log does not name always' if agents_given else ''}."
        )
    lost = sum(contact.handling_seconds is None for contact in result.log.contacts)
    if lost:
        told.append(
            f"{lost:,} customers who gave up would have been served as long as others who asked "
            f"for the same, drawn at random (seed {settings.seed})."
        )
    if settings.mean_patience is None:
        told.append("Customers who were served in reality never give up.")
    else:
        told.append(
            f"Customers who were served in reality give up after another "
            f"{settings.mean_patience:,.0f} s on average, drawn at random."
        )
    told.append("Whoever is on the line when the last agent goes is left without an answer.")
    return told


def as_dict(result: Comparison, settings: Settings, told: list[str]) -> dict[str, Any]:
    """Return the whole comparison as plain values."""
    contacts = result.log.contacts
    return {
        "log": {
            "contacts": len(contacts),
            "compared": result.compared,
            "first": contacts[0].ticket.created.astimezone(result.log.zone).isoformat(),
            "last": contacts[-1].ticket.created.astimezone(result.log.zone).isoformat(),
        },
        "agents": len(result.agents),
        "settings": asdict(settings),
        "remarks": _cuts(result),
        "assumptions": told,
        "reality": asdict(result.reality),
        "policies": [asdict(run.figures) for run in result.runs],
    }


def print_tables(result: Comparison, settings: Settings, told: list[str]) -> None:
    """Print the figures of all policies, below what happened in reality."""
    contacts = result.log.contacts
    days = [contacts[place].ticket.created.astimezone(result.log.zone) for place in (0, -1)]
    cut = f"the first {result.compared:,} of " if result.compared < len(contacts) else ""
    console.print(
        f"[bold]{days[0]:%Y-%m-%d %H:%M} to {days[1]:%Y-%m-%d %H:%M}[/], "
        f"{cut}{len(contacts):,} contacts, {len(result.agents):,} agents",
        soft_wrap=True,
    )
    for line in _cuts(result):
        console.print(f"- {line}", soft_wrap=True)
    every = [result.reality, *(run.figures for run in result.runs)]
    _print(every, _waits(settings.within))
    _print(every, _KEPT)
    for title, groups in (
        ("priority", [figures.by_priority for figures in every]),
        ("channel", [figures.by_channel for figures in every]),
        ("skill", [figures.by_skill for figures in every]),
    ):
        if len(groups[0]) > 1:
            _print_groups(title, every, groups)
    for line in told:
        console.print(f"- {literal(line)}", soft_wrap=True)
    for run in result.runs:
        figures = run.figures
        console.print(
            f"{figures.name}: {len(run.played):,} contacts, {figures.decisions:,} decisions "
            f"in {figures.seconds:.1f} s",
            soft_wrap=True,
        )


def _cuts(result: Comparison) -> list[str]:
    """Return what the figures leave out because the replay was stopped, a sentence each."""
    lines = [f"{run.figures.name}: {line}" for run in result.runs for line in run.figures.remarks]
    if result.compared < len(result.log.contacts):
        lines.append(
            f"All figures, those of reality too, are about the first {result.compared:,} contacts: "
            "so many every policy shown has played."
        )
    if result.unplayed:
        names = ", ".join(policy.value for policy in result.unplayed)
        lines.append(f"Not begun, so not shown: {names}.")
    return lines


def _waits(within: float) -> dict[str, Callable[[Figures], str]]:
    """Return the columns on waits."""
    return {
        "answered": lambda figures: f"{figures.all.answered:,}",
        "gave up": lambda figures: f"{figures.all.gave_up:,}",
        "left": lambda figures: f"{figures.all.left:,}",
        "mean": lambda figures: duration(figures.all.mean_wait_s),
        "50 %": lambda figures: duration(figures.all.p50_wait_s),
        "90 %": lambda figures: duration(figures.all.p90_wait_s),
        "99 %": lambda figures: duration(figures.all.p99_wait_s),
        "most": lambda figures: duration(figures.all.max_wait_s),
        f"{within:g} s": lambda figures: share(figures.all.service_level),
    }


def _kept(kept: Kept) -> str:
    return share(kept.kept / kept.asked) if kept.asked else "–"


_KEPT: dict[str, Callable[[Figures], str]] = {
    "late": lambda figures: f"{figures.all.target_missed:,}",
    "by value": lambda figures: duration(figures.all.value_weighted_wait_s),
    "response": lambda figures: _kept(figures.first_response),
    "resolved": lambda figures: _kept(figures.resolution),
    "P0": lambda figures: _kept(figures.p0_to_experts),
    "same agent": lambda figures: _kept(figures.continuity),
    "busy": lambda figures: share(figures.occupancy),
    "Gini": lambda figures: "–" if figures.idle_gini is None else f"{figures.idle_gini:.3f}",
}


def _print(every: list[Figures], columns: Mapping[str, Callable[[Figures], str]]) -> None:
    """Print a row per policy; columns in which nothing stands are left out."""
    cells = {title: [cell(figures) for figures in every] for title, cell in columns.items()}
    cells = {title: column for title, column in cells.items() if not set(column) <= {"0", "–"}}
    table = _table("", list(cells))
    for figures, *row in zip(every, *cells.values(), strict=True):
        table.add_row(figures.name, *row)
    console.print(table)


def _print_groups(title: str, every: list[Figures], groups: list[Mapping[str, Waits]]) -> None:
    """Print the mean wait of each group by every policy."""
    table = _table(title, ["contacts", *(f"{figures.name}" for figures in every)])
    for name, waits in groups[0].items():
        means = (duration(own[name].mean_wait_s if name in own else None) for own in groups)
        table.add_row(literal(name), f"{waits.contacts:,}", *means)
    console.print(table)


def _table(first: str, others: list[str]) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column(first, no_wrap=True)
    for heading in others:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


_COLUMNS = (
    "policy", "id", "channel", "skills", "priority", "created", "outcome", "agent", "wait_s",
    "target_s", "finished_s", "prior_agent",
)  # fmt: skip


def write_records(path: Path, result: Comparison) -> None:
    """Write a row per contact and policy, in order of arrival."""
    write_table(path, _COLUMNS, _records(result))


def _records(result: Comparison) -> Iterator[list[str]]:
    names = (*result.agents, "")  # the last for `NOBODY`
    assert names[NOBODY] == ""
    for run in result.runs:
        played = run.played
        for place, contact in enumerate(result.log.contacts[: len(played)]):
            ticket = contact.ticket
            done = played.done[place]
            yield [
                run.figures.name,
                ticket.id,
                ticket.channel,
                ";".join(f"{skill}:{level}" for skill, level in ticket.skills.items()),
                ticket.priority.value,
                ticket.created.astimezone(result.log.zone).isoformat(),
                Outcome(played.outcome[place]).name.lower(),
                names[played.agent[place]],
                f"{played.wait[place]:.3f}",
                f"{target_of(ticket, result.rules):.3f}",
                f"{done:.3f}" if np.isfinite(done) else "",
                names[played.prior[place]],
            ]
