"""What planning groups, channels and flows may not say."""

from __future__ import annotations

from dataclasses import replace

from optimizer.model import (
    Channel,
    ChannelKind,
    CustomerClass,
    Flow,
    FlowKind,
    Law,
    LawKind,
    Organisation,
    Priority,
    ShrinkageWindow,
    Tier,
    check_organisation,
)
from tests.optimizer.builders import organisation


def codes(changed: Organisation) -> set[tuple[str, str]]:
    return {(issue.code, issue.pointer) for issue in check_organisation(changed)}


def test_every_wrong_flow_law_and_window_is_named_with_its_place() -> None:
    good = organisation()
    orders, billing = good.groups
    bad = replace(
        orders,
        handling_law=Law(LawKind.EMPIRICAL),
        patience_law=Law(LawKind.EMPIRICAL, points=(3.0, 1.0)),
        after_contact_share=1.0,
        balking=1.5,
        amounts=(-1.0,),
        escalate_after_seconds=60.0,
        shrinkage_windows=(ShrinkageWindow(0.6, 0.5, (7,), 900, 600),),
    )
    chat = Channel("chat", ChannelKind.CHAT, 3, aht_factors=(1.0, 0.0))
    assert codes(replace(good, channels=(*good.channels, chat), groups=(bad, billing))) == {
        ("no_points", "/groups/0/handling_law/points"),
        ("not_ascending", "/groups/0/patience_law/points"),
        ("out_of_range", "/groups/0/after_contact_share"),
        ("out_of_range", "/groups/0/balking"),
        ("out_of_range", "/groups/0/amounts/0"),
        ("half_a_clock", "/groups/0"),
        ("nobody_left", "/groups/0/shrinkage_windows/0"),
        ("minimum_above_maximum", "/groups/0/shrinkage_windows/0/end_minute"),
        ("out_of_range", "/groups/0/shrinkage_windows/0/weekdays/0"),
        ("out_of_range", "/channels/1/aht_factors/1"),
        ("bad_shape", "/channels/1/aht_factors"),
    }


def test_flows_lead_between_known_groups_and_take_no_more_than_all() -> None:
    flows = (
        Flow("voice:orders", "voice:billing", 0.7),
        Flow("voice:orders", "voice:orders", 0.4, FlowKind.REPEAT),
        Flow("voice:orders", "voice:orders", 1.0, FlowKind.RETRY),
        Flow("fax", "voice:orders", 2.0, delay_seconds=-1.0),
    )
    assert codes(replace(organisation(), flows=flows)) == {
        ("shares_above_one", "/flows/1"),
        ("unknown_group", "/flows/3/source"),
        ("out_of_range", "/flows/3/share"),
        ("out_of_range", "/flows/3/delay_seconds"),
        ("shares_above_one", "/flows/3"),
    }


def test_customer_classes_share_out_all_customers() -> None:
    classes = (CustomerClass("gold", 0.2, 5.0), CustomerClass("gold", 0.7, -1.0))
    assert codes(replace(organisation(), customer_classes=classes)) == {
        ("duplicate_id", "/customer_classes/1/id"),
        ("out_of_range", "/customer_classes/1/value"),
        ("shares_not_one", "/customer_classes"),
    }


def test_an_escalation_may_not_come_back_to_where_it_began() -> None:
    good = organisation()
    orders, billing = (replace(group, escalate_after_seconds=60.0) for group in good.groups)
    there = replace(orders, escalate_to="voice:billing")
    assert codes(replace(good, groups=(there, good.groups[1]))) == set()
    back = replace(billing, escalate_to="voice:orders")
    assert codes(replace(good, groups=(there, back))) == {
        ("circle", "/groups/0/escalate_to"),
        ("circle", "/groups/1/escalate_to"),
    }


def test_urgent_expert_work_without_a_floor_is_a_warning() -> None:
    good = organisation()
    urgent = replace(good.groups[0], tier=Tier.TECHNICAL, priority=Priority.P0)
    assert ("no_expert_floor", "/groups/0/floor") in codes(replace(good, groups=(urgent,)))
    kept = replace(urgent, floor=1)
    assert "no_expert_floor" not in {code for code, _ in codes(replace(good, groups=(kept,)))}


def test_a_circle_from_which_no_contact_leaves_is_refused() -> None:
    there, back = (
        Flow("voice:orders", "voice:billing", 1.0),
        Flow("voice:billing", "voice:orders", 1.0),
    )
    endless = replace(organisation(), flows=(there, back))
    assert codes(endless) == {("endless_circle", "/flows")}
    ends = replace(organisation(), flows=(there, replace(back, share=0.9)))
    assert codes(ends) == set()
    # Whoever gives up again and again needs no agent: only answered contacts count.
    again = Flow("voice:orders", "voice:orders", 1.0, FlowKind.RETRY)
    assert codes(replace(organisation(), flows=(again,))) == set()
