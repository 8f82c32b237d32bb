"""The page to print is sound markup, needs nothing else, and says what the roster has."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import numpy as np
import pytest

from api.publishing.page import roster_page
from api.publishing.strips import HEIGHT, strips_of
from api.publishing.week_grid import site_weeks
from optimizer.model import (
    ActivityKind,
    PlannedActivity,
    Relaxation,
    Roster,
    RosterProblem,
    RuleName,
    Shift,
    Site,
    TimeGrid,
)
from optimizer.roster.after import analysis
from tests.optimizer.builders import MONDAY, organisation, requirement

MADE = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Reader(HTMLParser):
    """Collects texts and checks that every element is closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def problem() -> RosterProblem:
    needed = np.zeros((2, 7 * 48))
    needed[0, 20:24] = 2
    return RosterProblem(organisation(), requirement(needed))


@pytest.fixture
def roster(problem: RosterProblem) -> Roster:
    meal = PlannedActivity(ActivityKind.MEAL, 24, 26, False)
    relaxed = (Relaxation("a1", RuleName.MIN_DAYS_OFF, date(2026, 11, 25), 1.0),)
    return Roster(problem.requirement.grid, (Shift("a0", "day", 18, 36, (meal,)),), relaxed)


def read(problem: RosterProblem, roster: Roster) -> Reader:
    reader = Reader()
    reader.feed(roster_page(problem, roster, analysis(problem, roster), MADE))
    return reader


def test_the_page_is_closed_in_itself(problem: RosterProblem, roster: Roster) -> None:
    page = read(problem, roster)
    assert page.open == []
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "link", "img", "iframe"}
    assert not re.search(r"https?://|url\(", page.text)


def test_the_page_tells_shifts_costs_and_what_was_relaxed(
    problem: RosterProblem, roster: Roster
) -> None:
    text = read(problem, roster).text
    for told in (
        "09:00–18:00",
        "shortage",
        "min consecutive days off",
        "Two desks",
        "voice:orders",
    ):
        assert told in text


def test_pictures_and_tables_have_words(problem: RosterProblem, roster: Roster) -> None:
    page = read(problem, roster)
    assert all(attrs.get("aria-label") for tag, attrs in page.tags if attrs.get("role") == "img")
    assert all(attrs.get("scope") for tag, attrs in page.tags if tag == "th")


def test_names_cannot_become_markup(problem: RosterProblem, roster: Roster) -> None:
    centre = problem.organisation
    evil = replace(centre.agents[0], name="<script>alert(1)</script>")
    made = replace(
        problem,
        organisation=replace(centre, agents=(evil, *centre.agents[1:]), name="<b>x"),
    )
    page = read(made, roster)
    assert not {tag for tag, _ in page.tags} & {"script", "b"}
    assert "<script>alert(1)</script>" in page.text


def test_a_night_shift_is_drawn_on_the_day_on_which_it_starts(problem: RosterProblem) -> None:
    night = Roster(problem.requirement.grid, (Shift("a0", "day", 44, 60),))
    (week,) = site_weeks(problem.organisation, night)
    assert (week.first_hour, week.last_hour) == (22, 30)
    cells = {row.name: row.cells for team in week.teams for row in team.rows}
    assert [cell.times for cell in cells["a0"]] == ["22:00–06:00", *[""] * 6]
    assert [(bar.left, bar.width) for bar in cells["a0"][0].bars] == [(0.0, 100.0)]


def test_days_outside_the_period_are_marked_and_sites_have_their_own_clock() -> None:
    grid = TimeGrid.of_days(date(2026, 11, 25), 7, 30, "Europe/Paris")  # Wednesday to Tuesday
    centre = organisation()
    abroad = replace(centre.agents[1], site="york")
    centre = replace(
        centre,
        sites=(*centre.sites, Site("york", zone="America/New_York")),
        agents=(centre.agents[0], abroad, centre.agents[2]),
    )
    weeks = site_weeks(centre, Roster(grid, (Shift("a1", "day", 30, 48),)))
    assert [(week.site, week.days[0].day) for week in weeks] == [
        ("paris", 23),
        ("paris", 30),
        ("york", 23),
        ("york", 30),
    ]
    row = weeks[2].teams[0].rows[0]
    assert [cell.outside for cell in row.cells] == [True] + [False] * 6
    assert row.cells[2].times == "09:00–18:00"


def test_strips_add_up_to_the_hours_of_the_requirement(
    problem: RosterProblem, roster: Roster
) -> None:
    short = np.zeros_like(problem.requirement.agents)
    short[0, 20:24] = 1
    everybody, orders = strips_of(problem, roster, short)
    assert (everybody.required_hours, everybody.short_hours) == (4.0, 2.0)
    assert everybody.planned_hours == pytest.approx(8.0)
    assert orders.planned_hours is None
    assert [slot for slot, _ in orders.days] == [48 * day for day in range(7)]
    heights = [float(y) for y in re.findall(r"(?:,|V)([\d.]+)h1", orders.required)]
    assert len(heights) == 7 * 48
    assert heights[20:24] == [0.0] * 4
    assert set(heights[:20] + heights[24:]) == {float(HEIGHT)}


def test_a_long_period_has_a_strip_for_every_week() -> None:
    grid_days = 14
    made = RosterProblem(organisation(), requirement(np.ones((2, grid_days * 48))))
    strips = strips_of(made, Roster(made.requirement.grid, ()), made.requirement.agents * 0)
    assert len(strips) == 6
    assert {strip.slots for strip in strips} == {7 * 48}
    assert strips[0].days[0][1] == MONDAY
