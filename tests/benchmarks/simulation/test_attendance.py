"""Attendance and skills are derived from calls by rules that are stated."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from benchmarks.simulation.attendance import Attendance, crew, handover_s, skills, stretches
from benchmarks.simulation.bank_log import NOBODY, Log


def log_of(*calls: tuple[float, float, int, float, int]) -> Log:
    """Return a log of calls: arrival, wait, server, service and type."""
    arrival, wait, server, service, kind = (np.array(values) for values in zip(*calls, strict=True))
    return Log(
        arrival=arrival.astype(float),
        type=kind,
        priority=np.zeros(len(kind), np.int64),
        wait=wait.astype(float),
        server=server,
        service=service.astype(float),
        types=("A", "B"),
        servers=("ANNA", "BERT"),
        remarks={},
    )


def there(log: Log, attendance: Attendance, types: npt.ArrayLike) -> list[tuple[int, float, float]]:
    rows = stretches(log, log.server, attendance, np.array(types, np.bool_))
    return [(int(a), float(b), float(e)) for a, b, e in zip(*rows, strict=True)]


CALLS = (
    (0.0, 0.0, 0, 100.0, 0),
    (150.0, 0.0, 0, 50.0, 0),
    (160.0, 0.0, 1, 10.0, 1),
    (5000.0, 0.0, 0, 60.0, 0),
)


def test_an_agent_is_there_from_the_first_to_the_last_call_but_for_long_gaps() -> None:
    log = log_of(*CALLS)
    assert there(log, Attendance(1800.0), [[1, 0], [0, 1]]) == [
        (0, 0.0, 200.0),
        (0, 5000.0, 5060.0),
        (1, 160.0, 170.0),
    ]
    assert there(log, Attendance(40.0), [[1, 0], [0, 1]])[0] == (0, 0.0, 100.0)
    assert there(log, Attendance(9000.0), [[1, 0], [0, 1]])[0] == (0, 0.0, 5060.0)


def test_an_agent_is_away_while_callers_wait_whom_the_agent_may_serve() -> None:
    waiting = (
        (0.0, 0.0, 0, 100.0, 0),
        (110.0, 40.0, 1, 500.0, 0),
        (180.0, 60.0, 0, 50.0, 0),
    )
    rule = Attendance(away_while_waited_for=True)
    # In the gap from 100 to 240 somebody waits from 110 to 150 and from 180 on.
    assert there(log_of(*waiting), rule, [[1, 0], [1, 0]])[:2] == [
        (0, 0.0, 110.0),
        (0, 240.0, 290.0),
    ]
    # Who may not serve them was there all the time, and so was who only took ten seconds.
    assert there(log_of(*waiting), rule, [[0, 1], [1, 0]])[0] == (0, 0.0, 290.0)
    short = ((0.0, 0.0, 0, 100.0, 0), (95.0, 15.0, 0, 20.0, 0))
    assert there(log_of(*short), rule, [[1, 0]]) == [(0, 0.0, 130.0)]


def test_a_call_without_service_leaves_no_empty_stretch() -> None:
    log = log_of((0.0, 0.0, 0, 10.0, 0), (9000.0, 0.0, 0, 0.0, 0))
    assert there(log, Attendance(), [[1, 0]]) == [(0, 0.0, 10.0)]


def test_agents_serve_the_types_that_are_more_than_an_exception() -> None:
    calls = [(float(i), 0.0, 0, 1.0, int(i == 3)) for i in range(50)]
    log = log_of(*calls, (60.0, 0.0, 1, 1.0, 1), (61.0, 5.0, NOBODY, 0.0, 0))
    assert skills(log, log.server, 0.05).tolist() == [[True, False], [False, True]]
    assert skills(log, log.server, 0.0).tolist() == [[True, True], [False, True]]


def test_an_agent_of_two_days_may_count_as_two() -> None:
    log = log_of(
        (0.0, 0.0, 1, 10.0, 0), (50.0, 0.0, NOBODY, 0.0, 0), (90_000.0, 0.0, 1, 10.0, 1),
        (90_100.0, 0.0, 0, 10.0, 1),
    )  # fmt: skip
    assert crew(log, by_day=False).tolist() == [1, NOBODY, 1, 0]
    agents = crew(log, by_day=True)
    assert agents.tolist() == [1, NOBODY, 2, 0]
    assert skills(log, agents, 0.01).tolist() == [[False, True], [True, False], [False, True]]


def test_the_way_to_the_next_call_is_seen_where_it_waited_already() -> None:
    log = log_of(
        (0.0, 0.0, 0, 100.0, 0),
        (50.0, 54.0, 0, 100.0, 0),  # taken 4 seconds after the last one
        (190.0, 20.0, 0, 40.0, 0),  # 6 seconds
        (900.0, 0.0, 0, 10.0, 0),  # nobody waited
    )
    assert handover_s(log) == 5.0
    assert handover_s(log_of((0.0, 0.0, 0, 1.0, 0))) == 0.0
