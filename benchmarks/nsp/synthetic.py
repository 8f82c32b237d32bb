"""Instances of the published kind, of any size: for long horizons whose files are not at hand.

Numbers are drawn as they stand in the published files of four and eight weeks (13 and 17): shifts
of 8, 10 and 12 hours that follow each other only forwards by the clock, about half of everybody's
types restricted, 34 to 36 hours a week, every other weekend, a day off in eleven wished for in
advance, a wish in six days, and cover for a little more than the staff can give.
"""

from __future__ import annotations

import numpy as np

__all__ = ["synthetic_instance"]

LENGTHS = (480, 480, 480, 600, 720)
FORBIDDEN_SHARE, LIMITED_SHARE = 0.3, 0.15
HOURS_PER_WEEK = (33.0, 36.0)
DAYS_OFF_EVERY, WISHES_ON_EVERY, WISHES_OFF_EVERY = 11.0, 5.5, 13.0
STRETCH = 4
"""Longest run of days in one wish."""


def synthetic_instance(days: int, staff: int, types: int, *, seed: int = 0) -> str:
    """Return the text of an instance in the format of `parse_instance`.

    Parameters
    ----------
    days
        Length of the horizon, a multiple of 7.
    types
        Types of shift, 1 or more.
    """
    rng = np.random.default_rng(seed)
    lengths = [LENGTHS[number % len(LENGTHS)] for number in range(types)]
    starts = np.sort(rng.integers(6, 24, types))
    ids = [f"s{number}" for number in range(types)]
    lines = ["SECTION_HORIZON", str(days), "SECTION_SHIFTS"]
    for number, name in enumerate(ids):
        # Fewer than ten hours to the same time on the next day, less what both are apart.
        ends = starts[number] * 60 + lengths[number]
        apart = [
            other
            for other, start in zip(ids, starts, strict=True)
            if start * 60 + 24 * 60 - ends < 10 * 60
        ]
        lines.append(f"{name},{lengths[number]},{'|'.join(apart)}")
    lines.append("SECTION_STAFF")
    names = [f"e{number}" for number in range(staff)]
    may = rng.random((staff, types)) >= FORBIDDEN_SHARE
    may[:, 0] |= ~may.any(axis=1)
    few = rng.random((staff, types)) < LIMITED_SHARE
    few[:, 0] = False
    least, most = (round(hours * days / 7) * 60 for hours in HOURS_PER_WEEK)
    for name, allowed, limited in zip(names, may, few, strict=True):
        limits = [
            f"{shift}={0 if not ok else days // 8 if less else days}"
            for shift, ok, less in zip(ids, allowed.tolist(), limited.tolist(), strict=True)
        ]
        lines.append(f"{name},{'|'.join(limits)},{most},{least},5,2,2,{days // 14}")
    lines.append("SECTION_DAYS_OFF")
    for name in names:
        off = rng.choice(days, round(days / DAYS_OFF_EVERY), replace=False)
        lines.append(",".join([name, *map(str, sorted(off.tolist()))]))
    for section, every in (
        ("SECTION_SHIFT_ON_REQUESTS", WISHES_ON_EVERY),
        ("SECTION_SHIFT_OFF_REQUESTS", WISHES_OFF_EVERY),
    ):
        lines += [section, *_wishes(rng, names, ids, days, every)]
    lines.append("SECTION_COVER")
    people = staff * sum(HOURS_PER_WEEK) / 2 / 7 / (sum(lengths) / types / 60)
    for day in range(days):
        share = rng.dirichlet(np.full(types, 8.0)) * people * (0.9 if day % 7 >= 5 else 1.05)
        for name, wanted in zip(ids, np.rint(share).astype(int).tolist(), strict=True):
            lines.append(f"{day},{name},{wanted},100,1")
    return "\n".join(lines) + "\n"


def _wishes(
    rng: np.random.Generator, names: list[str], ids: list[str], days: int, every: float
) -> list[str]:
    """Return lines of wishes that come in runs of days for one type of shift."""
    lines = []
    for name in names:
        taken: set[int] = set()
        for _ in range(round(2 * days / every / (STRETCH + 1))):
            first, length = int(rng.integers(days)), int(rng.integers(1, STRETCH + 1))
            shift, weight = ids[int(rng.integers(len(ids)))], int(rng.integers(1, 4))
            run = [day for day in range(first, min(days, first + length)) if day not in taken]
            taken.update(run)
            lines += [f"{name},{day},{shift},{weight}" for day in run]
    return lines
