"""Events of pools while their owner, web workers and the whole service are killed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.api.faults.harness import PATIENCE_SECONDS, Follower, Service, eventually

AGENT = {
    "kind": "agent_put",
    "id": "m0",
    "agent": {"id": "ada", "skills": {"a": 3}, "capacity": 50},
}


def created(number: int) -> dict[str, Any]:
    """Return the event of a ticket that the only agent can take."""
    ticket = {"id": f"t{number}", "channel": "chat", "created": "2026-01-02T03:04:05Z"}
    return {"kind": "ticket_created", "id": f"m{number}", "ticket": ticket | {"skills": {"a": 1}}}


@pytest.mark.faults
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_no_event_or_offer_is_lost_or_doubled(
    services: Callable[[str], Service], database: str
) -> None:
    """Each is sent until it is answered; a follower of offers comes again and again."""
    service = services(database)
    assert service.insist("PUT", "/v1/pools/desk", b"{}").status in (200, 201)
    follower = Follower(service.port, "/v1/pools/desk/offers?after=0")
    victims = {8: "pools", 16: "web", 24: "supervisor"}
    answers = {}
    for number in range(31):
        event = AGENT if number == 0 else created(number)
        if number in victims:
            service.kill(victims[number])
        body = json.dumps({"events": [event]}).encode()
        answer = service.insist("POST", "/v1/pools/desk/events", body)
        assert answer.status == 200, answer
        answers[number] = answer.body["results"][0]
        again = service.insist("POST", "/v1/pools/desk/events", body).body["results"][0]
        assert again == answers[number]
    numbers = [answer["number"] for answer in answers.values()]
    assert numbers == sorted(set(numbers))
    kept = service.insist("GET", "/v1/pools/desk/offers").body["offers"]
    eventually(lambda: len(follower.numbers) >= len(kept) or None, "offers are missing")
    follower.end()
    follower.join(PATIENCE_SECONDS)
    assert follower.numbers == [news["number"] for news in kept]
    assert follower.told == kept
    offered = [offer["ticket"] for news in kept for offer in news["offered"]]
    assert sorted(offered) == sorted(f"t{number}" for number in range(1, 31))
