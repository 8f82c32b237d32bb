"""An organisation whose sites answer for themselves: planning groups split by site."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.errors import raise_errors
from optimizer.model import Flow, Organisation, PlanningGroup
from optimizer.model.findings import Findings

__all__ = ["SplitBySite", "shares_by_agents", "split_by_site"]

Array = NDArray[np.float64]
Shares = Mapping[str, float]

_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class SplitBySite:
    """An organisation split by site, and where its volumes come from.

    Parameters
    ----------
    organisation
        With one planning group per site in the place of each group that was split, named
        ``group@site``; agents, goals and floors are unchanged.
    sources
        Row of the group that each of its groups was made from, [groups].
    shares
        Part of that group's contacts, [groups].
    """

    organisation: Organisation
    sources: NDArray[np.int64]
    shares: Array

    def offered(self, offered: ArrayLike) -> Array:
        """Return contacts of the groups after the split, from those before, [groups, slots]."""
        parts: Array = np.asarray(offered, dtype=np.float64)[self.sources]
        return parts * self.shares[:, np.newaxis]

    def aht_s(self, aht_s: ArrayLike) -> Array:
        """Return handling times of the groups after the split, [groups, slots]."""
        rows: Array = np.asarray(aht_s, dtype=np.float64)[self.sources]
        return rows


def shares_by_agents(organisation: Organisation) -> dict[str, float]:
    """Return each site's share of the agents; sites without agents are left out."""
    agents = Counter(agent.site for agent in organisation.agents)
    return {
        site.id: agents[site.id] / len(organisation.agents)
        for site in organisation.sites
        if agents[site.id]
    }


def split_by_site(
    organisation: Organisation,
    shares: Shares,
    *,
    of_groups: Mapping[str, Shares] | None = None,
    pooled: Collection[str] = (),
    pooled_share: float = 0.0,
) -> SplitBySite:
    """Split planning groups so that every site answers its own share of the contacts.

    Groups that belong to a site, and those of `pooled`, stay as they are. A flow between two
    split groups stays within each site; one from a pooled group to a split one is divided like
    the contacts of its target.

    Parameters
    ----------
    shares
        Share of contacts by site; they add up to 1. Sites with a share of 0 get no group.
    of_groups
        Shares for some planning groups, in place of `shares`.
    pooled
        Identifiers of planning groups that all sites serve together.
    pooled_share
        Part of each split group's contacts, in [0, 1), that goes to one queue of all sites; that
        queue keeps the name of the group.

    Raises
    ------
    InvalidInput
        If a site or a group does not exist, shares do not add up to 1, or contacts of a pooled
        group escalate to one that is split; every problem is listed.
    """
    of_groups = {} if of_groups is None else of_groups
    found = Findings()
    _check(found, organisation, shares, of_groups, pooled)
    found.within("pooled_share", pooled_share, 0.0, 1.0, open_high=True)
    raise_errors("The organisation cannot be split by site.", found.issues)

    parts: dict[str, dict[str | None, float]] = {}
    for group in organisation.groups:
        if group.site is not None or group.id in pooled:
            parts[group.id] = {None: 1.0}
            continue
        own = of_groups.get(group.id, shares)
        parts[group.id] = {
            site: share * (1.0 - pooled_share) for site, share in own.items() if share > 0.0
        }
        if pooled_share > 0.0:
            parts[group.id][None] = pooled_share
    groups: list[PlanningGroup] = []
    sources: list[int] = []
    for g, group in enumerate(organisation.groups):
        for site in parts[group.id]:
            groups.append(_at_site(found.at("groups", g), group, site, parts))
            sources.append(g)
    found.unique("groups", (group.id for group in groups))
    raise_errors("The organisation cannot be split by site.", found.issues)
    return SplitBySite(
        replace(
            organisation,
            groups=tuple(groups),
            flows=tuple(one for flow in organisation.flows for one in _split_flow(flow, parts)),
        ),
        np.array(sources, dtype=np.int64),
        np.array([share for own in parts.values() for share in own.values()], dtype=np.float64),
    )


def _at_site(
    found: Findings,
    group: PlanningGroup,
    site: str | None,
    parts: Mapping[str, Mapping[str | None, float]],
) -> PlanningGroup:
    """Return a part of a group; it escalates within its site, or else to the common queue."""
    to = group.escalate_to
    if to is not None:
        there = site if site in parts[to] else None
        if there not in parts[to]:
            found.at("escalate_to").error(
                "escalates_to_many_sites",
                f"{_name(group.id, site)!r} escalates to {to!r}, which each site has for itself.",
            )
        to = _name(to, there)
    return replace(
        group, id=_name(group.id, site), site=group.site if site is None else site, escalate_to=to
    )


def _split_flow(flow: Flow, parts: Mapping[str, Mapping[str | None, float]]) -> Iterator[Flow]:
    """Yield the flows of every part of the source: within the site, or to all parts."""
    sources, targets = parts[flow.source], parts[flow.target]
    for site in sources:
        there = site if site in targets else None
        divided = there not in targets or (len(sources) == 1 < len(targets))
        for to, share in (targets if divided else {there: 1.0}).items():
            yield replace(
                flow,
                source=_name(flow.source, site),
                target=_name(flow.target, to),
                share=flow.share * share,
            )


def _name(group: str, site: str | None) -> str:
    return group if site is None else f"{group}@{site}"


def _check(
    found: Findings,
    organisation: Organisation,
    shares: Shares,
    of_groups: Mapping[str, Shares],
    pooled: Collection[str],
) -> None:
    """Report names that do not exist and shares that are not shares of all contacts."""
    sites = {site.id for site in organisation.sites}
    names = {group.id for group in organisation.groups}
    for name in of_groups:
        found.at("of_groups").known(name, name, names, "group")
    for i, name in enumerate(pooled):
        found.at("pooled").known(str(i), name, names, "group")
    places = [(found.at("shares"), shares)]
    places += [(found.at("of_groups", name), own) for name, own in of_groups.items()]
    for here, own in places:
        for site, share in own.items():
            here.known(site, site, sites, "site")
            here.within(site, share, 0.0, 1.0)
        total = sum(own.values())
        if not abs(total - 1.0) <= _TOLERANCE:
            here.error("shares_not_one", f"The shares of the sites add up to {total:g}, not 1.")
