"""The figures that reference rows name, computed by ours: one function per kind of model.

A function takes the inputs of a row by name and returns every figure it has, by the names that
rows give them; two numbers are the two ends of a range.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from benchmarks.staffing.changing import offered_load_of_a_sine, staffing_of_a_sine
from benchmarks.staffing.work import async_deadline, capacity_week, deferred_fill

__all__ = ["MODELS", "Figures", "Inputs"]

Inputs = Mapping[str, str]
Figures = Mapping[str, float | tuple[float, float]]


def _erlang_b(given: Inputs) -> Figures:
    from optimizer.staffing import blocking_probability

    return {"P_block": float(blocking_probability(float(given["N"]), float(given["A"])))}


def _queue(given: Inputs) -> Figures:
    """Return the figures of Erlang C, or of Erlang A where patience is given."""
    from optimizer.model import Denominator, ServiceGoal
    from optimizer.staffing import least_agents, performance, scheduled_agents

    # A bare load in erlang is as many contacts of unit length per unit of time.
    offered = float(given.get("contacts", given.get("A", "nan")))
    aht_s, interval_s = float(given.get("aht_s", 1)), float(given.get("interval_s", 1))
    within_s = float(given.get("T_s", 0))
    figures = performance(
        float(given["N"]),
        offered,
        aht_s,
        interval_s,
        patience_s=float(given.get("patience_s", math.inf)),
        within_s=within_s,
    )
    # The inputs of the printed example stand in its source: 80 % and occupancy 0.85 at most.
    example = ServiceGoal(0.8, within_s, max_occupancy=0.85)
    positions = least_agents(example, offered, aht_s, interval_s)
    level = {d: float(figures.service_level(d)) for d in Denominator}
    return {
        "offered_load_erl": float(figures.load),
        "P_wait": float(figures.waiting),
        "pw": float(figures.waiting),
        "pab": float(figures.abandonment),
        "ab_within_T": float(figures.abandonment_within),
        "ew_all": float(figures.mean_wait_s),
        "ew_served": float(figures.mean_answer_s),
        "ASA_s": float(figures.mean_answer_s),
        "lq": float(figures.mean_queue),
        "mean_queue": float(figures.mean_queue),
        "occ": float(figures.occupancy),
        "occupancy": float(figures.occupancy),
        "SL": level[Denominator.OFFERED],
        "sl_offered": level[Denominator.OFFERED],
        "sl_virtual": level[Denominator.VIRTUAL],
        "sl_answered": level[Denominator.ANSWERED],
        "sl_excl_shortab": level[Denominator.EXCLUDING_SHORT_ABANDONS],
        "raw_positions": float(positions),
        "positions_with_30pct_shrinkage": float(scheduled_agents(positions, 0.3)),
    }


def _required(given: Inputs) -> Figures:
    from optimizer.model import Denominator, ServiceGoal
    from optimizer.staffing import least_agents

    patience = given.get("patience_s")
    goal = ServiceGoal(
        float(given["target"]),
        float(given["T_s"]),
        Denominator(given.get("SL_def", "sl_offered").removeprefix("sl_")),
        max_occupancy=1.0,
    )
    agents = least_agents(
        goal,
        float(given["contacts"]),
        float(given["aht_s"]),
        float(given["interval_s"]),
        patience_seconds=None if patience is None else float(patience),
    )
    return {"N_min": float(agents)}


def _chat(given: Inputs) -> Figures:
    from optimizer.staffing import chat_performance

    figures = chat_performance(
        float(given["N"]),
        float(given["contacts"]),
        _list(given["aht_by_concurrency"]),
        float(given["interval_s"]),
        patience_s=math.inf if given["patience_s"] == "None" else float(given["patience_s"]),
        within_s=float(given["T_s"]),
    )
    return {
        "pw": float(figures.waiting),
        "pab": float(figures.abandonment),
        "ew_all": float(figures.mean_wait_s),
        "sl_offered": float(figures.served_within),
        "mean_chats": float(figures.chats),
        "busy_agents_frac": float(figures.busy_agents),
        "mu_full": float(figures.full_rate),
    }


def _priority(given: Inputs) -> Figures:
    from optimizer.staffing import priority_waits

    figures = priority_waits(
        float(given["N"]), _list(given["lam_per_halfhour"]), float(given["aht_s"]), 1800.0
    )
    found: dict[str, float] = {"P_wait": float(figures.waiting)}
    if "class_" in given:
        found["mean_wait_s"] = float(figures.mean_answer_s[int(given["class_"]) - 1])
    return found


def _heavy_traffic(given: Inputs) -> Figures:
    """Return the limit for patient customers, or for others where impatience is given."""
    from optimizer.staffing import delay_probability

    impatience = float(given.get("theta_over_mu", 0))
    return {"P_wait": float(delay_probability(float(given["beta"]), impatience))}


def _shrinkage(given: Inputs) -> Figures:
    from optimizer.staffing import scheduled_agents

    scheduled = scheduled_agents(float(given["N"]), float(given["shrinkage"]))
    return {"scheduled=ceil(N/(1-s))": float(scheduled)}


def _list(text: str) -> list[float]:
    return [float(part) for part in text.split("|")]


MODELS: Mapping[str, Callable[[Inputs], Figures]] = {
    "erlang_b": _erlang_b,
    "erlang_c": _queue,
    "erlang_a": _queue,
    "erlang_c_required": _required,
    "erlang_a_required": _required,
    "chat_balanced": _chat,
    "mmn_nonpreemptive_priority": _priority,
    "halfin_whitt": _heavy_traffic,
    "garnett": _heavy_traffic,
    "shrinkage": _shrinkage,
    "offered_load_sin": offered_load_of_a_sine,
    "time_varying_staffing": staffing_of_a_sine,
    "async_deadline_staffing": async_deadline,
    "deferred_fill": deferred_fill,
    "capacity_plan": capacity_week,
}
