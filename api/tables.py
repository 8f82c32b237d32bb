"""Tables for people and spreadsheets, as CSV: requirement, roster, simulated intervals.

A text that a spreadsheet would run as a formula gets an apostrophe in front.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from api.volumes import Volumes
from optimizer.model import Organisation, Requirement, Roster, Shift, TimeGrid
from optimizer.simulation import SimulationResult

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = [
    "roster_table",
    "safe",
    "safe_frame",
    "write_intervals",
    "write_requirement",
    "write_roster",
    "write_table",
]

Rows = Iterable[list[str]]


def write_requirement(path: Path, volumes: Volumes, requirement: Requirement) -> None:
    """Write one row per group and slot in which somebody is needed or contacts are expected."""
    clocks = [_clock(requirement.grid, slot) for slot in range(requirement.grid.count)]

    def rows() -> Iterator[list[str]]:
        for name, offered, aht_s, agents in zip(
            requirement.groups, volumes.offered, volumes.aht_s, requirement.agents, strict=True
        ):
            for slot in ((offered > 0) | (agents > 0)).nonzero()[0]:
                figures = (column[slot] for column in (offered, aht_s, agents))
                yield [name, clocks[slot], *(f"{figure:.3f}" for figure in figures)]

    write_table(path, ("group", "start", "offered", "aht_s", "agents"), rows())


def write_roster(path: Path, organisation: Organisation, roster: Roster) -> None:
    """Write the table of a roster; see `roster_table`."""
    with _opened(path) as file:
        _write(file, *_of_roster(organisation, roster))


def roster_table(organisation: Organisation, roster: Roster) -> str:
    """Return one row per shift, in the local times of each agent's site, for people.

    `roster.json` is the exact form.
    """
    text = StringIO()
    _write(text, *_of_roster(organisation, roster))
    return text.getvalue()


def _of_roster(organisation: Organisation, roster: Roster) -> tuple[tuple[str, ...], Rows]:
    agents = {agent.id: agent for agent in organisation.agents}
    clocks = {site.id: replace(roster.grid, zone=site.zone) for site in organisation.sites}

    def row(shift: Shift) -> list[str]:
        agent = agents[shift.agent]
        clock = clocks[agent.site]
        return [
            agent.id,
            agent.name,
            agent.site,
            agent.contract,
            shift.template,
            f"{clock.local(shift.start):%Y-%m-%d}",
            _clock(clock, shift.start),
            _clock(clock, shift.end),
            "; ".join(
                f"{activity.training or activity.kind.value} {clock.local(activity.start):%H:%M}"
                f"-{clock.local(activity.end):%H:%M}"
                for activity in shift.activities
            ),
            f"{shift.paid_slots() * clock.hours_per_slot:.2f}",
        ]

    columns = (
        "agent", "name", "site", "contract", "template", "day", "start", "end", "activities",
        "paid_hours",
    )  # fmt: skip
    return columns, map(row, roster.shifts)


def write_intervals(path: Path, result: SimulationResult) -> None:
    """Write one row per group and interval in which contacts are expected."""

    def rows() -> Iterator[list[str]]:
        for group in result.intervals:
            for start, offered, answered, abandoned, level, wait, response in zip(
                result.starts,
                group.offered,
                group.answered,
                group.abandoned,
                group.service_level,
                group.mean_answer_s,
                group.first_response,
                strict=True,
            ):
                if offered:
                    yield [
                        group.group,
                        start.isoformat(" ", "minutes"),
                        *(f"{count:.3f}" for count in (offered, answered, abandoned)),
                        "" if level is None else f"{level:.4f}",
                        group.denominator.value,
                        "" if wait is None else f"{wait:.1f}",
                        "" if response is None else f"{response:.4f}",
                    ]

    columns = (
        "group", "start", "offered", "answered", "abandoned", "service_level", "denominator",
        "mean_answer_s", "first_response",
    )  # fmt: skip
    write_table(path, columns, rows())


def write_table(path: Path, columns: tuple[str, ...], rows: Rows) -> None:
    """Write rows below a header, in the same bytes everywhere."""
    with _opened(path) as file:
        _write(file, columns, rows)


def _opened(path: Path) -> TextIO:
    return path.open("w", newline="", encoding="utf-8")


def _write(file: TextIO, columns: tuple[str, ...], rows: Rows) -> None:
    table = csv.writer(file, lineterminator="\n")
    table.writerow(columns)
    table.writerows([safe(cell) for cell in row] for row in rows)


def safe_frame(frame: DataFrame) -> DataFrame:
    """Return a table whose texts no spreadsheet takes for formulas; each text is looked at once."""
    columns = frame.select_dtypes(include=["object", "str"])
    texts = {text for name in columns for text in frame[name].unique() if isinstance(text, str)}
    return frame.replace({text: safe(text) for text in texts if safe(text) != text})


def safe(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula; numbers stay as they are."""
    if not text.startswith(("=", "+", "-", "@", "\t", "\r")):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text


def _clock(grid: TimeGrid, slot: int) -> str:
    """Return the local time of a slot with its offset, since an hour can come twice."""
    return grid.local(slot).isoformat(" ", "minutes")
