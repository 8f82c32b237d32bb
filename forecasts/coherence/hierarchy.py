"""What adds up to what: planning groups, the sums above them and who stands above whom.

Groups carry attributes (channel, skill, site or any other). Every value of every attribute is the
sum of the groups that have it, so voice and billing are both there and neither contains the other
(a grouped hierarchy; Hyndman & Athanasopoulos, Forecasting: Principles and Practice, 11.1).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from forecasts.errors import ForecastError, Issue, pointer
from forecasts.weekly import FloatArray

__all__ = ["Hierarchy", "Node"]

TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Node:
    """A sum of groups, or one group.

    Parameters
    ----------
    name
        ``total``, ``channel=voice``, ``channel=voice, skill=billing``, or the name of the group.
    members
        Positions of the groups that add up to it, in order.
    """

    name: str
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Groups and their sums; made by `of`, `from_names` or `read_hierarchy`.

    Parameters
    ----------
    groups
        Names of the planning groups, ``[G]``.
    sums
        Sums of two or more groups, no two of the same groups, the widest reading first: the
        total, then the values of each attribute, then their crossings.
    shares
        For groups without enough history of their own: expected contacts per contact of the
        other groups below `parent_of` them, above 0.

    Raises
    ------
    ForecastError
        If a group has the name of a sum.
    """

    groups: tuple[str, ...]
    sums: tuple[Node, ...]
    shares: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        taken = {node.name for node in self.sums}.intersection(self.groups)
        issues = [
            Issue(
                "ambiguous_group",
                pointer("groups", name),
                f"Group {name!r} has the name of a sum of groups; sums are made, not given.",
            )
            for name in sorted(taken)
        ]
        if issues:
            raise ForecastError("The hierarchy cannot be used.", issues)

    @classmethod
    def of(
        cls,
        groups: Sequence[str],
        attributes: Mapping[str, Mapping[str, str]],
        *,
        crossings: bool = False,
        shares: Mapping[str, float] | None = None,
    ) -> Hierarchy:
        """Make the hierarchy of groups with attributes.

        Parameters
        ----------
        attributes
            Per attribute the value of every group: ``{"channel": {"billing": "voice"}}``.
        crossings
            Whether pairs of values of two attributes are sums as well (voice in Leipzig).

        Raises
        ------
        ForecastError
            If a group lacks an attribute, or has the name of a sum; every one is listed.
        """
        missing = [
            Issue(
                "missing_value",
                pointer("attributes", attribute, group),
                f"Group {group!r} has no {attribute}.",
            )
            for attribute, values in attributes.items()
            for group in groups
            if not values.get(group)
        ]
        if missing:
            raise ForecastError("The hierarchy cannot be used.", missing)
        keys = [
            [f"{attribute}={values[group]}" for group in groups]
            for attribute, values in attributes.items()
        ]
        if crossings:
            keys += [
                [f"{one}, {other}" for one, other in zip(first, second, strict=True)]
                for first, second in combinations(tuple(keys), 2)
            ]
        candidates = [Node(TOTAL, tuple(range(len(groups))))]
        for labels in keys:
            candidates += _sums_by(labels)
        return cls(tuple(groups), tuple(_distinct(candidates)), dict(shares or {}))

    @classmethod
    def from_names(
        cls, groups: Sequence[str], separator: str = ":", names: Sequence[str] = ()
    ) -> Hierarchy:
        """Make the hierarchy of groups whose names are made of parts, as in ``voice:billing``.

        Parameters
        ----------
        names
            What the parts are, in order; ``part 1``, ``part 2`` and so on if left out.

        Raises
        ------
        ForecastError
            If names do not have one number of parts, none of them empty; every one is listed.
        """
        parts = {group: [part.strip() for part in group.split(separator)] for group in groups}
        usual = len(names) or Counter(map(len, parts.values())).most_common(1)[0][0]
        uneven = [
            Issue(
                "uneven_name",
                pointer("groups", group),
                f"{group!r} is not made of {usual} parts with {separator!r} between them.",
            )
            for group, found in parts.items()
            if len(found) != usual or not all(found)
        ]
        if uneven:
            raise ForecastError("The hierarchy cannot be used.", uneven)
        attributes = names or [f"part {place + 1}" for place in range(usual)]
        return cls.of(
            groups,
            {
                attribute: {group: found[place] for group, found in parts.items()}
                for place, attribute in enumerate(attributes)
            },
        )

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Return the sums, then every group, ``[N]``: the order of all arrays over nodes."""
        return (*self.sums, *(Node(name, (place,)) for place, name in enumerate(self.groups)))

    @property
    def summing(self) -> FloatArray:
        """Return the summing matrix, ``[N, G]``: nodes = summing @ groups."""
        matrix = np.zeros((len(self.sums) + len(self.groups), len(self.groups)))
        for row, node in enumerate(self.nodes):
            matrix[row, list(node.members)] = 1.0
        return matrix

    def parent_of(self, group: str, known: Collection[str]) -> Node | None:
        """Return the smallest sum with this group and another one that is among `known`.

        Of sums of one size the first counts. None if no such sum exists.
        """
        place = self.groups.index(group)
        siblings = {
            index for index, name in enumerate(self.groups) if name in known and index != place
        }
        above = [
            node
            for node in self.sums
            if place in node.members and not siblings.isdisjoint(node.members)
        ]
        return min(above, key=lambda node: len(node.members), default=None)

    def only(self, groups: Collection[str]) -> Hierarchy:
        """Return the hierarchy of some of its groups, in their old order."""
        return self._of_groups(tuple(name for name in self.groups if name in groups))

    def by_name(self) -> Hierarchy:
        """Return the same hierarchy with its groups in order of their names."""
        return self._of_groups(tuple(sorted(self.groups)))

    def _of_groups(self, names: tuple[str, ...]) -> Hierarchy:
        """Return the hierarchy of these groups of it; sums stay in order."""
        position = {name: place for place, name in enumerate(names)}
        sums = (
            Node(node.name, tuple(sorted(position[name] for name in members if name in position)))
            for node in self.sums
            if (members := [self.groups[place] for place in node.members])
        )
        shares = {name: self.shares[name] for name in names if name in self.shares}
        return Hierarchy(names, tuple(_distinct(sums)), shares)


def _sums_by(labels: Iterable[str]) -> Iterator[Node]:
    """Yield one node per label, by name: the order of the groups has no say in that of the sums."""
    members: dict[str, list[int]] = {}
    for place, label in enumerate(labels):
        members.setdefault(label, []).append(place)
    for label in sorted(members):
        yield Node(label, tuple(members[label]))


def _distinct(candidates: Iterable[Node]) -> Iterator[Node]:
    """Yield the first of all nodes with the same members, and none of a single group."""
    seen: set[tuple[int, ...]] = set()
    for node in candidates:
        if len(node.members) > 1 and node.members not in seen:
            seen.add(node.members)
            yield node
