"""Learn what events do: day by day of their windows, slot by slot, over all groups together.

The contacts of a slot on a day that events move are thought to be

    usual x product over the events of (factor of the day x shape of the slot)

with `usual` from `forecasts.events.usual`. An event has one factor for each day of its window and
one shape for each phase (before, during, after), all pooled over its occurrences and believed by
credibility around what is expected of it: its given uplift, the effect of the event that it is
like, the mean effect of its family, or none. Where windows of several events meet, each is learnt
in turn with the others divided out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from forecasts.calendars import Calendar
from forecasts.errors import Issue, Severity, pointer
from forecasts.events.effects import Effects, LearntFactor
from forecasts.events.estimate import UNKNOWN, Effect
from forecasts.events.event import Event, check_events, in_order
from forecasts.events.past import gather_past
from forecasts.events.together import families, learn_together
from forecasts.gaps import WholeDays
from forecasts.weekly import BoolArray, DayArray, among

__all__ = ["learn_all_effects"]


def learn_all_effects(
    names: Sequence[str],
    wholes: Sequence[WholeDays],
    calendars: Sequence[Calendar],
    events: Sequence[Event],
) -> tuple[Effects, ...]:
    """Learn the effects of events on every group, in the order of `names`.

    Groups share what they have in common; one whose counts differ beyond chance keeps its own
    effect. A group that was closed on most days of a family (as public holidays may be) is not
    moved by it. The order of events and of groups does not matter.

    Parameters
    ----------
    names
        Of the groups, ``[G]``, at least one.
    wholes, calendars
        Of each group, with equally many slots a day.
    events
        With past occurrences to learn from and those to come.

    Raises
    ------
    ForecastError
        If the events do not make sense; see `check_events`.
    """
    check_events(events, names)
    ordered = in_order(events)
    dates = {event.name: event.occurrences() for event in ordered}
    moves = _moves(names, wholes, calendars, ordered, dates)
    moved = [
        _days([dates[event.name] for event in ordered if moves[event.name][group]])
        for group in range(len(names))
    ]
    effects = learn_together(gather_past(wholes, calendars, moved), ordered, moves)
    return tuple(
        _put_together(
            group,
            name,
            days,
            [
                (effect, dates[event.name])
                for event, effect in zip(ordered, effects, strict=True)
                if moves[event.name][group]
            ],
            whole,
            calendar,
        )
        for group, (name, days, whole, calendar) in enumerate(
            zip(names, moved, wholes, calendars, strict=True)
        )
    )


def _moves(
    names: Sequence[str],
    wholes: Sequence[WholeDays],
    calendars: Sequence[Calendar],
    events: Sequence[Event],
    dates: Mapping[str, DayArray],
) -> dict[str, BoolArray]:
    """Tell by event which groups it moves, ``[G]``."""
    moves = {event.name: np.array([event.concerns(name) for name in names]) for event in events}
    for family in families(events).values():
        days = _days([dates[event.name][:, event.phases() == 1] for event in family])
        for group, (whole, calendar) in enumerate(zip(wholes, calendars, strict=True)):
            series = whole.series
            closed = among(days, calendar.closures) & (days <= series.days[-1])
            recorded = among(days, series.days[series.day_recorded])
            if closed.any() and closed.sum() >= recorded.sum():
                for event in family:
                    moves[event.name][group] = False
    return moves


def _days(dates: Iterable[DayArray]) -> DayArray:
    """Return all dates in order, each once."""
    none = np.array([], "datetime64[D]")
    return np.unique(np.concatenate([none, *(some.ravel() for some in dates)]))


def _put_together(
    group: int,
    name: str,
    days: DayArray,
    effects: Sequence[tuple[Effect, DayArray]],
    whole: WholeDays,
    calendar: Calendar,
) -> Effects:
    """Return what events do to one group, from each effect on it and its occurrences."""
    size = (len(days), whole.series.offered.shape[1])
    factors, variances = np.ones(size), np.zeros(size)
    learnt: list[LearntFactor] = []
    issues = []
    for effect, dates in effects:
        event = effect.event
        # An event's occurrences do not overlap, so no row is met twice.
        rows = np.searchsorted(days, dates)
        factor, variance = effect.of_group(group)
        factors[rows] *= factor
        variances[rows] += variance
        source = effect.sources[group]
        learnt += [
            LearntFactor(event.name, *figures, source)
            for figures in zip(
                event.offsets.tolist(),
                effect.factor[group].tolist(),
                np.sqrt(effect.factor_variance[group]).tolist(),
                effect.contacts[group].tolist(),
                strict=True,
            )
        ]
        own = dates[:, event.phases() == 1]
        to_come = own[own > whole.series.days[-1]]
        if source == UNKNOWN and calendar.is_open(to_come).any():
            detail = (
                f"Nothing is known of the event {event.name!r}, so it changes nothing; give an "
                "uplift or an event that it is like."
            )
            issues.append(Issue("event_unknown", pointer("groups", name), detail, Severity.WARNING))
    return Effects(days, factors, variances, tuple(learnt), tuple(issues))
