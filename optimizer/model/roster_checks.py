"""Checks of what is said of one period: demand by shift, floors, training, what stood before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from optimizer.model.directives import Directives, Floor, ShiftDemand, Training
from optimizer.model.findings import Findings
from optimizer.model.grid import MINUTES_PER_DAY
from optimizer.model.grid_checks import check_grid, check_slots
from optimizer.model.organisation import can_serve
from optimizer.model.people import Agent, Request
from optimizer.model.period import Period
from optimizer.model.pin_checks import check_pins
from optimizer.model.roster import Roster
from optimizer.model.shifts import ActivityKind

__all__ = ["check_directives", "check_people_in_period", "check_previous"]

_LONGEST_NIGHT = timedelta(days=1)


def check_directives(found: Findings, period: Period) -> None:
    """Report what is wrong with the directives of a problem."""
    directives = period.problem.directives
    stated: dict[ShiftDemand, int] = {}
    for i, demand in enumerate(directives.shift_demand):
        here = found.at("shift_demand", i)
        _check_demand(here, demand, period)
        first = stated.setdefault(replace(demand, agents=0, missing_cost=0, extra_cost=0), i)
        if first != i:
            here.warning(
                "demand_stated_twice",
                f"Demand {first} is about the same shifts; what each misses is paid for.",
            )
    for i, floor in enumerate(directives.floors):
        _check_floor(found.at("floors", i), floor, period)
    found.unique("trainings", (training.id for training in directives.trainings))
    for i, training in enumerate(directives.trainings):
        _check_training(found.at("trainings", i), training, period)
    check_pins(found.at("pins"), directives.pins, period)
    _check_changes(found, directives, period)


def check_previous(found: Findings, previous: Roster, period: Period) -> bool:
    """Report what keeps a previous roster from being compared with.

    It may be of another period than the problem. Agents and templates that are gone since are
    remarked on: their shifts count for nothing.

    Returns
    -------
    bool
        Whether it can be compared with.
    """
    ours, theirs = period.grid, previous.grid
    found.issues.extend(issues := check_grid(theirs, found.at("grid").pointer))
    if issues:
        return False
    apart = (theirs.start - ours.start) / timedelta(minutes=ours.interval_minutes)
    if theirs.interval_minutes != ours.interval_minutes or apart % 1:
        found.at("grid").error(
            "other_grid",
            "The intervals of the previous roster are not those of the requirement.",
        )
        return False
    taken: set[tuple[str, date]] = set()
    gone, sound = set[str](), True
    for i, shift in enumerate(previous.shifts):
        here = found.at("shifts", i)
        unsound = len(found.issues)
        check_slots(here, shift, theirs)
        if len(found.issues) > unsound:
            sound = False
            continue
        for field, name, names in (
            ("agent", shift.agent, period.agents),
            ("template", shift.template, period.templates),
        ):
            if name not in names and name not in gone:
                gone.add(name)
                here.at(field).information("gone_since", f"There is no {field} {name!r} any more.")
        if shift.agent not in period.contracts:
            continue
        clock = replace(theirs, zone=period.clocks[period.agents[shift.agent].site].zone)
        day = clock.local(shift.start).date()
        if (shift.agent, day) in taken:
            here.error("two_shifts_a_day", f"Agent {shift.agent!r} has two shifts on {day}.")
        taken.add((shift.agent, day))
    return sound


def check_people_in_period(found: Findings, period: Period) -> None:
    """Report wishes outside the period, wishes against each other and a past that lies in it."""
    start = period.grid.local(0)
    for i, agent in enumerate(period.problem.organisation.agents):
        if agent.site not in period.days:
            continue
        days = period.days[agent.site]
        kinds: defaultdict[date, set[bool]] = defaultdict(set)
        for j, request in enumerate(agent.requests):
            here = found.at("agents", i, "requests", j)
            if not days[0] <= request.day <= days[-1]:
                here.at("day").information(
                    "request_outside_period",
                    f"The wish for {request.day} is not for a day of the period.",
                )
            if _about_the_whole_day(request):
                kinds[request.day].add(request.kind.wanted)
                if len(kinds[request.day]) == 2:
                    here.information(
                        "contradictory_requests",
                        f"Agent {agent.id!r} wishes to work and to be free on {request.day}.",
                    )
        ended = agent.history.last_shift_end
        if ended is not None and ended.tzinfo and ended > start + _LONGEST_NIGHT:
            found.at("agents", i, "history", "last_shift_end").error(
                "history_after_start",
                f"The last shift before the period ended on {ended:%Y-%m-%d %H:%M}, "
                "after the period's first day.",
            )


def _about_the_whole_day(request: Request) -> bool:
    starts = request.earliest_start, request.latest_start
    return request.template is None and starts == (0, MINUTES_PER_DAY)


def _check_demand(found: Findings, demand: ShiftDemand, period: Period) -> None:
    organisation = period.problem.organisation
    period.known_day(found, "day", demand.day)
    found.known("template", demand.template, {t.id for t in organisation.templates}, "template")
    found.known("skill", demand.skill, {skill.id for skill in organisation.skills}, "skill")
    found.known("site", demand.site, {site.id for site in organisation.sites}, "site")
    found.within("agents", demand.agents, 0)
    found.within("missing_cost", demand.missing_cost, 0)
    found.within("extra_cost", demand.extra_cost, 0)
    template = period.templates.get(demand.template)
    if template is None or demand.agents < 1:
        return
    if demand.day.weekday() not in template.weekdays:
        found.at("day").warning(
            "template_not_on_weekday",
            f"Shifts of template {template.id!r} do not start on {demand.day:%A}s.",
        )
    able = _count(
        period,
        lambda agent: (
            demand.template in period.contracts[agent.id].templates
            and demand.site in (None, agent.site)
            and demand.tier in (None, agent.tier)
            and (demand.skill is None or demand.skill in agent.skills)
        ),
    )
    if able < demand.agents:
        found.at("agents").warning(
            "demand_above_staff",
            f"{demand.agents} people are wanted, but only {able} may work these shifts.",
        )


def _check_floor(found: Findings, floor: Floor, period: Period) -> None:
    organisation = period.problem.organisation
    groups = {group.id: group for group in organisation.groups}
    found.within("agents", floor.agents, 1)
    found.within("cost", floor.cost, 0)
    found.known("group", floor.group, groups, "group")
    found.known("site", floor.site, {site.id for site in organisation.sites}, "site")
    for i, weekday in enumerate(floor.weekdays):
        found.at("weekdays").within(str(i), weekday, 0, 6)
    if (floor.start_minute is None) != (floor.end_minute is None):
        found.at("end_minute").error(
            "half_a_window", "A floor has both a start and an end, or neither."
        )
    found.within("start_minute", floor.start_minute, 0, MINUTES_PER_DAY)
    found.within("end_minute", floor.end_minute, 0, 2 * MINUTES_PER_DAY)
    if floor.start_minute is not None:
        found.ordered("end_minute", floor.start_minute, floor.end_minute)
    if floor.group is not None and floor.group not in groups:
        return
    able = _count(
        period,
        lambda agent: (
            floor.site in (None, agent.site)
            and floor.tier in (None, agent.tier)
            and (floor.group is None or can_serve(agent, groups[floor.group]))
        ),
    )
    if able < floor.agents:
        found.at("agents").warning(
            "floor_above_staff",
            f"{floor.agents} people have to be there, but only {able} could be.",
        )


def _check_training(found: Findings, training: Training, period: Period) -> None:
    step = period.grid.interval_minutes
    found.within("minutes", training.minutes, 1, MINUTES_PER_DAY)
    if training.minutes % step:
        found.at("minutes").error(
            "off_grid", f"{training.minutes} minutes do not fit intervals of {step}."
        )
    if training.kind not in (ActivityKind.TRAINING, ActivityKind.MEETING):
        found.at("kind").error(
            "not_a_training", f"A {training.kind.value} is neither a training nor a meeting."
        )
    if not training.paid:
        found.at("paid").error(
            "unpaid_training",
            "Training within a shift is paid: unpaid time would change what the shift pays.",
        )
    found.within("group_min", training.group_min, 1)
    found.ordered("group_max", training.group_min, training.group_max)
    found.within("cost", training.cost, 0)
    found.within("earliest_minute", training.earliest_minute, 0, MINUTES_PER_DAY)
    found.within("latest_end_minute", training.latest_end_minute, 0, 2 * MINUTES_PER_DAY)
    if training.earliest_minute + training.minutes > training.latest_end_minute:
        found.at("latest_end_minute").error(
            "window_too_short",
            f"{training.minutes} minutes do not fit between {training.earliest_minute} and "
            f"{training.latest_end_minute}.",
        )
    if (training.first_day is not None and training.first_day > max(period.all_days)) or (
        training.last_day is not None and training.last_day < min(period.all_days)
    ):
        found.warning(
            "training_outside_period", "None of the days of the training is in the period."
        )
    if training.first_day and training.last_day and training.first_day > training.last_day:
        found.at("last_day").error(
            "minimum_above_maximum", f"{training.last_day} comes before {training.first_day}."
        )
    if not training.agents:
        found.at("agents").error("no_participants", "Nobody has to attend.")
    elif training.group_min > len(training.agents):
        found.at("group_min").warning(
            "group_above_participants",
            f"A session needs {training.group_min} people, but {len(training.agents)} attend.",
        )
    short, seen = [], set[str]()
    for i, name in enumerate(training.agents):
        found.at("agents").known(str(i), name, period.agents, "agent")
        if name in seen:
            found.at("agents", i).error("duplicate_id", f"{name!r} stands here twice.")
        seen.add(name)
        if name in period.contracts and training.minutes > _longest_shift(period, name):
            short.append(i)
    if training.agents and len(short) == len(training.agents):
        found.at("minutes").error(
            "training_longer_than_shifts",
            f"{training.minutes} minutes are longer than any shift of those who attend.",
        )
        return
    for i in short:
        found.at("agents", i).warning(
            "training_longer_than_shifts",
            f"Agent {training.agents[i]!r} has no shift of {training.minutes} minutes.",
        )


def _check_changes(found: Findings, directives: Directives, period: Period) -> None:
    changes = directives.changes
    for name in ("called", "cancelled", "moved"):
        found.at("changes").within(name, getattr(changes, name), 0)
    if period.problem.previous is None and (
        changes.called or changes.cancelled or changes.moved or changes.fewest_first
    ):
        found.at("changes").information(
            "changes_without_previous", "No previous roster is given that could be changed."
        )
    found.aware("now", directives.now)
    now = directives.now
    if now is not None and now.tzinfo is not None and now >= period.grid.end:
        found.at("now").warning(
            "period_is_over", f"The period ended on {period.grid.end:%Y-%m-%d %H:%M}."
        )


def _count(period: Period, able: Callable[[Agent], bool]) -> int:
    return sum(able(period.agents[name]) for name in period.contracts)


def _longest_shift(period: Period, agent: str) -> int:
    names = period.contracts[agent].templates
    return max((max(period.templates[name].lengths) for name in names), default=0)
