"""Days drawn anew: what the other days leave of rows over several people."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from optimizer.model import Directives, ShiftDemand, ShiftTemplate
from optimizer.roster.frame import Frame
from optimizer.roster.redraw import redraw_day
from optimizer.roster.state import State
from optimizer.roster.tours import Tours
from tests.optimizer.roster.cases import MONDAY, MORNING, problem, soon


def test_demand_that_no_shift_of_its_day_can_meet_is_left_alone() -> None:
    late = ShiftTemplate("late", 14 * 60, 14 * 60, (240,), weekdays=(0,))
    wanted = tuple(
        ShiftDemand(MONDAY + timedelta(days=day), template, 1)
        for day, template in ((0, "morning"), (1, "late"))
    )
    asked = problem(agents=1, templates=(MORNING, late), directives=Directives(shift_demand=wanted))
    frame = Frame.of(asked)
    state = State.of(frame, np.full((1, 7), -1), np.zeros((1, 7, 0), dtype=np.int64))
    saved = redraw_day(state, Tours.of(frame), 0, soon())
    assert saved == 100.0
    assert state.cost == 100.0
