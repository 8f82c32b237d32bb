"""Files: what is too large or no table is refused before it is tried."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from forecasts import InvalidHistory, read_history


def codes(path: Path) -> list[str]:
    with pytest.raises(InvalidHistory) as caught:
        read_history(path)
    return [issue.code for issue in caught.value.issues]


@pytest.fixture
def week(tmp_path: Path) -> Path:
    """Return a file with two groups and a week of hours."""
    lines = ["group,start,offered"]
    lines += [
        f"{group},2024-01-{1 + hour // 24:02d} {hour % 24:02d}:00,{hour}"
        for group in ("b", "a")
        for hour in range(168)
    ]
    path = tmp_path / "week.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_chunks_make_the_same_history_and_number_rows_through(
    week: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = read_history(week)
    monkeypatch.setattr("forecasts.history.files.CHUNK_ROWS", 50)
    np.testing.assert_array_equal(read_history(week).offered, once.offered)
    text = week.read_text(encoding="utf-8").replace(",167", ",many")
    week.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidHistory) as caught:
        read_history(week)
    assert [issue.pointer for issue in caught.value.issues] == [
        "/rows/167/offered",
        "/rows/335/offered",
    ]


def test_absurd_sizes_are_refused(week: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forecasts.history.files.MOST_ROWS", 335)
    assert codes(week) == ["too_many_rows"]
    monkeypatch.setattr("forecasts.history.files.LARGEST_FILE_BYTES", 1000)
    assert codes(week) == ["file_too_large"]


@pytest.mark.parametrize("extra", [2, 100])
def test_rows_with_more_cells_than_the_header_are_no_table(week: Path, extra: int) -> None:
    lines = week.read_text(encoding="utf-8").split("\n")
    lines[extra - 1] += ",5"
    week.write_text("\n".join(lines), encoding="utf-8")
    assert codes(week) == ["unreadable_file"]


def test_rows_with_fewer_cells_have_empty_ones(week: Path) -> None:
    week.write_text(week.read_text(encoding="utf-8") + "\na,2024-01-08 00:00", encoding="utf-8")
    assert codes(week) == ["missing_value"]
