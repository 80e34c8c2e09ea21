"""The verification of a plan: candidates are closed on the object, checked and ranked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from ...arrays import FloatArray
from ..candidates import Candidates
from ..contact.alignment import aligned
from ..contact.closing import close_fingers
from ..contact.fingertip_depth import raised_above_support
from ..context import PlanningContext
from ..grasp import Grasp
from .assembly import assemble
from .checks import LOW_QUALITY, Checked
from .next_view import next_view
from .ranking import diverse
from .settling import settled


@dataclass(frozen=True)
class Verified:
    """What verification leaves.

    Attributes:
        grasps: best first, max_grasps at most.
        look_from: (3,) unit vector from the object toward a camera that would see what is not
            seen, in the support frame, where that alone leaves no grasp; else None.
    """

    grasps: list[Grasp] = field(default_factory=list)
    look_from: FloatArray | None = None


def verify(
    context: PlanningContext,
    candidates: Candidates,
    refusals: Counter[str],
    align: bool = True,
) -> Verified:
    """Grasps of the candidates that pass all checks.

    Args:
        context: of the plan.
        candidates: in the support frame.
        refusals: numbers of rejected candidates, by reason; updated.
        align: whether to align them with the surfaces that their pads meet first.
    """
    if len(candidates) == 0:
        return Verified()
    if align:
        candidates = aligned(context, candidates)
    candidates = raised_above_support(context, candidates)
    candidates, closing = close_fingers(context, candidates)
    fits = np.isfinite(candidates.openings)
    refusals['wider than the opening'] += int((~fits).sum())
    if not fits.any():
        return Verified()
    checked = Checked.of(context, candidates.select(fits), closing.select(fits))
    best = _best(context, checked, refusals)
    if not len(best.score):
        return Verified(look_from=next_view(context, checked))
    return Verified(assemble(context, settled(context, best)))


def _best(context: PlanningContext, checked: Checked, refusals: Counter[str]) -> Checked:
    """The best candidates that passed all checks and differ, best first."""
    alive = np.ones(len(checked.score), bool)
    for reason, bad in checked.faults.items():
        refusals[reason] += int((alive & bad).sum())
        alive &= ~bad
    poor = alive & (checked.quality < context.settings.min_quality)
    refusals[LOW_QUALITY] += int(poor.sum())
    good = np.flatnonzero(alive & ~poor)
    good = good[np.argsort(-checked.score[good], kind='stable')]
    chosen = diverse(checked.candidates, good, context.settings.max_grasps)
    return checked.select(np.array(chosen, np.intp))
