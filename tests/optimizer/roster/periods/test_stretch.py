"""A window opened again sees exactly what the shifts around it leave."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.model import Range, RosterProblem, check_problem
from optimizer.roster import verify
from optimizer.roster.periods.stretch import cut, joined, opened, part_of
from optimizer.roster.periods.whole import Whole, improve_whole
from tests.optimizer.roster.cases import demand, problem, roster, shift, soon
from tests.optimizer.roster.periods.solving import window


def limited(**limits: object) -> RosterProblem:
    """Return four weeks in which one person is wanted every day, and two work."""
    return problem(agents=2, days=28, required=demand(28, range(8, 12), 1.0), **limits)


def test_limits_are_what_the_shifts_outside_leave() -> None:
    made = limited(
        minutes_per_period=Range(1200, 2400),
        max_weekends=2,
        template_limits={"morning": Range(2, 6)},
    )
    whole = roster(made, *(shift("a0", day) for day in (0, 5, 8, 9, 26)))
    days = made.requirement.grid.days()
    part = opened(made, whole, days[7], days[13])
    limits = part.organisation.agents[0].limits
    assert limits is not None
    # Days 21 to 27 are outside: the shifts of days 0, 5 and 26 count.
    assert part.requirement.grid.days()[-1] == days[20]
    assert limits.minutes_per_period == Range(480, 1680)
    assert limits.template_limits == {"morning": Range(0, 3)}
    assert limits.max_weekends == 0


def test_days_after_the_window_stay_as_they_are() -> None:
    made = limited()
    whole = roster(made, *(shift("a0", day) for day in (0, 8, 15, 17)), shift("a1", 16))
    days = made.requirement.grid.days()
    part = opened(made, whole, days[7], days[13])
    assert check_problem(part) == []
    found = window(part, soon(), None)
    seen = cut(made.requirement.grid, days[14], days[20])
    assert part_of(found, seen).shifts == part_of(whole, seen).shifts


def test_fairness_counts_weekends_on_both_sides() -> None:
    made = limited()
    whole = roster(made, *(shift("a0", day) for day in (5, 12, 26, 27)))
    days = made.requirement.grid.days()
    part = opened(made, whole, days[7], days[13])
    assert [agent.history.weekends for agent in part.organisation.agents] == [2, 0]


def sound(made: RosterProblem, days: list[int]) -> bool:
    return verify(made, roster(made, *(shift("a0", day) for day in sorted(days)))).sound


@settings(max_examples=30, deadline=None)
@given(
    drawn=st.permutations(range(35)),
    inside=st.sets(st.integers(7, 20)),
    gap=st.sampled_from([1, 2]),
    run=st.integers(2, 4),
    weekends=st.integers(1, 3),
)
def test_a_window_is_sound_by_itself_just_if_the_whole_is(
    drawn: list[int], inside: set[int], gap: int, run: int, weekends: int
) -> None:
    made = problem(
        agents=1,
        days=35,
        max_consecutive_days=run,
        min_consecutive_days_off=gap,
        max_weekends=weekends,
        shifts_per_week=Range(0, 4),
        minutes_per_period=Range(0, 12 * 240),
    )
    worked: list[int] = []
    for day in drawn[:21]:
        if sound(made, [*worked, day]):
            worked.append(day)
    whole = roster(made, *(shift("a0", day) for day in sorted(worked)))
    days = made.requirement.grid.days()
    part = opened(made, whole, days[7], days[20])
    other = sorted({day for day in worked if not 7 <= day <= 20} | inside)
    candidate = roster(made, *(shift("a0", day) for day in other))
    assert verify(part, part_of(whole, part.requirement.grid)).sound
    assert verify(part, part_of(candidate, part.requirement.grid)).sound == sound(made, other)


def test_the_whole_gets_no_worse_and_admits_less() -> None:
    made = limited(minutes_per_period=Range(2400, 2880), call_cost=1.0)
    whole = Whole(made)
    # a1 has nothing to do: 40 hours are missing, which the whole has to admit.
    assert whole.offer(roster(made, *(shift("a0", day) for day in range(0, 20, 2))))
    assert whole.breach == 2400
    assert not whole.offer(roster(made, *(shift("a0", day) for day in range(0, 18, 2))))
    improve_whole(whole, window, soon(), weeks=1, seed=1)
    assert whole.breach == 0
    assert whole.roster is not None
    assert verify(made, whole.roster).sound
    assert whole.roster.relaxed == ()


def test_joined_parts_are_the_whole() -> None:
    made = limited()
    whole = roster(made, *(shift("a0", day) for day in (0, 5, 8, 9, 26)))
    grid, days = made.requirement.grid, made.requirement.grid.days()
    parts = [part_of(whole, cut(grid, days[at], days[at + 6])) for at in (0, 7, 14, 21)]
    assert joined(grid, parts) == whole
