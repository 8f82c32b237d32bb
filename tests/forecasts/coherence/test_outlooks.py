"""Adding up: sums are heard where they can speak, young groups inherit and come into their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import numpy as np
import pytest

from forecasts import History, InvalidHistory, forecast
from forecasts.calendars import day_array
from forecasts.coherence.heirs import GROWN_DAYS, YOUNG_DAYS
from forecasts.coherence.hierarchy import Hierarchy
from forecasts.coherence.outlooks import cohere, settled_groups
from forecasts.coherence.reconcile import reconcile_days
from forecasts.ensemble import mix
from forecasts.events import Event
from forecasts.outlook import Outlook, look_ahead
from forecasts.pipeline import known_closures, panel_of

Office = Callable[..., np.ndarray]
HistoryOf = Callable[..., History]

GROUPS = ("g0", "g1", "g2")
VOICE = {"channel": {"g0": "voice", "g1": "voice", "g2": "chat"}}
ABOVE = Hierarchy.of(GROUPS, VOICE)
"""A total, and one channel of two groups."""


@pytest.fixture(scope="module")
def three(office: Office) -> np.ndarray:
    """Return three groups that share their good and bad days, open Monday to Friday."""
    rng = np.random.default_rng(1)
    shared = rng.normal(1.0, 0.08, (84, 1))
    expected = np.stack([office(84, total=total) * shared for total in (900.0, 300.0, 80.0)])
    return np.where(np.isnan(expected), np.nan, rng.poisson(np.nan_to_num(expected)))


def outlooks_of(
    history: History, days: int, events: Sequence[Event] = ()
) -> tuple[list[Outlook], list[Outlook]]:
    """Return the outlooks of the sums of `ABOVE` and of the groups, not reconciled yet."""
    series = [history.series(group) for group in range(3)]
    closures = known_closures(series, day_array(()))
    panel = panel_of(history, series, closures, events=events, settled=ABOVE)
    found = look_ahead(panel, history.days[-1] + 1, days)
    outlooks = [outlook for outlook in found if outlook is not None]
    return outlooks[3:], outlooks[:3]


# --- sums are heard ---------------------------------------------------------------------------


def test_totals_of_days_are_those_that_sums_and_groups_agree_on(
    history_of: HistoryOf, three: np.ndarray
) -> None:
    history = history_of(three)
    sums, alone = outlooks_of(history, 7)
    assert [node.name for node in ABOVE.sums] == ["total", "channel=voice"]
    base, errors = [], []
    for node in (*sums, *alone):
        base.append(node.expected.sum(axis=1))
        said = mix(node.rehearsed.expected, node.choice.weights)
        missed = node.rehearsed.actual - said
        scored = np.isfinite(missed).any(axis=2)
        errors.append(np.where(scored, np.nansum(missed, axis=2), np.nan).ravel())
    agreed = reconcile_days(np.stack(base), ABOVE, np.column_stack(errors))

    totals = forecast(history, 7, hierarchy=ABOVE).day_totals()
    np.testing.assert_allclose(totals, agreed, rtol=1e-9)
    before = np.stack(base)[2:]
    assert np.abs(totals / np.where(before > 0, before, 1.0) - 1.0)[before > 0].max() > 1e-4


def test_slots_and_intervals_are_scaled_with_their_day(
    history_of: HistoryOf, three: np.ndarray
) -> None:
    history = history_of(three)
    _, alone = outlooks_of(history, 7)
    together = forecast(history, 7, hierarchy=ABOVE)
    for group, outlook in enumerate(alone):
        offered = together.offered[group].reshape(7, 24)
        factors = together.day_totals()[group, :5] / outlook.expected.sum(axis=1)[:5]
        np.testing.assert_allclose(offered[:5], factors[:, None] * outlook.expected[:5], rtol=1e-9)
        low, high = (bounds[95][group] for bounds in (together.lower, together.upper))
        assert (low <= together.offered[group]).all()
        assert (together.offered[group] <= high).all()


def test_a_sum_is_silent_on_days_that_an_event_moves(
    history_of: HistoryOf, three: np.ndarray
) -> None:
    history = history_of(three)
    # A Tuesday; only one group of the channel is moved.
    sale = Event("sale", (date(2024, 3, 26),), uplift=1.5, groups=("g0",))
    _, alone = outlooks_of(history, 7, events=[sale])
    totals = forecast(history, 7, hierarchy=ABOVE, events=[sale]).day_totals()
    untouched = np.stack([outlook.expected.sum(axis=1) for outlook in alone])
    np.testing.assert_allclose(totals[:, 1], untouched[:, 1], rtol=1e-9)
    assert np.abs(totals[:, 2] / untouched[:, 2] - 1.0).max() > 1e-6


def test_a_sum_is_silent_on_days_on_which_a_part_of_it_is_closed(
    history_of: HistoryOf, three: np.ndarray
) -> None:
    history = history_of(three)
    series = [history.series(group) for group in range(3)]
    closures = known_closures(series, day_array(()))
    # Only the third group keeps the Friday; the channel has both of its groups.
    closures[2] = np.union1d(closures[2], np.array(["2024-03-29"], "datetime64[D]"))
    panel = panel_of(history, series, closures, settled=ABOVE)
    morning = history.days[-1] + 1
    found = look_ahead(panel, morning, 7)
    together, _ = cohere(ABOVE, ABOVE, series, found, morning + np.arange(7))
    nodes = [outlook for outlook in (*found[3:], *found[:3]) if outlook is not None]
    base = np.stack([node.expected.sum(axis=1) for node in nodes])
    base[0, 4] = np.nan
    errors = np.column_stack([node.day_errors() for node in nodes])
    totals = np.stack([outlook.expected.sum(axis=1) for outlook in together])
    np.testing.assert_allclose(totals, reconcile_days(base, ABOVE, errors), rtol=1e-9)
    assert totals[2, 4] == 0
    assert np.abs(totals[:2, 4] / base[2:4, 4] - 1.0).max() > 1e-6


# --- young groups inherit ---------------------------------------------------------------------


def ages(office: Office, days: int) -> np.ndarray:
    """Return two grown groups and one that is `days` old, a fifth of the first."""
    values = np.stack([office(112), office(112, total=700.0), office(112, total=400.0)])
    values[2, : 112 - days] = np.nan
    return values


def heirs_part(history: History) -> float:
    result = forecast(history, hierarchy=ABOVE)
    choice = result.choices[2]
    assert sum(choice.weights.values()) == pytest.approx(1.0)
    return choice.weights.get("heir", 0.0)


def test_what_a_group_inherits_passes_smoothly_into_its_own(
    office: Office, history_of: HistoryOf
) -> None:
    at = [7, YOUNG_DAYS, 42, GROWN_DAYS - 1, GROWN_DAYS]
    parts = [heirs_part(history_of(ages(office, days))) for days in at]
    expected = [1.0, 1.0, 0.75, 1 / 56, 0.0]
    np.testing.assert_allclose(parts, expected, atol=1e-12)


@pytest.mark.parametrize("days", [7, 28, 70])
def test_a_young_group_is_forecast_as_if_it_were_old(
    office: Office, history_of: HistoryOf, days: int
) -> None:
    grown = forecast(history_of(ages(office, 112)), hierarchy=ABOVE).day_totals()[2]
    young = forecast(history_of(ages(office, days)), hierarchy=ABOVE)
    np.testing.assert_allclose(young.day_totals()[2], grown, rtol=0.06)
    told = {issue.pointer for issue in young.issues if issue.code == "inherited"}
    assert told == {"/groups/g2"}


def test_a_group_that_is_only_planned_gets_its_share_of_the_others(
    office: Office, history_of: HistoryOf
) -> None:
    values = np.stack([office(112), office(112, total=700.0)])
    planned = Hierarchy.of((*GROUPS[:2], "new"), {}, shares={"new": 0.1})
    result = forecast(history_of(values), hierarchy=planned)
    assert result.groups == ("g0", "g1", "new")
    np.testing.assert_allclose(result.offered[2], 0.1 * result.offered[:2].sum(axis=0), rtol=1e-9)
    np.testing.assert_array_equal(result.open[2], result.open[0])
    assert result.models[2] == "heir"


def test_an_heir_takes_part_in_what_moves_its_parent(office: Office, history_of: HistoryOf) -> None:
    history = history_of(np.stack([office(112), office(112, total=700.0)]))
    planned = Hierarchy.of((*GROUPS[:2], "new"), {}, shares={"new": 0.1})
    sale = Event("sale", (date(2024, 4, 24),), uplift=2.0, groups=("g0",))
    result = forecast(history, hierarchy=planned, events=[sale], closures=[date(2024, 4, 26)])
    np.testing.assert_allclose(result.offered[2], 0.1 * result.offered[:2].sum(axis=0), rtol=1e-9)
    assert result.open_days()[:, 4].tolist() == [False] * 3


def test_all_groups_with_nothing_to_go_by_are_listed_together(
    office: Office, history_of: HistoryOf
) -> None:
    values = np.stack([office(84), office(84)])
    wanted = Hierarchy.of(("g0", "g1", "lost", "new", "unknown"), {}, shares={"new": 0.1})
    with pytest.raises(InvalidHistory) as caught:
        forecast(history_of(values), hierarchy=wanted)
    assert [(issue.code, issue.pointer) for issue in caught.value.issues] == [
        ("history_too_short", "/groups/lost"),
        ("history_too_short", "/groups/unknown"),
    ]


def test_groups_stand_alone_with_as_much_history_as_anybody_or_twelve_weeks() -> None:
    assert settled_groups(ABOVE, [400, 84, 83]).groups == ("g0", "g1")
    assert settled_groups(ABOVE, [30, 30, 29]).groups == ("g0", "g1")
    assert settled_groups(ABOVE, [6, 6, 6]).groups == ()
