from __future__ import annotations

from pathlib import Path

import pytest

from api.files import check_place, whole


def test_a_file_appears_when_all_is_written(tmp_path: Path) -> None:
    target = tmp_path / "roster.json"
    with whole(target) as file:
        file.write_text("new")
        assert not target.exists()
    assert target.read_text() == "new"
    assert list(tmp_path.iterdir()) == [target]


def interrupted(target: Path) -> None:
    with whole(target) as file:
        file.write_text("ne")
        raise KeyboardInterrupt


def test_a_writer_that_is_interrupted_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "roster.json"
    target.write_text("old")
    with pytest.raises(KeyboardInterrupt):
        interrupted(target)
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_is_made_and_tried_before_the_work(tmp_path: Path) -> None:
    check_place(tmp_path / "new" / "folder")
    assert list((tmp_path / "new" / "folder").iterdir()) == []
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        check_place(tmp_path / "file")
