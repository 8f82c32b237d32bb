"""How parts of one call that run in other processes hear and are heard."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event as Flag
from threading import Thread
from typing import Protocol

from optimizer.progress import Event
from optimizer.stop import Deadline

__all__ = ["LISTEN_SECONDS", "Link", "following"]

LISTEN_SECONDS = 0.2
"""How often a part looks whether it is to stop, and the call looks what its parts have told."""


class Link(Protocol):
    """A line between a call and its parts.

    It is pickled with every part, and has to find its other end wherever it is unpickled.
    """

    def stop(self) -> None:
        """Ask all parts to end with the best they have."""

    def stopped(self) -> bool:
        """Tell a part whether it was asked to end."""

    def tell(self, part: int, event: Event) -> None:
        """Tell the call where a part stands; must not wait."""

    def heard(self) -> list[tuple[int, Event]]:
        """Return what parts told since the last time, in the order in which they told it."""


@contextmanager
def following(link: Link | None, deadline: Deadline) -> Iterator[None]:
    """Stop a deadline, within the block, once the link says that parts are to end."""
    if link is None:
        yield
        return
    over = Flag()

    def listen() -> None:
        while not over.wait(LISTEN_SECONDS):
            if link.stopped():
                deadline.stop()
                return

    listener = Thread(target=listen, name="part-link", daemon=True)
    listener.start()
    try:
        yield
    finally:
        over.set()
        listener.join()
