"""What a replay plays is what a pencil finds, and what the theory of queues says."""

from __future__ import annotations

import heapq

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.model import (
    ChannelRules,
    Escalation,
    Priority,
    RelaxationStep,
    Ring,
    RoutingPolicy,
    Snapshot,
    Tier,
)
from optimizer.progress import Event
from optimizer.routing.replay import (
    NOBODY,
    LoggedContact,
    Outcome,
    Run,
    Settings,
    Times,
    Worker,
    compare,
    routers,
)
from optimizer.routing.replay.compare import RouterKind
from optimizer.stop import Deadline
from tests.optimizer.routing.replay.builders import (
    START,
    at,
    contact,
    log_of,
    replayed,
    worker,
)

ANSWERED, GAVE_UP, LEFT = Outcome.ANSWERED, Outcome.GAVE_UP, Outcome.LEFT
THREE = (contact(0, 60), contact(10, 60), contact(20, 60))


def waits(run: Run) -> list[float]:
    return run.played.wait.tolist()


def outcomes(run: Run) -> list[int]:
    return run.played.outcome.tolist()


def test_three_calls_for_one_agent_wait_for_each_other() -> None:
    run = replayed(log_of(*THREE), worker())
    assert waits(run) == [0, 50, 100]
    assert run.played.done.tolist() == [60, 110, 160]
    assert run.played.busy.tolist() == [180]


def test_ringing_and_after_call_work_keep_the_agent_busy() -> None:
    run = replayed(log_of(*THREE), worker(), settings=Settings(Times(ring=5, after_call=10)))
    # Free again 75 seconds after each decision: at 75 and at 150.
    assert waits(run) == [5, 80 - 10, 155 - 20]
    assert run.played.given.tolist() == [0, 75 - 10, 150 - 20]
    assert run.played.done.tolist() == [65, 140 - 10, 215 - 20]


def test_a_customer_without_patience_makes_room_for_the_next() -> None:
    run = replayed(log_of(contact(0, 60), contact(10, None, 40), contact(20, 60)), worker())
    assert outcomes(run) == [ANSWERED, GAVE_UP, ANSWERED]
    assert waits(run) == [0, 40, 40]
    assert run.played.agent.tolist() == [0, NOBODY, 0]


def test_who_gives_up_while_it_rings_sets_the_agent_free() -> None:
    run = replayed(
        log_of(contact(0, 60, 3), contact(1, 60)), worker(), settings=Settings(Times(ring=5))
    )
    assert outcomes(run) == [GAVE_UP, ANSWERED]
    assert waits(run) == [3, 3 + 5 - 1]
    assert run.played.busy.tolist() == [3 + 65]


def test_an_answer_at_the_last_moment_of_patience_is_an_answer() -> None:
    run = replayed(log_of(contact(0, 60), contact(10, 60, 50), contact(10, 5, 49)), worker())
    assert outcomes(run) == [ANSWERED, ANSWERED, GAVE_UP]
    late = replayed(log_of(contact(0, 60, 5)), worker(), settings=Settings(Times(ring=5)))
    assert outcomes(late) == [ANSWERED]


def test_the_most_severe_goes_first_by_priority_and_the_oldest_by_fifo() -> None:
    log = log_of(contact(0, 60), contact(10, 60), contact(20, 60, priority=Priority.P0))
    assert waits(replayed(log, worker())) == [0, 50, 100]
    assert waits(replayed(log, worker(), policy="priority")) == [0, 110, 40]
    assert waits(replayed(log, worker(), policy="best")) == [0, 110, 40]


def test_only_the_able_answer() -> None:
    log = log_of(contact(0, 60, skills={"a": 1}), contact(1, 60, skills={"a": 2}))
    assert outcomes(replayed(log, worker(skills={"a": 1}))) == [ANSWERED, LEFT]
    assert waits(replayed(log, worker(skills={"a": 2}))) == [0, 59]


def test_work_begins_when_somebody_comes_and_the_line_closes_when_all_have_gone() -> None:
    run = replayed(log_of(*THREE, contact(300, 5)), worker("a", (100, 150)))
    # The first ends at 160, after the agent's time, which the others see the end of.
    assert outcomes(run) == [ANSWERED, LEFT, LEFT, LEFT]
    assert waits(run)[:3] == [100, 140, 130]
    assert run.played.there.tolist() == [60]


