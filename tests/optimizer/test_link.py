"""A part hears through its link that it is to end."""

from __future__ import annotations

from threading import Event as Flag

from optimizer.link import following
from optimizer.progress import Event
from optimizer.stop import Deadline


class Line:
    """A link of which only the stop matters."""

    def __init__(self) -> None:
        self.ended = Flag()

    def stop(self) -> None:
        self.ended.set()

    def stopped(self) -> bool:
        return self.ended.is_set()

    def tell(self, part: int, event: Event) -> None:
        raise AssertionError("nothing is told")

    def heard(self) -> list[tuple[int, Event]]:
        return []


def test_a_stop_of_the_link_stops_the_deadline_within_the_block() -> None:
    deadline, line = Deadline.after(60.0), Line()
    with following(line, deadline):
        line.stop()
        assert deadline.stopped.wait(30.0)


def test_after_the_block_nothing_is_listened_to_any_more() -> None:
    deadline, line = Deadline.after(60.0), Line()
    with following(line, deadline):
        pass
    line.stop()
    assert not deadline.stopped.wait(0.5)


def test_without_a_link_nothing_happens() -> None:
    deadline = Deadline.after(60.0)
    with following(None, deadline):
        assert not deadline.passed()
