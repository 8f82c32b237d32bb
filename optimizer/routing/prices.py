"""What one more agent with a skill would be worth now: the price of scarce skills.

The agent holds that skill alone, at the highest level, has room for one contact, is stopped by no
rule but those on skills and reservations, and gets no points for idle time or time worked. Given a
ticket of class c, such an agent would add ``fit - profit(c)``: the points of the pair, and what the
places that other tickets leave and take then are worth, which the profits of a match account for.
So the price is the greatest of these over the classes that the agent may take, or 0.

The match finds profits by entering tickets one by one at the least prices that still balance room
and work (Leonard, *Journal of Political Economy* 91(3), 1983): of all profits that prove the match
to be the best they are the greatest, which makes the price exact and not only an upper bound. It is
as exact as the match; where the search for the best mix of contacts was cut short, or where mixes
of different sizes bind at all, it holds for the limits that the agents were given last.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.model import HIGHEST_LEVEL
from optimizer.routing.market import Market
from optimizer.routing.matching import Match
from optimizer.routing.needs import Classes
from optimizer.routing.score import fit_share

__all__ = ["skill_prices"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def skill_prices(market: Market, match: Match, classes: Classes) -> dict[str, float]:
    """Return by how much the total score would rise with one more agent, per skill, in points.

    Skills with which nothing would rise are left out. Where tickets are of several levels, the
    agent would first of all let a ticket of the highest level be served; the price is what that
    adds in points.
    """
    weights = market.weights
    price = np.array([weights.skill_prices.get(skill, 0.0) for skill in classes.skills])
    may = np.ones(len(classes), dtype=np.bool_)
    may[list(classes.only)] = False
    worth = _worth(
        may,
        classes.first_ask,
        classes.ask_skill,
        classes.first_need,
        classes.need_skill,
        match.profit,
        match.profit_level,
        weights.skill_fit,
        weights.reserve * price,
    )
    found = zip(classes.skills, worth.tolist(), strict=True)
    return {skill: points for skill, points in found if points > 0.0}


@njit(cache=True)
def _worth(
    may: NDArray[np.bool_],
    first_ask: Ints,
    asks: Ints,
    first_need: Ints,
    needs: Ints,
    profit: Floats,
    profit_level: Ints,
    weight: float,
    reserve: Floats,
) -> Floats:
    """Return what the best use of one more agent adds, or 0, [skills].

    Parameters
    ----------
    may
        Classes that somebody without a name may take.
    reserve
        Points for keeping each skill from work that needs none that is priced, [skills].
    """
    best = np.zeros(len(reserve))
    level = np.zeros(len(reserve), dtype=np.int64)
    for kind in range(len(may)):
        asked = asks[first_ask[kind] : first_ask[kind + 1]]
        if not may[kind] or len(asked) > 1:
            continue
        needed = needs[first_need[kind] : first_need[kind + 1]]
        dearest = 0.0
        for skill in needed:
            dearest = max(dearest, reserve[skill])
        for skill in range(len(reserve)):
            if len(asked) == 1 and asked[0] != skill:
                continue
            helps = 0
            for other in needed:
                helps += other == skill
            share = fit_share(HIGHEST_LEVEL * helps, helps, len(needed), 1)
            points = weight * share - max(0.0, reserve[skill] - dearest) - profit[kind]
            up = -profit_level[kind]
            if up > level[skill] or (up == level[skill] and points > best[skill]):
                best[skill], level[skill] = points, up
    return best
