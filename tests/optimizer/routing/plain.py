"""Routing once more, in plain Python: what the tests compare with.

Written from the docstrings of `optimizer.model` and of `optimizer.routing.score`, field by field;
nothing of the engine is used. It is meant to be read, not to be fast.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from optimizer.model import (
    AgentState,
    AgentStatus,
    Assignment,
    ChannelRules,
    OpeningHours,
    RelaxationStep,
    Snapshot,
    Ticket,
    Tier,
)

UNLIMITED = 10**9

Match = Mapping[str, str]
"""Ticket to agent."""


@lru_cache(maxsize=100_000)
def open_seconds(hours: OpeningHours, since: datetime, until: datetime) -> float:
    """Return the open seconds between two instants, minute by minute on the wall clock."""
    zone, moment, total = ZoneInfo(hours.zone), since.astimezone(UTC), 0.0
    while moment < until:
        end = min(moment.replace(second=0, microsecond=0) + timedelta(minutes=1), until)
        wall = moment.astimezone(zone)
        minute = 60 * wall.hour + wall.minute
        if wall.date() not in hours.closed_days and any(
            window.weekday == wall.weekday() and window.opens <= minute < window.closes
            for window in hours.windows
        ):
            total += (end - moment).total_seconds()
        moment = end
    return total


def elapsed(snapshot: Snapshot, ticket: Ticket, until: datetime) -> float:
    """Return the time on a ticket's clock from its creation to an instant, without pauses."""
    if ticket.calendar is None:
        seconds = (until - ticket.created).total_seconds()
    else:
        seconds = open_seconds(snapshot.calendars[ticket.calendar], ticket.created, until)
    return seconds - ticket.paused_seconds


def waited(snapshot: Snapshot, ticket: Ticket) -> float:
    """Return the wait of a ticket, the same one for all rules."""
    return max(0.0, elapsed(snapshot, ticket, snapshot.now))


def target_of(snapshot: Snapshot, ticket: Ticket) -> float:
    """Return the wait that a ticket is measured by: the least promise that runs, or the usual."""
    weights = snapshot.weights
    deadlines = [(ticket.resolution_due, ticket.resolution_seconds)]
    if not ticket.responded:
        deadlines.append((ticket.first_response_due, ticket.first_response_seconds))
    promises = [
        seconds if due is None else elapsed(snapshot, ticket, due) for due, seconds in deadlines
    ]
    running = [promise for promise in promises if promise is not None and promise > 0.0]
    if weights.own_deadlines and running:
        return min(running)
    return weights.wait_target_seconds[int(ticket.priority[1])]


def rank_of(snapshot: Snapshot, ticket: Ticket) -> int:
    """Return 0 for P0 to 3 for P3, a step less for every so many targets waited."""
    rank, weights = int(ticket.priority[1]), snapshot.weights
    if weights.promote_after is None:
        return rank
    each = weights.promote_after * target_of(snapshot, ticket)
    return max(0, rank - math.floor(waited(snapshot, ticket) / each))


def rules_of(snapshot: Snapshot, channel: str) -> ChannelRules:
    return snapshot.channels.get(channel, ChannelRules())


def level_of(snapshot: Snapshot, ticket: Ticket) -> int:
    """Return what goes before points: 0 for deferred work that does not compete yet."""
    weights = snapshot.weights
    if rules_of(snapshot, ticket.channel).deferred:
        share, target = weights.compete_from, target_of(snapshot, ticket)
        if share is None or waited(snapshot, ticket) < share * target:
            return 0
    return 1 + (3 - rank_of(snapshot, ticket) if weights.strict_priority else 0)


def close_to(ticket: Ticket) -> set[str]:
    """Return the prior agent and the preferred ones."""
    return {*ticket.preferred_agents, *([ticket.prior_agent] if ticket.prior_agent else [])}


