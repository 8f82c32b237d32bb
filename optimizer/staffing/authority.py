"""Authority limits: which contacts need somebody who may grant more, and what a limit costs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.errors import raise_errors
from optimizer.model import Flow, FlowKind, Organisation, PlanningGroup, Tier, can_serve
from optimizer.model.findings import Findings
from optimizer.staffing.inputs import LONGEST, MOST_CONTACTS, aligned, check_numbers

__all__ = [
    "AuthorityGap",
    "AuthoritySaving",
    "authority_gaps",
    "authority_savings",
    "share_above",
    "with_authority",
]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class AuthorityGap:
    """Contacts of a planning group that the front line cannot grant.

    Parameters
    ----------
    group
        Identifier of the planning group.
    mean
        Share that a front-line agent of the group cannot grant, on average over these agents.
    least
        Share that not one of them can grant.
    """

    group: str
    mean: float
    least: float


@dataclass(frozen=True, slots=True)
class AuthoritySaving:
    """What a higher limit keeps away from experts.

    Parameters
    ----------
    group
        Identifier of the planning group that keeps the contacts.
    before, after
        Share of its contacts that a front-line agent cannot grant, on average.
    contacts
        Contacts that are not handed on any more.
    expert_hours
        Hours of handling that the experts save.
    """

    group: str
    before: float
    after: float
    contacts: float
    expert_hours: float


def share_above(amounts: ArrayLike, limit: ArrayLike) -> Array:
    """Return the share of contacts that ask for more than a limit.

    Parameters
    ----------
    amounts
        Equally likely amounts; none at all means that nobody asks.
    limit
        One limit or an array of them, whose shape the answer has.
    """
    ordered = np.sort(np.asarray(amounts, dtype=np.float64))
    granted = np.searchsorted(ordered, np.asarray(limit, dtype=np.float64), side="right")
    above: Array = (len(ordered) - granted) / max(1, len(ordered))
    return above


def authority_gaps(organisation: Organisation) -> tuple[AuthorityGap, ...]:
    """Return what front-line agents cannot grant, for each planning group with amounts.

    Where no front-line agent may serve the group, nothing can be granted there: both shares
    are 1.
    """
    gaps = []
    for group in organisation.groups:
        if group.amounts:
            above = share_above(group.amounts, _limits(organisation, group))
            gaps.append(
                AuthorityGap(
                    group.id,
                    float(above.mean()) if len(above) else 1.0,
                    float(above.min(initial=1.0)),
                )
            )
    return tuple(gaps)


def with_authority(organisation: Organisation, limit: float) -> Organisation:
    """Return the organisation in which every front-line agent may grant at least `limit`.

    Raises
    ------
    InvalidInput
        If the limit is not 0 or more.
    """
    found = Findings()
    found.within("limit", limit, 0.0)
    raise_errors("The authority cannot be changed.", found.issues)
    agents = tuple(
        replace(agent, authority=max(agent.authority, limit))
        if agent.tier is Tier.FRONT_LINE
        else agent
        for agent in organisation.agents
    )
    return replace(organisation, agents=agents)


def authority_savings(
    organisation: Organisation, limit: float, offered: ArrayLike, aht_s: ArrayLike
) -> tuple[AuthoritySaving, ...]:
    """Return what it saves if every front-line agent may grant at least `limit`.

    A front-line group hands on, among others, the contacts that its agents cannot grant. With a
    higher limit it keeps the difference, but never more than its transfers to expert groups;
    their hours are counted with the handling time of the experts who get them.

    Parameters
    ----------
    offered, aht_s
        Contacts and mean handling times in seconds, one row per planning group of the
        organisation in its order, [groups, slots].

    Raises
    ------
    InvalidInput
        If a shape or a number cannot be used; every problem is listed.
    """
    found = Findings()
    found.within("limit", limit, 0.0)
    volume, aht = aligned(found, ("offered", "aht_s"), (offered, aht_s))
    if volume.ndim != 2 or len(volume) != len(organisation.groups):
        found.at("offered").error("bad_shape", "offered needs one row per planning group.")
    check_numbers(found.at("offered"), volume, 0.0, MOST_CONTACTS)
    check_numbers(found.at("aht_s"), aht, 0.0, LONGEST)
    raise_errors("The savings cannot be computed.", found.issues)
    raised = with_authority(organisation, limit)

    before = {gap.group: gap.mean for gap in authority_gaps(organisation)}
    after = {gap.group: gap.mean for gap in authority_gaps(raised)}
    row = {group.id: g for g, group in enumerate(organisation.groups)}
    savings = []
    for group in organisation.groups:
        if group.id not in before or group.tier is not Tier.FRONT_LINE:
            continue
        flows = _to_experts(organisation, group)
        handed = sum(flow.share for flow in flows)
        kept = min(before[group.id] - after[group.id], handed)
        contacts = kept * volume[row[group.id]]
        hours = sum(
            float(contacts @ aht[row[flow.target]]) * flow.share / handed / 3600.0 for flow in flows
        )
        savings.append(
            AuthoritySaving(
                group.id, before[group.id], after[group.id], float(contacts.sum()), hours
            )
        )
    return tuple(savings)


def _limits(organisation: Organisation, group: PlanningGroup) -> Array:
    """Return the authorities of the front-line agents who may serve a group."""
    return np.array(
        [
            agent.authority
            for agent in organisation.agents
            if agent.tier is Tier.FRONT_LINE and can_serve(agent, group)
        ],
        dtype=np.float64,
    )


def _to_experts(organisation: Organisation, group: PlanningGroup) -> list[Flow]:
    """Return the transfers of a group to experts, without those of share 0."""
    experts = {one.id for one in organisation.groups if one.tier is not Tier.FRONT_LINE}
    return [
        flow
        for flow in organisation.flows
        if flow.kind is FlowKind.TRANSFER
        and flow.source == group.id
        and flow.target in experts
        and flow.share > 0.0
    ]