@pytest.mark.parametrize("kind", RouterKind)
def test_who_goes_at_the_end_of_a_service_takes_nothing_more(kind: RouterKind) -> None:
    log = log_of(contact(0, 60), contact(10, 60))
    crew = worker("a", (0, 60)), worker("b", (60, 200))
    run = replayed(log, *crew, policy="best", settings=Settings(router=kind))
    assert run.played.agent.tolist() == [0, 1]
    assert waits(run) == [0, 50]


def test_a_backlog_waits_for_the_next_day() -> None:
    mails = (contact(0, 60, channel="mail"), contact(10, 60, channel="mail"))
    run = replayed(log_of(*mails, deferred=("mail",)), worker("a", (0, 50), (1000, 2000)))
    assert waits(run) == [0, 990]
    rules = Snapshot(START, (), (), channels={"mail": ChannelRules(deferred=True)})
    run = replayed(log_of(*mails), worker("a", (0, 50), (1000, 2000)), rules=rules)
    assert waits(run) == [0, 990]


def test_a_call_interrupts_a_mail_which_takes_as_much_longer() -> None:
    rules = Snapshot(START, (), (), channels={"voice": ChannelRules(interrupts=("mail",))})
    log = log_of(contact(0, 100, channel="mail"), contact(30, 20), contact(40, 20))
    run = replayed(log, worker(), policy="best", rules=rules)
    # The second call finds a call, which no call interrupts.
    assert waits(run) == [0, 0, 10]
    assert run.played.done.tolist() == [100 + 40, 20, 30]
    assert run.played.busy.tolist() == [140]


def test_an_agent_takes_as_many_chats_as_there_are_units() -> None:
    chats = [contact(i, 60, channel="chat") for i in range(4)]
    log = log_of(*chats, contact(4, 10))
    rules = Snapshot(START, (), (), channels={"voice": ChannelRules(units=3)})
    run = replayed(log, worker(capacity=3), rules=rules)
    # The fourth chat waits for the first one; the call for a desk without any chat.
    assert waits(run) == [0, 0, 0, 57, 60 + 60 - 4]
    assert run.played.busy.tolist() == [130]


def test_a_ring_of_the_bullseye_opens_by_the_clock() -> None:
    rules = Snapshot(START, (), (), rings=(Ring(0.0, 2), Ring(20.0, 1), Ring(40.0)))
    log = log_of(contact(0, 10, skills={"a": 1}))
    for level, wait in ((1, 40), (2, 20), (3, 0)):
        crew = worker(skills={"a": level})
        assert waits(replayed(log, crew, policy="bullseye", rules=rules)) == [wait]


@pytest.mark.parametrize("after", [25.0, 100 / 3])
def test_a_ticket_relaxes_by_the_clock(after: float) -> None:
    step = RelaxationStep(after, levels={"a": 1})
    log = log_of(contact(0.1, 10, skills={"a": 4}, relaxation=(step,)))
    (wait,) = waits(replayed(log, worker(skills={"a": 2}), policy="best"))
    assert 0 <= wait - after < 2e-6


def test_experts_take_what_is_escalated_at_that_very_moment() -> None:
    rules = Snapshot(START, (), (), escalations=(Escalation(1800.0, Tier.TECHNICAL, Priority.P0),))
    log = log_of(contact(0, 5000, skills={"b": 1}, priority=Priority.P0))
    expert = worker("e", skills={"b": 1}, tier=Tier.BUSINESS)
    run = replayed(log, expert, policy="best", rules=rules)
    assert run.figures.p0_to_experts.asked == run.figures.p0_to_experts.kept == 1
    busy = log_of(contact(0, 3000, name="long"), contact(1, 60, priority=Priority.P0))
    run = replayed(busy, worker("f"), policy="best", rules=rules)
    assert outcomes(run) == [ANSWERED, LEFT]  # the front line is free at 3,000, but too late
    assert (run.figures.p0_to_experts.asked, run.figures.p0_to_experts.kept) == (1, 0)


def test_a_customer_who_comes_back_meets_the_same_agent() -> None:
    log = log_of(contact(0, 10, customer="x"), contact(100, 10, customer="x"))
    best = replayed(log, worker("a"), worker("b"), policy="best")
    assert best.played.agent.tolist() == [0, 0]
    assert (best.figures.continuity.asked, best.figures.continuity.kept) == (1, 1)
    # Longest idle is the other one.
    fifo = replayed(log, worker("a"), worker("b"))
    assert fifo.played.agent.tolist() == [0, 1]
    assert (fifo.figures.continuity.asked, fifo.figures.continuity.kept) == (1, 0)


