"""Draws for people and days depend on who and when it is, and on nothing else."""

from __future__ import annotations

import numpy as np
from scipy import stats

from optimizer.simulation.keyed import moment_keys, name_keys, uniforms
from optimizer.simulation.traffic import Draws


def test_draws_are_uniform_and_independent_of_their_neighbours() -> None:
    drawn = uniforms(Draws(1), "absence", moment_keys(np.arange(20_000)))
    assert stats.kstest(drawn, "uniform").pvalue > 0.01
    assert abs(np.corrcoef(drawn[1:], drawn[:-1])[0, 1]) < 0.02


def test_seed_replication_purpose_and_key_tell_draws_apart() -> None:
    keys = name_keys(["ann", "bob"])
    drawn = [
        uniforms(draws, purpose, keys)
        for draws in (Draws(1), Draws(2), Draws(1, 1))
        for purpose in ("absence", "begin")
    ]
    assert len(np.unique(np.concatenate(drawn))) == 12
    assert np.array_equal(drawn[0], uniforms(Draws(1), "absence", name_keys(["ann", "bob"])))


def test_mirrored_draws_add_up_to_one() -> None:
    keys = moment_keys([-3, 0, 700_000])
    there, back = (uniforms(Draws(1, mirrored=m), "begin", keys) for m in (False, True))
    assert np.allclose(there + back, 1.0)
    assert ((there > 0) & (there < 1) & (back > 0) & (back < 1)).all()
