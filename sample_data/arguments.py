"""What a sample is made from, and whether that makes sense."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from optimizer.errors import Issue, raise_errors

__all__ = ["DEFAULT_START", "MOST_SKILLS", "ZONE", "Arguments", "least_agents", "verticals"]

DEFAULT_START = date(2026, 3, 2)
"""A Monday at the turn of a month: 40 weeks before it hold every promotion and most holidays."""

ZONE = "Europe/Dublin"
"""Time zone in which the centre plans."""

MOST_SKILLS = 40

_SKILLS_PER_VERTICAL = 4
_EXPERTS_PER_VERTICAL = 5
_FRONT_LINE_PER_SKILL = 3


@dataclass(frozen=True, slots=True)
class Arguments:
    """The whole input of a sample: equal arguments give equal bytes.

    Parameters
    ----------
    agents
        People of all kinds together, at least `least_agents(skills)`.
    skills
        Front-line skills, 1 to 40; experts have skills of their own on top.
    days
        Length of the horizon to plan, 1 to 366.
    seed
        0 or more.
    distinct
        Whether every agent has an own availability and own requests.
    weeks
        Weeks of history before the horizon, 4 to 260.
    tickets
        Contacts waiting in the live snapshot, 0 to 100,000.
    start
        First day of the horizon, a Monday.
    """

    agents: int = 120
    skills: int = 4
    days: int = 7
    seed: int = 0
    distinct: bool = False
    weeks: int = 40
    tickets: int = 200
    start: date = DEFAULT_START

    @property
    def history_start(self) -> date:
        """Return the first day of the history, a Monday."""
        return self.start - timedelta(weeks=self.weeks)

    @property
    def end(self) -> date:
        """Return the day after the horizon."""
        return self.start + timedelta(days=self.days)

    def check(self) -> None:
        """Refuse arguments from which no sample can be made.

        Raises
        ------
        InvalidInput
            With one issue per bad argument.
        """
        least = least_agents(min(max(self.skills, 1), MOST_SKILLS))
        ranges = {
            "agents": (self.agents, least, 20_000),
            "skills": (self.skills, 1, MOST_SKILLS),
            "days": (self.days, 1, 366),
            "seed": (self.seed, 0, 2**63 - 1),
            "weeks": (self.weeks, 4, 260),
            "tickets": (self.tickets, 0, 100_000),
        }
        issues = [
            Issue("out_of_range", f"/{name}", f"{name} is {value} but must be in [{low}, {high}].")
            for name, (value, low, high) in ranges.items()
            if not low <= value <= high
        ]
        if self.start.weekday() != 0:
            detail = f"The horizon starts on {self.start:%A}, {self.start}, not on a Monday."
            issues.append(Issue("not_a_monday", "/start", detail))
        if not 2000 <= self.start.year <= 2099:
            detail = f"Holidays are known from 2000 to 2099, not for {self.start.year}."
            issues.append(Issue("out_of_range", "/start", detail))
        raise_errors("No sample can be made from these arguments.", issues)


def verticals(skills: int) -> int:
    """Return the number of product lines that have experts of their own."""
    return -(-skills // _SKILLS_PER_VERTICAL)


def least_agents(skills: int) -> int:
    """Return the fewest agents with which every group of the organisation can be served."""
    return _EXPERTS_PER_VERTICAL * verticals(skills) + _FRONT_LINE_PER_SKILL * skills
