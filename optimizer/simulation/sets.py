"""The sets of contacts that are reported together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from optimizer.model import Organisation
from optimizer.simulation.centre import Line

__all__ = ["SetKind", "Sets", "sets_of"]


class SetKind(StrEnum):
    """What the contacts of a set have in common."""

    GROUP = "group"
    CHANNEL = "channel"
    TIER = "tier"
    SITE = "site"
    CUSTOMER_CLASS = "customer_class"
    WHEN = "when"


@dataclass(frozen=True, slots=True, eq=False)
class Sets:
    """Sets of lines, none of them empty.

    Parameters
    ----------
    kinds, names
        The sets of kind ``when`` are ``immediate`` (voice, chat) and ``deferred``.
    member
        Whether a line belongs to a set, [sets, lines].
    """

    kinds: tuple[SetKind, ...]
    names: tuple[str, ...]
    member: NDArray[np.bool_]


def sets_of(organisation: Organisation, lines: list[Line]) -> Sets:
    """Return every group, channel, tier, site and customer class that lines belong to.

    Sites are those of groups that belong to one; without customer classes there is no set of
    them.
    """
    groups = [organisation.groups[line.group] for line in lines]
    deferred = {channel.id: channel.deferred for channel in organisation.channels}
    wanted: list[tuple[SetKind, str]] = [
        *((SetKind.GROUP, group.id) for group in organisation.groups),
        *((SetKind.CHANNEL, channel.id) for channel in organisation.channels),
        *((SetKind.TIER, tier) for tier in dict.fromkeys(group.tier for group in groups)),
        *((SetKind.SITE, site.id) for site in organisation.sites),
        *((SetKind.CUSTOMER_CLASS, one.id) for one in organisation.customer_classes),
        (SetKind.WHEN, "immediate"),
        (SetKind.WHEN, "deferred"),
    ]
    features = {
        SetKind.GROUP: [group.id for group in groups],
        SetKind.CHANNEL: [group.channel for group in groups],
        SetKind.TIER: [group.tier for group in groups],
        SetKind.SITE: [group.site or "" for group in groups],
        SetKind.CUSTOMER_CLASS: [line.customer_class.id for line in lines],
        SetKind.WHEN: ["deferred" if deferred[g.channel] else "immediate" for g in groups],
    }
    member = [np.array(features[kind]) == name for kind, name in wanted]
    there = [index for index, row in enumerate(member) if row.any()]
    return Sets(
        tuple(wanted[index][0] for index in there),
        tuple(str(wanted[index][1]) for index in there),
        np.array([member[index] for index in there]).reshape(-1, len(lines)),
    )
