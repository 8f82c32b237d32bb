"""Several contacts about one matter, counted once."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from forecasts.weekly import IntArray

__all__ = ["NO_CASE", "first_contacts"]

NO_CASE = np.uint64(0)
"""Of a contact that belongs to no case: it is one by itself."""


def first_contacts(
    case: NDArray[np.uint64], arrived: NDArray[np.datetime64], window: timedelta
) -> tuple[IntArray, IntArray]:
    """Return the row of the contact that counts for each matter, and each row's matter.

    A contact belongs to the matter of the contact before it of the same case, of whatever
    group, if it came within `window` of it; a longer silence begins a new matter.

    Parameters
    ----------
    case, arrived
        Number of the case and time of each contact, ``[R]``, in any order.

    Returns
    -------
    first
        Row of each matter's first contact, ``[M]``.
    matter
        Of each row, ``[R]``.
    """
    order = np.lexsort((arrived, case))
    case, arrived = case[order], arrived[order]
    begins = np.ones(len(order), bool)
    begins[1:] = case[1:] != case[:-1]
    begins[1:] |= case[1:] == NO_CASE
    begins[1:] |= np.diff(arrived) > np.timedelta64(window)
    matter = np.empty(len(order), np.int64)
    matter[order] = begins.cumsum() - 1
    return order[begins], matter
