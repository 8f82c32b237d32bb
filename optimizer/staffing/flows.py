"""Contacts that bring contacts: transfers to experts, repeats of unresolved cases, retries.

Volumes of a forecast include what flows bring, because histories count contacts where they
arrive. To change a flow - more cases resolved at once, fewer handed on - the volume that comes
from outside has to be known first: `fresh_contacts` takes out what flows bring and
`all_contacts` puts it in, each the inverse of the other. What a change does to the work is the
matter of `optimizer.staffing.flow_changes`.

With a slot of r mean delays, contacts spread evenly over a slot bring a part 1 - (1 - q) / r of
what they bring within that slot, q = exp(-r); of the rest, a part 1 - q comes in each later one.
This is exact for an exponential delay. Wait and handling of the first contact count into the
delay, where they matter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.errors import Issue, Severity, raise_errors
from optimizer.model import FlowKind, Organisation
from optimizer.model.findings import Findings
from optimizer.model.service_checks import check_flows
from optimizer.staffing.inputs import LONGEST, MOST_CONTACTS, SHORTEST, aligned, check_numbers

__all__ = ["FreshContacts", "all_contacts", "fresh_contacts"]

Array = NDArray[np.float64]

_TOLD = 0.05
"""Contacts by which flows may exceed a forecast before anybody is told."""

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class FreshContacts:
    """Contacts that come from outside.

    Parameters
    ----------
    contacts
        0 or more, [groups, slots].
    issues
        A warning for each group to which flows would bring more than is expected there. The
        shares contradict the forecast, and its fresh contacts count as 0 in those slots.
    """

    contacts: Array
    issues: tuple[Issue, ...]


def fresh_contacts(
    organisation: Organisation,
    offered: ArrayLike,
    interval_s: float,
    *,
    abandonment: ArrayLike = 0.0,
) -> FreshContacts:
    """Return what arrives from outside: the contacts offered less what flows bring.

    Linear in flows x slots. What contacts before the first slot bring is not known and stays in
    the fresh contacts.

    Parameters
    ----------
    offered
        Expected contacts, 0 or more, one row per planning group of the organisation in its
        order, [groups, slots].
    interval_s
        Length of a slot in seconds.
    abandonment
        Share of contacts that give up, in [0, 1], [groups, slots] or a shape that broadcasts to
        it. They bring retries, all others bring transfers and repeats.

    Raises
    ------
    InvalidInput
        If the flows, a shape or a number cannot be used; every problem is listed.
    """
    volume, lost = _checked(organisation, "offered", offered, interval_s, abandonment)
    network = _network(organisation, interval_s)
    going = network.going_on(lost)
    brought = np.zeros_like(volume)
    waiting = np.zeros(len(going))
    for slot in range(volume.shape[1]):
        leaving = going[:, slot] * volume[network.sources, slot]
        arriving = network.at_once * leaving + (1.0 - network.stays) * waiting
        brought[:, slot] = network.into_groups(arriving)
        waiting = network.stays * waiting + (1.0 - network.at_once) * leaving
    short = brought - volume
    short[short <= _ROUNDING * volume.max(initial=0.0)] = 0.0
    issues = []
    for g, group in enumerate(organisation.groups):
        slots = np.flatnonzero(short[g] > 0.0)
        if short[g].sum() > _TOLD:
            detail = (
                f"Flows bring {short[g, slots].sum():.1f} contacts more to {group.id!r} than are "
                f"expected there, in {len(slots)} slots from slot {slots[0]} on."
            )
            issues.append(Issue("flows_above_volume", f"/groups/{g}", detail, Severity.WARNING))
    return FreshContacts(np.maximum(volume - brought, 0.0), tuple(issues))


def all_contacts(
    organisation: Organisation,
    fresh: ArrayLike,
    interval_s: float,
    *,
    abandonment: ArrayLike = 0.0,
) -> Array:
    """Return all contacts offered: the fresh ones and what flows bring, [groups, slots].

    Chains and circles are solved exactly: what comes within a slot depends on the totals of the
    same slot, a sparse linear system in the groups, which is factored anew only where the
    abandonment changes. What would come after the last slot is left out.

    Parameters
    ----------
    fresh
        Contacts from outside, 0 or more, one row per planning group of the organisation in its
        order, [groups, slots].
    interval_s, abandonment
        See `fresh_contacts`.

    Raises
    ------
    InvalidInput
        If the flows, a shape or a number cannot be used, or contacts go round in a circle
        without an end.
    """
    from scipy.sparse import coo_array, eye_array
    from scipy.sparse.linalg import splu

    outside, lost = _checked(organisation, "fresh", fresh, interval_s, abandonment)
    network = _network(organisation, interval_s)
    going = network.going_on(lost)
    total = np.zeros_like(outside)
    waiting = np.zeros(len(going))
    factors = None
    for slot in range(outside.shape[1]):
        leaving = going[:, slot]
        if factors is None or (leaving != going[:, slot - 1]).any():
            entries = (network.at_once * leaving, (network.targets, network.sources))
            within = coo_array(entries, shape=(len(outside), len(outside)))
            if within.sum(axis=0).max() > 1.0 - _ROUNDING:
                _check_circles(organisation, within.toarray())
            factors = splu((eye_array(len(outside)) - within).tocsc())
        known = outside[:, slot] + network.into_groups((1.0 - network.stays) * waiting)
        total[:, slot] = factors.solve(known)
        waiting *= network.stays
        waiting += (1.0 - network.at_once) * leaving * total[network.sources, slot]
    return total


@dataclass(frozen=True, slots=True, eq=False)
class _Network:
    """The flows as arrays, [flows]; groups by their row.

    Parameters
    ----------
    at_once
        Part that comes within the slot of the contact that brings it.
    stays
        Part of what still waits at the start of a slot that waits at its end, too.
    """

    groups: int
    sources: NDArray[np.int64]
    targets: NDArray[np.int64]
    shares: Array
    retries: NDArray[np.bool_]
    at_once: Array
    stays: Array

    def going_on(self, lost: Array) -> Array:
        """Return contacts brought per contact of the source, [flows, slots]."""
        gone = lost[self.sources]
        parts = np.where(self.retries[:, np.newaxis], gone, 1.0 - gone)
        return self.shares[:, np.newaxis] * parts

    def into_groups(self, arriving: Array) -> Array:
        """Return the sums of what flows bring, [groups]."""
        sums: Array = np.bincount(self.targets, arriving, self.groups).astype(np.float64)
        return sums


def _network(organisation: Organisation, interval_s: float) -> _Network:
    row = {group.id: index for index, group in enumerate(organisation.groups)}
    flows = organisation.flows
    delay = np.array([flow.delay_seconds for flow in flows], dtype=np.float64)
    rate = np.divide(interval_s, delay, out=np.full_like(delay, np.inf), where=delay > 0.0)
    stays = np.exp(-rate)
    late = np.zeros_like(delay)
    np.divide(-np.expm1(-rate), rate, out=late, where=delay > 0.0)
    return _Network(
        len(row),
        np.array([row[flow.source] for flow in flows], dtype=np.int64),
        np.array([row[flow.target] for flow in flows], dtype=np.int64),
        np.array([flow.share for flow in flows], dtype=np.float64),
        np.array([flow.kind is FlowKind.RETRY for flow in flows], dtype=np.bool_),
        1.0 - late,
        stays,
    )


def _checked(
    organisation: Organisation,
    name: str,
    contacts: ArrayLike,
    interval_s: float,
    abandonment: ArrayLike,
) -> tuple[Array, Array]:
    """Return contacts and abandonment as arrays of one shape, or raise with every problem."""
    found = Findings()
    check_flows(found.at("organisation"), organisation)
    found.within("interval_s", interval_s, SHORTEST, LONGEST)
    volume, lost = aligned(found, (name, "abandonment"), (contacts, abandonment))
    if volume.ndim != 2 or len(volume) != len(organisation.groups):
        found.at(name).error(
            "bad_shape",
            f"{name} is {volume.shape} but needs {len(organisation.groups)} rows, "
            "one per planning group.",
        )
    check_numbers(found.at(name), volume, 0.0, MOST_CONTACTS)
    check_numbers(found.at("abandonment"), lost, 0.0, 1.0)
    raise_errors("Flows cannot be computed.", found.issues)
    return volume, lost


def _check_circles(organisation: Organisation, within: Array) -> None:
    """Raise if contacts that come again within the slot never die out: spectral radius 1."""
    from scipy.sparse.csgraph import connected_components

    count, label = connected_components(within, connection="strong")
    issues = []
    for circle in range(count):
        members = np.flatnonzero(label == circle)
        inner = within[np.ix_(members, members)]
        if inner.any() and np.abs(np.linalg.eigvals(inner)).max() > 1.0 - _ROUNDING:
            names = ", ".join(repr(organisation.groups[g].id) for g in members)
            detail = f"Contacts go round without an end or a delay: {names}."
            issues.append(Issue("endless_circle", "/organisation/flows", detail))
    raise_errors("The contacts cannot be computed.", issues)
