"""Files of attributes: read as they are meant, or every problem told at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from forecasts.coherence.attributes import read_hierarchy
from forecasts.errors import ForecastError


def codes(error: pytest.ExceptionInfo[ForecastError]) -> list[tuple[str, str]]:
    return [(issue.code, issue.pointer) for issue in error.value.issues]


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


def test_columns_of_one_name_are_told(tmp_path: Path) -> None:
    path = tmp_path / "groups.csv"
    path.write_text("group,site, site \na,Porto,Leipzig\n", encoding="utf-8")
    with pytest.raises(ForecastError) as error:
        read_hierarchy(path, ["a"])
    assert codes(error) == [("duplicate_column", "/columns/site")]


def test_a_file_without_rows_misses_every_group(tmp_path: Path) -> None:
    path = tmp_path / "groups.csv"
    path.write_text("group,channel\n", encoding="utf-8")
    with pytest.raises(ForecastError) as error:
        read_hierarchy(path, ["a", "b"])
    assert codes(error) == [("missing_group", "/groups/a"), ("missing_group", "/groups/b")]
