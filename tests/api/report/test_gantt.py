from __future__ import annotations

from datetime import date

from api.report.gantt import gantt_of_day
from optimizer.model import ActivityKind, PlannedActivity, Roster, Shift, TimeGrid
from tests.optimizer.builders import MONDAY, organisation

MEAL = PlannedActivity(ActivityKind.MEAL, 24, 26, paid=False)
ROSTER = Roster(
    TimeGrid.of_days(MONDAY, 2, 30, "Europe/Paris"),
    (
        Shift("a0", "day", 17, 35, (MEAL,)),
        Shift("a2", "short", 20, 28),
        Shift("a1", "day", 66, 84),
    ),
)


def test_a_day_shows_its_shifts_by_start_cut_into_work_and_activities() -> None:
    gantt = gantt_of_day(organisation(), ROSTER, MONDAY)
    assert [row.agent for row in gantt.rows] == ["a0", "a2"]
    assert [row.staff_class for row in gantt.rows] == ["core", "elastic"]
    # The day begins at the full hour before the first shift, 8:00, in slot 16.
    assert [(s.kind, s.first, s.last) for s in gantt.rows[0].segments] == [
        ("work", 2, 9),
        ("meal", 9, 11),
        ("work", 11, 20),
    ]
    assert gantt.rows[0].segments[1].label == "meal 12:00–13:00"
    assert gantt.hours[0] == (1, "08")
    assert gantt.columns == 20


def test_a_day_without_shifts_is_empty() -> None:
    assert gantt_of_day(organisation(), ROSTER, date(2026, 12, 24)).rows == ()
