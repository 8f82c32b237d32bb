"""A saved pool is exactly restored, or refused."""

from __future__ import annotations

import pytest

from optimizer.errors import InvalidInput
from optimizer.model import AgentState, Ticket
from optimizer.routing.pool import AgentPut, Pool, PoolSettings, TicketCreated
from tests.optimizer.routing.pool.drawing import OPENED


def some_pool() -> Pool:
    pool = Pool(PoolSettings(), OPENED)
    pool.take(AgentPut(OPENED, AgentState("ann", {"french": 3})))
    pool.take(TicketCreated(OPENED, Ticket("t", "chat", OPENED)))
    return pool


def test_what_stands_is_restored() -> None:
    pool = some_pool()
    restored = Pool.restore(pool.save())
    assert restored.save() == pool.save()
    assert restored.offers() == pool.offers()
    assert restored.snapshot() == pool.snapshot()


@pytest.mark.parametrize(
    ("saved", "code"),
    [
        (b"", "not_a_pool"),
        (b"PK\x03\x04", "not_a_pool"),
        (b"callboard pool 2\n....", "unknown_version"),
        (b"callboard pool 1\n", "damaged_pool"),
    ],
)
def test_other_bytes_are_refused_with_one_issue(saved: bytes, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Pool.restore(saved)
    assert [issue.code for issue in caught.value.issues] == [code]


def test_no_byte_can_be_lost_or_changed_unnoticed() -> None:
    saved = some_pool().save()
    for place in range(0, len(saved), 97):
        for damaged in (saved[:place], saved[:place] + b"\xff\x00" + saved[place + 2 :]):
            if damaged != saved:
                with pytest.raises(InvalidInput):
                    Pool.restore(damaged)
