"""Figures are what a pencil finds, for a policy as for reality."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.errors import InvalidInput
from optimizer.model import Priority, RoutingPolicy, RoutingWeights, Snapshot
from optimizer.routing.replay import Kept, Log, Settings, Times, compare, fitted_patience
from optimizer.routing.replay.compare import RouterKind
from optimizer.routing.replay.unknowns import draw_customers
from tests.optimizer.routing.replay.builders import START, contact, log_of, replayed, worker

FIFO = [RoutingPolicy.FIFO]


def four() -> Log:
    return log_of(
        contact(0, 100, waited=10, agent="a", priority=Priority.P1, skills={"x": 1}),
        contact(10, 50, waited=100, agent="b", customer_value=3.0, skills={"x": 1, "y": 1}),
        contact(20, None, 30, priority=Priority.P1, channel="chat"),
        contact(30, 20, waited=200, agent="a", customer_value=0.0, first_response_seconds=130),
    )


def test_waits_by_pencil() -> None:
    # One agent, first come first served: waits 0, 90, gave up after 30, and 120.
    figures = replayed(four(), worker("a", (0, 200), skills={"x": 1, "y": 1})).figures
    every = figures.all
    assert (every.contacts, every.answered, every.gave_up, every.left) == (4, 3, 1, 0)
    assert every.mean_wait_s == (0 + 90 + 30 + 120) / 4
    assert every.mean_answer_s == 70
    assert (every.p50_wait_s, every.p90_wait_s, every.max_wait_s) == (30, 120, 120)
    assert every.value_weighted_wait_s == (0 + 3 * 90 + 30) / 5
    assert every.service_level == 0.25
    assert every.target_missed == 0
    assert figures.by_priority["P1"].mean_wait_s == 15
    assert figures.by_channel["chat"].gave_up == 1
    assert {skill: waits.contacts for skill, waits in figures.by_skill.items()} == {"x": 2, "y": 1}
    assert figures.first_response == Kept(1, 1)
    assert figures.occupancy == 170 / 200
    assert figures.idle_gini == 0


def test_targets_are_those_of_the_weights_or_promised() -> None:
    rules = Snapshot(START, (), (), RoutingWeights(wait_target_seconds=(1.0, 20.0, 60.0, 1.0)))
    run = replayed(four(), worker("a", (0, 200), skills={"x": 1, "y": 1}), rules=rules)
    # 90 > 60, 30 > 20 although it gave up, but 120 < 130 as promised.
    assert run.figures.all.target_missed == 2


def test_promises_are_kept_by_answers_and_by_solutions() -> None:
    log = log_of(
        contact(0, 100, resolution_seconds=100),
        contact(1, 10, resolution_seconds=100),
        contact(2, None, 5, first_response_seconds=5),
        contact(3, 1, first_response_seconds=107),
        contact(4, 1, first_response_seconds=106),
    )
    figures = replayed(log, worker()).figures
    assert figures.resolution == Kept(2, 1)  # the second is solved after 109 s
    assert figures.first_response == Kept(3, 1)  # answered after 107 and 107 s


def test_reality_is_told_beside() -> None:
    log = four()
    reality = compare(log, [worker("a", (0, 200)), worker("b", (0, 400))], FIFO).reality
    every = reality.all
    assert (every.answered, every.gave_up, every.left) == (3, 1, 0)
    assert every.mean_wait_s == (10 + 100 + 30 + 200) / 4
    assert every.service_level == 0.25
    assert reality.first_response == Kept(1, 0)
    assert reality.occupancy == (100 + 20 + 50) / 600
    # Idle shares 0.4 and 0.875: half their mean difference over their mean.
    assert reality.idle_gini == pytest.approx((0.875 - 0.4) / 2 / (0.875 + 0.4))


def test_waits_that_nobody_knows_are_left_out() -> None:
    log = log_of(contact(0, 10, agent="a"), contact(1, 10, waited=30, agent="a"))
    every = compare(log, [worker("a")], FIFO).reality.all
    assert (every.answered, every.mean_wait_s) == (2, 30)
    assert every.service_level == 0


def test_mean_patience_is_time_waited_over_those_who_gave_up() -> None:
    assert fitted_patience(four()) == (10 + 100 + 30 + 200) / 1
    assert fitted_patience(log_of(contact(0, 10, waited=30))) is None
    random = np.random.default_rng(3)
    patience, wait = random.exponential(100.0, 20_000), random.exponential(60.0, 20_000)
    log = log_of(
        *(
            contact(i, None, p) if p < w else contact(i, 1, waited=w)
            for i, (p, w) in enumerate(zip(patience.tolist(), wait.tolist(), strict=True))
        )
    )
    assert fitted_patience(log) == pytest.approx(100.0, rel=0.03)


def test_what_is_drawn_is_drawn_from_the_like_and_the_same_for_a_seed() -> None:
    log = log_of(
        contact(0, 11, skills={"x": 1}),
        contact(1, 22, skills={"y": 1}),
        contact(2, 33, channel="chat"),
        *(contact(3 + i, None, 5, skills={"x": 1}) for i in range(9)),
        contact(20, None, 5, channel="chat", skills={"x": 1}),
        contact(21, None, 5, channel="fax"),
    )
    drawn = draw_customers(log, 50.0, 1)
    assert drawn.handling[3:12].tolist() == [11] * 9
    assert drawn.handling[12] == 33
    assert drawn.handling[13] in (11, 22, 33)
    assert drawn.patience[3:].tolist() == [5] * 11
    assert np.isfinite(drawn.patience).all()
    again, other = draw_customers(log, 50.0, 1), draw_customers(log, 50.0, 2)
    assert again.patience.tolist() == drawn.patience.tolist() != other.patience.tolist()
    assert np.isinf(draw_customers(log, None, 1).patience[:3]).all()


def test_a_router_that_asks_for_it_is_told_the_mean_handling_of_the_kind_not_the_service() -> None:
    log = log_of(
        contact(0, 500, skills={"busy": 1}),
        # Long by nature but short this time, then short by nature: the latter goes first.
        contact(1, 1, skills={"long": 1}),
        contact(2, 90, skills={"short": 1}),
        contact(600, 999, skills={"long": 1}),
    )
    both = worker(skills={"busy": 3, "long": 3, "short": 3})
    plain = Snapshot(START, (), (), RoutingWeights(skill_fit=0.0, handling_reference_seconds=None))
    quick = Snapshot(START, (), (), RoutingWeights(skill_fit=0.0, handling_reference_seconds=100.0))
    waits = [
        replayed(log, both, policy="best", rules=rules).played.wait[1:3].tolist()
        for rules in (plain, quick)
    ]
    assert waits == [[499, 499], [589, 498]]


def test_without_any_service_nothing_can_be_played() -> None:
    with pytest.raises(InvalidInput) as caught:
        compare(log_of(contact(0, None, 5)), [worker()], FIFO)
    assert caught.value.issues[0].code == "no_services"


def test_settings_that_make_no_sense_are_all_told() -> None:
    settings = Settings(Times(-1, float("nan")), -5, 0, -1, RouterKind.POOL)
    with pytest.raises(InvalidInput) as caught:
        compare(four(), [worker()], FIFO, settings=settings)
    assert [issue.pointer for issue in caught.value.issues] == [
        "/ring",
        "/after_call",
        "/within",
        "/mean_patience",
        "/seed",
        "/policies/0",
    ]
    with pytest.raises(InvalidInput):
        compare(four(), [worker()], [])


def test_days_and_limits_choose_contacts() -> None:
    day = 86_400
    log = log_of(contact(0, 1), contact(1, 1), contact(day, 1), contact(3 * day, 1))
    assert len(log.part(days=1).contacts) == 2
    assert len(log.part(days=2).contacts) == 3
    assert len(log.part(first=log.day_of(log.contacts[2]), limit=1).contacts) == 1
    with pytest.raises(InvalidInput):
        log.part(first=log.day_of(log.contacts[2]).replace(year=2030))
