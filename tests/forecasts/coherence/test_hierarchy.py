"""Hierarchies: which sums there are, and who stands above whom."""

from __future__ import annotations

import numpy as np
import pytest

from forecasts.coherence.hierarchy import Hierarchy
from forecasts.errors import ForecastError

GROUPS = ("voice:billing", "voice:faults", "chat:billing", "chat:faults")


def codes(error: pytest.ExceptionInfo[ForecastError]) -> list[tuple[str, str]]:
    return [(issue.code, issue.pointer) for issue in error.value.issues]


def by_name(hierarchy: Hierarchy) -> dict[str, tuple[int, ...]]:
    return {node.name: node.members for node in hierarchy.nodes}


def test_every_value_of_every_attribute_is_a_sum() -> None:
    hierarchy = Hierarchy.from_names(GROUPS, names=("channel", "skill"))
    assert by_name(hierarchy) == {
        "total": (0, 1, 2, 3),
        "channel=voice": (0, 1),
        "channel=chat": (2, 3),
        "skill=billing": (0, 2),
        "skill=faults": (1, 3),
        "voice:billing": (0,),
        "voice:faults": (1,),
        "chat:billing": (2,),
        "chat:faults": (3,),
    }


def test_the_summing_matrix_adds_groups_up_in_the_order_of_the_nodes() -> None:
    hierarchy = Hierarchy.from_names(GROUPS)
    volumes = np.array([1.0, 20.0, 300.0, 4000.0])
    np.testing.assert_array_equal(
        hierarchy.summing @ volumes, [4321, 4300, 21, 301, 4020, 1, 20, 300, 4000]
    )


def test_sums_of_the_same_groups_are_merged_and_single_groups_are_no_sums() -> None:
    attributes = {
        "channel": {"a": "voice", "b": "voice", "c": "chat"},
        "site": {"a": "Leipzig", "b": "Leipzig", "c": "Porto"},
        "brand": {"a": "one", "b": "one", "c": "one"},
    }
    hierarchy = Hierarchy.of("abc", attributes)
    assert [node.name for node in hierarchy.sums] == ["total", "channel=voice"]


def test_crossings_are_sums_where_they_have_several_groups_but_not_all() -> None:
    groups = [f"{channel}{site}{number}" for channel in "vc" for site in "xy" for number in "12"]
    attributes = {
        "channel": {group: group[0] for group in groups},
        "site": {group: group[1] for group in groups},
    }
    plain = Hierarchy.of(groups, attributes)
    crossed = Hierarchy.of(groups, attributes, crossings=True)
    added = [node.name for node in crossed.sums if node not in plain.sums]
    assert added == [f"channel={channel}, site={site}" for channel in "cv" for site in "xy"]


def test_a_single_group_has_no_sum() -> None:
    assert Hierarchy.of(["all"], {"channel": {"all": "voice"}}).sums == ()


def test_the_parent_is_the_smallest_sum_with_another_known_group() -> None:
    groups = ["a", "b", "c", "d", "new"]
    attributes = {
        "channel": {"a": "voice", "b": "voice", "c": "chat", "d": "chat", "new": "chat"},
        "skill": {"a": "one", "b": "two", "c": "three", "d": "two", "new": "three"},
    }
    hierarchy = Hierarchy.of(groups, attributes)

    def parent(known: str) -> str | None:
        node = hierarchy.parent_of("new", set(known))
        return None if node is None else node.name

    assert parent("abcd") == "skill=three"
    assert parent("abd") == "channel=chat"
    assert parent("ab") == "total"
    assert parent("") is None
    assert hierarchy.parent_of("new", {"new"}) is None


def test_the_hierarchy_of_some_groups_keeps_their_order_and_drops_what_became_the_same() -> None:
    hierarchy = Hierarchy.of(
        GROUPS,
        {
            "channel": dict(zip(GROUPS, ("voice", "voice", "chat", "chat"), strict=True)),
            "skill": dict(zip(GROUPS, ("billing", "faults", "billing", "faults"), strict=True)),
        },
        shares={"chat:faults": 0.1, "voice:faults": 0.5},
    )
    some = hierarchy.only({"chat:billing", "voice:billing", "voice:faults"})
    assert some.groups == GROUPS[:3]
    assert by_name(some) == {
        "total": (0, 1, 2),
        "channel=voice": (0, 1),
        "skill=billing": (0, 2),
        "voice:billing": (0,),
        "voice:faults": (1,),
        "chat:billing": (2,),
    }
    assert some.shares == {"voice:faults": 0.5}


def test_names_of_different_shape_are_all_told() -> None:
    with pytest.raises(ForecastError) as error:
        Hierarchy.from_names(["voice:a", "voice:b", "email", "chat:", "a:b:c"])
    assert codes(error) == [
        ("uneven_name", "/groups/email"),
        ("uneven_name", "/groups/chat:"),
        ("uneven_name", "/groups/a:b:c"),
    ]


def test_a_group_named_like_a_sum_is_told() -> None:
    with pytest.raises(ForecastError) as error:
        Hierarchy.of(["total", "voice"], {})
    assert codes(error) == [("ambiguous_group", "/groups/total")]


def test_groups_without_an_attribute_are_all_told() -> None:
    with pytest.raises(ForecastError) as error:
        Hierarchy.of(["a", "b", "c"], {"site": {"a": "x"}, "skill": {"a": "s", "b": "s"}})
    assert codes(error) == [
        ("missing_value", "/attributes/site/b"),
        ("missing_value", "/attributes/site/c"),
        ("missing_value", "/attributes/skill/c"),
    ]


def test_by_name_the_groups_are_in_order_and_everything_else_is_as_before() -> None:
    turned = Hierarchy.of(
        GROUPS[::-1], {"channel": {name: name[:5] for name in GROUPS}}, shares={GROUPS[0]: 0.2}
    ).by_name()
    straight = Hierarchy.of(
        sorted(GROUPS), {"channel": {name: name[:5] for name in GROUPS}}, shares={GROUPS[0]: 0.2}
    )
    assert turned == straight
