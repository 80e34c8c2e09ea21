"""The most promising candidates that a quick look finds free."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from ..candidates import Candidates
from ..collision.collision import coarse_crossings, coarse_hits
from ..contact.fingertip_depth import DEPTH_SHARE, deepened
from ..contact.opening import narrowed
from ..context import PlanningContext

# So many times the number of candidates wanted are looked at together. Chosen: in one go where
# half of them are free.
_AT_ONCE = 2


@dataclass(frozen=True)
class Grip:
    """How fingers take an object.

    Attributes:
        reach: share of the gripper's fingertip depth by which fingertips go past the contacts at
            most.
        narrow: with as small a gap between fingers and object as is accepted.
    """

    reach: float = DEPTH_SHARE
    narrow: bool = False

    def take(self, context: PlanningContext, candidates: Candidates) -> Candidates:
        """Candidates whose fingertips are at the height of the contacts, with this grip."""
        candidates = deepened(context, candidates, self.reach)
        return narrowed(context, candidates) if self.narrow else candidates


def shortlist(
    context: PlanningContext,
    candidates: Candidates,
    refusals: Counter[str],
    grips: tuple[Grip, ...] = (Grip(),),
) -> Candidates:
    """The first max_candidates that are free, with as wide an opening as fits.

    No more are looked at than it takes to find them. What is free with a narrow opening only
    comes after all that is free with a wide one.

    Args:
        context: of the plan.
        candidates: most promising first, with the fingertips at the height of the contacts.
        refusals: counts why others are left out.
        grips: tried one after the other, each with all candidates.
    """
    wide, tight = [candidates.select(np.s_[:0])], [candidates.select(np.s_[:0])]
    wanted = context.settings.max_candidates
    size = _AT_ONCE * wanted
    for grip, first in ((grip, i) for grip in grips for i in range(0, len(candidates), size)):
        part = grip.take(context, candidates.select(np.s_[first : first + size]))
        crossing = coarse_crossings(context, part)
        refusals['fingers or palm meet the object'] += int(crossing.sum())
        part = part.select(~crossing)
        hit = coarse_hits(context, part)
        wide.append(part.select(np.flatnonzero(~hit)[:wanted]))
        tight.append(part.select(hit))
        wanted -= len(wide[-1])
        if wanted == 0:
            return Candidates.joined(wide)
    narrow = narrowed(context, Candidates.joined(tight))
    blocked = coarse_hits(context, narrow)
    refusals['gripper meets other things'] += int(blocked.sum())
    return Candidates.joined([*wide, narrow.select(np.flatnonzero(~blocked)[:wanted])])
