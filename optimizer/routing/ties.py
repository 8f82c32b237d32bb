"""Orders that depend on nothing but what things are: where they are listed is forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

__all__ = ["ordered", "tie_key"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def ordered(keys: Sequence[Floats | Ints], names: Sequence[str], seed: int | None) -> Ints:
    """Return the places of things in rising order of their keys, [things].

    Parameters
    ----------
    keys
        The most significant first, each [things].
    names
        What settles ties, by `tie_key`; all different. They are only compared where there is a
        tie, because comparing names takes longer than all the rest.
    """
    falling = tuple(keys)[::-1]
    order = np.lexsort(falling)
    same = np.ones(max(len(order) - 1, 0), dtype=np.bool_)
    for key in keys:
        in_order = key[order]
        same &= in_order[1:] == in_order[:-1]
    if not same.any():
        return order
    tied = np.zeros(len(order), dtype=np.bool_)
    tied[1:] |= same
    tied[:-1] |= same
    rows = order[tied].tolist()
    place = np.zeros(len(order))
    place[sorted(rows, key=lambda row: tie_key(names[row], seed))] = np.arange(len(rows))
    return np.lexsort((place, *falling))


def tie_key(name: str, seed: int | None) -> tuple[bytes, str]:
    """Return what settles ties: the name, or with a seed a number drawn for the name.

    It is drawn for each name alone, so who else is there does not change the order of two.
    """
    if seed is None:
        return (b"", name)
    return (blake2b(name.encode(), digest_size=8, key=seed.to_bytes(8, "big")).digest(), name)
