"""A stream of contacts: a planning group together with the traits of what it is asked."""

from __future__ import annotations

from dataclasses import dataclass, replace

from optimizer.model import Channel, ChannelKind, PlanningGroup

__all__ = ["CHANNELS", "SLOTS_PER_DAY", "SLOT_HOURS", "Opening", "Stream"]

CHANNELS = {
    channel.id: channel
    for channel in (
        Channel("voice", ChannelKind.VOICE),
        Channel("chat", ChannelKind.CHAT, concurrency=2),
        Channel("email", ChannelKind.EMAIL),
        Channel("social", ChannelKind.SOCIAL),
        Channel("ticket", ChannelKind.TICKET),
    )
}

SLOTS_PER_DAY = 48
SLOT_HOURS = 0.5


@dataclass(frozen=True, slots=True)
class Opening:
    """Weekdays (0 is Monday) and local hours in which contacts are taken."""

    weekdays: tuple[int, ...]
    first_hour: int
    last_hour: int

    @property
    def slots_per_week(self) -> int:
        """Return the number of open half-hours in a week."""
        return len(self.weekdays) * (self.last_hour - self.first_hour) * 2


@dataclass(frozen=True, slots=True)
class Stream:
    """A planning group together with the traits of its contacts.

    Parameters
    ----------
    weekly_hours
        Agent-hours of handling that the contacts of a typical week need.
    aht_seconds, aht_cv
        Mean handling time of one contact in seconds, and its standard deviation over the mean.
    day_peaks
        Weights of the morning, the afternoon and the evening peak.
    month_swing
        Added share of contacts at the turn of the month.
    yearly_trend
        Growth of the volume in a year, as a share.
    promotion_response, promotion_lag_days
        How strongly, and how many days later, a promotion is felt.
    refunds
        Whether contacts can end with money for the customer.
    """

    group: PlanningGroup
    opening: Opening
    weekly_hours: float
    aht_seconds: float
    aht_cv: float
    day_peaks: tuple[float, float, float]
    month_swing: float = 0.12
    yearly_trend: float = 0.0
    promotion_response: float = 0.5
    promotion_lag_days: int = 0
    refunds: bool = False

    @property
    def channel(self) -> Channel:
        """Return the channel of the group."""
        return CHANNELS[self.group.channel]

    @property
    def weekly_contacts(self) -> float:
        """Return the contacts of a typical week."""
        return self.weekly_hours * 3600 * self.channel.concurrency / self.aht_seconds

    def scaled(self, factor: float) -> Stream:
        """Return the stream with its volume multiplied."""
        return replace(self, weekly_hours=self.weekly_hours * factor)
