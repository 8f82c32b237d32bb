"""Shift demand: how many people a template wants on a day, whatever contacts there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np

from optimizer.model import Agent, RosterProblem, RuleName, Tier
from optimizer.roster.checks.worker import Worker
from optimizer.roster.rules.match import Match
from optimizer.roster.rules.shared import Part, SharedRow
from optimizer.roster.rules.view import View, Whole

__all__ = ["check", "shared"]

Filter = tuple[str | None, str | None, Tier | None]


def shared(whole: Whole, views: Sequence[View]) -> Iterator[SharedRow]:
    """Yield a row for every demand: those who count and work the template on the day."""
    patterns, first = whole.patterns, whole.calendar.days[0]
    members = {}
    for demand in whole.problem.directives.shift_demand:
        day = (demand.day - first).days
        if not 0 <= day < len(whole.calendar.days):
            continue
        wanted = demand.skill, demand.site, demand.tier
        if wanted not in members:
            members[wanted] = np.array(
                [view.number for view in views if _counts(view.agent, wanted)], dtype=np.int64
            )
        begin, end = np.searchsorted(patterns.day, (day, day + 1))
        template = whole.template_ids[demand.template]
        meant = begin + np.flatnonzero(patterns.template[begin:end] == template)
        yield SharedRow(
            RuleName.SHIFT_DEMAND,
            (Part(members[wanted], meant, np.ones(len(meant))),),
            lower=demand.agents,
            upper=demand.agents,
            below_price=demand.missing_cost,
            above_price=demand.extra_cost,
        )


def check(problem: RosterProblem, staff: Sequence[Worker]) -> Iterator[Match]:
    """Yield every demand that has too few people, or too many at a price."""
    at_work: dict[Filter, Counter[tuple[date, str]]] = {}
    if not problem.directives.shift_demand:
        return
    days = {day for worker in staff for day in worker.clock.days()}
    for demand in problem.directives.shift_demand:
        if demand.day not in days:
            continue
        wanted = demand.skill, demand.site, demand.tier
        if wanted not in at_work:
            at_work[wanted] = Counter(
                (duty.day, duty.template.id)
                for worker in staff
                if _counts(worker.agent, wanted)
                for duty in worker.duties
            )
        there = at_work[wanted][demand.day, demand.template]
        missing, extra = max(0, demand.agents - there), max(0, there - demand.agents)
        cost = demand.missing_cost * missing + demand.extra_cost * extra
        if missing or cost:
            detail = f"{there} work {demand.template!r} on {demand.day}, wanted: {demand.agents}."
            yield Match(RuleName.SHIFT_DEMAND, None, demand.day, missing + extra, cost, detail)


def _counts(agent: Agent, wanted: Filter) -> bool:
    """Tell whether an agent has the skill, the site and the tier that a demand asks for."""
    skill, site, tier = wanted
    return (
        (skill is None or skill in agent.skills)
        and site in (None, agent.site)
        and tier in (None, agent.tier)
    )