def escalated_to(snapshot: Snapshot, ticket: Ticket, wait: float) -> Tier | None:
    """Return the tier that the last escalation that holds gives a ticket to."""
    tier = None
    for escalation in snapshot.escalations:
        if (
            wait >= escalation.after_seconds
            and escalation.priority in (None, ticket.priority)
            and escalation.from_tier in (None, ticket.tier)
            and escalation.channel in (None, ticket.channel)
            and ticket.risk >= escalation.risk_from
        ):
            tier = escalation.to_tier
    return tier


def steps_at(ticket: Ticket, wait: float) -> list[RelaxationStep]:
    return [step for step in ticket.relaxation if wait >= step.after_seconds]


def asked_at(ticket: Ticket, wait: float) -> dict[str, int]:
    """Return the skills that a ticket asks for at a wait, with the least levels."""
    asked = dict(ticket.skills)
    for step in steps_at(ticket, wait):
        for skill, level in step.levels.items():
            if skill in asked:
                asked[skill] = min(asked[skill], level)
        for skill in step.drop_skills:
            asked.pop(skill, None)
    return asked


def lasting_rules(
    snapshot: Snapshot, ticket: Ticket, agent: AgentState, wait: float
) -> dict[str, bool]:
    """Return which rules let an agent pass, but for those about what the agent is doing."""
    steps = steps_at(ticket, wait)
    levels = [(agent.skills.get(s, 0), level) for s, level in asked_at(ticket, wait).items()]
    escalated = escalated_to(snapshot, ticket, wait)
    further = {tier for step in steps for tier in step.tiers}
    if escalated is not None:
        tier_fits = agent.tier.may_serve(escalated)
    else:
        tier_fits = agent.tier.may_serve(ticket.tier) or agent.tier in further
    sites = {ticket.site, *(site for step in steps for site in step.sites)}
    speaks = agent.languages is None or ticket.language in agent.languages
    reserved = bool(close_to(ticket)) and wait < ticket.preferred_seconds
    return {
        "channel": agent.channels is None or ticket.channel in agent.channels,
        "tier": tier_fits,
        "site": ticket.site is None or any(s.any_site for s in steps) or agent.site in sites,
        "language": ticket.language is None or any(s.any_language for s in steps) or speaks,
        "human": not (ticket.human_required and agent.automated),
        "skill": all(held > 0 for held, _ in levels),
        "level": all(held >= level for held, level in levels),
        "authority": agent.authority >= ticket.amount,
        "excluded": agent.id not in {*ticket.excluded_agents, *ticket.rejected_by},
        "reserved": not reserved or agent.id in close_to(ticket),
    }


def units_open(snapshot: Snapshot, agent: AgentState) -> int:
    work = agent.open_work.items()
    return sum(count * rules_of(snapshot, channel).units for channel, count in work)


def has_units_for(snapshot: Snapshot, agent: AgentState, channel: str) -> bool:
    """Tell whether one contact of a channel fits beside the open work, or in its place."""
    rules, taken = rules_of(snapshot, channel), units_open(snapshot, agent)
    if agent.capacity - taken > 0 or not rules.interrupts:
        return agent.capacity - taken >= rules.units
    aside = sum(
        agent.open_work.get(c, 0) * rules_of(snapshot, c).units for c in {*rules.interrupts}
    )
    return agent.capacity - (taken - aside) >= rules.units


def first_rule(snapshot: Snapshot, ticket: Ticket, agent: AgentState) -> str | None:
    """Return the first rule that stops an agent, None if none does."""
    after_call = agent.after_call_until is not None and agent.after_call_until > snapshot.now
    opened = agent.open_work.get(ticket.channel, 0)
    passes = lasting_rules(snapshot, ticket, agent, waited(snapshot, ticket)) | {
        "availability": agent.status is AgentStatus.AVAILABLE
        and agent.accepts_offers
        and not after_call,
        "capacity": has_units_for(snapshot, agent, ticket.channel),
        "channel_limit": opened < agent.channel_limits.get(ticket.channel, UNLIMITED),
    }
    return next((rule for rule, passed in passes.items() if not passed), None)


