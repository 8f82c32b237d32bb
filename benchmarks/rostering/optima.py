"""Two small cases whose optimum textbooks print: Winston's post office, and Union Airways.

Winston, Operations Research: people work five days in a row and have two off; 17, 13, 15, 19, 14,
16 and 11 are needed from Monday on. Hillier and Lieberman, Introduction to Operations Research:
five shifts of eight hours at different prices cover the day of an airline's desk.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.rostering.engine import measure
from optimizer.model import (
    Agent,
    Channel,
    ChannelKind,
    Contract,
    Organisation,
    PlanningGroup,
    Range,
    Requirement,
    RosterProblem,
    ShiftTemplate,
    Site,
    Skill,
    StaffClass,
    TimeGrid,
)

__all__ = ["airline", "post_office", "textbook_optima"]

MONDAY = date(2026, 11, 23)
WEEK = (17, 13, 15, 19, 14, 16, 11)
AIRLINE_SHIFTS = {6: 170.0, 8: 160.0, 12: 175.0, 16: 180.0, 22: 195.0}
"""Hour of the start to the price of one agent."""

AIRLINE_NEEDED = (48, 79, 65, 87, 64, 73, 82, 43, 52)
"""For every two hours from six in the morning on; 15 through the night."""

AIRLINE_NIGHT, AIRLINE_HEADS = 15, 60


def textbook_optima(seconds: float, seed: int) -> list[dict[str, Any]]:
    """Return each printed optimum beside ours.

    Parameters
    ----------
    seconds
        Limit of each solve.
    """
    _, day = measure(airline(), seconds, seed=seed)
    return [_fewest_people(seconds, seed), {"case": "Union Airways", "printed": 30_610} | _own(day)]


def _fewest_people(seconds: float, seed: int) -> dict[str, Any]:
    """Add people until nobody is missing; with one fewer it must be proven that somebody is."""
    people = -(-sum(WEEK) // 5)
    enough_is_less = True
    total = 0.0
    while True:
        _, found = measure(post_office(people), seconds, seed=seed)
        total += found["seconds"]
        if not found["objective"]:
            return {"case": "Winston, five days on", "printed": 23, "ours": people} | {
                "proven": enough_is_less,
                "verified": found["verified"],
                "seconds": total,
            }
        enough_is_less = found["bound"] is not None and found["bound"] > 0
        people += 1


def _own(found: dict[str, Any]) -> dict[str, Any]:
    return {
        "ours": found["objective"],
        "proven": found["termination"] == "optimal",
        "verified": found["verified"],
        "seconds": found["seconds"],
    }


def post_office(people: int) -> RosterProblem:
    """Return Winston's week with so many people, one shift a day."""
    template = ShiftTemplate("day", 8 * 60, 8 * 60, (8 * 60,))
    contract = Contract(
        "full_time",
        templates=("day",),
        shifts_per_week=Range(5, 5),
        min_consecutive_days_off=2,
        max_consecutive_days=7,
    )
    needed = np.zeros((1, 7 * 24))
    for day, wanted in enumerate(WEEK):
        needed[0, 24 * day + 8 : 24 * day + 16] = wanted
    staff = [Agent(f"p{n}", "full_time", "here", {"work": 3}) for n in range(people)]
    return _problem(staff, [template], [contract], needed)


def airline() -> RosterProblem:
    """Return Union Airways' day; the last shift ends on the next one."""
    templates = [
        ShiftTemplate(f"from{hour}", 60 * hour, 60 * hour, (8 * 60,), weekdays=(0,))
        for hour in AIRLINE_SHIFTS
    ]
    contracts = [
        Contract(f"from{hour}", StaffClass.ELASTIC, templates=(f"from{hour}",), call_cost=price)
        for hour, price in AIRLINE_SHIFTS.items()
    ]
    staff = [
        Agent(f"a{hour}_{n}", f"from{hour}", "here", {"work": 3})
        for hour in AIRLINE_SHIFTS
        for n in range(AIRLINE_HEADS)
    ]
    needed = np.zeros((1, 48))
    needed[0, 6:24] = np.repeat(AIRLINE_NEEDED, 2)
    needed[0, 24:30] = AIRLINE_NIGHT
    return _problem(staff, templates, contracts, needed)


def _problem(
    staff: Iterable[Agent],
    templates: Iterable[ShiftTemplate],
    contracts: Iterable[Contract],
    needed: NDArray[np.float64],
) -> RosterProblem:
    """Return a problem of one group in hours, whose shortage costs more than any shift."""
    grid = TimeGrid.of_days(MONDAY, needed.shape[1] // 24, interval_minutes=60)
    organisation = Organisation(
        name="Textbook",
        zone=grid.zone,
        channels=(Channel("voice", ChannelKind.VOICE),),
        skills=(Skill("work"),),
        groups=(PlanningGroup("voice:work", "voice", "work", shortage_cost=10_000.0),),
        sites=(Site("here"),),
        templates=tuple(templates),
        contracts=tuple(contracts),
        agents=tuple(staff),
    )
    return RosterProblem(organisation, Requirement(grid, ("voice:work",), needed))
