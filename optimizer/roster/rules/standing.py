"""What stood before: the previous roster, as the solvers see it, and what of it is fixed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from optimizer.model import Absence, Keep, PlannedActivity, Shift
from optimizer.roster.rules.view import View, Whole

__all__ = ["begun", "fixed_activities", "frozen", "pattern_of", "standing"]


def standing(whole: Whole) -> tuple[dict[int, Shift], ...]:
    """Return each agent's shifts in the previous roster by day, in slots of the grid.

    Days are indices of the calendar; shifts that start outside of it are left out.
    """
    if "standing" not in whole.cache:
        whole.cache["standing"] = _standing(whole)
    found: tuple[dict[int, Shift], ...] = whole.cache["standing"]
    return found


def _standing(whole: Whole) -> tuple[dict[int, Shift], ...]:
    problem, calendar = whole.problem, whole.calendar
    organisation = problem.organisation
    found: tuple[dict[int, Shift], ...] = tuple({} for _ in organisation.agents)
    if problem.previous is None:
        return found
    zone_of = {site.id: site.zone for site in organisation.sites}
    clocks = [calendar.clocks[calendar.zones[zone_of[a.site]]] for a in organisation.agents]
    number_of = {agent.id: number for number, agent in enumerate(organisation.agents)}
    later = problem.requirement.grid.slot_at(problem.previous.grid.start)
    for old in problem.previous.shifts:
        number = number_of.get(old.agent)
        if number is None:
            continue
        activities = tuple(
            replace(a, start=a.start + later, end=a.end + later) for a in old.activities
        )
        start, end = old.start + later, old.end + later
        day = (clocks[number].local(start).date() - calendar.days[0]).days
        if 0 <= day < len(calendar.days):
            found[number][day] = replace(old, start=start, end=end, activities=activities)
    return found


def pattern_of(view: View, shift: Shift) -> int | None:
    """Return the pattern that a shift is made from; None if there is none any more."""
    whole = view.whole

    def make() -> dict[tuple[int, ...], int]:
        p = whole.patterns
        keys = zip(*(of.tolist() for of in (p.clock, p.template, p.start, p.end)), strict=True)
        return {key: pattern for pattern, key in enumerate(keys)}

    template = whole.template_ids.get(shift.template, -1)
    return view.shared("pattern of", make).get((view.clock, template, shift.start, shift.end))


def begun(whole: Whole) -> float | None:
    """Return the last slot, as a fraction, that has begun at the moment of planning.

    None without a previous roster or such a moment: then nothing is frozen.
    """
    problem = whole.problem
    if problem.previous is None or problem.directives.now is None:
        return None
    passed = problem.directives.now - problem.requirement.grid.start
    return passed / timedelta(minutes=whole.step)


def frozen(whole: Whole, agent: int) -> dict[int, Shift]:
    """Return the shifts of an agent that have begun and stay as they are, by day.

    A shift that an absence touches is not among them: who has gone home does not work it.
    """
    limit = begun(whole)
    if limit is None:
        return {}
    absences = whole.problem.organisation.agents[agent].absences
    return {
        day: shift
        for day, shift in standing(whole)[agent].items()
        if shift.start <= limit and not any(_touch(whole, away, shift) for away in absences)
    }


def fixed_activities(whole: Whole) -> dict[tuple[int, int], tuple[PlannedActivity, ...]]:
    """Return the shifts, as (agent, day), whose activities stay where they were, and where.

    Those that are frozen, and those pinned with `Keep.ACTIVITIES` that are worked as before: a
    pin may be soft or given up, and then says nothing about another shift.
    """
    organisation, calendar = whole.problem.organisation, whole.calendar
    number_of = {agent.id: number for number, agent in enumerate(organisation.agents)}
    found = {
        (number, day): shift.activities
        for number in range(len(organisation.agents))
        for day, shift in frozen(whole, number).items()
    }
    for pin in whole.problem.directives.pins:
        if pin.keep is Keep.ACTIVITIES and pin.agent in number_of:
            number, day = number_of[pin.agent], (pin.day - calendar.days[0]).days
            shift = standing(whole)[number].get(day)
            if shift is not None:
                found[number, day] = shift.activities
    return found


def _touch(whole: Whole, absence: Absence, shift: Shift) -> bool:
    grid = whole.problem.requirement.grid
    return absence.start < grid.local(shift.end) and absence.end > grid.local(shift.start)
