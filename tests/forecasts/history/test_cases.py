"""Contacts about one matter are found in any order, as a plain loop would find them."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from forecasts.history.cases import NO_CASE, first_contacts

HOUR = timedelta(hours=1)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 600)), min_size=1, max_size=30))
def test_each_contact_joins_the_one_before_it_of_its_case_if_it_came_soon(
    contacts: list[tuple[int, int]],
) -> None:
    case = np.array([number for number, _ in contacts], np.uint64)
    arrived = np.datetime64("2024-01-01", "us") + np.array([m for _, m in contacts], "m8[m]")
    first, matter = first_contacts(case, arrived, HOUR)

    matters: list[list[int]] = []
    latest: dict[int, list[int]] = {}
    for row in sorted(range(len(contacts)), key=lambda row: (arrived[row], row)):
        number = contacts[row][0]
        open_matter = latest.get(number)
        soon = open_matter and arrived[row] - arrived[open_matter[-1]] <= np.timedelta64(HOUR)
        if soon and number != NO_CASE and open_matter is not None:
            open_matter.append(row)
        else:
            latest[number] = [row]
            matters.append(latest[number])
    found = [np.flatnonzero(matter == place).tolist() for place in range(len(first))]
    assert sorted(map(sorted, matters)) == sorted(found)
    assert sorted(rows[0] for rows in matters) == sorted(first.tolist())
