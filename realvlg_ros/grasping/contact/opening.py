"""The opening of the gripper for an object of a given width."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...arrays import FloatArray
from ..candidates import Candidates
from ..context import PlanningContext

# Added to the smallest accepted gap in narrow openings, for the error of the width, m. Chosen: a
# few times the median error of a lift's width.
_NARROW_SLACK = 0.002


def open_for(context: PlanningContext, widths: FloatArray, gaps: FloatArray | float) -> FloatArray:
    """Openings (n,), m, with a gap on each side of objects of given widths.

    NaN where the gripper cannot leave the smallest accepted gap.

    Args:
        context: of the plan.
        widths: (n,) m.
        gaps: wanted on each side, m, (n,) or one for all; the limits of the opening may leave
            less.
    """
    settings = context.settings
    smallest = max(context.gripper.min_opening, settings.min_opening)
    wanted = np.clip(widths + 2 * gaps, smallest, context.max_opening)
    return np.where(wanted - widths >= 2 * settings.min_finger_clearance, wanted, np.nan)


def narrowed(context: PlanningContext, candidates: Candidates) -> Candidates:
    """The candidates with nearly the smallest accepted gap between fingers and object."""
    gaps = context.settings.min_finger_clearance + _NARROW_SLACK
    return replace(
        candidates, openings=np.minimum(candidates.openings, candidates.widths + 2 * gaps)
    )
