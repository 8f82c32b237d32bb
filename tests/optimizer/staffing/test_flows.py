"""Contacts that bring contacts: against series, simulation, and each other's inverse."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.errors import InvalidInput, Severity
from optimizer.model import Flow, FlowKind
from optimizer.staffing import all_contacts, fresh_contacts
from tests.optimizer.staffing.flow_cases import HALF_HOUR, centre

REPEAT, RETRY, TRANSFER = FlowKind.REPEAT, FlowKind.RETRY, FlowKind.TRANSFER


def test_without_flows_all_contacts_are_fresh() -> None:
    offered = np.arange(6.0).reshape(3, 2)
    assert (all_contacts(centre(), offered, HALF_HOUR) == offered).all()
    assert (fresh_contacts(centre(), offered, HALF_HOUR).contacts == offered).all()


def test_a_transfer_at_once_comes_in_the_same_slot() -> None:
    total = all_contacts(
        centre(Flow("a", "b", 0.2), Flow("b", "c", 0.5)), [[100.0], [10.0], [0.0]], HALF_HOUR
    )
    assert total[:, 0] == pytest.approx([100.0, 30.0, 15.0])


def test_a_circle_brings_a_geometric_series() -> None:
    flows = (Flow("a", "b", 0.5), Flow("b", "a", 0.4), Flow("a", "a", 0.1, REPEAT))
    total = all_contacts(centre(*flows), [[100.0], [0.0], [0.0]], HALF_HOUR)
    assert total[0, 0] == pytest.approx(100.0 / (1.0 - 0.1 - 0.2))
    assert total[1, 0] == pytest.approx(0.5 * total[0, 0])


def test_first_contact_resolution_and_return_share_give_the_known_total() -> None:
    resolved, returning = 0.7, 0.6
    flow = Flow("a", "a", (1 - resolved) * returning, REPEAT, delay_seconds=3 * HALF_HOUR)
    fresh = np.zeros((3, 400))
    fresh[0, 0] = 100.0
    total = all_contacts(centre(flow), fresh, HALF_HOUR)
    assert total[0].sum() == pytest.approx(100.0 / (1.0 - 0.18))


@pytest.mark.parametrize("delay", [60.0, 1800.0, 86400.0])
def test_the_delay_agrees_with_drawn_contacts(delay: float) -> None:
    fresh = np.zeros((3, 12))
    fresh[0, 0] = 1.0
    total = all_contacts(centre(Flow("a", "b", 1.0, delay_seconds=delay)), fresh, HALF_HOUR)
    random = np.random.default_rng(3)
    moments = random.uniform(0, HALF_HOUR, 400_000) + random.exponential(delay, 400_000)
    drawn = np.bincount((moments // HALF_HOUR).astype(int), minlength=12)[:12] / 400_000
    assert total[1] == pytest.approx(drawn, abs=0.004)


def test_only_who_gives_up_tries_again_and_only_who_is_answered_is_handed_on() -> None:
    flows = (Flow("a", "b", 0.5, TRANSFER), Flow("a", "c", 0.5, RETRY))
    total = all_contacts(centre(*flows), [[100.0]] * 3, HALF_HOUR, abandonment=0.2)
    assert total[:, 0] == pytest.approx([100.0, 140.0, 110.0])


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_taking_out_what_flows_bring_undoes_putting_it_in(data: st.DataObject) -> None:
    names = st.sampled_from("abc")
    shares = st.floats(0, 0.33)
    delays = st.sampled_from([0.0, 1.0, 900.0, 7200.0, 1e6])
    kinds = {"a": TRANSFER, "b": REPEAT, "c": RETRY}
    flows = tuple(
        Flow(source, data.draw(names), data.draw(shares), kinds[kind], data.draw(delays))
        for source in "abc"
        for kind in data.draw(st.lists(st.sampled_from("abc"), max_size=3))
    )
    slots = data.draw(st.integers(1, 8))
    figures = st.lists(st.floats(0, 1000), min_size=3 * slots, max_size=3 * slots)
    fresh = np.array(data.draw(figures)).reshape(3, slots)
    lost = np.array(data.draw(figures)).reshape(3, slots) / 1000
    total = all_contacts(centre(*flows), fresh, HALF_HOUR, abandonment=lost)
    back = fresh_contacts(centre(*flows), total, HALF_HOUR, abandonment=lost)
    assert (total >= fresh - 1e-9).all()
    assert back.contacts == pytest.approx(fresh, abs=1e-7)
    assert not back.issues


def test_shares_that_bring_more_than_is_expected_are_told_with_group_and_slots() -> None:
    fresh = fresh_contacts(
        centre(Flow("a", "b", 0.5)),
        [[100.0, 100.0, 100.0], [80.0, 20.0, 45.0], [0.0, 0.0, 0.0]],
        HALF_HOUR,
    )
    assert fresh.contacts[1].tolist() == [30.0, 0.0, 0.0]
    (issue,) = fresh.issues
    assert (issue.code, issue.pointer) == ("flows_above_volume", "/groups/1")
    assert issue.severity is Severity.WARNING
    assert "35.0 contacts" in issue.detail
    assert "2 slots from slot 1" in issue.detail


@pytest.mark.parametrize(
    "flows",
    [
        (Flow("a", "a", 1.0, REPEAT),),
        (Flow("a", "b", 1.0), Flow("b", "a", 1.0)),
        (Flow("a", "b", 1.0), Flow("b", "c", 1.0), Flow("c", "a", 1.0), Flow("a", "a", 1.0, RETRY)),
    ],
)
def test_contacts_that_go_round_for_ever_are_an_issue(flows: tuple[Flow, ...]) -> None:
    with pytest.raises(InvalidInput) as caught:
        all_contacts(centre(*flows), [[1.0], [1.0], [1.0]], HALF_HOUR)
    assert [issue.code for issue in caught.value.issues] == ["endless_circle"]


def test_all_contacts_handed_on_in_a_chain_are_no_circle() -> None:
    total = all_contacts(centre(Flow("a", "b", 1.0), Flow("b", "c", 1.0)), [[9.0]] * 3, HALF_HOUR)
    assert total[:, 0] == pytest.approx([9.0, 18.0, 27.0])


def test_what_cannot_be_used_is_bad_input() -> None:
    model = centre(Flow("a", "b", 0.5))
    good = np.ones((3, 2))
    for offered, interval_s, lost in (
        (np.ones((2, 2)), HALF_HOUR, 0.0),
        (-good, HALF_HOUR, 0.0),
        (good, 0.0, 0.0),
        (good, HALF_HOUR, 1.5),
        (good, HALF_HOUR, np.nan),
    ):
        for function in (fresh_contacts, all_contacts):
            with pytest.raises(InvalidInput):
                function(model, offered, interval_s, abandonment=lost)
    with pytest.raises(InvalidInput):
        all_contacts(centre(Flow("a", "fax", 0.5)), good, HALF_HOUR)
