"""Who may serve what, and whether that covers a requirement with every agent counted once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.errors import InvalidInput
from optimizer.model import Requirement
from optimizer.staffing import flow_cover, staff_profiles
from tests.optimizer.staffing.pooling_cases import GRID, centre


def test_a_flexible_agent_counted_in_every_skill_claims_a_cover_that_is_not_there() -> None:
    model = centre({"a": 1, "b": 1, "a+b": 1})
    profiles = staff_profiles(model, ["a", "b"])
    needed = Requirement(GRID, ("a", "b"), np.array([[2.0, 1.0, 2.0], [2.0, 2.0, 1.0]]))
    cover = flow_cover(needed, profiles, profiles.agents[:, np.newaxis])
    assert cover.complete.tolist() == [False, True, True]
    assert cover.missing.sum(axis=0).tolist() == [1.0, 0.0, 0.0]
    assert not cover.missing_by_skill.any()


def test_an_agent_is_in_the_profile_of_all_that_can_be_served() -> None:
    profiles = staff_profiles(centre({"a": 3, "a+b": 2}), ["b", "a"])
    staff = {tuple(row): int(n) for row, n in zip(profiles.serves, profiles.agents, strict=True)}
    assert staff == {(False, True): 3, (True, True): 2}


def test_a_cover_of_other_groups_or_shapes_is_bad_input() -> None:
    model = centre({"a": 1, "b": 1})
    needed = Requirement(GRID, ("a", "b"), np.ones((2, 3)))
    profiles = staff_profiles(model, ["a", "b"])
    for there in (np.ones((3, 3)), -np.ones((2, 3)), np.full((2, 3), np.nan)):
        with pytest.raises(InvalidInput):
            flow_cover(needed, profiles, there)
    with pytest.raises(InvalidInput):
        flow_cover(replace(needed, groups=("b", "a")), profiles, np.ones((2, 3)))
