"""The figures of the simulation case for people: tables, and sentences around them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import RenderableType
from rich.table import Table

__all__ = ["august", "exact", "scenario", "speed"]

Figures = Mapping[str, Any]

_ALL = "all calls"


def speed(found: Figures) -> Iterator[RenderableType]:
    """Yield speed, memory, and Ciw beside ours."""
    yield (
        f"{found['contacts_per_second']:,.0f} contacts a second with rule {found['rule']}, drawn, "
        f"played and counted ({found['contacts']:,} contacts, {found['agents']} agents, median of "
        f"{found['repeats']} runs, best {found['contacts_per_second_best']:,.0f})"
    )
    for row in found.get("memory", ()):
        kept = "with a record of each" if row["records"] else "counted only"
        yield (
            f"{row['contacts']:>9,} contacts, {kept}: peak memory of the process grows by "
            f"{row['peak_growth_mb']:.1f} MB to {row['peak_mb']:.0f} MB"
        )
    if "beside_ciw" in found:
        yield _ciw(found["beside_ciw"])


def _ciw(found: Figures) -> str:
    ours, ciw = found["ours"], found["ciw"]
    text = (
        f"{found['queue']}, {found['contacts']:,} contacts: {ours['contacts_per_second']:,.0f} a "
        f"second, mean wait {ours['mean_wait_s']:.1f} s; "
    )
    if ciw is None:
        return text + f"not beside Ciw, which is not installed ({found['not_installed']})"
    return text + (
        f"Ciw {ciw['version']}: {ciw['contacts_per_second']:,.0f}, {ciw['mean_wait_s']:.1f} s. "
        f"Ours is {found['times_as_fast']:.0f} times as fast"
    )


def scenario(found: Figures) -> Iterator[RenderableType]:
    """Yield every figure beside what was printed, and how many agree."""
    table = Table("figure", "ours", "printed", "")
    for name, row in found["figures"].items():
        printed = row.get("printed")
        if printed is None:
            table.add_row(name, _interval(row["ours"]), "", "")
            continue
        # Figures without an interval of their own are judged by the noise of so many days.
        agrees = row["near"] if row["overlapping"] is None else row["overlapping"]
        mark = "" if agrees is None else "agrees" if agrees else "differs"
        table.add_row(name, _interval(row["ours"]), _interval(printed), mark)
    yield table
    yield (
        f"{found['inside']} of {found['printed_intervals']} printed intervals hold our mean, "
        f"{found['overlapping']} overlap ours ({found['days']} days, {found['seconds']:.1f} s)"
    )
    if found["printed_without_interval"]:
        yield (
            f"of {found['printed_without_interval']} figures printed without an interval "
            f"{found['held']} are in ours, {found['near']} differ by no more than the noise of as "
            "many days as they had"
        )


def exact(found: Figures) -> Iterator[RenderableType]:
    """Yield every figure beside the exact one or its limit."""
    table = Table("figure", "exact", "limit", "ours")
    for row in found["figures"]:
        known = ("" if row[k] is None else f"{row[k]:.4f}" for k in ("expected", "limit"))
        table.add_row(row["name"], *known, _interval(row["ours"]))
    yield table
    yield (
        f"{found['inside']} of {found['known']} intervals hold the exact value "
        f"({found['replications']} replications, {found['seconds']:.1f} s)"
    )


def august(found: Figures) -> Iterator[RenderableType]:
    """Yield what happened beside what the replay came to."""
    for name, count in found["log"].items():
        yield f"{count:>6,}  {name.replace('_', ' ')}"
    yield _beside("by priority", {_ALL: found["all"]}, found["by_priority"])
    yield _beside("by type", found["by_type"])
    yield _beside("by hour", found["by_hour"])
    table = Table("assumption", "mean answer", "priority 0", "1", "2", "gave up", "0", "1", "2")
    table.add_row("as it happened", *_means(found, "real"))
    table.add_row("as above", *_means(found, "simulated"))
    for name, row in found["variants"].items():
        table.add_row(name, *_means(row, "simulated"))
    yield table
    yield from _overtaking(found["overtaking"])


def _overtaking(found: Figures) -> Iterator[Table]:
    """Yield who is taken before whom."""
    for which, title in (("real", "as it happened"), ("simulated", "replayed")):
        heads = (f"of {p} who came before" for p in range(len(found[which])))
        table = Table("an answer to", *heads, title=f"passes somebody, {title}")
        for priority, row in enumerate(found[which]):
            table.add_row(f"priority {priority}", *map(_percent, row))
        yield table


def _means(found: Figures, which: str) -> Iterator[str]:
    """Yield mean answer and abandonment, of all and by priority."""
    for figure, show in (("mean_answer_s", _seconds), ("abandonment", _percent)):
        for group in (found["all"], *found["by_priority"].values()):
            value = group[which][figure]
            yield show(value["mean"] if isinstance(value, Mapping) else value)


def _beside(title: str, *groups: Mapping[Any, Figures]) -> Table:
    table = Table("", "calls", "mean answer", "replayed", "gave up", "replayed", title=title)
    for group in groups:
        for name, row in group.items():
            real, ours = row["real"], row["simulated"]
            table.add_row(
                str(name),
                f"{row['calls']:,.0f}",
                _seconds(real["mean_answer_s"]),
                _seconds(ours["mean_answer_s"]["mean"]),
                _percent(real["abandonment"]),
                _percent(ours["abandonment"]["mean"]),
            )
    return table


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f} s"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}".replace("%", " %")


def _interval(figure: Mapping[str, float | None]) -> str:
    if figure["mean"] is None:
        return "none"
    text = f"{figure['mean']:.4f}"
    if figure["low"] is not None and figure["high"] is not None:
        text += f" [{figure['low']:.4f}, {figure['high']:.4f}]"
    return text
