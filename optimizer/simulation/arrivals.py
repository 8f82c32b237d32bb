"""Random contacts: arrivals from volumes, with handling times and patience.

Arrivals are an inhomogeneous Poisson process whose rate is constant within a slot: the number of
contacts of a slot is Poisson around its volume, their moments are uniform within it.

Every line has random streams of its own, keyed by the seed, the replication and the line's name,
and one each for arrivals, handling times and patience. Adding a line therefore changes no other;
and whatever changes the roster, the rule or the mean times leaves every arrival where it was, so
that two plans are compared on the same contacts.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from optimizer.simulation.system import Contacts, Floats

__all__ = ["HandlingTime", "Law", "Traffic", "draw_contacts"]


class Law(StrEnum):
    """How handling times scatter around their mean."""

    LOGNORMAL = "lognormal"
    EXPONENTIAL = "exponential"


@dataclass(frozen=True, slots=True)
class HandlingTime:
    """The law of handling times.

    Parameters
    ----------
    variation
        Standard deviation over mean of the log-normal law, 0 or more; 0 makes all times equal
        their mean. The exponential law has 1 in any case.
    """

    law: Law = Law.LOGNORMAL
    variation: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Traffic:
    """What contacts are drawn from.

    Parameters
    ----------
    names
        Name of each line, all different.
    slot_s
        Length of a slot in seconds.
    offered
        Expected contacts, 0 or more, [lines, slots].
    handling_s
        Mean handling time in seconds, above 0 where contacts are expected, [lines, slots].
    patience_s
        Mean of the exponential patience in seconds, infinite if nobody gives up, [lines, slots].
    balking
        Share of contacts that leave at once if they are not answered at once.
    """

    names: Sequence[str]
    slot_s: float
    offered: Floats
    handling_s: Floats
    patience_s: Floats
    handling: HandlingTime = HandlingTime()
    balking: float = 0.0


def draw_contacts(traffic: Traffic, seed: int, replication: int = 0) -> Contacts:
    """Draw the contacts of one replication, in order of arrival.

    Parameters
    ----------
    seed, replication
        Both 0 or more; each pair gives independent contacts, and always the same.
    """
    parts = [
        _draw_line(traffic, row, np.random.SeedSequence(seed, spawn_key=(replication, key)))
        for row, key in enumerate(map(_key, traffic.names))
    ]
    arrival, patience, service = (
        np.concatenate([np.zeros(0), *values]) for values in zip(*parts, strict=True)
    )
    line = np.repeat(np.arange(len(parts), dtype=np.int32), [len(part[0]) for part in parts])
    # The parts are sorted already, which a stable sort turns to its advantage.
    order = np.argsort(arrival, kind="stable")
    return Contacts(arrival[order], line[order], patience[order], service[order])


def _key(name: str) -> int:
    """Return a number that stands for a name, the same on every machine."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest())


def _draw_line(
    traffic: Traffic, row: int, seed: np.random.SeedSequence
) -> tuple[Floats, Floats, Floats]:
    """Return arrival, patience and service of the contacts of one line."""
    arrivals, services, patiences = (np.random.default_rng(child) for child in seed.spawn(3))
    counts = arrivals.poisson(traffic.offered[row])
    slot = np.repeat(np.arange(len(counts)), counts)
    arrival = np.sort((slot + arrivals.random(len(slot))) * traffic.slot_s)
    service = traffic.handling_s[row, slot] * _scatter(traffic.handling, len(slot), services)
    patience = traffic.patience_s[row, slot] * patiences.standard_exponential(len(slot))
    if traffic.balking:
        patience[patiences.random(len(slot)) < traffic.balking] = 0.0
    return arrival, patience, service


def _scatter(
    handling: HandlingTime, count: int, random: np.random.Generator
) -> NDArray[np.float64]:
    """Return positive factors with mean 1."""
    if handling.law is Law.EXPONENTIAL:
        return random.standard_exponential(count)
    variance = math.log1p(handling.variation**2)
    return np.exp(math.sqrt(variance) * random.standard_normal(count) - variance / 2)
