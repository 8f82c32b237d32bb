"""The Markdown report of the roster cases, made of the figures they left behind."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.rostering.cells import number, percent, table, yes
from benchmarks.rostering.curves import above_best_known, curves, gap

__all__ = ["CASES", "markdown", "read_figures"]

Figures = Mapping[str, Any]
Kept = Mapping[str, Figures]

CASES = ("roster", "nsp", "textbooks", "replan", "deadlines")
"""The cases in the report; figures of a case are in files whose names begin with it."""


def read_figures(folder: Path) -> dict[str, dict[str, Any]]:
    """Return what the roster cases left in a folder, by file name, numbers in names in order."""
    found = {
        path.stem: json.loads(path.read_text("utf-8"))
        for path in folder.glob("*.json")
        if _case(path.stem) in CASES
    }
    return dict(sorted(found.items(), key=lambda item: _natural(item[0])))


def markdown(kept: Kept) -> str:
    """Return the report; cases without figures are named."""
    blocks = ["# Rosters", *_head(kept)]
    sections = {
        "roster": _centres,
        "nsp": _published,
        "textbooks": _textbooks,
        "replan": _replanning,
        "deadlines": _deadlines,
    }
    for case, section in sections.items():
        mine = {name: found for name, found in kept.items() if _case(name) == case}
        if mine:
            blocks += section(mine)
            blocks.append(_commands(mine, case))
        else:
            blocks.append(f"Not measured: `callboard bench {case}`.")
    return "\n\n".join(blocks) + "\n"


def _head(kept: Kept) -> Iterator[str]:
    machines: dict[str, list[str]] = {}
    for name, found in kept.items():
        machine = found["machine"]
        versions = ", ".join(f"{key} {number}" for key, number in machine["versions"].items())
        said = (
            f"{machine['cores']} cores ({machine['architecture']}), Python {machine['python']}, "
            f"{versions}"
        )
        machines.setdefault(said, []).append(name)
    for said, names in machines.items():
        yield said + (f": {', '.join(names)}." if len(machines) > 1 else ".")
    yield (
        "Every roster is judged by the verifier, which shares no code with the solver. The gap is "
        "(objective - proven bound) / objective. Seconds run from the entry of the call to its "
        "answer; memory is the peak of the process, libraries included."
    )


def _centres(kept: Kept) -> Iterator[str]:
    yield (
        "## Generated centres\n\nHalf-hours, lunches that move "
        "(`benchmarks/centre.py`). Core staff is paid in any case and is not in the objective. "
        "Distinct: every agent has an own day off, own hours and own requests."
    )
    heads = ["case", "agents", "skills", "days", "limit s", "objective", "bound", "gap"]
    heads += ["short", "of", "meals and breaks placed", "first roster s", "seconds", "peak MB"]
    heads += ["verified"]
    yield table(
        heads,
        [
            [
                name,
                f"{found['agents']:,}" + (" distinct" if found["distinct"] else ""),
                str(found["skills"]),
                str(found["days"]),
                f"{found['limit']:g}",
                number(found["objective"]),
                number(found["bound"]),
                percent(found["gap"]),
                number(found["short_agent_intervals"]),
                number(found["required_agent_intervals"]),
                f"{found['activities_placed']:,} of {found['activities_asked']:,}",
                number(found["first_roster_seconds"], 1),
                number(found["seconds"], 1),
                number(found["peak_memory_mb"]),
                yes(found["verified"]),
            ]
            for name, found in kept.items()
        ],
    )
    yield "Gap over time, after so many seconds:"
    yield curves(kept, gap)
    beside = {name: found for name, found in kept.items() if "textbook" in found}
    if beside:
        yield from _textbook_model(beside)
        yield from _pyworkforce(beside)


def _textbook_model(kept: Kept) -> Iterator[str]:
    yield (
        "### Beside the textbook model\n\nOne Boolean per agent, day and shift with its lunch, in "
        "CP-SAT with two workers (`benchmarks/rostering/textbook.py`), in a process of its own. "
        "The limit includes building the model."
    )
    heads = ["case", "limit s", "ours", "textbook", "its bound", "its gap", "short", "Booleans"]
    heads += ["built in s", "seconds", "peak MB", "verified"]
    rows = []
    for name, found in kept.items():
        theirs = found["textbook"]
        made = theirs["objective"] is not None
        rows.append(
            [
                name,
                f"{theirs['limit']:g}",
                number(found["objective"]),
                number(theirs["objective"]) if made else "no roster",
                number(theirs["bound"]),
                percent(theirs["gap"]),
                number(theirs["short_agent_intervals"]),
                number(theirs["variables"]),
                number(theirs["build_seconds"], 1),
                number(theirs["seconds"], 1),
                number(theirs["peak_memory_mb"]),
                yes(theirs["verified"]) if made else "-",
            ]
        )
    yield table(heads, rows)


def _pyworkforce(kept: Kept) -> Iterator[str]:
    yield (
        "### Beside pyworkforce\n\nIts `MinRequiredResources` knows no agents, no rest and no "
        "meals that move: the case is the part that it can say, one skill and the fewest shifts "
        "of five hours without a shortage. Ours names the people, too."
    )
    rows = []
    for name, found in kept.items():
        peer = found["pyworkforce"]
        rows.append([name, "Callboard", *_counted(peer["callboard"]), ""])
        if "absent" in peer:
            rows.append([name, f"{peer['package']}: `{peer['absent']}`", *[""] * 5])
        else:
            theirs = peer["pyworkforce"]
            said = f"{peer['package']} {peer['version']}"
            rows.append([name, said, *_counted(theirs), theirs["status"].lower()])
    heads = ["case", "", "shifts", "short agent-intervals", "seconds", "verified", "its own word"]
    yield table(heads, rows)


def _counted(found: Figures) -> list[str]:
    return [
        number(found["shifts"]),
        number(found["short_agent_intervals"]),
        number(found["seconds"], 1),
        yes(found["verified"]),
    ]


def _published(kept: Kept) -> Iterator[str]:
    yield (
        "## Published instances\n\nCurtois and Qu (2014); the same settings for all. Verified: by "
        "the verifier, and by a second judge that reads the file's text alone, with the same "
        "objective. Best known values are those in `best_known.csv` beside the files."
    )
    heads = ["instance", "days", "staff", "shift types", "objective", "best known"]
    heads += ["above best known", "bound", "gap", "seconds", "verified"]
    yield table(
        heads,
        [
            [
                found["instance"],
                str(found["days"]),
                str(found["staff"]),
                str(found["shift_types"]),
                number(found["objective"]),
                number(found["best_known"]),
                percent(found["best_known_gap"]),
                number(found["bound"], 1),
                percent(found["gap"]),
                number(found["seconds"], 1),
                yes(found["verified"]),
            ]
            for found in kept.values()
        ],
    )
    yield "Gap to the proven bound over time, after so many seconds:"
    yield curves(kept, gap)
    if any(found["best_known"] for found in kept.values()):
        yield "Distance from the best known value over time:"
        yield curves(kept, above_best_known)


def _textbooks(kept: Kept) -> Iterator[str]:
    yield (
        "## Optima that textbooks print\n\nWinston: the fewest people who work five days in a row; "
        "proven if the bound rules one fewer out. Union Airways: the cheapest shifts of one day."
    )
    yield table(
        ["case", "printed", "ours", "proven", "verified", "seconds"],
        [
            [
                row["case"],
                number(row["printed"]),
                number(row["ours"]),
                yes(row["proven"]),
                yes(row["verified"]),
                number(row["seconds"], 1),
            ]
            for found in kept.values()
            for row in found["cases"]
        ],
    )


def _replanning(kept: Kept) -> Iterator[str]:
    yield (
        "## Re-planning\n\nPeople call in sick on Tuesday evening for Wednesday and Thursday. "
        "Re-planned: from the standing roster, with a price for every change. Cold: solved as if "
        "the week were new. Greedy: every lost shift to the cheapest person who is free. What has "
        "begun is frozen; a change is a day on which somebody works otherwise than published."
    )
    heads = ["case", "agents", "absences", "seeds", "limit s", "price of a change", "way"]
    heads += ["changes", "price of the shortage", "short agent-intervals", "seconds"]
    heads += ["verified", "coverage of the re-plan no worse"]
    rows = []
    for name, found in kept.items():
        runs = len(found["runs"])
        for way, row in found["mean"].items():
            held = f"{found['no_worse'][way]} of {runs}" if way in found["no_worse"] else ""
            rows.append(
                [
                    name,
                    number(found["agents"]),
                    str(found["absences"]),
                    str(runs),
                    f"{found['limit']:g}",
                    f"{found['price']:g}",
                    way,
                    number(row["changes"], 1),
                    number(row["shortage"]),
                    number(row["short_agent_intervals"], 1),
                    number(row["seconds"], 1),
                    yes(row["verified"]),
                    held,
                ]
            )
    yield table(heads, rows)


def _deadlines(kept: Kept) -> Iterator[str]:
    yield (
        "## Deadlines\n\nA process of its own for each limit, with two calls: the first loads what "
        "was compiled. Late is what an answer took beyond its limit."
    )
    heads = ["case", "agents", "limit s", "call", "answer after s", "late s", "objective", "gap"]
    heads += ["first roster s", "verified", "peak MB"]
    rows = []
    for name, found in kept.items():
        for limit in found["limits"]:
            for which in ("first", "again"):
                call = limit[which]
                made = call["objective"] is not None
                rows.append(
                    [
                        name,
                        f"{found['agents']:,}" + (" distinct" if found["distinct"] else ""),
                        f"{limit['limit']:g}",
                        which,
                        number(call["seconds"], 2),
                        number(max(0.0, call["late"]), 2),
                        number(call["objective"]) if made else "no roster",
                        percent(call["gap"]),
                        number(call["first_roster_seconds"], 1),
                        yes(call["verified"]) if made else "-",
                        number(limit["peak_memory_mb"]),
                    ]
                )
    yield table(heads, rows)


def _commands(kept: Kept, case: str) -> str:
    commands = [found.get("command", f"callboard bench {case}") for found in kept.values()]
    return "\n".join(f"    {command}" for command in dict.fromkeys(commands))


def _case(name: str) -> str:
    return name.split("_")[0]


def _natural(name: str) -> list[tuple[bool, int, str]]:
    parts = re.split(r"(\d+)", name)
    return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts]
