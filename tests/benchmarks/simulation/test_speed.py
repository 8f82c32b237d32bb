"""Speed is measured beside a peer on the same queue, and memory in processes of its own."""

from __future__ import annotations

import pytest

from benchmarks.simulation import ciw_peer, memory
from benchmarks.simulation.speed import Centre


def test_memory_grows_with_records_and_not_with_contacts() -> None:
    few, many, kept = memory.measure({20_000: False, 400_000: False, 1_000_000: True}, seed=1)
    assert many["peak_growth_mb"] <= few["peak_growth_mb"] + 5.0
    assert kept["peak_growth_mb"] > many["peak_growth_mb"] + 20.0
    assert kept["contacts"] == 1_000_000


def test_records_are_kept_only_where_they_are_asked_for() -> None:
    centre = Centre.of(2000, "score")
    assert len(centre.run(1).records) == 0
    run = centre.run(1, keep_records=True)
    assert len(run.records) == run.counts["offered"].sum()


def test_without_ciw_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ciw_peer, "installed", lambda: None)
    result = ciw_peer.compare(contacts=2000, repeats=1, seed=1, agents=20, load=0.9)
    assert result["ciw"] is None
    assert "callboard[bench]" in result["not_installed"]
    assert result["ours"]["contacts_per_second"] > 0


def test_ciw_simulates_the_same_queue() -> None:
    pytest.importorskip("ciw")
    result = ciw_peer.compare(contacts=4000, repeats=4, seed=1, agents=5, load=0.6)
    assert result["ciw"]["mean_wait_s"] == pytest.approx(result["ours"]["mean_wait_s"], rel=0.3)
    assert result["times_as_fast"] > 1
