"""What is measured on the running service, once and small."""

from __future__ import annotations

import json
from contextlib import nullcontext
from functools import partial

import pytest

from api.tasks.requests.plans import PlanRequest
from benchmarks.service import beside, listening, queueing
from benchmarks.service.clustered import AGENTS, SKILLS, plan_of_sites
from benchmarks.service.running import serving
from optimizer.codec import decode
from optimizer.model import check_organisation


def test_a_plan_of_sites_is_a_sound_request_in_which_sites_share_nothing() -> None:
    request = decode(PlanRequest, plan_of_sites(3, 1))
    assert request.organisation is not None
    assert check_organisation(request.organisation) == []
    assert len(request.organisation.agents) == 3 * AGENTS
    assert len(request.organisation.groups) == 3 * SKILLS
    for agent in request.organisation.agents:
        assert all(skill.startswith(f"{agent.site}:") for skill in agent.skills)
    assert request.history is not None


def test_every_listener_has_every_event_and_a_queue_is_measured_as_it_grows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving("--no-runner", "--no-pools", workers=1) as service:
        for module in (listening, queueing):  # each would start one like it
            monkeypatch.setattr(module, "serving", lambda *_, **__: nullcontext(service))
        told = listening.measure(8, 3, 32, 3, lambda _: None)
        queued = queueing.measure(12, 2, 3, lambda _: None, None)
    for way in ("listening_alone", "listening_beside_assignments"):
        assert told[way]["missed"] == 0
        assert told[way]["open_at_the_end"] == 0
        assert told[way]["repeats"] == 24
    assert told["assignments_beside_listeners"]["errors"] == 0
    assert queued["submit"]["all"]["repeats"] == 12
    assert set(queued["look"]["all_queued"]) == {*queueing.LOOKS, "one job"}
    json.dumps(queued, allow_nan=False)


def test_load_is_measured_in_quiet_and_beside_a_roster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "serving", partial(serving, workers=1))
    monkeypatch.setattr(beside, "ROSTER", {"agents": 60, "skills": 2, "days": 7})
    monkeypatch.setattr(beside, "JOBS", 2)
    monkeypatch.setattr(beside, "SETTLE_SECONDS", 0.2)
    found = beside.measure((1,), 0.5, 10.0, 3, lambda _: None)
    assert len(found["jobs"]) == 2
    for state in ("quiet", "while_solving"):
        assert [row["errors"] for row in found[state]] == [0, 0]
