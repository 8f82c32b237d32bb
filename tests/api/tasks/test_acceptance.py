"""A request that cannot be worked on is refused before it waits, with everything that is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.config import Settings
from api.errors import Conflict, NotFound, TooLarge
from api.jobs.queue import Submission, submit
from api.store import Store, open_store, upgrade
from api.tasks import KINDS, accept
from forecasts import ForecastError
from optimizer.codec import encode
from optimizer.errors import InvalidInput
from tests.api.tasks.working import TENANT, accepted, kept

HALF = Settings(max_job_seconds=30)


def body_of(kind: str, changes: dict[str, Any]) -> bytes:
    """Return the example of a kind with values put at JSON pointers of it."""
    body = json.loads(encode(KINDS[kind].example))
    for pointer, value in changes.items():
        *way, last = pointer.split("/")[1:]
        here = body
        for part in way:
            here = here[int(part)] if isinstance(here, list) else here[part]
        here[int(last) if isinstance(here, list) else last] = value
    return json.dumps(body).encode()


def refused(store: Store, kind: str, **changes: Any) -> set[tuple[str, str]]:
    """Return codes and pointers of what is wrong with a changed example."""
    body = body_of(kind, {f"/{name.replace('__', '/')}": v for name, v in changes.items()})
    with pytest.raises(InvalidInput) as caught:
        accept(store, TENANT, kind, body, Settings())
    return {(issue.code, issue.pointer) for issue in caught.value.issues}


def test_every_problem_of_a_roster_request_points_into_the_body_as_sent(empty: Store) -> None:
    assert refused(
        empty,
        "rosters",
        limits={"seconds": 1e9, "gap": 2},
        seed=-1,
        label="two\nlines",
        pins=[{"agent": "nobody", "day": "2026-11-23", "works": True}],
        change_cost={"called": -1},
        organisation__agents__0__contract="none",
        requirement__groups=["nothing"],
    ) >= {
        ("out_of_range", "/limits/seconds"),
        ("out_of_range", "/limits/gap"),
        ("out_of_range", "/seed"),
        ("bad_text", "/label"),
        ("unknown_agent", "/pins/0/agent"),
        ("out_of_range", "/change_cost/called"),
        ("unknown_contract", "/organisation/agents/0/contract"),
        ("unknown_group", "/requirement/groups/0"),
    }


def test_every_problem_of_a_forecast_request_is_told_at_once(empty: Store) -> None:
    assert refused(
        empty,
        "forecasts",
        start="2020-01-01",
        calendar={
            "country": "XX",
            "events": [{"name": "a", "days": ["2026-11-02"], "groups": ["q"]}],
        },
        hierarchy={"attributes": {"c": {"voice:orders": "v", "p": "v"}}, "shares": {"z": -1}},
        adjustments=[{"kind": "multiply", "name": "a", "factor": -1}, {"kind": "what"}],
        backlog=[{"group": "q", "open": -1, "due": "2026-11-24T00:00:00Z"}],
    ) == {
        ("bad_start", "/start"),
        ("unknown_country", "/calendar/country"),
        ("unknown_group", "/calendar/events/0/groups/0"),
        ("unknown_group", "/hierarchy/attributes/c/p"),
        ("missing_value", "/hierarchy/attributes/c/z"),
        ("out_of_range", "/hierarchy/shares/z"),
        ("out_of_range", "/adjustments/0/factor"),
        ("unknown_kind", "/adjustments/1/kind"),
        ("unknown_group", "/backlog/0/group"),
        ("out_of_range", "/backlog/0/open"),
        ("unexpected_offset", "/backlog/0/due"),
    }  # fmt: skip


def test_a_wrong_cell_of_a_history_is_pointed_at_in_its_column(empty: Store) -> None:
    found = refused(
        empty, "forecasts", history__offered__3=-1.0, history__start__4="2026-02-31T09:00"
    )
    assert found == {
        ("negative_value", "/history/offered/3"),
        ("unreadable_time", "/history/start/4"),
    }


def test_columns_of_unlike_length_and_texts_that_are_no_times_are_told(empty: Store) -> None:
    assert refused(empty, "plans", history__group=["a"], history__start__0="soon") == {
        ("bad_shape", "/history/group"),
        ("unreadable_time", "/history/start/0"),
    }


def test_every_problem_of_a_simulation_request_is_told_at_once(empty: Store) -> None:
    assert refused(
        empty,
        "simulations",
        rule="fastest",
        day="2026-11-30",
        replications=0,
        paths=3,
        absence=2.0,
        adherence_seconds=-1.0,
        busyness=99.0,
    ) == {
        ("unknown_rule", "/rule"),
        ("unknown_day", "/day"),
        ("out_of_range", "/replications"),
        ("no_uncertainty", "/forecast"),
        ("out_of_range", "/absence"),
        ("out_of_range", "/adherence_seconds"),
        ("out_of_range", "/busyness"),
    }


def test_scenarios_are_pointed_at_by_their_number(empty: Store) -> None:
    assert refused(
        empty,
        "comparisons",
        scenarios__1__roster__grid__count=48,
        scenarios__2__flow_factors={"a>b": 2.0},
    ) == {
        ("other_intervals", "/scenarios/1/roster/grid"),
        ("unknown_flow", "/scenarios/2/flow_factors"),
    }


def test_what_is_wrong_with_a_thing_that_scenarios_share_is_told_once(empty: Store) -> None:
    found = refused(empty, "comparisons", scenarios__0__organisation__agents__0__contract="none")
    assert found == {("unknown_contract", "/scenarios/0/organisation/agents/0/contract")}


def test_names_of_scenarios_differ_and_the_first_says_what_is_needed(empty: Store) -> None:
    found = refused(empty, "comparisons", scenarios__1__name="three", scenarios__0__forecast=None)
    assert found == {
        ("duplicate_id", "/scenarios/1/name"),
        ("missing_field", "/scenarios/0/forecast"),
    }


def test_a_plan_needs_groups_that_there_are_and_handling_times(empty: Store) -> None:
    rows = len(KINDS["plans"].example.history.start)
    found = refused(empty, "plans", history__group=["chat"] * rows, history__aht_s=None, days=0)
    assert found == {
        ("unknown_group", "/history/group"),
        ("missing_field", "/history/aht_s"),
        ("out_of_range", "/days"),
    }


def test_a_shape_that_may_be_an_identifier_is_pointed_at_without_its_kind(empty: Store) -> None:
    assert refused(empty, "rosters", previous={"grid": 3}) == {
        ("wrong_type", "/previous/grid"),
        ("missing_field", "/previous/shifts"),
    }
    assert refused(empty, "simulations", rule={"kind": "speed"}) == {
        ("unknown_value", "/rule/kind")
    }


@pytest.mark.parametrize(
    ("kind", "changes", "pointer"),
    [
        ("rosters", {"organisation": None}, "/organisation"),
        ("rosters", {"requirement": None}, "/requirement"),
        ("forecasts", {"history": None}, "/history"),
        ("plans", {"history": None}, "/history"),
    ],
)
def test_what_is_left_out_must_be_stored(
    empty: Store, kind: str, changes: dict[str, Any], pointer: str
) -> None:
    assert refused(empty, kind, **changes) == {("missing_field", pointer)}


@pytest.mark.parametrize(
    ("kind", "changes", "pointer"),
    [
        ("simulations", {"/forecast/start/7": "2199-11-23T15:01"}, "/forecast"),
        ("simulations", {"/roster/grid/count": 10**12}, "/roster/grid/count"),
        ("simulations", {"/forecast/offered/0": 1e9}, "/forecast"),
        ("forecasts", {"/history/start/7": "2199-11-23T16:01"}, "/history"),
        ("forecasts", {"/paths": 10_000, "/horizon_days": 400}, "/paths"),
        ("comparisons", {"/scenarios": [{"name": str(n)} for n in range(51)]}, "/scenarios"),
    ],
)  # fmt: skip
def test_what_is_too_much_for_a_job_is_refused_before_it_is_made(
    empty: Store, kind: str, changes: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(TooLarge) as caught:
        accept(empty, TENANT, kind, body_of(kind, changes), Settings())
    assert [(issue.code, issue.pointer) for issue in caught.value.issues] == [("too_many", pointer)]


def test_an_organisation_with_too_many_people_is_refused(empty: Store) -> None:
    agent = json.loads(encode(KINDS["rosters"].example))["organisation"]["agents"][0]
    agents = [{**agent, "id": f"a{number}"} for number in range(20_001)]
    with pytest.raises(TooLarge, match="asks for too much"):
        accept(empty, TENANT, "rosters", body_of("rosters", {"/organisation/agents": agents}), HALF)


def test_of_a_large_body_only_the_first_problem_is_told(empty: Store) -> None:
    body = body_of("rosters", {"/requirement/agents/0": ["x"] * 100_000})
    with pytest.raises(InvalidInput) as caught:
        accept(empty, TENANT, "rosters", body, Settings())
    (issue,) = caught.value.issues
    assert issue.pointer.startswith("/requirement/agents")
    large = body_of("forecasts", {"/history/aht_s": [None] * 100_000})
    with pytest.raises(InvalidInput, match="request"):
        accept(empty, TENANT, "forecasts", large, Settings())


def test_a_job_may_ask_for_no_more_time_than_the_service_gives(empty: Store) -> None:
    body = encode(KINDS["forecasts"].example)
    assert accept(empty, TENANT, "forecasts", body, HALF).seconds == 30.0
    assert accept(empty, TENANT, "forecasts", body, Settings()).seconds == 600.0
    longer = body_of("forecasts", {"/limits": {"seconds": 31.0}})
    with pytest.raises(InvalidInput, match="cannot be used"):
        accept(empty, TENANT, "forecasts", longer, HALF)


def test_an_unknown_kind_of_job_is_not_found(empty: Store) -> None:
    with pytest.raises(NotFound, match="no kind of job 'teas'"):
        accept(empty, TENANT, "teas", b"{}", Settings())


def test_jobs_that_are_named_must_be_there_be_done_and_be_of_the_tenant(empty: Store) -> None:
    with pytest.raises(NotFound) as caught:
        accepted_with(empty, previous="0" * 36, warm_start="../secret")
    assert [issue.pointer for issue in caught.value.issues] == ["/previous", "/warm_start"]
    taken = accepted(empty, "rosters")
    asked = Submission(tenant=TENANT, kind="rosters", body=taken.body, seconds=taken.seconds)
    waiting, _ = submit(empty, asked, max_queued=10)
    with pytest.raises(Conflict) as early:
        accepted_with(empty, previous=waiting.id)
    assert [issue.code for issue in early.value.issues] == ["job_not_done"]


def test_a_job_of_another_tenant_or_kind_is_not_found(empty: Store) -> None:
    roster = kept(empty, "rosters")
    with pytest.raises(NotFound):
        accept(empty, "others", "rosters", body_of("rosters", {"/previous": roster}), Settings())
    with pytest.raises(NotFound):
        accepted_with(empty, requirement=None, forecast=roster)


def accepted_with(store: Store, **changes: Any) -> None:
    """Accept the example of a roster with changes."""
    body = body_of("rosters", {f"/{name}": value for name, value in changes.items()})
    accept(store, TENANT, "rosters", body, Settings())


def test_files_of_a_forecast_are_put_in_by_the_service_alone(empty: Store) -> None:
    files = {"table": "group,start,offered", "document": "{}"}
    assert refused(empty, "simulations", forecast_files=files) == {
        ("unexpected_field", "/forecast_files")
    }


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.sampled_from([0, -1, 1e308, 10**400, "", "2026-11-23", "2026-11-23T09:30", [], {}, [[]]]),
    st.lists(st.integers(-2, 2), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


@pytest.fixture(scope="module")
def nothing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with closing(open_store(f"sqlite:///{tmp_path_factory.mktemp('accept') / 'c.db'}")) as opened:
        upgrade(opened)
        yield opened


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_body_raises_anything_but_what_is_told(nothing: Store, kind: str, data: Any) -> None:
    body = json.loads(encode(KINDS[kind].example))
    for _ in range(data.draw(st.integers(1, 3))):
        here = body
        while True:
            keys = list(here) if isinstance(here, dict) else list(range(len(here)))
            if not keys:
                break
            key = data.draw(st.sampled_from(keys))
            if isinstance(here[key], dict | list) and here[key] and data.draw(st.booleans()):
                here = here[key]
                continue
            here[key] = data.draw(ANYTHING)
            break
    issues: tuple[Any, ...] = ()
    seconds = 1.0
    try:
        seconds = accept(nothing, TENANT, kind, json.dumps(body).encode(), Settings()).seconds
    except (InvalidInput, ForecastError) as error:
        issues = error.issues
        seconds = 1.0 if issues else 0.0
    assert 1 <= seconds <= Settings().max_job_seconds
    assert all(issue.pointer == "" or issue.pointer[0] == "/" for issue in issues)
