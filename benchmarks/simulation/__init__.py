"""What the simulation case measures: speed, a peer, memory, exact queues and a real log."""

from __future__ import annotations
