"""The Markdown report of the forecast case, made of its figures alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from benchmarks.forecasting.peers import INSTALL

__all__ = ["markdown"]

Figures = Mapping[str, Any]

HORIZONS = {
    "week": "One week ahead",
    "last_days": "One day ahead, the last open days",
    "day": "One day ahead, every open day of these weeks",
    "four_weeks": "Four weeks ahead",
}

TRIED = (
    "The peers' settings were chosen on the twelve weekly origins before the scored ones (windows "
    "from 10 May to 1 August 2003). Tried there were, for Prophet, counts with multiplicative and "
    "additive seasons and their logarithm, 4, 10 and 14 Fourier pairs a day, changepoint priors of "
    "0.01, 0.05 and 0.2; for MSTL a weekly season alone, logarithms, the last 8 weeks alone and a "
    "smoother trend; for AutoETS logarithms, a damped trend, additive seasons alone and shares of "
    "8 weeks; for the window average 6 weeks. What was not taken was worse, or within 0.1 points "
    "(Prophet's own settings, its larger priors and counts with 4 or 14 pairs on every third of "
    "these origins only). On the third week of February 1999 logarithms were better, too."
)


def markdown(found: Figures) -> str:
    """Return the report; parts that were not measured are named with the reason."""
    blocks = [_head(found)]
    if "bank" in found:
        blocks += _bank(found)
    if "intraday" in found:
        blocks += _intraday(found["intraday"])
    if "six_types" in found:
        blocks += _six_types(found)
    if "scale" in found:
        blocks += _scale(found["scale"])
    if "bank" in found or "six_types" in found:
        blocks.append(_methods(found))
    return "\n\n".join(blocks) + "\n"


def _head(found: Figures) -> str:
    machine = found["machine"]
    versions = ", ".join(f"{name} {number}" for name, number in machine["versions"].items())
    lines = [
        "# Forecasts, ours and others'",
        f"    {found['command']}",
        f"{machine['cores']} cores ({machine['architecture']}), Python {machine['python']}, "
        f"{versions}. Every method is given the same intervals before each origin, the same "
        "opening hours and the closures of the days ahead; all are scored by the same code on the "
        "open intervals, and fits run on one thread, one after the other. Times are the median "
        "of fit, prediction and intervals of one series; the first call, which compiles, is left "
        "out. They are noisy where other work runs beside: read ratios.",
        "WAPE is the sum of absolute errors over the sum of actuals; MASE 1 is the error of last "
        "week's values; interval score (Gneiting and Raftery 2007) is the width of the interval "
        "plus what lies outside, weighted, over the mean actual: the less, the better. The "
        "Poisson floor is the WAPE of who knows the rate of arrivals (`forecasts/floor.py`). The "
        "last two columns are our figure over theirs: below 1 we are better, or faster.",
    ]
    lines += [f"Not measured: {part} ({reason})." for part, reason in found["left_out"].items()]
    return "\n\n".join(lines)


def _bank(found: Figures) -> Iterable[str]:
    bank = found["bank"]
    yield "## Calls of a bank: half-hours on weekdays, March to October 2003"
    for part, title in HORIZONS.items():
        days = bank[part]["first_days"]
        origins = "1 origin" if len(days) == 1 else f"{len(days)} origins"
        yield (
            f"### {title}\n\n{origins}, {days[0]} to {days[-1]}; Poisson floor "
            f"{_percent(bank[part]['poisson_floor'], 2)}."
        )
        yield _comparison(bank[part]["methods"], found["not_installed"])
    scores = bank["backtest"]
    yield (
        "The public backtest (`forecasts.backtest`, the figures of `callboard backtest`) on the "
        "origins of one week ahead: "
        + ", ".join(f"{name} {_percent(row['wape'], 2)}" for name, row in scores.items())
        + "."
    )


def _comparison(methods: Figures, not_installed: Figures) -> str:
    heads = ["method", "WAPE", "day WAPE", "bias", "MASE", "in 80 %", "in 95 %"]
    heads += ["score 80 %", "score 95 %", "ms per fit", "WAPE ratio", "seconds ratio"]
    best = min((row["wape"] for row in methods.values() if row["wape"] is not None), default=None)
    rows = [
        [
            name,
            _best(_percent(row["wape"], 2), row["wape"] == best),
            _percent(row["day_wape"], 2),
            _percent(row["bias"], 1),
            _number(row["mase"], 3),
            _percent(row["coverage80"], 1),
            _percent(row["coverage95"], 1),
            _number(row["score80"], 3),
            _number(row["score95"], 3),
            f"{1000 * row['seconds_per_fit']:,.1f}",
            _number(row["our_wape_over_theirs"], 2),
            f"{row['our_seconds_over_theirs']:.3g}",
        ]
        for name, row in methods.items()
    ]
    rows += [
        [name, f"not installed: `{INSTALL}`", *[""] * (len(heads) - 2)] for name in not_installed
    ]
    return _table(heads, rows)


def _intraday(part: Figures) -> Iterable[str]:
    days = part["days"]
    yield (
        "## The rest of the day\n\nThe same calls, WAPE of the intervals that are left at a time "
        f"of day, on {len(days)} open days from {days[0]} to {days[-1]}: the forecast of the "
        "morning left alone, the trade's usual rescale by what arrived / what was expected, and "
        "our update, learnt from the days before each."
    )
    heads = ["at", "plain", "rescale", "update", "in 80 %", "in 95 %", "days updated"]
    figures = ("plain", "rescale", "update", "coverage80", "coverage95", "updated")
    yield _table(
        heads,
        [
            [at, *(_percent(row[name], 2 if name in heads else 1) for name in figures)]
            for at, row in part["times"].items()
        ],
    )


def _six_types(found: Figures) -> Iterable[str]:
    part = found["six_types"]
    names = list(part["all"]["methods"])
    yield (
        "## Six service types of a bank, February 1999\n\nHalf-hours around the clock, three weeks "
        f"to learn from, the week from {part['all']['first_days'][0]} forecast."
    )
    rows = []
    for name, of_type in part["types"].items():
        rows.append([name, f"{part['contacts'][name]:,.0f}", *_errors(of_type)])
    total = f"{sum(part['contacts'].values()):,.0f}"
    rows.append(["all, type by type", total, *_errors(part["all"])])
    rows.append(["sum of the types", total, *_errors(part["sum"])])
    yield (
        "WAPE of intervals. Where it is below the floor, a method forecasts the median, which is "
        "mostly nothing, and not the expected number that staffing needs:"
    )
    yield _table(["type", "contacts", "floor", *names], rows)
    yield "All of them, type by type:"
    yield _comparison(part["all"]["methods"], found["not_installed"])
    yield (
        "Totals of days of the sum of the types, WAPE: "
        + ", ".join(
            f"{name} {_percent(row['day_wape'], 1)}" for name, row in part["sum"]["methods"].items()
        )
        + "."
    )

    yield from _handling_times(part["handling_times"])


def _handling_times(part: Figures) -> Iterable[str]:
    yield (
        "Handling times, weighted by the contacts handled: error of the mean of an interval, and, "
        "of the handling seconds of days, the error that is left (volumes as they came). Calls of "
        "one type differ as much as their mean, so the first cannot be small."
    )
    methods = list(part["all"])
    heads = ["type", *(f"{name}, interval" for name in methods), *(f"{n}, day" for n in methods)]
    yield _table(
        heads,
        [
            [
                name,
                *(_percent(of_type[method]["wape"], 1) for method in methods),
                *(_percent(of_type[method]["workload_wape"], 1) for method in methods),
            ]
            for name, of_type in [*part["types"].items(), ("all", part["all"])]
        ],
    )


def _errors(part: Figures) -> list[str]:
    values = [row["wape"] for row in part["methods"].values()]
    best = min((value for value in values if value is not None), default=None)
    errors = [_best(_percent(value, 1), value is not None and value == best) for value in values]
    return [_percent(part["poisson_floor"], 1), *errors]


def _scale(part: Figures) -> Iterable[str]:
    yield (
        "## Scale\n\nA centre drawn from a seed (`benchmarks/forecasting/scale.py`): half around "
        "the clock, half in office hours, one group in five with mostly empty intervals. Fit, "
        "prediction of a week and intervals of all groups in one call, each size in a process of "
        "its own; memory is the peak of that process, history and libraries included."
    )
    heads = ["series", "days of half-hours", "seconds", "ms per series", "peak MB", "of which data"]
    yield _table(
        heads,
        [
            [
                str(cost["series"]),
                str(cost["days"]),
                f"{cost['seconds']:.1f}",
                f"{cost['ms_per_series']:.0f}",
                f"{cost['peak_memory_mb']:.0f}",
                f"{cost['history_mb']:.1f}",
            ]
            for cost in part["costs"]
        ],
    )
    seconds = part["import_seconds"]
    yield (
        f"`python -X importtime -c 'import forecasts'`: {seconds['importtime']:.2f} s; the whole "
        f"life of that process {seconds['process']:.2f} s."
    )


def _methods(found: Figures) -> str:
    lines = [f"- **{name}**: {text}" for name, text in found["described"].items()]
    return f"## The methods\n\n{TRIED}\n\n" + "\n".join(lines)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _best(text: str, best: bool) -> str:
    return f"**{text}**" if best else text


def _percent(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}%}".replace("%", " %")


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"
