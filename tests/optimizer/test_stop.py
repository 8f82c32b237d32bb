"""A deadline holds for all phases of a call, and so does a stop."""

from __future__ import annotations

from threading import Thread

from optimizer.stop import Deadline


def test_a_phase_never_ends_after_its_call() -> None:
    deadline = Deadline.after(1.0)
    assert deadline.within(100.0).remaining() <= deadline.remaining() + 1e-3
    assert deadline.within(0.1).remaining() <= 0.1


def test_a_stop_ends_the_call_and_every_phase_of_it() -> None:
    deadline = Deadline.after(100.0)
    phase = deadline.within(50.0).within(10.0)
    assert not phase.passed()
    Thread(target=deadline.stop).start()
    assert phase.stopped.wait(5.0)
    assert phase.passed()
    assert phase.remaining() == deadline.remaining() == 0.0
    assert not Deadline.after(1.0).passed()
