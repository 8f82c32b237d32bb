"""The places of meals and breaks, beside enumeration of all places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from optimizer.errors import InvalidInput
from optimizer.model import ActivityKind, ActivityTemplate, ShiftTemplate
from optimizer.roster.patterns import (
    Activity,
    Calendar,
    Patterns,
    Stretch,
    expand_patterns,
    fits,
)
from optimizer.roster.placement import (
    nearest_places,
    pattern_values,
    place_best,
    shapes_of,
    working_slots,
)
from tests.optimizer.roster.cases import problem

START = 2


@dataclass
class Drawn:
    activities: tuple[Activity, ...]
    stretch: Stretch
    length: int
    values: npt.NDArray[np.float64]

    def patterns(self) -> Patterns:
        zero, start = np.zeros(1, dtype=np.int64), np.array([START])
        end = start + self.length
        return Patterns(zero, zero, zero, start, end, end, (self.activities,), (self.stretch,))

    def total(self) -> npt.NDArray[np.float64]:
        return np.concatenate([[0.0], np.cumsum(self.values)])

    def places(self) -> Iterator[list[int]]:
        """Yield all begins that keep every rule, counted from the shift's start."""
        yield from self._following(0, [])

    def _following(self, free: int, placed: list[int]) -> Iterator[list[int]]:
        low, high = self.stretch
        if len(placed) == len(self.activities):
            if self.length == free or low <= self.length - free <= high:
                yield placed
            return
        activity = self.activities[len(placed)]
        for begin in range(activity.earliest, activity.latest + 1, activity.step):
            if begin + activity.slots <= self.length and (
                begin == free or low <= begin - free <= high
            ):
                yield from self._following(begin + activity.slots, [*placed, begin])

    def loss(self, begins: list[int]) -> float:
        return float(
            sum(
                self.values[START + begin : START + begin + activity.slots].sum()
                for begin, activity in zip(begins, self.activities, strict=True)
            )
        )


@st.composite
def shifts(draw: st.DrawFn) -> Drawn:
    length = draw(st.integers(3, 14))
    activities = []
    for _ in range(draw(st.integers(0, 3))):
        earliest = draw(st.integers(0, length))
        activities.append(
            Activity(
                draw(st.integers(1, 3)),
                earliest,
                earliest + draw(st.integers(0, 8)),
                draw(st.integers(1, 3)),
            )
        )
    low = draw(st.integers(0, 3))
    stretch = low, draw(st.integers(max(1, low), 14))
    values = draw(st.lists(st.integers(0, 9), min_size=length + START, max_size=length + START))
    return Drawn(tuple(activities), stretch, length, np.array(values, dtype=np.float64))


@given(shifts())
def test_a_shift_is_possible_if_its_activities_have_some_places(drawn: Drawn) -> None:
    assert fits(drawn.activities, drawn.stretch, drawn.length) == any(True for _ in drawn.places())


@settings(max_examples=200, deadline=None)
@given(shifts())
def test_activities_are_placed_where_they_cost_least_of_all_places(drawn: Drawn) -> None:
    possible = list(drawn.places())
    assume(possible)
    shapes, total = shapes_of(drawn.patterns()), drawn.total()
    least = min(drawn.loss(places) for places in possible)
    out, begins = np.zeros(1), np.zeros((1, len(drawn.activities)), dtype=np.int64)
    pattern_values(shapes, total, np.zeros(1, dtype=np.int64), out)
    assert out[0] == pytest.approx(drawn.values[START:].sum() - least)
    place_best(shapes, total, np.zeros(1, dtype=np.int64), begins)
    chosen = (begins[0] - START).tolist()
    assert chosen in possible
    assert drawn.loss(chosen) == pytest.approx(least)
    at_work = working_slots(shapes, np.zeros(1, dtype=np.int64), begins, len(drawn.values))
    assert drawn.values[at_work].sum() == pytest.approx(out[0])


@settings(deadline=None)
@given(shifts(), st.data())
def test_the_nearest_places_differ_least_from_those_wanted(
    drawn: Drawn, data: st.DataObject
) -> None:
    possible = list(drawn.places())
    assume(possible and drawn.activities)
    number = len(drawn.activities)
    wanted = data.draw(st.lists(st.integers(0, 18), min_size=number, max_size=number))
    begins = np.zeros(number, dtype=np.int64)
    nearest_places(shapes_of(drawn.patterns()), 0, np.array(wanted), begins)
    chosen = (begins - START).tolist()
    assert chosen in possible

    def off(places: list[int]) -> int:
        return sum(abs(START + a - b) for a, b in zip(places, wanted, strict=True))

    assert off(chosen) == min(off(places) for places in possible)


def test_a_shift_that_passes_the_end_of_the_grid_counts_only_what_lies_in_it() -> None:
    zero = np.zeros(1, dtype=np.int64)
    patterns = Patterns(zero, zero, zero, zero + 2, zero + 8, zero + 6, ((),))
    slots = working_slots(shapes_of(patterns), zero, np.zeros((1, 0), dtype=np.int64), 5)
    assert slots.tolist() == [2, 3, 4]


MEAL = ActivityTemplate(ActivityKind.MEAL, 60, 60, 180, 60)
FAMILY = ShiftTemplate("f", 480, 480, (240, 480), step_minutes=60, activities=(MEAL,))


def test_lengths_in_which_no_place_keeps_the_stretches_are_left_out() -> None:
    # Of eight hours, at least four lie after the meal.
    made = problem(templates=(replace(FAMILY, max_stretch_minutes=180),))
    patterns = expand_patterns(made, Calendar.of(made))
    assert set((patterns.end - patterns.start).tolist()) == {4}


def test_a_template_without_any_possible_length_is_refused_by_name() -> None:
    made = problem(templates=(replace(FAMILY, max_stretch_minutes=60),))
    with pytest.raises(InvalidInput) as caught:
        expand_patterns(made, Calendar.of(made))
    assert [(i.code, i.pointer) for i in caught.value.issues] == [
        ("activities_do_not_fit", "/organisation/templates/0")
    ]
