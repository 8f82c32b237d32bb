"""Draws that belong to no contact: for agents and days, by who and when it is.

As with contacts (`optimizer.simulation.draws`), a draw depends on its name alone and not on what
is drawn before it: an agent is absent on the same days and late at the same moments in every plan.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.simulation.draws import mix
from optimizer.simulation.system import Floats
from optimizer.simulation.traffic import Draws

__all__ = ["Keys", "moment_keys", "name_keys", "uniforms"]

Keys = NDArray[np.uint64]


def name_keys(names: Sequence[str]) -> Keys:
    """Return the key of each name, the same on every machine."""
    digests = (hashlib.blake2b(name.encode(), digest_size=8).digest() for name in names)
    return np.array([int.from_bytes(digest) for digest in digests], np.uint64)


def moment_keys(moments: ArrayLike) -> Keys:
    """Return the keys of moments that are told by whole numbers."""
    return _mixed(np.asarray(moments, np.int64).view(np.uint64))


def uniforms(draws: Draws, purpose: str, keys: Keys) -> Floats:
    """Return a number between 0 and 1, both excluded, for every key."""
    bits = _mixed(keys ^ np.uint64(draws.key(purpose))) >> np.uint64(12)
    values: Floats = (bits.astype(np.float64) + 0.5) * 2.0**-52
    return 1.0 - values if draws.mirrored else values


def _mixed(keys: Keys) -> Keys:
    # It is compiled for arrays as well as for single keys.
    return mix(keys)  # type: ignore[arg-type, return-value]
