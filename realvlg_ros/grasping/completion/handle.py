"""Where an object of revolution shows a handle; where it shows none, it may hide one.

Its near side is known, and what is behind it, in its own shadow, is not: a mug seen from the front
and a can are alike there.
"""

from __future__ import annotations

import numpy as np

from ...arrays import FloatArray
from ..observation.target_cloud import TargetCloud

# Height of the levels that have one radius each, m. Chosen: a handle is several times as tall, and
# the radius of a bottle's shoulder changes less within it than by a handle.
_LEVEL = 0.010
# The circle is that of surfaces whose normal has a smaller vertical component. Chosen: 30 degrees;
# a lid or the bottom of a bowl has no circle.
_WALL = 0.5
# A handle stands out of its level's circle by more than this, m, in so many readings. Chosen: more
# than noise at 1 m and an axis that is 3 mm off give; a finger thick, as all are.
_STANDS_OUT = 0.008
_FEWEST = 6


def handle_direction(cloud: TargetCloud, axis: FloatArray) -> FloatArray | None:
    """Horizontal unit vector (2,) from the axis to a handle; None where none is seen.

    Args:
        cloud: surface of the object, in the support frame.
        axis: (2,) horizontal position of its axis of revolution, m.
    """
    points = cloud.points[cloud.observed]
    wall = np.abs(cloud.normals[cloud.observed, 2]) < _WALL
    away = points[:, :2] - axis
    radius = np.linalg.norm(away, axis=1)
    level = np.floor(points[:, 2] / _LEVEL).astype(int)
    out = np.zeros(len(points), bool)
    for k in np.unique(level[wall]):
        own = level == k
        out[own] = radius[own] > np.median(radius[own & wall]) + _STANDS_OUT
    if out.sum() < _FEWEST:
        return None
    toward = (away[out] / radius[out, None]).mean(axis=0)
    return np.asarray(toward / max(float(np.linalg.norm(toward)), 1e-9))
