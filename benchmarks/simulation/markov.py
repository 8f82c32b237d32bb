"""Overload of two impatient classes with a strict order, solved as a Markov chain."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from optimizer.simulation.system import Floats

__all__ = ["mean_in_line"]


def mean_in_line(agents: int, arrivals: Floats, theta: Floats, most: tuple[int, int]) -> Floats:
    """Return the mean number of each class in line, [2].

    All services have rate 1, so that who is in service does not matter: a state is the number of
    busy agents while nobody is in line, and the numbers in line once all are busy. O(states) of
    memory; the balance equations are solved by sparse elimination.

    Parameters
    ----------
    arrivals, theta
        Rates of arrival and of giving up, of the class that goes first and of the other.
    most
        Numbers in line at which further customers are turned away; they must be so large that
        it practically never happens.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.linalg import spsolve

    first, second = np.mgrid[: most[0] + 1, : most[1] + 1]
    state = agents + np.arange(first.size).reshape(first.shape)
    idle = np.arange(agents)
    moves: list[tuple[ArrayLike, ArrayLike, ArrayLike]] = [
        (idle, idle + 1, np.full(agents, arrivals.sum())),
        (idle[1:], idle[:-1], idle[1:].astype(np.float64)),
        ([agents], [agents - 1], [float(agents)]),
        (state[:-1], state[1:], np.full(state[:-1].shape, arrivals[0])),
        (state[:, :-1], state[:, 1:], np.full(state[:, :-1].shape, arrivals[1])),
        (state[1:], state[:-1], agents + theta[0] * first[1:]),
        (state[0, 1:], state[0, :-1], agents + theta[1] * second[0, 1:]),
        (state[1:, 1:], state[1:, :-1], theta[1] * second[1:, 1:]),
    ]
    begin, end, rate = (
        np.concatenate([np.ravel(part) for part in p]) for p in zip(*moves, strict=True)
    )
    count = agents + first.size
    everybody = np.arange(count)
    leaving = np.bincount(begin, rate, count)
    balance = coo_array(
        (
            np.concatenate([rate, -leaving]),
            (np.concatenate([end, everybody]), np.concatenate([begin, everybody])),
        ),
        shape=(count, count),
    ).tocsc()
    # The balance equations fix the probabilities up to a factor: the first state gets 1.
    share = np.ones(count)
    share[1:] = spsolve(balance[1:, 1:], -balance[1:, [0]].toarray().ravel())
    in_line = share[agents:] / share.sum()
    return np.array([in_line @ first.ravel(), in_line @ second.ravel()])
