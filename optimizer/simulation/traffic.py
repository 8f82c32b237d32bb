"""What contacts are drawn from: volumes, laws of times, and the keys of the draws."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.model import Law, LawKind
from optimizer.simulation import draws
from optimizer.simulation.records import LAW, Records, records
from optimizer.simulation.system import Floats

__all__ = ["Draws", "Traffic", "encode_laws"]

_KINDS = {
    LawKind.EXPONENTIAL: draws.EXPONENTIAL,
    LawKind.LOGNORMAL: draws.LOGNORMAL,
    LawKind.EMPIRICAL: draws.EMPIRICAL,
    LawKind.FIXED: draws.FIXED,
}


@dataclass(frozen=True, slots=True)
class Draws:
    """Which of all possible contacts are drawn.

    Parameters
    ----------
    seed, replication
        Both 0 or more; each pair gives independent contacts, and always the same.
    mirrored
        Whether every uniform number u is replaced by 1 - u.
    """

    seed: int
    replication: int = 0
    mirrored: bool = False

    def key(self, name: str) -> int:
        """Return the key of whatever has a name, 64 bits that are the same on every machine."""
        text = f"{self.seed}/{self.replication}/{name}"
        return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())

    def generator(self, name: str) -> np.random.Generator:
        """Return a generator for draws that belong to no contact."""
        return np.random.default_rng(self.key(name))


@dataclass(frozen=True, slots=True, eq=False)
class Traffic:
    """What contacts are drawn from.

    Arrivals are a Poisson process whose rate is constant within a slot.

    Parameters
    ----------
    names
        Name of each line, all different; draws depend on it, not on the place of the line.
    slot_s
        Length of a slot in seconds.
    offered
        Expected contacts, 0 or more, [lines, slots].
    handling_s
        Mean handling time in seconds, above 0 where contacts may come, [lines, slots].
    patience_s
        Mean patience in seconds, infinite if nobody gives up, [lines, slots].
    handling, patience
        How single times scatter around these means, [lines].
    balking
        Share of contacts that leave at once if they are not answered at once, [lines].
    after_contact
        Share of the handling time that the customer is not there for, in [0, 1), [lines].
    """

    names: Sequence[str]
    slot_s: float
    offered: Floats
    handling_s: Floats
    patience_s: Floats
    handling: Sequence[Law]
    patience: Sequence[Law]
    balking: Floats
    after_contact: Floats

    @classmethod
    def nothing(cls, lines: int) -> Traffic:
        """Return traffic without any contact, in one endless slot."""
        cells = np.zeros((lines, 1))
        laws = [Law()] * lines
        names = [str(line) for line in range(lines)]
        none = np.zeros(lines)
        return cls(names, math.inf, cells, cells + 1, cells + 1, laws, laws, none, none)


def encode_laws(laws: Sequence[Law]) -> tuple[Records, NDArray[np.float64], NDArray[np.int64]]:
    """Return the different laws as the loop takes them, their points, and the law of each line."""
    different = list(dict.fromkeys(laws))
    points = [
        law.scaled_points() if law.kind is LawKind.EMPIRICAL else np.zeros(0) for law in different
    ]
    ends = np.cumsum([len(own) for own in points], dtype=np.int64)
    encoded = records(
        LAW,
        len(different),
        kind=[_KINDS[law.kind] for law in different],
        deviation=[math.sqrt(math.log1p(law.variation**2)) for law in different],
        first=ends - [len(own) for own in points],
        end=ends,
    )
    of_line = np.array([different.index(law) for law in laws], np.int64)
    return encoded, np.concatenate([np.zeros(0), *points]), of_line
