"""How far the hidden side of an object may be from where symmetry puts it."""

from __future__ import annotations

import numpy as np

from ..observation.scene import Scene
from ..observation.target_cloud import TargetCloud

# The far end of a top surface is known to so many pixels, and to so many deviations of a reading:
# that of any top, and the edge of a fitted rectangle. Chosen: the readings of an edge are lost or
# displaced by one or two; a fit averages those along its sides.
_EDGE_PX = (1.5, 0.5)
# A top surface of fewer readings that face up is not seen. Chosen: less than a finger covers.
_FACING_UP = 0.7
_LEAST_TOP = 8
# No error is taken to be larger, m. Chosen: half of what a hand holds.
_MOST = 0.04


def hidden_error(cloud: TargetCloud, scene: Scene, rectangular: bool) -> float:
    """Standard deviation of the hidden side along the horizontal line of sight, m.

    What symmetry says of the far side rests on where the top surface ends. Seen at a grazing
    angle e, a pixel there is as long as its size at that distance over tan(e), and a reading that
    is off in depth moves that end as much farther. Where no top is seen, the depth of the object
    is unknown.

    Args:
        cloud: the visible surface, in the support frame.
        scene: the frame and the support.
        rectangular: whether a rectangle was fitted to the top.
    """
    if (cloud.normals[:, 2] > _FACING_UP).sum() < _LEAST_TOP:
        return _MOST
    offset = scene.camera_position - np.append(
        cloud.center[:2], np.percentile(cloud.points[:, 2], 98)
    )
    level, distance = float(np.hypot(offset[0], offset[1])), float(np.linalg.norm(offset))
    pixel = distance / scene.frame.camera.fx
    grazing = max(float(offset[2]) / max(level, 1e-9), 1e-9)
    share = _EDGE_PX[rectangular]
    sigma = share * float(scene.frame.noise.sigma(distance)) / min(grazing, 1.0)
    return min(float(np.hypot(share * pixel / grazing, sigma)), _MOST)
