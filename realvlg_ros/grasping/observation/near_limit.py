"""What lies nearer than a depth camera reads."""

from __future__ import annotations

import numpy as np

from ...frame import RgbdFrame

# The nearest readings without outliers, as a share of all; an object whose readings lie within
# this factor of them may reach nearer than the camera reads; no depth camera of a robot has a
# larger least distance than this, m. Chosen: a few thousand readings; an object's own depth; of
# the long-range time-of-flight cameras.
_NEAREST = 0.01
_WITHIN = 1.4
_LARGEST_LIMIT = 0.6


def no_reading(frame: RgbdFrame) -> str:
    """The message about an object without any reading."""
    return f'the object has no depth reading; look from another side{near_limit(frame, None)}'


def near_limit(frame: RgbdFrame, distance: float | None) -> str:
    """Words on the nearest reading, where an object may lie nearer; empty where it cannot.

    Args:
        frame: colour and depth.
        distance: of the object's readings, m; None where it has none.
    """
    readings = frame.depth[frame.valid]
    if len(readings) == 0:
        return ''
    nearest = float(np.quantile(readings, _NEAREST))
    if nearest > _LARGEST_LIMIT or (distance is not None and distance > _WITHIN * nearest):
        return ''
    return f'; no depth nearer than {nearest:.2f} m: move back if the object is as near'
