"""The same request, sent a hundred times at once to several processes, two of which are killed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from tests.api.faults.harness import Service, check, follow


def test_a_hundred_equal_submissions_with_one_key_are_one_job(
    services: Callable[[str], Service],
) -> None:
    service = services("sqlite")

    def send(number: int) -> str:
        if number == 50:
            service.kill("web")
        return service.submit("the-same")

    with ThreadPoolExecutor(10) as senders:
        jobs = set(senders.map(send, range(100)))
    (job,) = jobs
    listed = service.insist("GET", "/v1/jobs").body["jobs"]
    assert [one["id"] for one in listed if one["state"] == "queued"] in ([], [job])
    assert len([one for one in listed if one["id"] == job]) == 1
    check(service, {job: follow(service, job)}, {job: "done"})
