"""Room of one agent, against the room of a whole staff."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.model import AgentState, ChannelRules, RoutingWeights
from optimizer.routing.columns import read_agents
from optimizer.routing.pool.rooms import room_on
from optimizer.routing.staff import Staff
from tests.optimizer.routing.pool.drawing import CHANNELS, OPENED

COUNTS = st.dictionaries(st.sampled_from(CHANNELS), st.integers(0, 3))
RULES = st.dictionaries(
    st.sampled_from(CHANNELS),
    st.builds(ChannelRules, st.integers(1, 3), st.sampled_from([(), ("chat",)])),
)


@settings(max_examples=200, deadline=None)
@given(COUNTS, COUNTS, RULES, st.integers(0, 6))
def test_it_is_the_room_that_a_snapshot_gives(
    limits: dict[str, int], work: dict[str, int], rules: dict[str, ChannelRules], capacity: int
) -> None:
    agent = AgentState("a", {}, capacity=capacity, channel_limits=limits, open_work=work)
    staff = Staff(read_agents([agent], OPENED), rules, RoutingWeights())
    for channel in CHANNELS:
        assert room_on(agent, channel, rules) == staff.room_on(channel)[0]
