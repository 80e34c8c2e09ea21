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
# A handle stands out of its level's circle by more than this, m, in so many readings, over this
# share of the object's levels, and reaches so far out, m. Chosen: more than noise at 1 m and an
# axis that is 3 mm off give; a foot, a shoulder and a spout are lower, and no finger fits into a
# smaller one.
_STANDS_OUT = 0.008
_FEWEST, _SPAN = 6, 0.35
_REACH = 0.016
# Directions from the axis to its readings have a mean of this length at least. Chosen: those of a
# handle do not differ by more than 60 degrees; those of a foot and of two handles do.
_NARROW = 0.95


def handle_direction(cloud: TargetCloud, axis: FloatArray) -> FloatArray | None:
    """Horizontal unit vector (2,) from the axis to a handle; None where none is surely seen.

    Args:
        cloud: surface of the object, in the support frame.
        axis: (2,) horizontal position of its axis of revolution, m.
    """
    points = cloud.points[cloud.observed]
    wall = np.abs(cloud.normals[cloud.observed, 2]) < _WALL
    away = points[:, :2] - axis
    radius = np.linalg.norm(away, axis=1)
    level = np.floor(points[:, 2] / _LEVEL).astype(int)
    beyond = np.zeros(len(points))
    for k in np.unique(level[wall]):
        own = level == k
        beyond[own] = radius[own] - np.median(radius[own & wall])
    out = beyond > _STANDS_OUT
    span = len(np.unique(level[out])) / max(len(np.unique(level)), 1)
    if out.sum() < _FEWEST or span < _SPAN or beyond.max() < _REACH:
        return None
    toward = (away[out] / radius[out, None]).mean(axis=0)
    length = float(np.linalg.norm(toward))
    return np.asarray(toward / length) if length > _NARROW else None
