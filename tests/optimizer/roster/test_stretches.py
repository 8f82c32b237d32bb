"""Windows of activities, against all placements that keep the bounds on work between them."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from optimizer.model import ActivityKind, ActivityTemplate, ShiftTemplate
from optimizer.roster.frame import Frame
from optimizer.roster.stretches import windows_of
from tests.optimizer.roster.cases import problem

LENGTH = 9


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 5), st.integers(0, 4)), min_size=1, max_size=3),
    st.integers(0, 2),
    st.none() | st.integers(3, 5),
)
def test_a_window_holds_the_begins_of_all_placements_and_no_others_at_its_ends(
    places: list[tuple[int, int]], least: int, most: int | None
) -> None:
    activities = tuple(
        ActivityTemplate(ActivityKind.BREAK, 60, 60 * first, 60 * (first + wide), 60)
        for first, wide in places
    )
    shape = ShiftTemplate(
        "t",
        480,
        480,
        (60 * LENGTH,),
        activities=activities,
        min_stretch_minutes=60 * least,
        max_stretch_minutes=None if most is None else 60 * most,
    )

    def kept(begins: tuple[int, ...]) -> bool:
        edges = [0, *(edge for at in begins for edge in (at, at + 1)), LENGTH]
        work = [edges[i + 1] - edges[i] for i in range(0, len(edges), 2)]
        return all(
            time == 0 or (time >= max(1, least) and (most is None or time <= most)) for time in work
        )

    choices = [range(first, min(first + wide, LENGTH - 1) + 1) for first, wide in places]
    possible = np.array([begins for begins in itertools.product(*choices) if kept(begins)])
    assume(len(possible))
    frame = Frame.of(problem(templates=(shape,)))
    windows = windows_of(frame, 0, LENGTH)
    assert [window.first for window in windows] == possible.min(axis=0).tolist()
    assert [window.last for window in windows] == possible.max(axis=0).tolist()
