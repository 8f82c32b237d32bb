"""Forecasts that add up: sums are heard, young groups inherit, new ones come from a share.

Sums of groups are forecast like groups and reconciled with them (`.reconcile`). A group with little
history of its own is forecast from its parent (`.heirs`); the totals above it are what the groups
add up to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from forecasts.choice import Choice
from forecasts.coherence.heirs import GROWN_DAYS, YOUNG_DAYS, heir_calendar, inherit, own_weight
from forecasts.coherence.hierarchy import Hierarchy
from forecasts.coherence.reconcile import day_factors, reconcile_days
from forecasts.coherence.sums import aggregate, comparable, sum_calendar
from forecasts.ensemble import Rehearsed
from forecasts.errors import InvalidHistory, Issue, Severity, pointer
from forecasts.history.series import DaySeries
from forecasts.intervals import assumed_spread
from forecasts.outlook import Outlook
from forecasts.panel import LEAST_DAYS, View
from forecasts.weekly import DayArray, FloatArray

__all__ = ["cohere", "reconciled", "settled_groups"]

HEIR = "heir"


def settled_groups(hierarchy: Hierarchy, lengths: Sequence[int]) -> Hierarchy:
    """Return the part of a hierarchy whose groups stand alone.

    Those with as much history as anybody has, or with twelve weeks; nobody with less than one.

    Parameters
    ----------
    lengths
        Days of history of each group, ``[G]``.
    """
    enough = max(LEAST_DAYS, min(max(lengths), GROWN_DAYS))
    pairs = zip(hierarchy.groups, lengths, strict=True)
    return hierarchy.only({name for name, length in pairs if length >= enough})


def cohere(
    hierarchy: Hierarchy,
    settled: Hierarchy,
    series: Sequence[DaySeries],
    outlooks: Sequence[Outlook | None],
    days: DayArray,
) -> tuple[list[Outlook], list[Issue]]:
    """Return the forecasts of all groups, adding up, and a note on those that inherit.

    Parameters
    ----------
    settled
        The part whose groups stand alone (`settled_groups`).
    series
        What was recorded of each group of `hierarchy`, ``[G]``.
    outlooks
        Of each group on its own, ``[G]``, then of each sum of `settled`.

    Raises
    ------
    InvalidHistory
        If a group has neither an own week nor a share, or nobody to inherit from; all are listed.
    """
    alone = dict(zip(hierarchy.groups, outlooks, strict=False))
    known = [outlook for name in settled.groups if (outlook := alone[name]) is not None]
    if settled.sums:
        known = reconciled(settled, outlooks[len(hierarchy.groups) :], known, days)
    found = dict(zip(settled.groups, known, strict=True))
    young = {
        name: (own, alone[name])
        for name, own in zip(hierarchy.groups, series, strict=True)
        if name not in found
    }
    heirs, issues = _heirs(hierarchy, found, young, days)
    found |= heirs
    return [found[name] for name in hierarchy.groups], issues


def reconciled(
    hierarchy: Hierarchy, sums: Sequence[Outlook | None], groups: Sequence[Outlook], days: DayArray
) -> list[Outlook]:
    """Return the groups' forecasts, scaled day by day to what all sums and groups agree on.

    Parameters
    ----------
    hierarchy
        Of exactly these groups.
    sums, groups
        In the order of its nodes.
    """
    nodes = [*sums, *groups]
    base = np.stack([_said_of(node, len(days)) for node in nodes])
    for row, node in enumerate(hierarchy.sums):
        parts = [groups[member].view for member in node.members]
        whole = comparable([part.calendar for part in parts], days)
        eventful = [(part.factors(days) != 1.0).any(axis=1) for part in parts]
        # A sum learns without events, so it cannot speak of days that they move.
        base[row, ~whole | np.any(eventful, axis=0)] = np.nan
    errors = _errors_of(nodes)
    expected = np.stack([group.expected for group in groups])
    factors = day_factors(reconcile_days(base, hierarchy, errors), expected)
    return [
        replace(group, expected=group.expected * factor[:, None])
        for group, factor in zip(groups, factors, strict=True)
    ]


def _heirs(
    hierarchy: Hierarchy,
    settled: Mapping[str, Outlook],
    young: Mapping[str, tuple[DaySeries, Outlook | None]],
    days: DayArray,
) -> tuple[dict[str, Outlook], list[Issue]]:
    """Return the forecasts of groups that inherit from the settled ones, and a note on each."""
    found: dict[str, Outlook] = {}
    notes, wrong = [], []
    for name, (own, alone) in young.items():
        parent = hierarchy.parent_of(name, set(settled))
        siblings = []
        if parent is not None:
            members = (hierarchy.groups[member] for member in parent.members)
            siblings = [settled[member] for member in members if member in settled]
        try:
            found[name] = _heir(name, own, alone, siblings, hierarchy.shares.get(name), days)
        except ValueError:
            if alone is not None:
                found[name] = alone
                continue
            detail = "Neither a history nor a share of a parent with a history: nothing to go by."
            wrong.append(Issue("history_too_short", pointer("groups", name), detail))
            continue
        if len(own) < GROWN_DAYS:
            assert parent is not None, "an heir has a parent"
            notes.append(
                Issue(
                    "inherited",
                    pointer("groups", name),
                    f"{len(own)} days of history: forecast by the pattern of {parent.name}.",
                    Severity.INFORMATION,
                )
            )
    if wrong:
        raise InvalidHistory("Groups without a history cannot be forecast.", wrong)
    return found, notes


def _heir(
    name: str,
    own: DaySeries,
    alone: Outlook | None,
    siblings: Sequence[Outlook],
    share: float | None,
    days: DayArray,
) -> Outlook:
    """Return the forecast of one young group; ValueError if there is nothing to inherit by."""
    if not siblings:
        raise ValueError("no sibling has a history")
    above = aggregate([sibling.view.neutral for sibling in siblings])
    parent_calendar = sum_calendar([sibling.view.calendar for sibling in siblings])
    calendar = parent_calendar
    if alone is not None:
        calendar = heir_calendar(own, alone.view.calendar, parent_calendar)
    heir = inherit(own, above, calendar, share)
    expected = heir.predict(np.sum([sibling.expected for sibling in siblings], axis=0), days)
    weight = own_weight(len(own)) if alone is not None else 0.0
    weights = {HEIR: 1.0 - weight}
    if alone is not None and weight > 0:
        expected = weight * alone.expected + (1.0 - weight) * expected
        weights |= {model: weight * part for model, part in alone.choice.weights.items()}
    choice = Choice(
        name,
        weights,
        {} if alone is None else alone.choice.errors,
        f"{len(own)} days of history: {1 - weight:.0%} from the groups beside it, whose pattern it "
        f"inherits; it stands alone from {GROWN_DAYS} days on ({YOUNG_DAYS} to begin with).",
    )
    nothing = Rehearsed(np.empty((0, 0, expected.shape[1])), {})
    view = View(siblings[0].view.whole, calendar, None, own) if alone is None else alone.view
    return Outlook(
        view=replace(view, calendar=calendar),
        expected=expected,
        extra=np.zeros_like(expected),
        spread=assumed_spread() if alone is None else alone.spread,
        choice=choice,
        said={} if alone is None else alone.said,
        rehearsed=nothing if alone is None else alone.rehearsed,
    )


def _said_of(node: Outlook | None, days: int) -> FloatArray:
    return np.full(days, np.nan) if node is None else node.expected.sum(axis=1)


def _errors_of(nodes: Sequence[Outlook | None]) -> FloatArray:
    """Return rehearsed errors of totals of days, ``[samples, nodes]``."""
    by_node = [np.empty(0) if node is None else node.day_errors() for node in nodes]
    samples = max(map(len, by_node), default=0)
    none = np.full(samples, np.nan)
    return np.column_stack([one if len(one) == samples else none for one in by_node])
