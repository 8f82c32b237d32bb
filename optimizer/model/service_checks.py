"""Checks of channels, planning groups and the flows between them."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

import numpy as np

from optimizer.model.findings import Findings
from optimizer.model.flows import FlowKind
from optimizer.model.grid import MINUTES_PER_DAY
from optimizer.model.laws import Law, LawKind
from optimizer.model.organisation import Organisation
from optimizer.model.services import HIGHEST_LEVEL, Channel, PlanningGroup, Priority, Tier

__all__ = ["check_channel", "check_flows", "check_group"]

_ROUNDING = 1e-9


def check_channel(found: Findings, channel: Channel) -> None:
    """Report what is wrong with a channel."""
    found.within("concurrency", channel.concurrency, 1, 50)
    for i, factor in enumerate(channel.aht_factors):
        found.at("aht_factors").within(str(i), factor, 0, 1000, open_low=True)
    if channel.aht_factors and len(channel.aht_factors) != channel.concurrency:
        found.at("aht_factors").error(
            "bad_shape",
            f"There are {len(channel.aht_factors)} factors for {channel.concurrency} contacts "
            "at the same time.",
        )


def check_group(
    found: Findings, group: PlanningGroup, channels: set[str], skills: set[str], sites: set[str]
) -> None:
    """Report what is wrong with a planning group by itself."""
    found.known("channel", group.channel, channels, "channel")
    found.known("skill", group.skill, skills, "skill")
    found.known("site", group.site, sites, "site")
    found.within("min_level", group.min_level, 1, HIGHEST_LEVEL)
    found.within("patience_seconds", group.patience_seconds, 0, open_low=True)
    found.within("customer_value", group.customer_value, 0)
    found.within("shrinkage", group.shrinkage, 0, 1, open_high=True)
    found.within("floor", group.floor, 0)
    if group.priority is Priority.P0 and group.tier is not Tier.FRONT_LINE and group.floor == 0:
        found.at("floor").warning(
            "no_expert_floor",
            f"Group {group.id!r} takes the most severe contacts, but no expert has to be there.",
        )
    found.within("shortage_cost", group.shortage_cost, 0)
    goal, here = group.goal, found.at("goal")
    here.within("target_share", goal.target_share, 0, 1, open_low=True, open_high=True)
    here.within("within_seconds", goal.within_seconds, 0)
    here.within("mean_answer_seconds", goal.mean_answer_seconds, 0, open_low=True)
    here.within("max_abandonment", goal.max_abandonment, 0, 1, open_low=True, open_high=True)
    here.within("first_response_seconds", goal.first_response_seconds, 0, open_low=True)
    here.within("resolution_seconds", goal.resolution_seconds, 0, open_low=True)
    here.within("max_occupancy", goal.max_occupancy, 0, 1, open_low=True)
    if (goal.target_share is None) != (goal.within_seconds is None):
        here.error("half_a_goal", "target_share and within_seconds belong together.")
    check_law(found.at("handling_law"), group.handling_law)
    check_law(found.at("patience_law"), group.patience_law)
    found.within("after_contact_share", group.after_contact_share, 0, 1, open_high=True)
    found.within("balking", group.balking, 0, 1)
    for i, amount in enumerate(group.amounts):
        found.at("amounts").within(str(i), amount, 0)
    found.within("escalate_after_seconds", group.escalate_after_seconds, 0)
    if (group.escalate_after_seconds is None) != (group.escalate_to is None):
        found.error("half_a_clock", "escalate_after_seconds and escalate_to belong together.")
    for i, window in enumerate(group.shrinkage_windows):
        here = found.at("shrinkage_windows", i)
        here.within("planned", window.planned, 0, 1, open_high=True)
        here.within("unplanned", window.unplanned, 0, 1, open_high=True)
        here.within("start_minute", window.start_minute, 0, MINUTES_PER_DAY)
        here.within("end_minute", window.end_minute, 0, MINUTES_PER_DAY)
        here.ordered("end_minute", window.start_minute, window.end_minute)
        for j, weekday in enumerate(window.weekdays):
            here.at("weekdays").within(str(j), weekday, 0, 6)
        if window.planned + window.unplanned >= 1:
            here.error("nobody_left", "Planned and unplanned shrinkage leave nobody.")


def check_law(found: Findings, law: Law) -> None:
    """Report what is wrong with a law of times."""
    found.within("variation", law.variation, 0, 100)
    for i, point in enumerate(law.points):
        found.at("points").within(str(i), point, 0)
    if law.kind is LawKind.EMPIRICAL and sum(law.points) <= 0:
        found.at("points").error("no_points", "An empirical law needs a time above 0.")
    if any(early > late for early, late in pairwise(law.points)):
        found.at("points").error("not_ascending", "The points of a law must ascend.")


def _never_ends(organisation: Organisation) -> bool:
    """Tell whether contacts that are once answered bring further ones for ever.

    They end if the powers of the matrix of shares vanish, that is, if it has no eigenvalue of 1.
    """
    place = {group.id: index for index, group in enumerate(organisation.groups)}
    shares = np.zeros((len(place), len(place)))
    for flow in organisation.flows:
        if flow.kind is not FlowKind.RETRY and {flow.source, flow.target} <= place.keys():
            shares[place[flow.target], place[flow.source]] += flow.share
    if not np.isfinite(shares).all():
        return False
    return bool(np.abs(np.linalg.eigvals(shares)).max(initial=0.0) >= 1 - _ROUNDING)


def check_flows(found: Findings, organisation: Organisation) -> None:
    """Report references to nothing, shares that are too great, and escalations in a circle."""
    names = {group.id for group in organisation.groups}
    handed: dict[str, float] = defaultdict(float)
    tried: dict[str, float] = defaultdict(float)
    for i, flow in enumerate(organisation.flows):
        here = found.at("flows", i)
        here.known("source", flow.source, names, "group")
        here.known("target", flow.target, names, "group")
        here.within("share", flow.share, 0, 1)
        here.within("delay_seconds", flow.delay_seconds, 0)
        sums = tried if flow.kind is FlowKind.RETRY else handed
        sums[flow.source] += flow.share
        if sums[flow.source] > 1 + _ROUNDING:
            here.error("shares_above_one", f"More than all contacts of {flow.source!r} go on.")
    if organisation.flows and _never_ends(organisation):
        found.at("flows").error(
            "endless_circle", "Contacts go round in a circle from which none leaves."
        )
    classes = organisation.customer_classes
    found.unique("customer_classes", (one.id for one in classes))
    for i, one in enumerate(classes):
        found.at("customer_classes", i).within("share", one.share, 0, 1, open_low=True)
        found.at("customer_classes", i).within("value", one.value, 0)
    if classes and abs(sum(one.share for one in classes) - 1) > 1e-6:
        found.at("customer_classes").error("shares_not_one", "The shares do not add up to 1.")
    to = {group.id: group.escalate_to for group in organisation.groups}
    for i, group in enumerate(organisation.groups):
        found.at("groups", i).known("escalate_to", group.escalate_to, names, "group")
        place, steps = group.escalate_to, 0
        while place is not None and place != group.id and steps < len(to):
            place, steps = to.get(place), steps + 1
        if place == group.id:
            found.at("groups", i, "escalate_to").error(
                "circle", f"{group.id!r} would escalate to itself in the end."
            )
