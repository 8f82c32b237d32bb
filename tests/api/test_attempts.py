"""Each field of a scenario changes what is played, and nothing else does."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from api.attempts import build
from api.scenarios import read_scenarios
from api.trying import Attempt
from optimizer.errors import InvalidInput
from optimizer.io import write
from optimizer.model import Flow, Organisation, TimeGrid
from optimizer.simulation import RULES, Settings, compare, summarise, try_out
from tests.api.builders import (
    OPEN,
    baseline,
    centre,
    day_roster,
    forecast,
    write_plan,
    write_scenario,
)
from tests.optimizer.builders import MONDAY

VOLUMES = {"voice:orders": 30.0, "voice:billing": 12.0}


@pytest.fixture
def people() -> Organisation:
    return replace(centre(), flows=(Flow("voice:orders", "voice:billing", 0.1),))


@pytest.fixture
def folder(tmp_path: Path, people: Organisation) -> Path:
    write_plan(tmp_path, people, day_roster(people), forecast(VOLUMES))
    return tmp_path


def adjust(folder: Path, **fields: Any) -> str:
    """Write an adjustments file with one adjustment, and return its name."""
    (folder / "what_if.json").write_text(json.dumps({"adjustments": [{"name": "idea", **fields}]}))
    return "what_if.json"


def built(
    folder: Path, *, settings: Settings | None = None, **fields: Any
) -> tuple[Attempt, Attempt]:
    """Return the attempts of the baseline and of a scenario with some fields."""
    files = [baseline(folder), write_scenario(folder, "idea", **fields)]
    base, other = build(read_scenarios(files), settings or Settings(absence=0.0))
    return base, other


def codes(folder: Path, **fields: Any) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        built(folder, **fields)
    assert all(issue.detail.startswith("idea: ") for issue in caught.value.issues)
    return [(issue.code, issue.pointer) for issue in caught.value.issues]


def test_a_scenario_that_says_nothing_is_the_baseline(folder: Path) -> None:
    base, other = built(folder)
    assert other.organisation == base.organisation
    assert other.roster == base.roster
    assert np.array_equal(other.offered, base.offered)
    assert np.array_equal(other.aht_s, base.aht_s)


def test_a_bot_takes_its_part_of_the_contacts(folder: Path) -> None:
    name = adjust(folder, kind="deflect", groups=["voice:orders"], coverage=0.8, success=0.75)
    base, other = built(folder, adjustments=name)
    assert base.offered[0, 20] == 30.0
    assert other.offered[0, 20] == pytest.approx(0.4 * 30.0)  # deflection 60 %
    # The forecast of billing stays, so more of it must come from outside.
    assert other.offered[1, 25] == pytest.approx(12.0 - 0.1 * 12.0)


def test_work_of_tier_two_may_be_handed_to_tier_one(folder: Path) -> None:
    name = adjust(
        folder, kind="hand_over", groups=["voice:billing"], to_group="voice:orders", share=0.4
    )
    base, other = built(folder, adjustments=name)
    moved = base.offered.sum() - other.offered.sum()
    assert other.offered[1, 20] < base.offered[1, 20]
    assert other.offered[0, 20] == pytest.approx(30.0 + 0.4 * 12.0)
    assert abs(moved) < 0.1 * base.offered.sum()


def test_a_rule_and_how_people_behave_may_differ(folder: Path) -> None:
    _, other = built(folder, rule="c_mu", absence=0.2, adherence_seconds=90.0, busyness=0.1)
    chosen = other.settings
    assert chosen.rule is RULES["c_mu"]
    assert (chosen.absence, chosen.adherence_s, chosen.busyness) == (0.2, 90.0, 0.1)


def test_zero_is_said_too(folder: Path) -> None:
    all_late = Settings(absence=0.3, adherence_s=120.0, busyness=0.2)
    base, other = built(folder, settings=all_late, absence=0.0, adherence_seconds=0.0, busyness=0.0)
    assert (base.settings.absence, base.settings.adherence_s) == (0.3, 120.0)
    chosen = other.settings
    assert (chosen.absence, chosen.adherence_s, chosen.busyness) == (0.0, 0.0, 0.0)


def test_without_elastic_staff_only_the_core_works(folder: Path, people: Organisation) -> None:
    base, other = built(folder, staff="core")
    elastic = {agent.id for agent in people.agents if agent.contract == "on_call"}
    assert {shift.agent for shift in base.roster.shifts} & elastic
    assert not {shift.agent for shift in other.roster.shifts} & elastic
    assert len(other.roster.shifts) == 2 * (8 - len(elastic))


def test_separate_sites_share_the_contacts_out(folder: Path) -> None:
    base, other = built(folder, sites="separate")
    names = [group.id for group in other.organisation.groups]
    assert names == [
        "voice:orders@paris", "voice:orders@lyon", "voice:billing@paris", "voice:billing@lyon",
    ]  # fmt: skip
    assert other.offered.sum(axis=0) == pytest.approx(base.offered.sum(axis=0))
    _, uneven = built(folder, sites="separate", site_shares={"paris": 0.8, "lyon": 0.2})
    assert uneven.offered[0, 20] == pytest.approx(24.0)
    assert uneven.offered[1, 20] == pytest.approx(6.0)


def test_a_pilot_changes_its_site_alone(folder: Path) -> None:
    name = adjust(folder, kind="deflect", groups=["voice:orders"], coverage=1.0, success=0.5)
    _, apart = built(folder, sites="separate")
    _, pilot = built(folder, pilot_site="lyon", adjustments=name)
    assert pilot.organisation == apart.organisation
    assert pilot.offered[0, 20] == apart.offered[0, 20]
    assert pilot.offered[1, 20] == pytest.approx(0.5 * apart.offered[1, 20])


def test_flows_may_be_multiplied_without_changing_what_comes_from_outside(folder: Path) -> None:
    base, other = built(folder, flow_factors={"voice:orders>voice:billing": 3.0})
    assert np.array_equal(base.offered, other.offered)
    assert other.organisation.flows[0].share == pytest.approx(0.3)
    assert base.organisation.flows[0].share == pytest.approx(0.1)


def test_business_hours_give_the_clocks_their_slots(folder: Path) -> None:
    base, other = built(folder, business_hours=True)
    assert base.settings.open_slots is None
    assert other.settings.open_slots is not None
    assert other.settings.open_slots[:, :48].sum() == 2 * (OPEN.stop - OPEN.start)
    _, apart = built(folder, business_hours=True, sites="separate")
    assert apart.settings.open_slots is not None
    assert apart.settings.open_slots.shape == (4, 96)


def test_a_scenario_may_have_its_own_people_and_forecast(
    folder: Path, people: Organisation
) -> None:
    more = centre(10)
    (folder / "own").mkdir()
    write_plan(
        folder / "own",
        more,
        day_roster(more),
        forecast({"voice:orders": 90.0, "voice:billing": 1.0}),
    )
    base, other = built(
        folder,
        organisation="own/organisation.json",
        roster="own/roster.json",
        forecast="own/forecast.csv",
    )
    assert (len(base.organisation.agents), len(other.organisation.agents)) == (8, 10)
    assert other.offered[0, 20] == 90.0


def test_contacts_that_no_plan_changes_are_the_same_in_all(folder: Path) -> None:
    attempts = built(folder, staff="core")
    studies = [
        try_out(
            a.organisation,
            a.roster,
            a.offered,
            a.aht_s,
            settings=replace(a.settings, replications=3),
        )
        for a in attempts
    ]
    results = [
        summarise(study, a.organisation, a.roster)
        for study, a in zip(studies, attempts, strict=True)
    ]
    _, core = compare(["today", "core"], studies, results)
    changes = {d.figure: d.change.mean for d in core.differences if d.name == "voice:orders"}
    assert changes["offered"] == 0.0
    assert changes["mean_answer_s"] is not None
    assert changes["mean_answer_s"] > 0.0
    assert core.cost_change < 0.0


def test_problems_of_a_scenario_are_named_with_it(folder: Path) -> None:
    assert codes(folder, rule="luck") == [("unknown_rule", "/rule")]
    assert codes(folder, flow_factors={"a>b": 2.0}) == [("unknown_flow", "/scenario/flow_factors")]
    assert codes(folder, roster="absent.json")[0][0] == "unreadable_file"
    assert codes(folder, forecast="absent.csv")
    assert codes(folder, adjustments="absent.json")
    assert codes(folder, pilot_site="lyon") == [("missing_field", "/scenario/adjustments")]
    assert codes(folder, absence=1.0) == [("out_of_range", "/absence")]
    assert codes(folder, sites="separate", site_shares={"rome": 1.0})
    # Shares of flows above one are found before anything is played.
    assert codes(folder, flow_factors={"voice:orders>voice:billing": 20.0})


def test_an_unknown_pilot_is_named(folder: Path) -> None:
    name = adjust(folder, kind="deflect", groups=["voice:orders"], coverage=1.0, success=0.5)
    assert codes(folder, pilot_site="rome", adjustments=name) == [
        ("unknown_site", "/scenario/pilot_site")
    ]


def test_a_roster_for_other_days_is_named(folder: Path, people: Organisation) -> None:
    write(
        folder / "later.json", day_roster(people, TimeGrid.of_days(MONDAY, 1, 30, "Europe/Paris"))
    )
    assert codes(folder, roster="later.json") == [("other_intervals", "/roster/grid")]
    december = TimeGrid.of_days(MONDAY.replace(month=12), 2, 30, "Europe/Paris")
    write(folder / "december.json", day_roster(people, december))
    assert codes(folder, roster="december.json") == [("no_overlap", "/forecast")]


def test_what_is_wrong_with_a_shared_file_is_told_once(folder: Path, people: Organisation) -> None:
    roster = day_roster(people)
    strangers = tuple(replace(shift, template="night") for shift in roster.shifts[:2])
    write(folder / "roster.json", replace(roster, shifts=strangers))
    write(folder / "roster_copy.json", replace(roster, shifts=strangers))
    files = [
        baseline(folder),
        write_scenario(folder, "same"),
        write_scenario(folder, "copy", roster="roster_copy.json"),
    ]
    with pytest.raises(InvalidInput) as caught:
        build(read_scenarios(files), Settings())
    told = [issue.detail.split(":")[0] for issue in caught.value.issues]
    assert told == ["today", "today", "copy", "copy"]


def test_problems_of_all_scenarios_are_listed_together(folder: Path) -> None:
    files = [
        baseline(folder),
        write_scenario(folder, "one", rule="luck"),
        write_scenario(folder, "two", absence=2.0),
    ]
    with pytest.raises(InvalidInput) as caught:
        build(read_scenarios(files), Settings())
    assert [issue.detail.split(":")[0] for issue in caught.value.issues] == ["one", "two"]
