"""Hierarchies: which sums there are, who stands above whom, and what is wrong with a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from forecasts.errors import ForecastError
from forecasts.hierarchy import Hierarchy, read_hierarchy

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
        hierarchy.summing @ volumes, [4321, 21, 4300, 301, 4020, 1, 20, 300, 4000]
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
    assert added == [f"channel={channel}, site={site}" for channel in "vc" for site in "xy"]


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


def test_a_file_is_read_with_its_new_groups_last(tmp_path: Path) -> None:
    path = tmp_path / "groups.csv"
    path.write_text(
        "group,channel,site,share\nnew, chat ,Porto,0.25\nb,chat,Leipzig,\na,voice,Leipzig,0.1\n",
        encoding="utf-8",
    )
    hierarchy = read_hierarchy(path, ["a", "b"])
    assert hierarchy.groups == ("a", "b", "new")
    assert [(node.name, node.members) for node in hierarchy.sums] == [
        ("total", (0, 1, 2)),
        ("channel=chat", (1, 2)),
        ("site=Leipzig", (0, 1)),
    ]
    assert hierarchy.shares == {"new": 0.25, "a": 0.1}


def test_every_problem_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "groups.csv"
    path.write_text(
        "group,channel,share\n"
        "a,voice,\n"
        "a,voice,\n"
        "stranger,voice,\n"
        "b,,0.1\n"
        ",chat,\n"
        "c,chat,-1\n"
        "d,chat,much\n"
        "e,chat,0\n"
        "f,chat,inf\n",
        encoding="utf-8",
    )
    with pytest.raises(ForecastError) as error:
        read_hierarchy(path, ["a", "b", "c", "z"])
    assert sorted(codes(error)) == [
        ("missing_group", "/groups/z"),
        ("missing_value", "/rows/3/channel"),
        ("missing_value", "/rows/4/group"),
        ("negative_value", "/rows/5/share"),
        ("not_a_number", "/rows/6/share"),
        ("not_finite", "/rows/8/share"),
        ("not_positive", "/rows/7/share"),
        ("repeated_group", "/rows/1/group"),
        ("unknown_group", "/rows/2/group"),
    ]


def test_a_file_without_groups_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "groups.csv"
    path.write_text("name,channel\na,voice\n", encoding="utf-8")
    with pytest.raises(ForecastError) as error:
        read_hierarchy(path, ["a"])
    assert codes(error) == [("missing_column", "/columns/group")]


def test_a_file_with_too_few_cells_in_a_row_tells_the_empty_ones(tmp_path: Path) -> None:
    path = tmp_path / "groups.csv"
    path.write_text("group,channel,site\na,voice\nb,chat,Porto\n", encoding="utf-8")
    with pytest.raises(ForecastError) as error:
        read_hierarchy(path, ["a", "b"])
    assert codes(error) == [("missing_value", "/rows/0/site")]
