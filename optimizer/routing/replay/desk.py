"""An agent in a replay: what is open, what is laid aside, and the time that goes by with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from optimizer.model import AgentState, ChannelRules

__all__ = ["Desk"]

_PLAIN = ChannelRules()


@dataclass(slots=True)
class _Held:
    """A contact in hand.

    Parameters
    ----------
    since
        When it was given to the agent.
    ends
        When it lets go of the agent, if nothing comes between.
    over
        The contact that it is laid aside for.
    """

    channel: str
    since: float
    ends: float
    over: int | None = None


class Desk:
    """One agent. All times are seconds since the same moment.

    Parameters
    ----------
    state
        What the agent can do.
    channels
        What contacts of a channel are like.
    """

    __slots__ = (
        "_begun", "_busy_from", "_channels", "_held", "_idle_since", "_state", "_worked_s",
        "busy_s", "here", "there_s",
    )  # fmt: skip

    def __init__(self, state: AgentState, channels: Mapping[str, ChannelRules]) -> None:
        self._state = state
        self._channels = channels
        self._held: dict[int, _Held] = {}
        self._begun: float | None = None
        self._busy_from = 0.0
        self._idle_since: datetime | None = None
        self._worked_s = 0.0
        self.here = False
        self.busy_s = 0.0
        self.there_s = 0.0

    def come(self, now: float, moment: datetime, *, new_day: bool) -> None:
        """Begin a stretch of presence."""
        self.here = True
        self._idle_since = moment
        if self._begun is None:  # else work of the stretch before is still in hand
            self._begun = now
        if new_day:
            self._worked_s = 0.0

    def go(self, now: float) -> None:
        """End a stretch of presence; what is in hand is finished first."""
        self.here = False
        self._settle(now)

    def take(self, contact: int, channel: str, now: float, ends: float) -> None:
        """Take a contact; without a free unit, lay aside what contacts of its channel interrupt."""
        rules = self._channels.get(channel, _PLAIN)
        if rules.interrupts and self._units() + rules.units > self._state.capacity:
            for held in self._held.values():
                if held.over is None and held.channel in rules.interrupts:
                    held.over = contact
        if not self._held:
            self._busy_from = now
        self._held[contact] = _Held(channel, now, ends)

    def due(self, contact: int, now: float) -> bool:
        """Tell whether a contact in hand lets go of the agent now."""
        held = self._held.get(contact)
        return held is not None and held.over is None and held.ends <= now

    def let_go(self, contact: int, now: float, moment: datetime) -> list[tuple[int, float]]:
        """End a contact; return those that were laid aside for it with their new ends."""
        gone = self._held.pop(contact)
        self._worked_s += now - gone.since
        resumed = []
        for number, held in self._held.items():
            if held.over == contact:
                held.over = None
                held.ends += now - gone.since
                resumed.append((number, held.ends))
        if not self._held:
            self.busy_s += now - self._busy_from
            self._idle_since = moment
            self._settle(now)
        return resumed

    def room(self) -> int:
        """Return the most contacts that might be added: free units, and work to lay aside."""
        if not self.here:
            return 0
        free = max(0, self._state.capacity - self._units())
        if any(rules.interrupts for rules in self._channels.values()):
            free += any(held.over is None for held in self._held.values())
        return free

    def state(self) -> AgentState:
        """Return the agent as the router sees one now."""
        return replace(
            self._state,
            accepts_offers=self.here,
            open_work=dict(Counter(held.channel for held in self._held.values())),
            idle_since=None if self._held else self._idle_since,
            worked_seconds=self._worked_s,
        )

    def close(self, now: float) -> None:
        """Count time up to the end of the replay."""
        if self._held:
            self.busy_s += now - self._busy_from
        if self._begun is not None:
            self.there_s += now - self._begun
            self._begun = None

    def _settle(self, now: float) -> None:
        """Count a stretch of presence that is over."""
        if not self.here and not self._held and self._begun is not None:
            self.there_s += now - self._begun
            self._begun = None

    def _units(self) -> int:
        return sum(self._channels.get(held.channel, _PLAIN).units for held in self._held.values())
