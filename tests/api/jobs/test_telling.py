from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from api.jobs import telling
from api.jobs.telling import PLENTY, worth_telling
from optimizer.progress import Event

VALUES = st.none() | st.integers(0, 3).map(float)
EVENTS = st.lists(
    st.builds(Event, st.sampled_from(["building", "solving"]), st.just(1.0), VALUES, VALUES),
    min_size=1,
    max_size=130,
)


def kept(events: list[Event], known: int = 2, silent: float = 0.0) -> list[Event]:
    return worth_telling(events, known=known, silent_seconds=silent, limit_seconds=1_000.0)


def newest(events: list[Event]) -> tuple[float | None, float | None]:
    objectives = [event.objective for event in events if event.objective is not None]
    bounds = [event.bound for event in events if event.bound is not None]
    return objectives[-1] if objectives else None, bounds[-1] if bounds else None


def test_events_that_bring_no_news_are_left_out() -> None:
    first, again = Event("solving", 1.0, 5.0), Event("solving", 2.0, 5.0)
    better, later = Event("solving", 3.0, 4.0), Event("polishing", 4.0, 4.0)
    assert kept([first, again, better, later, later]) == [first, better, later]


def test_of_a_job_that_has_told_plenty_one_is_kept_for_each_thousandth_of_its_time() -> None:
    events = [Event("solving", float(n), float(-n)) for n in range(5)]
    assert kept(events, PLENTY, silent=0.5) == []
    assert kept(events, PLENTY, silent=1.0) == [events[-1]]


@given(EVENTS, st.integers(0, PLENTY - 1))
def test_the_newest_objective_and_bound_are_kept(events: list[Event], known: int) -> None:
    told = kept(events, known)
    assert newest(told) == newest(events)
    assert 1 <= len(told) <= PLENTY - known


@given(EVENTS)
def test_they_are_kept_even_where_one_event_is(events: list[Event]) -> None:
    assert newest(kept(events, PLENTY, silent=1.0)) == newest(events)


@given(events=EVENTS, most=st.integers(1, 5))
def test_of_a_batch_the_last_are_left_and_the_newest_figures_with_them(
    events: list[Event], most: int
) -> None:
    found = telling.newest(events, most)
    assert 1 <= len(found) <= most
    assert newest(found) == newest(events)
    assert found[-1].phase == events[-1].phase
