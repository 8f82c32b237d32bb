"""Which roster is in force, on both databases and with several who publish at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from api.access import EVERYTHING, Caller, audit_entries
from api.errors import Conflict, NotFound
from api.jobs.queue import Submission, submit
from api.publications import list_publications, publication_in_force, publish, roll_back
from api.store import Store
from optimizer.errors import InvalidInput

CALLER = Caller("main", None, EVERYTHING)
OTHER = Caller("others", None, EVERYTHING)
MONDAY = date(2026, 11, 23)


def week(number: int) -> tuple[date, date]:
    first = MONDAY + timedelta(weeks=number)
    return first, first + timedelta(days=6)


def job(store: Store) -> str:
    return submit(store, Submission("main", "rosters", b"{}", 60.0), max_queued=100)[0].id


def test_the_newest_version_about_a_day_is_in_force(store: Store) -> None:
    one, two = job(store), job(store)
    publish(store, CALLER, one, (week(0)[0], week(1)[1]), expected_version=0)
    publish(store, CALLER, two, week(1), expected_version=1)
    for day, expected in [(week(0)[0], one), (week(0)[1], one), (week(1)[0], two)]:
        assert publication_in_force(store, "main", day).job == expected
    for day in (MONDAY - timedelta(days=1), week(2)[0]):
        with pytest.raises(NotFound):
            publication_in_force(store, "main", day)


def test_who_has_not_seen_the_newest_version_about_the_days_does_not_overwrite_it(
    store: Store,
) -> None:
    made = job(store)
    publish(store, CALLER, made, week(0), expected_version=0)
    with pytest.raises(Conflict):
        publish(store, CALLER, made, week(0), expected_version=0)
    assert publish(store, CALLER, made, week(1), expected_version=0).version == 2
    with pytest.raises(InvalidInput, match="seen"):
        publish(store, CALLER, made, week(0), expected_version=3)
    assert publish(store, CALLER, made, week(0), expected_version=1).version == 3


def test_going_back_is_a_version_of_its_own(store: Store) -> None:
    one, two = job(store), job(store)
    publish(store, CALLER, one, week(0), expected_version=0, remark="first")
    publish(store, CALLER, two, week(0), expected_version=1)
    with pytest.raises(Conflict):
        roll_back(store, CALLER, 1, expected_version=1)
    back = roll_back(store, CALLER, 1, expected_version=2, remark="as it was")
    assert (back.version, back.job, back.rolled_back_to) == (3, one, 1)
    assert publication_in_force(store, "main", MONDAY) == back
    with pytest.raises(NotFound):
        roll_back(store, CALLER, 9, expected_version=3)


def test_versions_are_listed_from_the_newest_in_pages(store: Store) -> None:
    made = job(store)
    for number in range(5):
        publish(store, CALLER, made, week(number), expected_version=number)
    first, before = list_publications(store, "main", limit=2)
    second, further = list_publications(store, "main", limit=3, before=before)
    assert [one.version for one in first + second] == [5, 4, 3, 2, 1]
    assert (before, further) == (4, None)


def test_every_change_stands_in_the_audit_and_none_that_was_refused(store: Store) -> None:
    made = job(store)
    publish(store, CALLER, made, week(0), expected_version=0)
    roll_back(store, CALLER, 1, expected_version=1)
    with pytest.raises(Conflict):
        publish(store, CALLER, made, week(0), expected_version=0)
    entries, _ = audit_entries(store, "main")
    told = [entry for entry in entries if entry.action != "submit job"]
    assert [(entry.action, entry.target, entry.detail["version"]) for entry in told] == [
        ("roll back", f"/v1/rosters/{made}", 2),
        ("publish", f"/v1/rosters/{made}", 1),
    ]


def test_what_others_publish_is_not_seen_and_their_jobs_cannot_be_published(store: Store) -> None:
    made = job(store)
    publish(store, CALLER, made, week(0), expected_version=0)
    assert list_publications(store, "others") == ([], None)
    with pytest.raises(NotFound):
        publication_in_force(store, "others", MONDAY)
    with pytest.raises(NotFound):
        publish(store, OTHER, made, week(0), expected_version=0)
    with pytest.raises(NotFound):
        roll_back(store, OTHER, 1, expected_version=0)


def test_of_several_who_publish_at_the_same_time_one_does(store: Store) -> None:
    jobs = [job(store) for _ in range(8)]

    def attempt(made: str) -> bool:
        try:
            publish(store, CALLER, made, week(0), expected_version=0)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, jobs)) == 1
    assert len(list_publications(store, "main")[0]) == 1


def test_those_who_publish_other_days_do_not_hinder_each_other(store: Store) -> None:
    jobs = [job(store) for _ in range(8)]

    def attempt(number: int) -> int:
        made = publish(store, CALLER, jobs[number], week(number), expected_version=0)
        return made.version

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(attempt, range(8))) == list(range(1, 9))
