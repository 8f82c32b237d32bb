"""Files are what the readers take, and the shipped set is what the generator makes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from forecasts import read_history
from optimizer.errors import InvalidInput
from optimizer.io import read_organisation, read_snapshot
from sample_data import SMALL, Sample, generate, write_sample

NAMES = {"organisation.json", "history.csv", "snapshot.json", "sample.json", "README.txt"}


def test_written_files_read_back_as_the_same_sample(tmp_path: Path) -> None:
    made = generate(agents=40, skills=2, distinct=True, weeks=4, tickets=25)
    files = write_sample(made, tmp_path / "new" / "folder")
    assert {file.name for file in files} == NAMES
    folder = files[0].parent
    assert read_organisation(folder / "organisation.json") == made.organisation
    assert read_snapshot(folder / "snapshot.json") == made.snapshot
    history = read_history(folder / "history.csv")
    assert history.issues == ()
    assert int(history.offered[history.offered > 0].sum()) == made.history["offered"].sum()


def test_the_description_names_every_special_day_and_group(tmp_path: Path, centre: Sample) -> None:
    write_sample(centre, tmp_path)
    told = json.loads((tmp_path / "sample.json").read_text(encoding="utf-8"))
    assert told["arguments"]["seed"] == 11
    assert told["horizon"] == {"first_day": "2026-03-02", "days": 7}
    assert [c["day"] for c in told["closures"]] == [str(c.day) for c in centre.closures]
    assert [p["peak"] for p in told["promotions"]] == ["2025-06-18", "2025-11-11", "2025-11-28"]
    assert [g["group"] for g in told["groups"]] == [g.id for g in centre.organisation.groups]


def test_a_folder_that_cannot_be_made_is_an_issue(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(InvalidInput) as caught:
        write_sample(generate(agents=30, skills=2, weeks=4), tmp_path / "taken")
    assert caught.value.issues[0].code == "unwritable_folder"


def test_the_shipped_set_is_made_anew_byte_for_byte(tmp_path: Path) -> None:
    write_sample(generate(agents=30, skills=2, weeks=20, tickets=40), tmp_path)
    assert {file.name for file in SMALL.iterdir()} == NAMES | {"capacity.json", "scenarios"}
    for name in NAMES:
        assert (SMALL / name).read_bytes() == (tmp_path / name).read_bytes(), name


def test_the_shipped_set_is_small() -> None:
    assert sum(file.stat().st_size for file in SMALL.iterdir()) < 1_500_000
