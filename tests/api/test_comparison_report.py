"""A comparison reads well in a meeting and exactly in a file."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from api.comparison_report import as_dict, changes, write_comparison
from optimizer.simulation import (
    Comparison,
    Difference,
    Estimate,
    Settings,
    compare,
    summarise,
    try_out,
)
from optimizer.simulation.sets import SetKind
from tests.optimizer.simulation.builders import always, one_group, work


@pytest.fixture(scope="module")
def found() -> tuple[Comparison, ...]:
    """Return a plan with four agents, and one with five."""
    studies, results = [], []
    for agents in (4, 5):
        centre = one_group(agents, patience_seconds=120.0)
        settings = Settings(absence=0.0, replications=10)
        studies.append(
            try_out(centre, always(centre), *work(centre, 40.0, 170.0), settings=settings)
        )
        results.append(summarise(studies[-1], centre, always(centre)))
    return compare(["four", "five"], studies, results)


def plain(figure: str, value: float, change: float, half: float = 0.0) -> Difference:
    return Difference(
        SetKind.CHANNEL,
        "voice",
        figure,
        Estimate(value),
        Estimate(change, change - half, change + half),
    )


@pytest.mark.parametrize(
    ("difference", "words"),
    [
        (
            plain("abandonment", 0.05, -0.013, 0.002),
            ("6.3 %", "5.0 %", "-1.3 pp ± 0.2", "better"),
        ),
        (plain("mean_answer_s", 12.0, 2.0, 5.0), ("10.0 s", "12.0 s", "+2.0 s ± 5.0", "")),
        (plain("wait_p90_s", 600.0, 30.0, 6.0), ("9.5 min", "10.0 min", "+0.5 min ± 0.1", "worse")),
        (plain("wait_max_s", 36_000.0, -3600.0, 9e3), ("11.0 h", "10.0 h", "-1.0 h ± 2.5", "")),
        (plain("offered", 1200.0, 200.0, 10.0), ("1,000.0", "1,200.0", "+200.0 ± 10.0", "changed")),
        (plain("contacts_per_case", 1.25, 0.05, 0.1), ("1.20", "1.25", "+0.05 ± 0.10", "")),
        (plain("cost", 900.0, -100.0, 1.0), ("1,000", "900", "-100 ± 1", "better")),
    ],
)
def test_figures_are_said_in_units_that_suit_them(
    difference: Difference, words: tuple[str, str, str, str], found: tuple[Comparison, ...]
) -> None:
    comparison = replace(found[1], differences=(difference,))
    (said,) = changes(comparison, "channel", [difference.figure])
    assert (said.before, said.after, said.change, said.verdict) == words


def test_one_replication_has_no_interval_to_say(found: tuple[Comparison, ...]) -> None:
    only = Difference(SetKind.CHANNEL, "voice", "abandonment", Estimate(0.1), Estimate(0.02))
    (said,) = changes(replace(found[1], differences=(only,)), "channel", ["abandonment"])
    assert (said.change, said.verdict) == ("+2.0 pp", "")


def test_figures_that_nobody_has_or_that_are_zero_are_left_out(
    found: tuple[Comparison, ...],
) -> None:
    absent = replace(plain("first_response", 0, 0), change=Estimate(None), value=Estimate(None))
    comparison = replace(
        found[1], differences=(absent, plain("escalation_rate", 0.0, 0.0), plain("left", 0.0, -1.0))
    )
    names = ["first_response", "escalation_rate", "left"]
    assert [said.figure for said in changes(comparison, "channel", names)] == ["left"]
    assert not changes(comparison, "group", names)


def test_the_document_holds_every_difference_with_its_verdict(
    found: tuple[Comparison, ...],
) -> None:
    document = json.loads(json.dumps(as_dict(found), allow_nan=False))
    assert document["baseline"] == "four"
    four, five = document["scenarios"]
    assert four["differences"] == []
    assert five["paid_hours_change"] == 48.0
    assert five["occupancy_change"]["mean"] < 0
    rows = {(row["kind"], row["figure"]): row for row in five["differences"]}
    row = rows["group", "abandonment"]
    assert (row["unit"], row["sure"], row["better"]) == ("share", True, True)
    assert row["change"]["low"] < row["change"]["mean"] < row["change"]["high"] < 0


def test_the_table_has_a_row_for_every_difference(
    tmp_path: Path, found: tuple[Comparison, ...]
) -> None:
    write_comparison(tmp_path / "comparison.csv", found)
    with (tmp_path / "comparison.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(found[1].differences)
    row = next(r for r in rows if (r["kind"], r["figure"]) == ("group", "abandonment"))
    assert float(row["change"]) < 0  # and no apostrophe before a number
    assert row["verdict"] == "better"
    assert next(r for r in rows if r["figure"] == "first_response")["change"] == ""
