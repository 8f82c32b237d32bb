"""Judge a roster by the text of a published instance alone.

Nothing here is shared with the parser, the solver or the verifier: whoever doubts a figure needs
to read this page only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

__all__ = ["Verdict", "judge"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is true of a roster.

    Parameters
    ----------
    broken
        A sentence for every hard rule that is broken; none at all means feasible.
    objective
        Wishes not granted, and employees missing and too many, by their weights.
    """

    broken: tuple[str, ...]
    objective: int

    @property
    def feasible(self) -> bool:
        """Tell whether no hard rule is broken."""
        return not self.broken


def judge(text: str, roster: Mapping[str, Sequence[str]]) -> Verdict:
    """Return feasibility and objective of a roster.

    Parameters
    ----------
    text
        Of the instance's file, which must be sound.
    roster
        Shift of each day of the horizon, "" for a day off, of every employee.
    """
    lines = _lines(text)
    minutes = {name: int(length) for name, length, _ in lines["SHIFTS"]}
    apart = {
        (name, other) for name, _, rest in lines["SHIFTS"] for other in rest.split("|") if other
    }
    off = {name: {int(day) for day in rest} for name, *rest in lines["DAYS_OFF"]}
    broken = []
    for name, *limits in lines["STAFF"]:
        mine = roster[name]
        broken += [
            f"{name} works on day {day}, which is off"
            for day, shift in enumerate(mine)
            if shift and day in off.get(name, ())
        ]
        broken += [
            f"{name} has {after} after {before} on day {day}"
            for day, (before, after) in enumerate(pairwise(mine), start=1)
            if (before, after) in apart
        ]
        broken += [f"{name}: {what}" for what in _limits(mine, limits, minutes)]
    worked = Counter((day, shift) for mine in roster.values() for day, shift in enumerate(mine))
    objective = 0
    for name, on, shift, weight in lines["SHIFT_ON_REQUESTS"]:
        objective += int(weight) * (roster[name][int(on)] != shift)
    for name, on, shift, weight in lines["SHIFT_OFF_REQUESTS"]:
        objective += int(weight) * (roster[name][int(on)] == shift)
    for on, shift, wanted, missing, extra in lines["COVER"]:
        surplus = worked[int(on), shift] - int(wanted)
        objective += int(extra) * max(0, surplus) + int(missing) * max(0, -surplus)
    return Verdict(tuple(broken), objective)


def _limits(mine: Sequence[str], limits: Sequence[str], minutes: Mapping[str, int]) -> list[str]:
    most = dict(part.split("=") for part in limits[0].split("|"))
    longest, least, max_run, min_run, min_off, weekends = map(int, limits[1:])
    broken = [
        f"{number} shifts {shift}, at most {most[shift]}"
        for shift, number in Counter(mine).items()
        if shift and number > int(most[shift])
    ]
    total = sum(minutes[shift] for shift in mine if shift)
    if not least <= total <= longest:
        broken.append(f"{total} minutes, not in {least} to {longest}")
    touched = {day // 7 for day, shift in enumerate(mine) if shift and day % 7 >= 5}
    if len(touched) > weekends:
        broken.append(f"{len(touched)} weekends, at most {weekends}")
    day = 0
    for works, run in groupby(mine, bool):
        length = len(list(run))
        inside = day > 0 and day + length < len(mine)
        if works and length > max_run:
            broken.append(f"{length} days in a row from day {day}, at most {max_run}")
        if inside and length < (min_run if works else min_off):
            broken.append(f"only {length} days {'at work' if works else 'off'} from day {day}")
        day += length
    return broken


def _lines(text: str) -> dict[str, list[list[str]]]:
    lines: dict[str, list[list[str]]] = {}
    name = ""
    for line in map(str.strip, text.lstrip("\ufeff").splitlines()):
        if line.startswith("SECTION_"):
            name = line.removeprefix("SECTION_")
            lines[name] = []
        elif line and not line.startswith("#"):
            lines[name].append(line.split(","))
    return lines