def kiefer_wolfowitz(came: list[float], handling: list[float], agents: int) -> list[float]:
    """Return the waits of first come, first served, from the moments at which agents are free."""
    free = [0.0] * agents
    found = []
    for arrival, service in zip(came, handling, strict=True):
        begin = max(arrival, heapq.heappop(free))
        heapq.heappush(free, begin + service)
        found.append(begin - arrival)
    return found


@pytest.mark.parametrize("agents", [1, 3])
@pytest.mark.parametrize(
    ("policy", "router"), [("fifo", "board"), ("best", "board"), ("best", "pool")]
)
def test_first_come_first_served_waits_as_kiefer_and_wolfowitz_say(
    agents: int, policy: str, router: str
) -> None:
    random = np.random.default_rng(7)
    came = np.round(np.cumsum(random.exponential(10.0 / agents, 200)), 3).tolist()
    handling = np.round(random.exponential(9.0, 200), 3).tolist()
    log = log_of(*(contact(c, h) for c, h in zip(came, handling, strict=True)))
    run = replayed(
        log,
        *(worker(f"a{i}") for i in range(agents)),
        policy=policy,
        settings=Settings(router=RouterKind(router)),
    )
    assert waits(run) == pytest.approx(kiefer_wolfowitz(came, handling, agents), abs=1e-5)


@st.composite
def busy_days(draw: st.DrawFn) -> tuple[list[LoggedContact], list[Worker]]:
    """Draw calls and chats of two skills, and agents who come and go."""
    seconds = st.integers(0, 60)
    came = sorted(draw(st.lists(st.integers(0, 200), min_size=1, max_size=25)))
    contacts = [
        contact(
            moment,
            draw(seconds),
            draw(st.none() | seconds),
            name=f"{number:02}",
            channel=draw(st.sampled_from(["voice", "chat"])),
            skills=dict.fromkeys(draw(st.sets(st.sampled_from("ab"))), 1),
            priority=draw(st.sampled_from(Priority)),
            customer=draw(st.sampled_from(["x", "y", None])),
        )
        for number, moment in enumerate(came)
    ]
    crew = [
        worker(
            name,
            *([(begin, begin + draw(st.integers(1, 150)))] if draw(st.booleans()) else []),
            skills=dict.fromkeys(draw(st.sets(st.sampled_from("ab"))), 3),
            capacity=draw(st.integers(1, 3)),
        )
        for name in "uvw"
        for begin in [draw(st.integers(0, 150))]
    ]
    return contacts, crew


@pytest.mark.parametrize(
    ("policy", "router"),
    [*((policy, RouterKind.BOARD) for policy in RoutingPolicy), ("best", RouterKind.POOL)],
)
@settings(max_examples=12, deadline=None)
@given(day=busy_days(), ring=st.integers(0, 5), after=st.integers(0, 5))
def test_every_contact_ends_once_and_nobody_has_more_than_room(
    policy: str,
    router: RouterKind,
    day: tuple[list[LoggedContact], list[Worker]],
    ring: int,
    after: int,
) -> None:
    contacts, crew = day
    chosen = Settings(Times(ring, after), router=router)
    run = replayed(log_of(*contacts), *crew, policy=policy, settings=chosen)
    played, every = run.played, run.figures.all
    assert every.contacts == len(contacts) == every.answered + every.gave_up + every.left
    assert (played.agent != NOBODY).tolist() == (played.outcome == ANSWERED).tolist()
    for i, logged in enumerate(contacts):
        came = (logged.ticket.created - START).total_seconds()
        if logged.patience_seconds is not None:
            assert played.wait[i] <= logged.patience_seconds
            if played.outcome[i] == GAVE_UP:
                assert played.wait[i] == logged.patience_seconds
        if played.outcome[i] != ANSWERED:
            continue
        agent = crew[played.agent[i]]
        given = came + played.given[i]
        assert set(logged.ticket.skills) <= set(agent.state.skills)
        assert agent.present is None or any(
            begin <= at(given) <= end for begin, end in agent.present
        )
        assert played.done[i] == pytest.approx(played.wait[i] + logged.handling_seconds)
        open_then = [
            j
            for j in np.flatnonzero(played.agent == played.agent[i]).tolist()
            if contacts[j].ticket.created <= at(given)
            and _given(contacts, played.given, j) <= given
            and _came(contacts, j) + played.done[j] + after > given
        ]
        assert len(open_then) <= agent.state.capacity
    again = replayed(log_of(*contacts), *crew, policy=policy, settings=chosen)
    assert waits(again) == waits(run)
    assert again.played.agent.tolist() == played.agent.tolist()


