"""The best candidates that pass a fast collision pre-check."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from ..candidates import Candidates
from ..collision.collision import (
    MEETS_OTHERS,
    REACHES_HOLES,
    coarse_crossings,
    coarse_hits,
)
from ..contact.fingertip_depth import DEPTH_SHARE, deepened
from ..contact.opening import narrowed
from ..context import PlanningContext

# Size of a batch as a multiple of the number of candidates wanted. Chosen: one batch is enough
# where half of them are free.
_AT_ONCE = 2


@dataclass(frozen=True)
class Grip:
    """Depth and opening of a grip.

    Attributes:
        reach: largest share of the gripper's fingertip depth by which fingertips reach past the
            contacts.
        narrow: whether the fingers open with nearly the smallest accepted gap only.
    """

    reach: float = DEPTH_SHARE
    narrow: bool = False

    def take(self, context: PlanningContext, candidates: Candidates) -> Candidates:
        """Apply this grip to candidates whose fingertips are at the contacts."""
        candidates = deepened(context, candidates, self.reach)
        return narrowed(context, candidates) if self.narrow else candidates


def shortlist(
    context: PlanningContext,
    candidates: Candidates,
    refusals: Counter[str],
    grips: tuple[Grip, ...] = (Grip(),),
) -> Candidates:
    """The first max_candidates that are free of collisions, with the full opening if possible.

    Batches are checked until enough are found. Candidates that are free with a narrow opening
    only follow all that are free with the full one.

    Args:
        context: of the plan.
        candidates: best first, with the fingertips at the contacts.
        refusals: numbers of rejected candidates, by reason; updated.
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
        hit = np.logical_or(*coarse_hits(context, part))
        wide.append(part.select(np.flatnonzero(~hit)[:wanted]))
        tight.append(part.select(hit))
        wanted -= len(wide[-1])
        if wanted == 0:
            return Candidates.joined(wide)
    narrow = narrowed(context, Candidates.joined(tight))
    seen, unseen = coarse_hits(context, narrow)
    refusals[MEETS_OTHERS] += int(seen.sum())
    refusals[REACHES_HOLES] += int((unseen & ~seen).sum())
    free = np.flatnonzero(~(seen | unseen))
    return Candidates.joined([*wide, narrow.select(free[:wanted])])
