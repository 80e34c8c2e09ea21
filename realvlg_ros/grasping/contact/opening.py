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
# Standard deviations of the hidden side that the gap beside it holds. Chosen: 95 % of Gaussian
# errors.
_HIDDEN_SIGMAS = 2.0


def hidden_margin(context: PlanningContext, axes: FloatArray) -> FloatArray:
    """Gap (n,) on each side that the error of the object's hidden side asks for, m.

    Args:
        context: of the plan.
        axes: (n, 3) unit opening axes, in the support frame.
    """
    return np.asarray(_HIDDEN_SIGMAS * context.hidden_error * np.abs(axes[:, 0]))


def open_for(
    context: PlanningContext, widths: FloatArray, gaps: FloatArray, axes: FloatArray
) -> FloatArray:
    """Openings (n,), m, with a gap on each side of objects of given widths.

    NaN where the gripper cannot leave the smallest accepted gap.

    Args:
        context: of the plan.
        widths: (n,) m.
        gaps: (n,) wanted on each side, m; the limits of the opening may leave less.
        axes: (n, 3) unit opening axes, in the support frame.
    """
    settings = context.settings
    smallest = max(context.gripper.min_opening, settings.min_opening)
    wanted = np.clip(widths + 2 * gaps, smallest, context.max_opening)
    least = np.maximum(settings.min_finger_clearance, hidden_margin(context, axes))
    return np.where(wanted - widths >= 2 * least, wanted, np.nan)


def narrowed(context: PlanningContext, candidates: Candidates) -> Candidates:
    """The candidates with nearly the smallest accepted gap between fingers and object."""
    margin = hidden_margin(context, candidates.rotations[:, :, 1])
    gaps = np.maximum(context.settings.min_finger_clearance, margin) + _NARROW_SLACK
    return replace(
        candidates, openings=np.minimum(candidates.openings, candidates.widths + 2 * gaps)
    )
