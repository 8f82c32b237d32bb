"""From counts to named people: each kind gets its own shifts, families share what is left."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optimizer.roster.counting import Counts, Kind
from optimizer.roster.frame import Frame
from optimizer.roster.near.dealing import deal
from optimizer.stop import Deadline

__all__ = ["deal_counts"]


def deal_counts(
    frame: Frame,
    kinds: Sequence[Kind],
    counts: Counts,
    deadline: Deadline,
    *,
    seed: int = 0,
    workers: int = 2,
) -> NDArray[np.int64]:
    """Return who works what, [agents, days].

    Where a kind cannot work its shifts (sums over several people allow what single people may
    not do), all kinds of its team and contract, whose shifts are worth the same, share theirs.
    """
    agents = frame.problem.organisation.agents
    own = [
        (np.array(kind.agents), wanted) for kind, wanted in zip(kinds, counts.shifts, strict=True)
    ]
    dealt = deal(frame, own, deadline, seed=seed, workers=workers)
    families: dict[tuple[int, str], list[int]] = defaultdict(list)
    for number, kind in enumerate(kinds):
        families[kind.team, agents[kind.agents[0]].contract].append(number)
    shared = [
        (
            np.concatenate([own[number][0] for number in members]),
            sum((own[number][1] for number in members), Counter[int]()),
        )
        for members in families.values()
        if len(members) > 1 and any(dealt.left[number] for number in members)
    ]
    if shared and not deadline.passed():
        again = deal(frame, shared, deadline, seed=seed, workers=workers)
        for people, _ in shared:
            dealt.worked[people] = again.worked[people]
    return dealt.worked
