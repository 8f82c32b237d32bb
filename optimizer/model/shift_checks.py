"""Checks of shift templates: starts, lengths, activities and the stretches of work between them."""

from __future__ import annotations

from optimizer.model.findings import Findings
from optimizer.model.grid import MINUTES_PER_DAY
from optimizer.model.shifts import ShiftTemplate

__all__ = ["check_template", "check_template_on_grid"]


def check_template(found: Findings, template: ShiftTemplate) -> None:
    """Report what is wrong with a shift template by itself."""
    found.within("earliest_start", template.earliest_start, 0, MINUTES_PER_DAY, open_high=True)
    found.within("latest_start", template.latest_start, 0, MINUTES_PER_DAY, open_high=True)
    found.ordered("latest_start", template.earliest_start, template.latest_start)
    found.within("step_minutes", template.step_minutes, 1)
    if not template.lengths:
        found.at("lengths").error("no_lengths", "The template has no shift length.")
    for i, length in enumerate(template.lengths):
        found.at("lengths").within(str(i), length, 1, MINUTES_PER_DAY)
    if not template.weekdays:
        found.at("weekdays").warning("no_weekdays", "The template may start on no day at all.")
    for i, weekday in enumerate(template.weekdays):
        found.at("weekdays").within(str(i), weekday, 0, 6)
    found.within("min_stretch_minutes", template.min_stretch_minutes, 0)
    found.within("max_stretch_minutes", template.max_stretch_minutes, 1)
    found.ordered("max_stretch_minutes", template.min_stretch_minutes, template.max_stretch_minutes)
    _check_activities(found, template)


def check_template_on_grid(found: Findings, template: ShiftTemplate, step: int) -> None:
    """Report a template whose times are no multiples of the interval of `step` minutes."""
    times = [template.earliest_start, *template.lengths]
    # A step is taken only where there is more than one place to begin.
    if template.latest_start > template.earliest_start:
        times.append(template.step_minutes)
    for activity in template.activities:
        times += [activity.minutes, activity.earliest_minute]
        if activity.latest_minute > activity.earliest_minute:
            times.append(activity.step_minutes)
    if step > 0 and any(minutes % step for minutes in times):
        found.error(
            "off_grid",
            f"Template {template.id!r} does not fit intervals of {step} minutes.",
        )


def _check_activities(found: Findings, template: ShiftTemplate) -> None:
    shortest = min(template.lengths, default=0)
    each_fits = all(0 < length <= MINUTES_PER_DAY for length in template.lengths)
    for i, activity in enumerate(template.activities):
        here = found.at("activities", i)
        here.within("minutes", activity.minutes, 1)
        here.within("step_minutes", activity.step_minutes, 1)
        here.within("earliest_minute", activity.earliest_minute, 0)
        here.ordered("latest_minute", activity.earliest_minute, activity.latest_minute)
        each_fits &= activity.minutes > 0 and activity.earliest_minute >= 0
        each_fits &= activity.step_minutes > 0
        if activity.earliest_minute + activity.minutes > shortest:
            each_fits = False
            here.error(
                "activity_outside_shift",
                f"The activity cannot end within the shortest shift, {shortest} minutes.",
            )
    if not each_fits or not template.lengths:
        return
    if template.activities and not _placeable(template, shortest, 0, None):
        found.at("activities").error(
            "activities_do_not_fit",
            f"The activities cannot follow each other in a shift of {shortest} minutes.",
        )
        return
    least, most = template.min_stretch_minutes, template.max_stretch_minutes
    failing = [
        i
        for i, length in enumerate(template.lengths)
        if not _placeable(template, length, least, most)
    ]
    # Lengths that cannot be are left out where there are others.
    report = found.error if len(failing) == len(template.lengths) else found.warning
    if failing:
        lengths = ", ".join(str(template.lengths[i]) for i in failing)
        upper = "" if most is None else f" to {most}"
        report(
            "stretches_do_not_fit",
            f"In a shift of {lengths} minutes the activities cannot leave stretches of {least}"
            f"{upper} minutes of work.",
        )


def _placeable(template: ShiftTemplate, length: int, least: int, most: int | None) -> bool:
    """Tell whether the activities fit into a shift with stretches of work within bounds.

    The minutes at which each activity may end are found from those of the one before it. Where
    one follows the other at once there is no stretch between them.
    """

    def allowed(stretch: int) -> bool:
        return stretch == 0 or least <= stretch <= (length if most is None else most)

    ends = {0}
    for activity in template.activities:
        begins = range(
            activity.earliest_minute,
            min(activity.latest_minute, length - activity.minutes) + 1,
            activity.step_minutes,
        )
        ends = {
            begin + activity.minutes
            for begin in begins
            if any(allowed(begin - end) for end in ends)
        }
    return any(allowed(length - end) for end in ends)