def parts(
    snapshot: Snapshot, ticket: Ticket, agent: AgentState, *, first: bool
) -> dict[str, float]:
    """Return the terms of the score; idle time counts for the first contact alone."""
    weights = snapshot.weights
    wait, target = waited(snapshot, ticket), target_of(snapshot, ticket)
    speed = 1.0
    if weights.handling_reference_seconds is not None and ticket.handling_seconds is not None:
        speed = weights.handling_reference_seconds / ticket.handling_seconds
    fit = 1.0
    if ticket.skills:
        held = [agent.skills.get(skill, 0) for skill in ticket.skills]
        used = sum(level > 0 for level in held)
        specialised = used / len(agent.skills) if agent.skills else 0.0
        fit = (sum(held) / len(held) / 5 + specialised) / 2
    early = weights.continuity_seconds is None or wait < weights.continuity_seconds
    idle = 0.0
    if first and agent.idle_since is not None and sum(agent.open_work.values()) == 0:
        idle = max(0.0, (snapshot.now - agent.idle_since).total_seconds())
    dearest, needed = (
        max((weights.skill_prices.get(skill, 0.0) for skill in skills), default=0.0)
        for skills in (agent.skills, ticket.skills)
    )
    return {
        "priority": weights.priority * (3 - rank_of(snapshot, ticket)),
        "customer_value": weights.customer_value * ticket.customer_value,
        "wait": weights.wait * speed * (wait / target) ** weights.wait_exponent,
        "tags": sum(weights.tags.get(tag, 0.0) for tag in {*ticket.tags}),
        "risk": weights.risk * ticket.risk,
        "skill_fit": weights.skill_fit * fit,
        "continuity": weights.continuity * (early and agent.id in close_to(ticket)),
        "idle": weights.idle * idle / weights.idle_target_seconds,
        "worked": -weights.worked * agent.worked_seconds / 3600.0,
        "reserve": -weights.reserve * max(0.0, dearest - needed),
    }


def score(snapshot: Snapshot, ticket: Ticket, agent: AgentState, *, first: bool) -> float:
    return math.fsum(parts(snapshot, ticket, agent, first=first).values())


def match_of(assignment: Assignment) -> dict[str, str]:
    return {decision.ticket: decision.agent for decision in assignment.decisions}


def given_to(snapshot: Snapshot, match: Match, agent: AgentState) -> list[Ticket]:
    return [ticket for ticket in snapshot.tickets if match.get(ticket.id) == agent.id]


def fits(snapshot: Snapshot, agent: AgentState, channels: list[str]) -> bool:
    """Tell whether an agent has room for contacts of some channels, all together."""
    if not channels:
        return True
    spare = agent.capacity - units_open(snapshot, agent)
    if any(
        agent.open_work.get(channel, 0) + channels.count(channel)
        > agent.channel_limits.get(channel, UNLIMITED)
        for channel in channels
    ):
        return False
    if spare > 0:
        return sum(rules_of(snapshot, channel).units for channel in channels) <= spare
    return len(channels) == 1 and has_units_for(snapshot, agent, channels[0])


def room_left(snapshot: Snapshot, match: Match, agent: AgentState, channel: str) -> int:
    """Return how many more contacts of a channel an agent may take, -1 if too many are given."""
    given = [ticket.channel for ticket in given_to(snapshot, match, agent)]
    more = itertools.count()
    return next(n for n in more if not fits(snapshot, agent, given + [channel] * n)) - 1


def in_the_way(
    snapshot: Snapshot, match: Match, agent: AgentState, channel: str
) -> list[Ticket] | None:
    """Return the tickets of which one would have to leave for another, None if there is room."""
    if room_left(snapshot, match, agent, channel) > 0:
        return None
    given = given_to(snapshot, match, agent)
    same = [ticket for ticket in given if ticket.channel == channel]
    limit = agent.channel_limits.get(channel, UNLIMITED) - agent.open_work.get(channel, 0)
    return same if len(same) >= limit else given


