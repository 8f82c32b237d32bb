"""Checks of numeric input, so that an absurd figure becomes an issue and never a long wait."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.errors import InvalidInput, raise_errors
from optimizer.model.findings import Findings

__all__ = [
    "LONGEST",
    "LONGEST_PATIENCE",
    "MOST_AGENTS",
    "MOST_CONTACTS",
    "SHORTEST",
    "aligned",
    "check_numbers",
    "check_patience",
    "check_whole",
    "checked_load",
]

Array = NDArray[np.float64]

MOST_AGENTS = 1e6
"""Greatest offered load, in erlang, and greatest number of agents that is computed."""

MOST_CONTACTS = 1e15
"""Greatest number of contacts in an interval."""

SHORTEST, LONGEST = 1e-9, 1e9
"""Range of times in seconds: beyond a nanosecond and thirty years something was misread."""

LONGEST_PATIENCE = 1e6
"""Longest mean patience in handling times; whoever waits longer never gives up."""


def aligned(found: Findings, names: Sequence[str], values: Sequence[ArrayLike]) -> list[Array]:
    """Return `values` as fresh, contiguous arrays of numbers with one common shape.

    Raises
    ------
    InvalidInput
        If a value is not numeric, or the shapes do not broadcast together.
    """
    arrays = []
    for name, value in zip(names, values, strict=True):
        try:
            arrays.append(np.asarray(value, dtype=np.float64))
        except (TypeError, ValueError):
            found.at(name).error("not_numeric", f"{name} is not an array of numbers.")
    if len(arrays) < len(values):
        raise InvalidInput("The arrays cannot be used.", found.issues)
    try:
        return [np.array(array, order="C") for array in np.broadcast_arrays(*arrays)]
    except ValueError:
        shapes = ", ".join(f"{n} {a.shape}" for n, a in zip(names, arrays, strict=True))
        found.error("bad_shape", f"These shapes do not fit together: {shapes}.")
        raise InvalidInput("The arrays cannot be used.", found.issues) from None


def check_numbers(found: Findings, values: Array, low: float, high: float = math.inf) -> None:
    """Report numbers that are not finite or outside ``[low, high]``.

    One issue stands for all bad numbers of an array: it points at the first and counts the
    others, since a column read wrongly is one mistake and not thousands.
    """
    bounds = f"in [{low:g}, {high:g}{')' if math.isinf(high) else ']'}"
    _report(found, values, np.isfinite(values) & (values >= low) & (values <= high), bounds)


def check_whole(found: Findings, values: Array) -> None:
    """Report numbers of agents that are not whole or lie outside [0, `MOST_AGENTS`]."""
    sound = (values >= 0.0) & (values <= MOST_AGENTS) & (values == np.floor(values))
    _report(found, values, sound, f"a whole number in [0, {MOST_AGENTS:g}]")


def check_patience(found: Findings, patience_s: Array, aht_s: Array) -> None:
    """Report patience that is neither endless nor in [`SHORTEST`, `LONGEST_PATIENCE` * AHT]."""
    longest = LONGEST_PATIENCE * np.clip(aht_s, SHORTEST, LONGEST)
    sound = np.isposinf(patience_s) | ((patience_s >= SHORTEST) & (patience_s <= longest))
    rule = f"at least {SHORTEST:g} and at most {LONGEST_PATIENCE:g} handling times, or endless"
    _report(found, patience_s, sound, rule)


def checked_load(
    found: Findings,
    agents: Array,
    offered: Array,
    aht_s: Array,
    interval_s: Array,
    patience_s: Array,
    within_s: Array,
) -> Array:
    """Return the load in erlang of queues whose other arguments are checked by the caller.

    Raises
    ------
    InvalidInput
        If anything that was found so far, or a number here, is out of range.
    """
    check_whole(found.at("agents"), agents)
    check_numbers(found.at("offered"), offered, 0.0, MOST_CONTACTS)
    check_numbers(found.at("aht_s"), aht_s, SHORTEST, LONGEST)
    check_numbers(found.at("interval_s"), interval_s, SHORTEST, LONGEST)
    check_patience(found.at("patience_s"), patience_s, aht_s)
    check_numbers(found.at("within_s"), within_s, 0.0, LONGEST)
    raise_errors("The queue cannot be computed.", found.issues)
    load = offered * aht_s / interval_s
    check_numbers(found.at("offered"), load, 0.0, MOST_AGENTS)
    raise_errors("The queue cannot be computed.", found.issues)
    return load


def _report(found: Findings, values: Array, sound: NDArray[np.bool_], rule: str) -> None:
    bad = np.argwhere(~sound)
    if not len(bad):
        return
    first = tuple(int(index) for index in bad[0])
    others = f" ({len(bad) - 1} more like it)" if len(bad) > 1 else ""
    found.at(*first).error("out_of_range", f"{values[first]:g} must be {rule}{others}.")
