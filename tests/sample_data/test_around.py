from __future__ import annotations

import pytest

from optimizer.model import StaffClass, can_serve, check_organisation
from sample_data.around import centre_around, staffed


def test_groups_are_read_as_channel_and_skill_where_they_say_so() -> None:
    centre = centre_around(("voice:orders", "chat:orders", "PS", "fax:old"))
    assert [(g.channel, g.skill) for g in centre.groups] == [
        ("voice", "orders"),
        ("chat", "orders"),
        ("voice", "PS"),
        ("voice", "fax:old"),
    ]
    assert {issue.code for issue in check_organisation(centre)} == {"nobody_can_serve"}


def test_the_staff_is_as_large_as_the_work_and_sound() -> None:
    empty = centre_around(("voice:orders", "chat:billing"))
    hours = {"voice:orders": 3000.0, "chat:billing": 1000.0}
    centre = staffed(empty, hours)
    assert check_organisation(centre) == []
    contracts = {contract.id: contract for contract in centre.contracts}
    guaranteed = sum(
        contracts[agent.contract].guaranteed_minutes_per_week / 60 for agent in centre.agents
    )
    assert guaranteed == pytest.approx(4000, rel=0.1)
    assert any(contracts[a.contract].staff_class is StaffClass.ELASTIC for a in centre.agents)
    serving = [sum(can_serve(a, group) for a in centre.agents) for group in centre.groups]
    assert serving[0] > serving[1]


def test_the_same_seed_hires_the_same_people() -> None:
    empty = centre_around(("PS",))
    assert staffed(empty, {"PS": 500.0}, 3) == staffed(empty, {"PS": 500.0}, 3)
    assert staffed(empty, {"PS": 500.0}, 3) != staffed(empty, {"PS": 500.0}, 4)