def is_allowed(snapshot: Snapshot, match: Match) -> bool:
    """Tell whether everybody given work may take it, up to capacity and channel limits."""
    agents = {agent.id: agent for agent in snapshot.agents}
    return all(
        first_rule(snapshot, ticket, agents[match[ticket.id]]) is None
        for ticket in snapshot.tickets
        if ticket.id in match
    ) and all(
        fits(snapshot, agent, [ticket.channel for ticket in given_to(snapshot, match, agent)])
        for agent in snapshot.agents
    )


def value(snapshot: Snapshot, match: Match) -> float:
    return math.fsum(
        score(snapshot, ticket, agent, first=number == 0)
        for agent in snapshot.agents
        for number, ticket in enumerate(given_to(snapshot, match, agent))
    )


def levels_served(snapshot: Snapshot, match: Match) -> int:
    """Return the sum of levels above the least one: a ticket of a higher level goes first."""
    levels = {ticket.id: level_of(snapshot, ticket) for ticket in snapshot.tickets}
    least = min(levels.values(), default=0)
    return sum(levels[ticket] - least for ticket in match)


def every_match(snapshot: Snapshot) -> list[dict[str, str]]:
    """Return all matches that are allowed; for tiny snapshots."""
    choices = [
        [None, *(a.id for a in snapshot.agents if first_rule(snapshot, ticket, a) is None)]
        for ticket in snapshot.tickets
    ]
    matches = (
        {t.id: a for t, a in zip(snapshot.tickets, chosen, strict=True) if a is not None}
        for chosen in itertools.product(*choices)
    )
    return [match for match in matches if is_allowed(snapshot, match)]


def instant_of(snapshot: Snapshot, ticket: Ticket, wait: float) -> datetime:
    """Return when a ticket will have waited so long, created at a whole second."""
    left, moment = wait + ticket.paused_seconds, ticket.created
    if ticket.calendar is None:
        return moment + timedelta(seconds=left)
    hours = snapshot.calendars[ticket.calendar]
    for step in (timedelta(minutes=1), timedelta(seconds=1)):
        while (passed := open_seconds(hours, moment, moment + step)) < left:
            left, moment = left - passed, moment + step
    return moment + timedelta(seconds=left)


def earliest(snapshot: Snapshot, match: Match, ticket: Ticket) -> datetime | None:
    """Return the first moment at which somebody may be free for a ticket, by what is known."""
    changes = [step.after_seconds for step in ticket.relaxation]
    changes += [escalation.after_seconds for escalation in snapshot.escalations]
    changes.append(ticket.preferred_seconds)
    wait = waited(snapshot, ticket)
    ready = {
        agent.id: ready_at(snapshot, match, agent, ticket.channel) for agent in snapshot.agents
    }
    moments = [moment for moment in ready.values() if moment is not None]
    moments += [instant_of(snapshot, ticket, change) for change in changes if change > wait]
    for moment in sorted(moments):
        then = max(0.0, elapsed(snapshot, ticket, moment))
        for agent in snapshot.agents:
            free, may = ready[agent.id], lasting_rules(snapshot, ticket, agent, then)
            if free is not None and free <= moment and all(may.values()):
                return moment
    return None


def ready_at(snapshot: Snapshot, match: Match, agent: AgentState, channel: str) -> datetime | None:
    """Return when an agent may take one more contact of a channel, None where nobody knows."""
    if agent.status is not AgentStatus.AVAILABLE or not agent.accepts_offers:
        return None
    after_call = max(snapshot.now, agent.after_call_until or snapshot.now)
    given = [ticket.channel for ticket in given_to(snapshot, match, agent)]
    if fits(snapshot, agent, [*given, channel]):
        return after_call
    if agent.free_from is None or agent.capacity < rules_of(snapshot, channel).units:
        return None
    return max(after_call, agent.free_from)
