"""What a pool answers to single events, and to those that cannot be."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from optimizer.errors import InvalidInput
from optimizer.model import (
    AgentState,
    AgentStatus,
    ChannelRules,
    OpeningHours,
    OpenWindow,
    Priority,
    RelaxationStep,
    RoutingWeights,
    Ticket,
    Tier,
)
from optimizer.routing.pool import (
    AgentPut,
    AgentRemoved,
    Event,
    Offer,
    OfferAccepted,
    OfferRejected,
    Pool,
    PoolSettings,
    Tick,
    TicketCancelled,
    TicketChanged,
    TicketCreated,
    WithdrawalReason,
    WorkDone,
    read_events,
)
from tests.optimizer.routing.pool.drawing import OPENED


def at(seconds: float) -> datetime:
    return OPENED + timedelta(seconds=seconds)


def pool_of(*events: Event, **settings: Any) -> Pool:
    pool = Pool(PoolSettings(**settings), OPENED)
    for event in events:
        pool.take(event)
    return pool


def put(name: str = "ann", **fields: Any) -> AgentPut:
    return AgentPut(OPENED, AgentState(name, **{"skills": {}, **fields}))


def ask(name: str = "t", seconds: float = 0.0, **fields: Any) -> TicketCreated:
    return TicketCreated(at(seconds), Ticket(name, "chat", at(seconds), **fields))


def codes(pool: Pool, event: Event) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        pool.take(event)
    return [(issue.code, issue.pointer) for issue in caught.value.issues]


def offered(pool: Pool) -> dict[str, str]:
    return {offer.ticket: offer.agent for offer in pool.offers()}


def test_without_review_a_match_is_offered_at_once() -> None:
    pool = pool_of(put())
    effects = pool.take(ask())
    assert effects.offered == (Offer("t", "ann", OPENED, at(30)),)
    assert not effects.waiting


def test_with_review_a_better_match_may_form_before_offers_go_out() -> None:
    pool = pool_of(put(), ask("old", priority=Priority.P3), review_seconds=10.0)
    assert pool.tentative() == {"old": "ann"}
    pool.take(ask("urgent", 5.0, priority=Priority.P0))
    assert pool.tentative() == {"urgent": "ann"}
    assert not pool.take(Tick(at(9))).offered
    assert [offer.ticket for offer in pool.take(Tick(at(10))).offered] == ["urgent"]


def test_an_offer_that_nobody_answers_times_out_at_the_next_clock_event() -> None:
    pool = pool_of(put("ann"), ask(), offer_seconds=20.0)
    pool.take(put("ben"))
    assert not pool.take(Tick(at(19))).timed_out
    effects = pool.take(Tick(at(20)))
    assert [(offer.ticket, offer.agent) for offer in effects.timed_out] == [("t", "ann")]
    assert [(offer.ticket, offer.agent) for offer in effects.offered] == [("t", "ben")]


def test_who_lets_offers_time_out_is_paused_until_put_again() -> None:
    pool = pool_of(put(), ask("t"), offer_seconds=20.0, pause_after_timeouts=1)
    pool.take(Tick(at(20)))
    assert not pool.take(ask("u", 21.0)).offered
    assert [offer.ticket for offer in pool.take(put()).offered] == ["u"]


def test_a_rejected_ticket_comes_back_with_its_age_and_goes_to_somebody_else() -> None:
    pool = pool_of(put("ann"), ask(), offer_seconds=None)
    effects = pool.take(OfferRejected(at(60), "t", "ann"))
    assert not effects.offered
    pool.take(Tick(at(90)))
    (queued,) = pool.waiting()
    assert queued.clock.waited_seconds == 90.0
    assert pool.snapshot().tickets[0].rejected_by == ("ann",)
    why = pool.why("t")
    assert why is not None
    assert why.obstacles[0].rule == "excluded"
    assert [offer.agent for offer in pool.take(put("ben")).offered] == ["ben"]


def test_nobody_rejects_a_ticket_twice() -> None:
    pool = pool_of(put(), ask())
    pool.take(TicketChanged(OPENED, Ticket("t", "chat", OPENED, rejected_by=("ann",))))
    pool.take(OfferRejected(OPENED, "t", "ann"))
    assert pool.snapshot().tickets[0].rejected_by == ("ann",)


def test_a_changed_ticket_keeps_age_and_rejections() -> None:
    pool = pool_of(put(), ask(), OfferRejected(at(5), "t", "ann"))
    changed = Ticket("t", "voice", at(50), {"french": 2}, rejected_by=("ben",))
    pool.take(TicketChanged(at(50), changed))
    assert pool.snapshot().tickets == (
        replace(changed, created=OPENED, rejected_by=("ann", "ben")),
    )


def test_offers_are_withdrawn_when_the_agent_leaves_or_the_ticket_is_cancelled() -> None:
    leaving = [put(status=AgentStatus.OFFLINE), AgentRemoved(OPENED, "ann")]
    for event in leaving:
        effects = pool_of(put(), ask()).take(event)
        assert [w.reason for w in effects.withdrawn] == [WithdrawalReason.AGENT_LEFT]
        assert [queued.ticket for queued in effects.waiting] == ["t"]
    effects = pool_of(put(), ask()).take(TicketCancelled(OPENED, "t"))
    assert [w.reason for w in effects.withdrawn] == [WithdrawalReason.CANCELLED]
    assert not effects.waiting


def test_a_ticket_withdrawn_from_who_left_may_be_offered_to_them_again() -> None:
    pool = pool_of(put(), ask(), AgentRemoved(at(1), "ann"))
    assert [offer.ticket for offer in pool.take(put()).offered] == ["t"]


def test_work_done_frees_room_and_begins_idle_time() -> None:
    pool = pool_of(put(), ask("t"), ask("u"), OfferAccepted(at(1), "t", "ann"))
    effects = pool.take(WorkDone(at(100), "ann", "t", worked_seconds=99.0))
    assert [offer.ticket for offer in effects.offered] == ["u"]
    (agent,) = pool.snapshot().agents
    assert (agent.idle_since, agent.worked_seconds) == (at(100), 99.0)


def test_after_call_work_ends_at_a_clock_event() -> None:
    pool = pool_of(put(), ask("t"), ask("u"), OfferAccepted(at(1), "t", "ann"))
    assert not pool.take(WorkDone(at(50), "ann", "t", after_call_until=at(80))).offered
    assert not pool.take(Tick(at(79))).offered
    assert [offer.ticket for offer in pool.take(Tick(at(80))).offered] == ["u"]


def test_work_that_the_pool_did_not_hand_out_counts_and_ends() -> None:
    pool = pool_of(put(open_work={"voice": 1}), ask())
    assert not pool.offers()
    assert pool.take(WorkDone(at(5), "ann", channel="voice")).offered
    assert codes(pool, WorkDone(at(6), "ann", channel="voice")) == [("unknown_work", "/channel")]


def test_work_in_hand_stays_with_an_agent_who_left_and_counts_on_return() -> None:
    pool = pool_of(put(), ask("t"), OfferAccepted(OPENED, "t", "ann"), AgentRemoved(at(1), "ann"))
    pool.take(put())
    assert not pool.take(ask("u", 2.0)).offered
    assert pool.take(WorkDone(at(3), "ann", "t")).offered


def test_a_p0_is_the_experts_after_half_an_hour_with_its_clock() -> None:
    pool = pool_of(ask("t", priority=Priority.P0), review_seconds=1e6)
    pool.take(put("front"))
    pool.take(put("expert", tier=Tier.TECHNICAL, capacity=0))
    pool.take(Tick(at(1799)))
    assert pool.tentative() == {"t": "front"}
    effects = pool.take(Tick(at(1800)))
    assert pool.tentative() == {}
    (queued,) = effects.waiting
    assert (queued.clock.escalated_to, queued.clock.waited_seconds) == (Tier.TECHNICAL, 1800.0)
    pool.take(put("expert", tier=Tier.TECHNICAL))
    assert pool.tentative() == {"t": "expert"}


def test_an_escalation_leaves_a_standing_offer_until_it_is_answered() -> None:
    pool = pool_of(put(), ask(priority=Priority.P0), Tick(at(1800)), offer_seconds=None)
    assert offered(pool) == {"t": "ann"}
    pool.take(OfferAccepted(at(1801), "t", "ann"))
    assert not pool.offers()


def test_relaxation_counts_at_the_first_clock_event_on_the_tickets_calendar() -> None:
    hours = {"late": OpeningHours("UTC", (OpenWindow(0, 601, 1440),))}
    steps = (RelaxationStep(30.0, drop_skills=("french",)),)
    ticket = ask(skills={"french": 2}, relaxation=steps, calendar="late")
    pool = pool_of(put(), ticket, Tick(at(89)), calendars=hours)
    assert not pool.offers()
    assert pool.take(Tick(at(90))).offered


def test_a_reserved_ticket_is_open_to_all_when_the_time_is_over() -> None:
    pool = pool_of(put("ann"), ask(prior_agent="ben", preferred_seconds=40.0), Tick(at(39)))
    assert not pool.offers()
    pool.take(Tick(at(40)))
    assert offered(pool) == {"t": "ann"}


def test_somebody_named_before_coming_gets_what_is_reserved() -> None:
    pool = pool_of(put("ann"), ask(prior_agent="ben", preferred_seconds=40.0))
    assert [offer.agent for offer in pool.take(put("ben")).offered] == ["ben"]


def test_offers_go_out_only_while_units_fit() -> None:
    rules = {"voice": ChannelRules(3)}
    pool = pool_of(put(capacity=4), channels=rules, review_seconds=1.0)
    for name, channel in (("v", "voice"), ("c", "chat"), ("d", "chat")):
        pool.take(TicketCreated(OPENED, Ticket(name, channel, OPENED)))
    pool.take(Tick(at(1)))
    open_work = pool.snapshot().agents[0].open_work
    assert 3 * open_work.get("voice", 0) + open_work.get("chat", 0) <= 4
    assert pool.offers()


def test_of_what_does_not_fit_together_the_most_urgent_is_offered() -> None:
    rules = {"voice": ChannelRules(3)}
    pool = pool_of(put(capacity=3), channels=rules, review_seconds=1.0)
    for name in "abc":
        pool.take(ask(name, priority=Priority.P3))
    pool.take(TicketCreated(OPENED, Ticket("v", "voice", OPENED, priority=Priority.P0)))
    pool.take(Tick(at(1)))
    assert offered(pool) == {"v": "ann"}


def test_what_does_not_fit_beside_the_rest_is_offered_to_somebody_else_at_once() -> None:
    rules = {"voice": ChannelRules(3)}
    pool = pool_of(put("ann", capacity=4), channels=rules, review_seconds=1.0)
    pool.take(put("ben", capacity=3, worked_seconds=3600.0))
    for name in ("v", "w"):
        pool.take(TicketCreated(OPENED, Ticket(name, "voice", OPENED)))
    for name in "abc":
        pool.take(ask(name))
    pool.take(Tick(at(1)))
    assert len(pool.offers()) == 3
    assert not pool.tentative()


def test_a_call_interrupts_mail_one_at_a_time() -> None:
    rules = {"voice": ChannelRules(interrupts=("mail",))}
    pool = pool_of(put(open_work={"mail": 1}), channels=rules)
    for name in ("v", "w"):
        pool.take(TicketCreated(OPENED, Ticket(name, "voice", OPENED)))
    assert offered(pool) == {"v": "ann"}


def test_another_message_with_a_known_identifier_is_refused() -> None:
    pool = pool_of(put())
    first = ask("t", 0.0)
    pool.take(replace(first, id="m1"))
    with pytest.raises(InvalidInput) as refused:
        pool.take(replace(ask("u", 0.0), id="m1"))
    assert [issue.code for issue in refused.value.issues] == ["id_reused"]
    assert {offer.ticket for offer in pool.offers()} == {"t"}
    assert Pool.restore(pool.save()).take(replace(first, id="m1")).offered == pool.offers()


def test_a_repeated_message_is_answered_as_before_and_changes_nothing() -> None:
    pool = pool_of(put())
    event = replace(ask(), id="m")
    first, saved = pool.take(event), pool.save()
    assert pool.take(event) == first
    assert pool.save() == saved


def test_messages_and_closed_tickets_are_forgotten_in_time() -> None:
    pool = pool_of(replace(ask(), id="m"), TicketCancelled(OPENED, "t"), remember_seconds=60.0)
    pool.take(Tick(at(60)))
    assert codes(pool, ask()) == [("duplicate_id", "/ticket/id")]
    pool.take(Tick(at(61)))
    pool.take(replace(ask(), id="m"))
    assert [queued.ticket for queued in pool.waiting()] == ["t"]


def test_time_that_goes_back_counts_as_the_pools() -> None:
    pool = pool_of(Tick(at(100)))
    effects = pool.take(Tick(at(50)))
    assert effects.at == at(100)
    assert [issue.code for issue in effects.problems] == ["late_event"]


def test_bad_events_are_refused_with_every_problem() -> None:
    pool = pool_of(put(), ask(), put("ben"))
    naive = OPENED.replace(tzinfo=None)
    bad = Ticket("t", "chat", naive, {"x": 9}, calendar="none")
    assert codes(pool, TicketCreated(naive, bad)) == [
        ("missing_offset", "/at"),
        ("missing_offset", "/ticket/created"),
        ("unknown_calendar", "/ticket/calendar"),
        ("out_of_range", "/ticket/skills/x"),
        ("duplicate_id", "/ticket/id"),
    ]
    assert codes(pool, OfferAccepted(OPENED, "t", "ben")) == [("unknown_offer", "/ticket")]
    assert codes(pool, AgentRemoved(OPENED, "nobody")) == [("unknown_agent", "/agent")]
    assert codes(pool, WorkDone(OPENED, "ann", "t")) == [("unknown_work", "/ticket")]
    assert codes(pool, WorkDone(OPENED, "ann")) == [("ambiguous_work", "")]
    assert codes(pool, TicketCancelled(OPENED, "none")) == [("unknown_ticket", "/ticket")]
    assert codes(pool, Tick(datetime.max.replace(tzinfo=OPENED.tzinfo))) == [
        ("out_of_range", "/at")
    ]
    moved = Ticket("t", "voice", OPENED)
    assert codes(pool, TicketChanged(OPENED, moved)) == [("channel_in_use", "/ticket/channel")]


def test_settings_are_refused_with_every_problem() -> None:
    bad = PoolSettings(RoutingWeights(priority=-1.0), review_seconds=-1.0, offer_seconds=0.0)
    with pytest.raises(InvalidInput) as caught:
        Pool(bad, OPENED.replace(tzinfo=None))
    assert [issue.pointer for issue in caught.value.issues] == [
        "/opened",
        "/weights/priority",
        "/review_seconds",
        "/offer_seconds",
    ]


def test_prices_of_scarce_skills_follow_the_backlog_and_fade() -> None:
    pool = pool_of(put(capacity=0), review_seconds=1e6, price_memory_seconds=100.0)
    pool.take(ask("t", skills={"french": 1}, priority=Priority.P0))
    pool.take(Tick(at(99)))
    assert not pool.snapshot().weights.skill_prices
    pool.take(Tick(at(100)))
    price = pool.snapshot().weights.skill_prices["french"]
    assert price > 100.0
    pool.take(TicketCancelled(at(100), "t"))
    pool.take(Tick(at(200)))
    assert pool.snapshot().weights.skill_prices["french"] == pytest.approx(price / 2.718281828)


def test_events_are_read_from_json() -> None:
    body = b"""{"events": [
        {"kind": "tick", "at": "2026-03-02T10:00:00Z", "id": "m1"},
        {"kind": "ticket_created", "at": "2026-03-02T11:00:00+01:00",
         "ticket": {"id": "t", "channel": "chat", "created": "2026-03-02T10:00:00Z"}}]}"""
    assert read_events(body) == (Tick(OPENED, id="m1"), ask())
    with pytest.raises(InvalidInput) as caught:
        read_events(b'{"events": [{"kind": "tick"}, {"kind": "what"}]}')
    assert [issue.pointer for issue in caught.value.issues] == ["/events/0/at", "/events/1"]
