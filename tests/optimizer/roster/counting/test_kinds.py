"""Who is alike: nobody is lost, and prices of single days alone do not part merged kinds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
from hypothesis import given, settings

from optimizer.model import Agent, Request, RequestKind
from optimizer.roster.counting import choose_kinds, kinds_of
from optimizer.roster.frame import Frame
from tests.optimizer.roster.cases import MONDAY, problem
from tests.optimizer.roster.counting.frames import frames


@settings(max_examples=40, deadline=None)
@given(frames())
def test_every_agent_is_of_one_kind_and_on_each_day_in_one_group(frame: Frame) -> None:
    for merged in (False, True):
        kinds = kinds_of(frame, merged=merged)
        members = np.concatenate([kind.agents for kind in kinds])
        assert sorted(members.tolist()) == list(range(len(frame.people)))
        for kind in kinds:
            assert (frame.team[kind.agents] == kind.team).all()
            for day in range(kind.person.first, kind.person.last):
                assert kind.heads[kind.group_day == day].sum() == kind.count
            assert (frame.patterns.day[kind.pattern] == kind.group_day[kind.group]).all()
            worth = sum(len(frame.people[agent].patterns) for agent in kind.agents.tolist())
            assert kind.heads[kind.group].sum() == worth


def test_wishes_part_agents_who_are_alike_otherwise_only_where_nothing_is_merged() -> None:
    wishes = [
        (),
        (Request(MONDAY, RequestKind.OFF),),
        (Request(MONDAY + timedelta(days=1), RequestKind.OFF),),
        (),
    ]
    agents = tuple(
        Agent(f"a{number}", "c", "here", {"s0": 3}, requests=wish)
        for number, wish in enumerate(wishes)
    )
    frame = Frame.of(problem(agents=agents))
    assert [kind.agents.tolist() for kind in kinds_of(frame)] == [[0, 3], [1], [2]]
    assert len(choose_kinds(frame, most=21)) == 3
    assert len(choose_kinds(frame, most=20)) == 1
    (merged,) = kinds_of(frame, merged=True)
    # Monday and Tuesday have somebody who would rather be free, the other five days nobody.
    assert sorted(merged.heads.tolist()) == [1, 1, 3, 3, 4, 4, 4, 4, 4]


def test_forms_that_say_the_same_are_the_same_whichever_object_they_are() -> None:
    frame = Frame.of(problem(agents=2))
    first, second = frame.people
    copied = tuple(replace(tally, price=tally.price.copy()) for tally in second.tallies)
    assert copied
    twins = replace(frame, people=(first, replace(second, tallies=copied)))
    assert len(kinds_of(twins)) == 1
    dearer = tuple(replace(tally, price=tally.price + 1.0) for tally in second.tallies)
    others = replace(frame, people=(first, replace(second, tallies=dearer)))
    assert len(kinds_of(others, merged=True)) == 2
