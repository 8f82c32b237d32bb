"""Rows that grow, move and are packed again hold what plain lists hold."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from optimizer.routing.live.rows import (
    Rows,
    append_each,
    drop_each,
    empty_rows,
    insert_each,
    rebase,
    reserve,
)


def listed(rows: Rows, row: int) -> list[tuple[int, int]]:
    at = slice(rows.start[row], rows.start[row] + rows.length[row])
    return list(zip(rows.item[at].tolist(), rows.worth[at].tolist(), strict=True))


@pytest.mark.parametrize("seed", range(3))
def test_items_that_come_and_go_are_where_they_belong(seed: int) -> None:
    random = Random(seed)
    rows, plain = empty_rows(5, 8), [dict[int, int]() for _ in range(5)]
    for item in range(400):
        numbers = np.array(random.choices(range(5), weights=[9, 5, 1, 1, 0], k=3))
        items = 3 * item + np.arange(3)
        rows = reserve(rows, numbers)
        append_each(rows, numbers, items, -items)
        for row, new in zip(numbers.tolist(), items.tolist(), strict=True):
            plain[row][new] = -new
        row = random.randrange(5)
        if plain[row]:
            gone = random.choice(list(plain[row]))
            drop_each(rows, np.array([row]), gone)
            del plain[row][gone]
    assert [dict(listed(rows, row)) for row in range(5)] == plain
    assert rows.filled[0] <= len(rows.item)


def test_rows_give_back_the_space_of_lists_that_are_gone() -> None:
    """Numbers are used again; in turn each has a long list while all others have short ones."""
    rows, plain = empty_rows(30, 8), [[0] for _ in range(30)]
    rows = reserve(rows, np.arange(30))
    append_each(rows, np.arange(30), np.zeros(30, dtype=np.int64), np.zeros(30, dtype=np.int64))
    sizes = []
    for turn in range(120):
        long, short = turn % 30, (turn + 7) % 30
        numbers = np.array([long] * 100 + [short] * 2)
        items = 1 + np.arange(102)
        rows = reserve(rows, numbers)
        append_each(rows, numbers, items, -items)
        plain[long] += range(1, 101)
        plain[short] += (101, 102)
        for row in range(30):
            assert sorted(listed(rows, row)) == sorted((item, -item) for item in plain[row])
        for row in (long, short):
            for item in plain[row][1:]:
                drop_each(rows, np.array([row]), item)
            del plain[row][1:]
        sizes.append(len(rows.item))
    assert max(sizes) < 4 * (30 * 4 + 128)


@pytest.mark.parametrize("spread", [1, 40])
def test_rows_in_order_stay_in_order_whatever_their_new_worths(spread: int) -> None:
    random = Random(spread)
    count = 200
    base = np.array([random.randrange(50) for _ in range(count)])
    sequence = np.array([random.randrange(3) for _ in range(count)])
    numbers = np.array([random.randrange(3) for _ in range(count)])
    rows = reserve(empty_rows(3, 4), numbers)
    insert_each(rows, numbers, np.arange(count), base, sequence)
    for _ in range(10):
        for row in range(3):
            items = np.flatnonzero(numbers == row).tolist()
            wanted = sorted((-int(base[i]), int(sequence[i]), i) for i in items)
            assert listed(rows, row) == [(i, -worth) for worth, _, i in wanted]
        base += np.array([random.randrange(spread + 1) for _ in range(count)])
        rebase(rows, base, sequence)
