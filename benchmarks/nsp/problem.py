"""The published instances as problems of the roster engine, and rosters back in their terms."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np

from benchmarks.nsp.instance import Employee, Instance
from optimizer.model import (
    Agent,
    Channel,
    ChannelKind,
    Contract,
    Directives,
    Forbidden,
    Organisation,
    PlanningGroup,
    Range,
    Request,
    RequestKind,
    Requirement,
    Roster,
    RosterProblem,
    ShiftDemand,
    ShiftTemplate,
    Site,
    Skill,
    TimeGrid,
)

__all__ = ["MONDAY", "assignments_of", "problem_of"]

MONDAY = date(2024, 1, 1)
"""Day 0. The format knows no dates, only that it is a Monday."""


def problem_of(instance: Instance) -> RosterProblem:
    """Return an instance as a problem: demand by shift, a contract for each employee.

    Shifts begin at midnight, since the format gives lengths only; what may follow what is said
    by pairs of types. Nobody is required on contacts.
    """
    return RosterProblem(
        _organisation(instance),
        _requirement(instance),
        Directives(
            shift_demand=tuple(
                ShiftDemand(
                    _date(cover.day),
                    cover.shift,
                    cover.wanted,
                    float(cover.missing),
                    float(cover.extra),
                )
                for cover in instance.cover
            )
        ),
    )


def assignments_of(instance: Instance, roster: Roster) -> dict[str, list[str]]:
    """Return the shift of each day of each employee, "" for none."""
    found = {employee.id: [""] * instance.days for employee in instance.staff}
    per_day = 24 * 60 // roster.grid.interval_minutes
    for shift in roster.shifts:
        found[shift.agent][shift.start // per_day] = shift.template
    return found


def _date(day: int) -> date:
    return MONDAY + timedelta(days=day)


def _requirement(instance: Instance) -> Requirement:
    # The coarsest intervals that divide an hour and every shift: nothing is required in them.
    interval = math.gcd(60, *(shift.minutes for shift in instance.shifts))
    grid = TimeGrid.of_days(MONDAY, instance.days, interval)
    return Requirement(grid, ("work",), np.zeros((1, grid.count)))


def _organisation(instance: Instance) -> Organisation:
    return Organisation(
        name="Published instance",
        zone="UTC",
        channels=(Channel("work", ChannelKind.VOICE),),
        skills=(Skill("work"),),
        groups=(PlanningGroup("work", "work", "work", shortage_cost=0.0),),
        sites=(Site("site"),),
        templates=tuple(
            ShiftTemplate(shift.id, earliest_start=0, latest_start=0, lengths=(shift.minutes,))
            for shift in instance.shifts
        ),
        contracts=tuple(_contract(instance, employee) for employee in instance.staff),
        agents=tuple(_agent(instance, employee) for employee in instance.staff),
    )


def _contract(instance: Instance, employee: Employee) -> Contract:
    return Contract(
        employee.id,
        shifts_per_week=Range(),
        rest_minutes=0,
        minutes_per_period=Range(employee.min_minutes, employee.max_minutes),
        max_consecutive_days=employee.max_shifts,
        min_consecutive_days=employee.min_shifts,
        min_consecutive_days_off=employee.min_days_off,
        max_weekends=employee.max_weekends,
        template_limits={
            name: Range(0, most) for name, most in employee.most.items() if most < instance.days
        },
        forbidden=tuple(
            Forbidden(shift.id, after) for shift in instance.shifts for after in shift.not_before
        ),
        templates=tuple(shift.id for shift in instance.shifts),
    )


def _agent(instance: Instance, employee: Employee) -> Agent:
    requests = [
        Request(_date(wish.day), kind, float(wish.weight), wish.shift)
        for kind, wishes in ((RequestKind.ON, instance.on), (RequestKind.OFF, instance.off))
        for wish in wishes
        if wish.employee == employee.id and wish.weight > 0
    ]
    return Agent(
        employee.id,
        employee.id,
        "site",
        {"work": 1},
        days_off=tuple(_date(day) for day in instance.days_off.get(employee.id, ())),
        requests=tuple(requests),
    )