@pytest.mark.parametrize("policy", list(RoutingPolicy))
def test_tickets_that_are_left_out_of_a_decision_could_not_have_been_taken(
    policy: RoutingPolicy, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(11)
    log = log_of(
        *(
            contact(
                int(moment),
                float(random.integers(1, 90)),
                float(random.integers(1, 400)) if random.random() < 0.5 else None,
                name=f"{number:03}",
                skills={str(random.choice(["a", "b"])): int(random.integers(1, 3))},
                priority=Priority(str(random.choice(list(Priority)))),
            )
            for number, moment in enumerate(np.sort(random.integers(0, 600, 80)))
        )
    )
    crew = [
        worker("u", skills={"a": 2}),
        worker("v", skills={"a": 4, "b": 1}, capacity=2),
        worker("w", (100, 300), (400, 900), skills={"b": 5}),
    ]
    some = replayed(log, *crew, policy=policy)
    monkeypatch.setattr(routers, "_oldest", lambda queue, count: list(queue.items()))
    every = replayed(log, *crew, policy=policy)
    assert some.figures.all.max_wait_s is not None
    assert some.figures.all.max_wait_s > 300
    assert some.played.agent.tolist() == every.played.agent.tolist()
    assert waits(some) == waits(every)


def _came(contacts: list[LoggedContact], number: int) -> float:
    return (contacts[number].ticket.created - START).total_seconds()


def _given(contacts: list[LoggedContact], given: np.ndarray, number: int) -> float:
    return _came(contacts, number) + float(given[number])


def test_a_replay_that_is_stopped_tells_what_was_played() -> None:
    log = log_of(*(contact(i, 60) for i in range(100)))
    deadline = Deadline.after(1e9)
    heard = []

    def stop(event: object) -> None:
        heard.append(event)
        deadline.stop()

    many = log_of(*(contact(i, 60) for i in range(1000)))
    policies = [RoutingPolicy.FIFO, RoutingPolicy.BEST]
    result = compare(many, [worker()], policies, deadline=deadline, observer=stop)
    (run,) = result.runs
    assert heard
    assert not run.figures.complete
    assert 0 < len(run.played) < 1000
    every = run.figures.all
    assert every.contacts == len(run.played) == every.answered + every.left
    assert result.compared == result.reality.all.contacts == len(run.played)
    assert result.unplayed == (RoutingPolicy.BEST,)
    assert compare(log, [worker()], policies).runs[1].figures.complete


def test_a_policy_that_is_stopped_cuts_the_others_and_reality_to_what_it_played() -> None:
    many = log_of(*(contact(i, 60, waited=float(i), agent="a") for i in range(1000)))
    policies = [RoutingPolicy.FIFO, RoutingPolicy.PRIORITY, RoutingPolicy.BEST]
    deadline = Deadline.after(1e9)

    def stop(event: Event) -> None:
        if event.phase.startswith("priority"):
            deadline.stop()

    crew = [worker("a", (0, 1e5))]
    result = compare(many, crew, policies, deadline=deadline, observer=stop)
    fifo, stopped = result.runs
    assert (len(fifo.played), fifo.figures.complete) == (1000, True)
    assert (result.compared, stopped.figures.complete) == (len(stopped.played), False)
    assert 0 < result.compared < 1000
    assert result.unplayed == (RoutingPolicy.BEST,)
    for figures in (result.reality, fifo.figures, stopped.figures):
        assert figures.all.contacts == result.compared
    assert result.reality.all.max_wait_s == result.compared - 1
    assert fifo.figures.all.max_wait_s == 59 * (result.compared - 1)
    # Agents were there for the whole of the log, not for the part that is compared.
    assert fifo.figures.occupancy is None
    assert result.reality.occupancy is None
    assert stopped.figures.occupancy is not None


def test_a_replay_that_is_stopped_before_anything_came_has_figures_of_nothing() -> None:
    log = log_of(contact(0, 60, waited=0.0, agent="a"))
    deadline = Deadline.after(1e9)
    deadline.stop()
    result = compare(log, [worker()], [RoutingPolicy.FIFO], deadline=deadline)
    assert result.compared == result.reality.all.contacts == 0
    assert result.runs[0].figures.all.mean_wait_s is None
