"""Logs are read as they are meant, and what is wrong with a file is told line by line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from optimizer.errors import InvalidInput
from optimizer.model import Priority, Tier
from optimizer.routing.replay import read_log, read_presence
from optimizer.routing.replay.line_issues import IN_WORDS

PARIS = ZoneInfo("Europe/Paris")


def written(folder: Path, *lines: str) -> Path:
    path = folder / "log.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def refused(path: Path, **options: object) -> dict[str, str]:
    """Return the details of all issues by their pointers."""
    with pytest.raises(InvalidInput) as caught:
        read_log(path, **options)  # type: ignore[arg-type]  # whatever a test wants
    return {issue.pointer: issue.detail for issue in caught.value.issues}


def test_every_column_is_read(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "id,channel,created,skills,priority,customer_value,tier,site,language,tags,risk,amount,"
        "first_response_seconds,resolution_seconds,prior_agent,customer,handling_seconds,"
        "patience_seconds,waited_seconds,agent,mood",
        "7,chat,2026-03-02T10:00:00+01:00,billing:2;french,P1,3,technical,lyon,fr,vip;new,0.5,90,"
        "60,3600,ann,c1,120,,15,bob,good",
    )
    (contact,) = read_log(path).contacts
    ticket = contact.ticket
    assert ticket.created == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert ticket.skills == {"billing": 2, "french": 1}
    assert (ticket.priority, ticket.tier, ticket.tags) == (
        Priority.P1,
        Tier.TECHNICAL,
        ("vip", "new"),
    )
    assert (ticket.customer_value, ticket.risk, ticket.amount) == (3, 0.5, 90)
    assert (ticket.site, ticket.language, ticket.prior_agent) == ("lyon", "fr", "ann")
    assert (ticket.first_response_seconds, ticket.resolution_seconds) == (60, 3600)
    assert (contact.handling_seconds, contact.waited_seconds, contact.agent) == (120, 15, "bob")
    assert contact.patience_seconds is None


def test_three_columns_suffice_and_the_rest_is_told(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "ref;queue_entry;handling_seconds",
        "b;2026-03-29 03:30;60",
        "a;2026-03-29 01:30;60",
    )
    log = read_log(path, {"id": "ref", "created": "queue_entry"}, PARIS)
    first, second = log.contacts
    assert (first.ticket.id, first.ticket.channel, first.ticket.skills) == ("a", "voice", {})
    # Clocks were put forward in between.
    assert (second.ticket.created - first.ticket.created).total_seconds() == 3600
    assert any("voice" in remark for remark in log.remarks)
    assert any("nobody gave up" in remark for remark in log.remarks)


def test_every_problem_is_told_with_its_line(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "id,created,handling_seconds,patience_seconds,skills,priority,risk",
        "a,2026-03-02 10:00,60,,,,",
        "b,yesterday,-1,,x:9,P7,2",
        "a,2026-03-02T10:00Z,,,x;x,,",
        ",2026-03-02T10:00Z,nan,5,,,",
        "c,2026-03-02T10:00Z",
    )
    found = refused(path)
    assert "no offset" in found["/lines/2/created"]
    assert found["/lines/3/created"].startswith("Line 3: created is 'yesterday'")
    assert "'-1'" in found["/lines/3/handling_seconds"]
    assert "'x:9'" in found["/lines/3/skills"]
    assert "'P7'" in found["/lines/3/priority"]
    assert "'2'" in found["/lines/3/risk"]
    assert "line 2 already" in found["/lines/4/id"]
    assert "empty" in found["/lines/4/handling_seconds"]
    assert "twice" in found["/lines/4/skills"]
    assert "/lines/5/id" in found
    assert "'nan'" in found["/lines/5/handling_seconds"]
    assert "2 cells" in found["/lines/6"]
    assert len(found) == 12


def test_a_problem_of_very_many_lines_is_told_once_with_all_of_them(tmp_path: Path) -> None:
    rows = [
        f"c{i},2026-03-02T10:00Z,{'x' if i != IN_WORDS + 3 else 1}" for i in range(IN_WORDS + 9)
    ]
    found = refused(written(tmp_path, "id,created,handling_seconds", *rows))
    last = IN_WORDS + 10
    assert len(found) == IN_WORDS + 1
    assert f"{IN_WORDS + 2}-{IN_WORDS + 4}, {IN_WORDS + 6}-{last}." in found["/lines"]


@pytest.mark.parametrize(
    ("lines", "columns", "pointer"),
    [
        (["id,created"], {}, "/columns/handling_seconds"),
        (["id,created,handling_seconds"], {}, "/columns/id"),
        (["id,id,created,handling_seconds"], {}, "/columns/id"),
        (["id,created,handling_seconds"], {"created": "entry"}, "/columns/entry"),
        (["id,created,handling_seconds"], {"when": "created"}, "/columns/when"),
        ([""], {}, ""),
    ],
)
def test_a_header_that_cannot_be_used_is_told(
    tmp_path: Path, lines: list[str], columns: dict[str, str], pointer: str
) -> None:
    assert pointer in refused(written(tmp_path, *lines), columns=columns)


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_bytes(b"\xff\xfe\x00\x00")
    assert "" in refused(tmp_path / "log.csv")
    assert "" in refused(tmp_path / "none.csv")


BANK = (
    ",vru+line,call_id,customer_id,priority,type,date,vru_entry,vru_exit,vru_time,q_start,q_exit,"
    "q_time,outcome,ser_start,ser_exit,ser_time,server"
)


def test_calls_of_the_bank_are_told_from_what_never_came_to_the_line(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        BANK,
        ",A,1,0,0,PS,2010-08-01,9:00:00,9:00:10,10,0:00:00,0:00:00,0,AGENT,9:00:10,9:01:10,60,ANN",
        ",A,2,7,2,NW,2010-08-01,9:00:00,9:00:20,20,9:00:20,9:00:50,30,AGENT,9:00:50,9:05:50,300,ANN",
        ",A,3,7,1,PS,2010-08-01,9:02:00,9:02:20,20,9:02:20,9:02:40,20,AGENT,9:02:40,9:02:50,10,ANN",
        ",A,4,0,0,PS,2010-08-01,23:59:50,24:00:05,15,0:00:05,0:01:05,60,HANG,0:00:00,0:00:00,0,NO_SERVER",
        ",A,5,0,0,PS,2010-08-01,9:00:00,9:00:10,10,0:00:00,0:00:00,0,HANG,0:00:00,0:00:00,0,NO_SERVER",
        ",A,6,0,0,PS,2010-08-01,9:00:00,9:00:10,10,9:00:10,9:00:10,0,PHANTOM,0:00:00,0:00:00,0,NO_SERVER",
        ",A,7,0,0,PS,2010-08-01,9:00:00,9:00:10,10,0:00:00,0:00:00,0,AGENT,0:00:00,0:00:00,9,NO_SERVER",
    )
    log = read_log(path)
    at_once, priority, other, lost = log.contacts
    assert at_once.ticket.skills == {"PS": 1}
    assert (at_once.waited_seconds, at_once.agent, at_once.customer) == (0, "ANN", None)
    assert (priority.ticket.priority, priority.ticket.customer_value) == (Priority.P1, 2)
    assert other.ticket.priority is Priority.P2
    # The same agent begins with another call after 110 s.
    assert (at_once.handling_seconds, priority.handling_seconds) == (40, 110)
    assert (lost.patience_seconds, lost.handling_seconds, lost.agent) == (60, None, None)
    came = lost.ticket.created.astimezone(log.zone)
    assert f"{came:%m-%d %H:%M:%S}" == "08-02 00:00:05"
    assert sum(remark.startswith("1 calls") for remark in log.remarks) == 3


def test_cells_of_the_bank_that_make_no_sense_are_told(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        BANK,
        ",A,1,0,9,PS,1 August,9:61:00,soon,10,0:00:00,0:00:00,x,AGENT,,,60,ANN",
        ",A,2,0,0,PS,2010-08-01,9:00:00,9:00:10,10,0:00:00,0:00:00,0,AWAY,,,60,ANN",
    )
    assert sorted(refused(path)) == [
        "/lines/2/date",
        "/lines/2/priority",
        "/lines/2/q_time",
        "/lines/2/vru_entry",
        "/lines/2/vru_exit",
        "/lines/3/outcome",
    ]


DESK = "Case ID,Activity,Resource,Complete Timestamp,Variant,Variant,customer,product"


def test_cases_of_the_help_desk_are_contacts(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        DESK,
        "1,Assign seriousness,R1,2012/10/09 14:50:17.000,V,V,C1,P1",
        "1,Take in charge ticket,R2,2012/10/09 14:51:17.000,V,V,C1,P1",
        "1,Resolve ticket,R2,2012/10/09 14:56:17.000,V,V,C1,P1",
        "2,Take in charge ticket,R3,2012/10/09 14:00:00.000,V,V,C1,P2",
        "3,Assign seriousness,R3,2012/10/09 14:00:00.000,V,V,C1,P2",
    )
    log = read_log(path)
    second, first = log.contacts
    assert (first.waited_seconds, first.handling_seconds, first.agent) == (60, 300, "R2")
    assert (first.ticket.skills, first.customer) == ({"product P1": 1}, "C1")
    assert (second.waited_seconds, second.handling_seconds) == (0, 3600)
    assert log.deferred == {"ticket"}
    bad = written(tmp_path, DESK, "1,Take in charge ticket,R1,noon,V,V,C1,P1")
    assert list(refused(bad)) == ["/lines/2/Complete Timestamp"]
    none = written(tmp_path, DESK, "1,Closed,R1,2012/10/09 14:50:17.000,V,V,C1,P1")
    assert list(refused(none)) == ["/columns/Activity"]


def test_the_real_logs_are_read(reference_data: Callable[[str], Path]) -> None:
    bank = read_log(reference_data("routing/anonymous_bank_1999_august_calls.csv"))
    assert len(bank.contacts) == 42_078 - 3_057 - 310 - 391
    assert sum(contact.patience_seconds is not None for contact in bank.contacts) == 7_309
    desk = read_log(reference_data("routing/helpdesk_italy_events.csv"))
    assert len(desk.contacts) == 4_285
    assert len({contact.agent for contact in desk.contacts}) == 21


def test_presence_is_read_and_its_problems_are_told(tmp_path: Path) -> None:
    path = written(tmp_path, "agent,start,end", "a,2026-03-02 09:00,2026-03-02 17:00")
    (stretch,) = read_presence(path, {"a"}, PARIS)["a"]
    assert [moment.hour for moment in stretch] == [8, 16]
    path = written(
        tmp_path,
        "agent,start,end",
        "b,2026-03-02 09:00,2026-03-02 17:00",
        "a,2026-03-02 09:00,2026-03-02 09:00",
        "a,2026-03-02 09:00,",
    )
    with pytest.raises(InvalidInput) as caught:
        read_presence(path, {"a"}, PARIS)
    pointers = [issue.pointer for issue in caught.value.issues]
    assert pointers == ["/lines/2/agent", "/lines/3/end", "/lines/4/end"]
