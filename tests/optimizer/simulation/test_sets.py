"""Every contact belongs to one set of each kind that it has a feature for."""

from __future__ import annotations

from dataclasses import replace

from optimizer.model import Channel, ChannelKind, CustomerClass, PlanningGroup, Site, Tier
from optimizer.simulation.centre import make_lines
from optimizer.simulation.sets import SetKind, Sets, sets_of
from tests.optimizer.builders import organisation


def named(sets: Sets, kind: SetKind) -> dict[str, int]:
    """Return the sets of a kind with their number of lines."""
    return {
        name: int(row.sum())
        for its, name, row in zip(sets.kinds, sets.names, sets.member, strict=True)
        if its is kind
    }


def test_lines_are_sorted_into_sets_of_every_kind() -> None:
    base = organisation()
    centre = replace(
        base,
        channels=(
            *base.channels,
            Channel("email", ChannelKind.EMAIL),
            Channel("fax", ChannelKind.EMAIL),
        ),
        sites=(*base.sites, Site("lyon")),
        groups=(
            *base.groups,
            PlanningGroup("email:faults", "email", "orders", tier=Tier.TECHNICAL, site="lyon"),
        ),
        customer_classes=(CustomerClass("gold", 0.1), CustomerClass("rest", 0.9)),
    )
    sets = sets_of(centre, make_lines(centre))
    assert named(sets, SetKind.GROUP) == {"voice:orders": 2, "voice:billing": 2, "email:faults": 2}
    assert named(sets, SetKind.CHANNEL) == {"voice": 4, "email": 2}  # nobody sends a fax
    assert named(sets, SetKind.TIER) == {"front_line": 4, "technical": 2}
    assert named(sets, SetKind.SITE) == {"lyon": 2}  # the other groups are of all sites
    assert named(sets, SetKind.CUSTOMER_CLASS) == {"gold": 3, "rest": 3}
    assert named(sets, SetKind.WHEN) == {"immediate": 4, "deferred": 2}
    for kind in (
        SetKind.GROUP,
        SetKind.CHANNEL,
        SetKind.TIER,
        SetKind.CUSTOMER_CLASS,
        SetKind.WHEN,
    ):
        rows = [row for its, row in zip(sets.kinds, sets.member, strict=True) if its is kind]
        assert (sum(row.astype(int) for row in rows) == 1).all()


def test_customers_who_are_all_alike_are_no_class() -> None:
    centre = organisation()
    assert not named(sets_of(centre, make_lines(centre)), SetKind.CUSTOMER_CLASS)
