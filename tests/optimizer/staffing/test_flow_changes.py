"""Other flows: what they save and what they cost, against figures by hand."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.errors import InvalidInput
from optimizer.model import Flow, FlowKind
from optimizer.staffing import all_contacts, changed_contacts, with_flow_factor
from tests.optimizer.staffing.flow_cases import HALF_HOUR, centre

REPEAT, RETRY, TRANSFER = FlowKind.REPEAT, FlowKind.RETRY, FlowKind.TRANSFER


def test_a_better_first_contact_resolution_saves_the_repeats_and_what_they_hand_on() -> None:
    flows = (Flow("a", "a", 0.3 * 0.5, REPEAT), Flow("a", "b", 0.2))
    before = centre(*flows)
    after = with_flow_factor(before, (1 - 0.8) / (1 - 0.7), REPEAT, source="a")
    assert after.flows[0].share == pytest.approx(0.2 * 0.5)
    offered = all_contacts(before, [[850.0], [0.0], [0.0]], HALF_HOUR)
    change = changed_contacts(before, after, offered, [[300.0], [900.0], [1.0]], HALF_HOUR)
    saved = 850 / 0.85 - 850 / 0.9
    assert change.added == pytest.approx([-saved, -0.2 * saved, 0.0])
    assert change.hours_saved == pytest.approx([saved / 12, 0.2 * saved / 4, 0.0])
    assert not change.issues


def test_work_handed_down_saves_experts_and_costs_the_front_line() -> None:
    before = centre(Flow("a", "b", 0.25))
    after = with_flow_factor(before, 1 - 0.4, TRANSFER, source="a", target="b")
    change = changed_contacts(
        before,
        after,
        [[400.0], [100.0], [0.0]],
        [[300.0], [1200.0], [1.0]],
        HALF_HOUR,
        aht_after_s=[[300.0 + 0.1 * 1500.0], [1200.0], [1.0]],
    )
    assert change.contacts[:, 0] == pytest.approx([400.0, 60.0, 0.0])
    assert change.hours_saved == pytest.approx([-400 * 150 / 3600, 40 * 1200 / 3600, 0.0])


def test_flows_that_are_not_there_or_impossible_are_bad_input() -> None:
    model = centre(Flow("a", "b", 0.5))
    with pytest.raises(InvalidInput):
        with_flow_factor(model, 3.0, TRANSFER)
    with pytest.raises(InvalidInput):
        with_flow_factor(model, 0.5, RETRY)
    with pytest.raises(InvalidInput):
        changed_contacts(model, centre(groups="ab"), np.ones((3, 2)), 60.0, HALF_HOUR)
