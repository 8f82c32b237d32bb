"""Groups split by site: no contact is lost, and flows keep their sums."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.errors import InvalidInput, Severity
from optimizer.model import (
    Agent,
    Flow,
    Organisation,
    PlanningGroup,
    Site,
    Tier,
    check_organisation,
)
from optimizer.staffing import all_contacts, fresh_contacts, shares_by_agents, split_by_site
from tests.optimizer.builders import organisation

SHARES = {"north": 0.75, "south": 0.25}


def centre() -> Organisation:
    """Return two sites, a front line that hands work to experts, and work that comes back."""
    return replace(
        organisation(),
        sites=(Site("north"), Site("south"), Site("empty")),
        groups=(
            PlanningGroup("orders", "voice", "orders", floor=1, escalate_to="experts",
                          escalate_after_seconds=60.0),
            PlanningGroup("experts", "voice", "orders", tier=Tier.TECHNICAL),
        ),
        agents=tuple(
            Agent(f"a{i}", "core", site, {"orders": 3})
            for i, site in enumerate(("north", "north", "north", "south"))
        ),
        flows=(Flow("orders", "experts", 0.2), Flow("experts", "orders", 0.1)),
    )  # fmt: skip


def test_every_site_gets_its_groups_and_only_its_agents_serve_them() -> None:
    split = split_by_site(centre(), SHARES)
    groups = {group.id: group for group in split.organisation.groups}
    assert list(groups) == ["orders@north", "orders@south", "experts@north", "experts@south"]
    assert groups["orders@south"].site == "south"
    assert groups["orders@south"].escalate_to == "experts@south"
    assert groups["orders@south"].floor == 1
    assert not [i for i in check_organisation(split.organisation) if i.severity is Severity.ERROR]


@given(st.floats(0.01, 0.99), st.floats(0, 0.9), st.booleans(), st.floats(0, 1))
def test_contacts_and_what_flows_bring_stay_the_same_in_sum(
    north: float, common: float, pooled: bool, experts_north: float
) -> None:
    whole, shares = centre(), {"north": north, "south": 1 - north}
    split = split_by_site(
        whole,
        shares,
        of_groups={"orders": {"north": experts_north, "south": 1 - experts_north}},
        pooled=("experts",) if pooled else (),
        pooled_share=common,
    )
    fresh = np.array([[100.0, 20.0], [7.0, 3.0]])
    parts = all_contacts(split.organisation, split.offered(fresh), 1800.0)
    together = np.zeros((2, 2))
    np.add.at(together, split.sources, parts)
    assert together == pytest.approx(all_contacts(whole, fresh, 1800.0))


def test_with_equal_shares_everywhere_the_forecast_of_each_site_holds_its_flows() -> None:
    offered = all_contacts(centre(), [[100.0], [10.0]], 1800.0)
    split = split_by_site(centre(), SHARES, pooled_share=0.2)
    fresh = fresh_contacts(split.organisation, split.offered(offered), 1800.0)
    assert not fresh.issues
    assert fresh.contacts[:, 0] == pytest.approx([60, 20, 20, 6, 2, 2])


def test_experts_can_be_pooled_while_the_front_line_is_split() -> None:
    split = split_by_site(centre(), SHARES, pooled=["experts"])
    groups = {group.id: group for group in split.organisation.groups}
    assert list(groups) == ["orders@north", "orders@south", "experts"]
    assert groups["orders@north"].escalate_to == "experts"
    flows = {(flow.source, flow.target): flow.share for flow in split.organisation.flows}
    assert flows == pytest.approx(
        {
            ("orders@north", "experts"): 0.2,
            ("orders@south", "experts"): 0.2,
            ("experts", "orders@north"): 0.075,
            ("experts", "orders@south"): 0.025,
        }
    )


def test_groups_of_one_site_and_sites_without_a_share_are_left_out() -> None:
    base = centre()
    own = replace(base.groups[1], site="north")
    split = split_by_site(
        replace(base, groups=(base.groups[0], own)), {"north": 1.0, "south": 0.0, "empty": 0.0}
    )
    assert [group.id for group in split.organisation.groups] == ["orders@north", "experts"]
    assert split.organisation.groups[1].site == "north"


def test_shares_follow_the_agents_unless_told() -> None:
    assert shares_by_agents(centre()) == {"north": 0.75, "south": 0.25}


def test_every_wrong_name_and_share_is_told_at_once() -> None:
    with pytest.raises(InvalidInput) as caught:
        split_by_site(
            centre(),
            {"north": 0.75, "moon": 0.5},
            of_groups={"fax": {"north": -1.0}},
            pooled=("telex",),
        )
    assert {issue.code for issue in caught.value.issues} == {
        "unknown_site",
        "unknown_group",
        "shares_not_one",
        "out_of_range",
    }
    with pytest.raises(InvalidInput):
        split_by_site(centre(), SHARES, pooled_share=1.0)
    with pytest.raises(InvalidInput):
        split_by_site(centre(), {"north": float("nan"), "south": 1.0})


def test_a_pooled_queue_cannot_escalate_to_one_site_of_many() -> None:
    with pytest.raises(InvalidInput) as caught:
        split_by_site(centre(), SHARES, pooled=["orders"])
    (issue,) = caught.value.issues
    assert (issue.code, issue.pointer) == ("escalates_to_many_sites", "/groups/0/escalate_to")
