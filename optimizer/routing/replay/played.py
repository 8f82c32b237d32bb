"""What a replay came to, contact by contact and agent by agent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

__all__ = ["NOBODY", "Outcome", "Played"]

NOBODY = -1


class Outcome(IntEnum):
    """What became of a contact.

    ``ANSWERED``: an agent served it; ``GAVE_UP``: the customer's patience ended first; ``LEFT``:
    nobody was there any more at the end of the day, or of the replay.
    """

    ANSWERED = 0
    GAVE_UP = 1
    LEFT = 2


@dataclass(frozen=True, slots=True, eq=False)
class Played:
    """The contacts that were played, in order of arrival, and the agents.

    Parameters
    ----------
    outcome
        Numbers of `Outcome`, [contacts].
    agent
        Number of who answered, `NOBODY` for the others, [contacts].
    wait
        Seconds until the answer, or until the contact went away, [contacts].
    given
        Seconds until the contact was given to whom it was answered by, less than the wait by the
        time it rang; infinite for the others, [contacts].
    done
        Seconds from arrival until the service was finished; infinite for the others, [contacts].
    prior
        Number of the agent who served the customer before, `NOBODY` without one, [contacts].
    there, busy
        Seconds that each agent was there, and had contacts in hand, [agents].
    decisions
        At how many moments the router gave work to somebody.
    complete
        Whether the log was played to its end.
    until
        The last moment that was played.
    """

    outcome: NDArray[np.int8]
    agent: NDArray[np.int64]
    wait: NDArray[np.float64]
    given: NDArray[np.float64]
    done: NDArray[np.float64]
    prior: NDArray[np.int64]
    there: NDArray[np.float64]
    busy: NDArray[np.float64]
    decisions: int
    complete: bool
    until: datetime

    def __len__(self) -> int:
        """Return the number of contacts played."""
        return len(self.outcome)

    def first(self, count: int) -> Played:
        """Return what became of the contacts that came first; the rest is of the whole replay."""
        columns = ("outcome", "agent", "wait", "given", "done", "prior")
        return replace(self, **{name: getattr(self, name)[:count] for name in columns})
