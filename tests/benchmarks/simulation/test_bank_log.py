"""The bank's log is read, cleaned by stated rules, and what was done is counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.simulation.bank_log import NOBODY, UNKNOWN, read_log
from optimizer.errors import InvalidInput

HEAD = (
    "customer_id,priority,type,date,vru_entry,vru_exit,q_start,q_exit,q_time,outcome,"
    "ser_start,ser_exit,ser_time,server\n"
)
ROWS = (
    "7,2,PS,2010-08-01,9:00:00,9:00:05,9:00:05,9:01:05,60,AGENT,9:01:04,9:03:04,120,ANNA",
    "0,0,PS,2010-08-01,8:59:00,8:59:10,0:00:00,0:00:00,0,AGENT,8:59:09,9:00:09,60,BERT",
    "8,1,PS,2010-08-01,9:02:00,9:02:10,9:02:10,9:02:30,20,HANG,0:00:00,0:00:00,0,NO_SERVER",
    "0,0,PS,2010-08-01,9:02:20,9:02:40,0:00:00,0:00:00,0,HANG,0:00:00,0:00:00,0,NO_SERVER",
    "9,2,PS,2010-08-01,9:02:30,9:02:40,9:02:40,9:03:40,60,PHANTOM,9:03:40,9:03:42,2,NO_SERVER",
    "0,0,NW,2010-08-01,9:02:30,9:02:50,0:00:00,0:00:00,0,AGENT,9:02:49,9:04:00,71,NO_SERVER",
    "0,0,IN,2010-08-02,23:59:50,0:00:05,0:00:05,0:00:35,30,AGENT,0:00:35,5:00:35,18000,BERT",
    "6,1,NE,2010-08-02,10:00:00,10:00:05,10:00:05,10:00:15,10,AGENT,10:00:15,11:00:15,3600,ANNA",
    "5,1,NE,2010-08-02,10:05:00,10:05:05,10:05:05,10:05:15,10,AGENT,10:05:15,10:05:15,0,ANNA",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "log.csv"
    path.write_text(HEAD + "\n".join(ROWS) + "\n")
    return path


def test_calls_come_in_order_of_arrival_at_the_line(path: Path) -> None:
    log = read_log(path)
    nine = 9 * 3600.0
    assert log.arrival[:3].tolist() == [nine - 50, nine + 5, nine + 130]
    assert log.wait[:3].tolist() == [0.0, 60.0, 20.0]
    assert log.answered.tolist() == [True, True, False, True, True, True]
    assert [log.servers[s] for s in log.server[[0, 1]]] == ["BERT", "ANNA"]
    assert log.server[2] == NOBODY
    assert log.begin[1] == nine + 65
    assert log.types == ("IN", "NE", "PS")


def test_who_reaches_the_line_after_midnight_comes_on_the_next_day(path: Path) -> None:
    assert read_log(path).arrival[-1] == 2 * 86_400.0 + 5.0


def test_who_was_answered_at_once_has_no_known_priority(path: Path) -> None:
    assert read_log(path).priority.tolist() == [UNKNOWN, 2, 1, 1, 1, 0]


def test_services_end_at_the_next_one_and_after_an_hour(path: Path) -> None:
    log = read_log(path)
    assert log.service.tolist() == [60.0, 120.0, 0.0, 300.0, 0.0, 3600.0]


def test_what_was_changed_and_left_out_is_counted(path: Path) -> None:
    assert read_log(path).remarks == {
        "calls": 9,
        "left_out_hung_up_in_the_menu": 1,
        "left_out_phantoms": 1,
        "left_out_agent_without_name": 1,
        "came_to_the_line": 6,
        "not_identified": 1,
        "ended_by_the_next_service": 1,
        "cut_at_an_hour": 1,
        "answered_without_service": 1,
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (HEAD.replace("server", "agent"), "missing_column"),
        (HEAD + ROWS[0].replace("9:00:05", "nine"), "wrong_type"),
        (HEAD + ROWS[0].replace("7,2", "7,5"), "out_of_range"),
        (HEAD + ROWS[0].replace(",60,", ",-60,"), "out_of_range"),
        ("", "unreadable_file"),
        (HEAD, "no_answers"),
        (HEAD + ROWS[2], "no_answers"),
    ],
)
def test_a_file_that_is_no_log_is_bad_input(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "log.csv"
    path.write_text(text)
    with pytest.raises(InvalidInput) as caught:
        read_log(path)
    assert [issue.code for issue in caught.value.issues] == [code]
