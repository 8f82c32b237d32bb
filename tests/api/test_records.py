"""Every contact stands in a table that other tools can read."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from api.records import check_records_path, records_frame, write_records
from optimizer.errors import InvalidInput
from optimizer.model import CustomerClass, Flow, Organisation, Roster
from optimizer.simulation import Settings, Study, try_out
from tests.optimizer.simulation.builders import always, two_groups, work


def played(settings: Settings) -> tuple[Study, Organisation, Roster]:
    base = two_groups(4, {"patience_seconds": 60.0}, {"patience_seconds": 600.0})
    centre = replace(
        base,
        flows=(Flow("voice:orders", "voice:billing", 0.3, delay_seconds=600.0),),
        customer_classes=(CustomerClass("=gold", 0.3), CustomerClass("rest", 0.7)),
    )
    roster = always(centre)
    volumes = work(centre, [20.0, 4.0], 300.0)
    return try_out(centre, roster, *volumes, settings=settings), centre, roster


@pytest.fixture(scope="module")
def kept() -> tuple[Study, Organisation, Roster]:
    return played(Settings(absence=0.0, replications=3, records=2))


@pytest.fixture(scope="module")
def frame(kept: tuple[Study, Organisation, Roster]) -> pd.DataFrame:
    return records_frame(*kept)


def test_each_contact_has_a_row_and_counts_agree(
    frame: pd.DataFrame, kept: tuple[Study, Organisation, Roster]
) -> None:
    study = kept[0]
    for replication in (0, 1):
        rows = frame[frame["replication"] == replication]
        outcomes = rows["outcome"].value_counts()
        for outcome, name in (("answered", "answered"), ("gave up", "abandoned")):
            assert outcomes[outcome] == study.totals[name][replication, :2].sum()
        assert len(rows) == study.totals["offered"][replication, :2].sum()
        assert rows["arrival"].is_monotonic_increasing
    assert set(frame["replication"]) == {0, 1}


def test_times_are_local_and_agree_with_the_wait(frame: pd.DataFrame) -> None:
    assert str(frame["arrival"].dt.tz) == "Europe/Paris"
    assert frame["arrival"].min() >= pd.Timestamp("2026-11-23", tz="Europe/Paris")
    gone = frame[frame["outcome"] == "gave up"]
    waited = (gone["end"] - gone["arrival"]).dt.total_seconds()
    assert waited.to_numpy() == pytest.approx(gone["wait_s"].to_numpy(), abs=0.002)
    answered = frame[frame["outcome"] == "answered"]
    assert (answered["end"] >= answered["arrival"]).all()


def test_who_serves_and_who_asks_have_their_names(frame: pd.DataFrame) -> None:
    assert set(frame["group"]) == {"voice:orders", "voice:billing"}
    assert set(frame["customer_class"]) == {"=gold", "rest"}
    answered = frame["outcome"] == "answered"
    assert set(frame.loc[answered, "agent"]) == {"a0", "a1", "a2", "a3"}
    assert set(frame.loc[~answered, "agent"]) == {""}


def test_a_transfer_belongs_to_the_case_that_brought_it(frame: pd.DataFrame) -> None:
    one = frame[frame["replication"] == 0].set_index("contact")
    handed_on = one[one["hop"] == 1]
    assert len(handed_on) > 20
    first = one.loc[handed_on["case"]]
    assert (first["hop"].to_numpy() == 0).all()
    assert (first["group"].to_numpy() == "voice:orders").all()
    assert (handed_on["group"] == "voice:billing").all()
    assert (first["customer_class"].to_numpy() == handed_on["customer_class"].to_numpy()).all()
    assert (first["end"].to_numpy() <= handed_on["arrival"].to_numpy()).all()


def test_a_csv_file_holds_the_same_and_no_formula(
    tmp_path: Path, frame: pd.DataFrame, kept: tuple[Study, Organisation, Roster]
) -> None:
    write_records(tmp_path / "contacts.csv", *kept)
    read = pd.read_csv(tmp_path / "contacts.csv", keep_default_na=False)
    assert list(read.columns) == list(frame.columns)
    assert read["wait_s"].tolist() == frame["wait_s"].tolist()
    assert set(read["customer_class"]) == {"'=gold", "rest"}
    assert pd.to_datetime(read["arrival"][0]).tzinfo is not None


@pytest.mark.skipif(importlib.util.find_spec("pyarrow") is None, reason="pyarrow is not installed")
def test_a_parquet_file_holds_the_same(
    tmp_path: Path, frame: pd.DataFrame, kept: tuple[Study, Organisation, Roster]
) -> None:
    write_records(tmp_path / "contacts.parquet", *kept)
    read = pd.read_parquet(tmp_path / "contacts.parquet")
    for name in frame.columns:
        assert read[name].tolist() == frame[name].tolist()


def test_pairs_keep_the_run_that_is_not_mirrored() -> None:
    alone = records_frame(*played(Settings(absence=0.0, replications=1, records=1)))
    pair = records_frame(*played(Settings(absence=0.0, replications=1, records=1, antithetic=True)))
    assert pair["contact"].is_unique
    pd.testing.assert_frame_equal(alone, pair)


def test_a_file_that_could_not_be_written_is_refused_before_anything_is_played(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_records_path(tmp_path / "contacts.xlsx")
    assert [issue.code for issue in caught.value.issues] == ["bad_ending"]
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(InvalidInput) as caught:
        check_records_path(tmp_path / "contacts.parquet")
    assert [issue.code for issue in caught.value.issues] == ["no_parquet"]
    check_records_path(tmp_path / "contacts.csv")
