"""Figures of interval rows are sums over the rows that tell all of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from api.data.columns import COLUMNS
from api.data.history import StoredDay
from api.kpis.attributes import Centre
from api.kpis.figures import Figure, add_up, figures_of
from api.kpis.from_intervals import count_intervals
from optimizer.model import ChannelKind, Denominator, ServiceGoal
from tests.optimizer.builders import organisation


def day(group: str = "voice:orders", **rows: list[float | None]) -> StoredDay:
    """Return an hour-by-hour day that tells its first intervals."""
    values = np.full((len(COLUMNS), 2, 24), np.nan)
    for name, cells in rows.items():
        for slot, cell in enumerate(cells):
            values[list(COLUMNS).index(name), 0, slot] = np.nan if cell is None else cell
    return StoredDay(group, date(2026, 11, 20), 60, "Europe/Paris", values)


def figures(
    *days: StoredDay,
    denominator: Denominator = Denominator.OFFERED,
    with_contacts: tuple[str, ...] = (),
) -> dict[str, Figure]:
    base = organisation()
    goal = ServiceGoal(0.8, 20.0, denominator)
    centre = Centre.of(replace(base, groups=tuple(replace(g, goal=goal) for g in base.groups)))
    return figures_of(add_up(count_intervals(days, centre, with_contacts).values()))


def test_counts_of_intervals_are_added_up() -> None:
    found = figures(
        day(offered=[10, 20], answered=[9, 18], abandoned=[1, 2], waited_s=[90, 360]),
        day("voice:billing", offered=[5], aht_s=[200]),
    )
    assert found["contacts"] == Figure(35.0, 35.0)
    assert found["abandonment"] == Figure(0.1, 30.0)
    assert found["mean_answer_s"] == Figure(450 / 27, 27.0)
    assert found["aht_s"] == Figure(200.0, 5.0)


@pytest.mark.parametrize(
    ("denominator", "expected"),
    [
        (Denominator.OFFERED, Figure(12 / 20, 20.0)),
        (Denominator.ANSWERED, Figure(12 / 15, 15.0)),
        (Denominator.EXCLUDING_SHORT_ABANDONS, Figure(12 / 17, 17.0)),
        (Denominator.VIRTUAL, Figure(None, 0.0)),
    ],
)
def test_the_service_level_has_the_denominator_of_the_goal(
    denominator: Denominator, expected: Figure
) -> None:
    row = day(
        offered=[20], answered=[15], answered_in_goal=[12], abandoned=[5], abandoned_in_goal=[3]
    )
    assert figures(row, denominator=denominator)["service_level"] == expected


def test_intervals_that_do_not_tell_all_of_a_figure_are_left_out_of_it() -> None:
    found = figures(day(offered=[10, 20], answered_in_goal=[8, None]))
    assert found["service_level"] == Figure(0.8, 10.0)
    assert found["contacts"].value == 30.0


def test_occupancy_is_busy_over_present_time() -> None:
    told = figures(day(offered=[10, 5], present=[4, 4], busy_s=[7200, None]))
    assert told["occupancy"] == Figure(0.5, 4.0)
    assert told["present_hours"].value == 8.0
    # One contact at a time: handling is busy time.
    derived = figures(day(offered=[10], aht_s=[720], present=[4]))
    assert derived["occupancy"] == Figure(0.5, 4.0)


def test_occupancy_of_chats_side_by_side_is_not_guessed() -> None:
    base = organisation()
    channels = (replace(base.channels[0], concurrency=3),)
    centre = Centre.of(replace(base, channels=channels))
    tally = add_up(count_intervals([day(offered=[10], aht_s=[720], present=[4])], centre).values())
    assert figures_of(tally)["occupancy"].value is None


def test_of_groups_with_contacts_only_the_agents_time_counts() -> None:
    row = day(offered=[10], aht_s=[720], present=[4])
    found = figures(row, with_contacts=("voice:orders",))
    assert found["contacts"].value is None
    assert found["occupancy"].value == 0.5


def test_handling_is_of_those_who_were_answered_where_nobody_says_how_many_were_handled() -> None:
    told = {"offered": [10.0], "aht_s": [100.0]}
    assert figures(day(**told))["handled_hours"].value == pytest.approx(1000 / 3600)
    assert figures(day(**told, answered=[8.0]))["handled_hours"].value == pytest.approx(800 / 3600)
    handled = figures(day(**told, answered=[8.0], handled=[7.0]))["handled_hours"]
    assert handled == Figure(pytest.approx(700 / 3600), 7.0)


def test_nobody_abandons_a_ticket() -> None:
    base = organisation()
    email = tuple(replace(channel, kind=ChannelKind.EMAIL) for channel in base.channels)
    row = day(offered=[10], abandoned=[1])
    for centre, expected in (
        (Centre.of(base), 0.1),
        (Centre.of(None), 0.1),
        (Centre.of(replace(base, channels=email)), None),
    ):
        found = figures_of(add_up(count_intervals([row], centre).values()))
        assert found["abandonment"].value == expected
