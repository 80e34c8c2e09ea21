"""How far the hidden side of an object may be from where symmetry puts it."""

from __future__ import annotations

import numpy as np

from ...arrays import FloatArray
from ..observation.scene import Scene
from ..observation.target_cloud import TargetCloud

# The far end of a top surface is known to so many pixels. Chosen: the readings of an edge are lost
# or displaced by one or two.
_EDGE_PX = 1.5
# A top surface of fewer readings that face up is not seen. Chosen: less than a finger covers.
_FACING_UP = 0.7
_LEAST_TOP = 8
# No error is taken to be larger, m. Chosen: half of what a hand holds.
_MOST = 0.04


def hidden_error(cloud: TargetCloud, axis: FloatArray | None, scene: Scene) -> float:
    """Standard deviation of the hidden side along the horizontal line of sight, m.

    What symmetry says of the far side rests on where the top surface ends. Seen at a grazing
    angle e, a pixel there is as long as its size at that distance over tan(e). Where no top is
    seen, the depth of the object is unknown. An axis of revolution is known from the near side.

    Args:
        cloud: the completed surface, in the support frame.
        axis: (2,) of revolution, m, or None.
        scene: the frame and the support.
    """
    if axis is not None:
        return 0.0
    if (cloud.normals[cloud.observed, 2] > _FACING_UP).sum() < _LEAST_TOP:
        return _MOST
    camera = scene.camera_position
    offset = camera - np.append(cloud.center[:2], np.percentile(cloud.points[:, 2], 98))
    level, distance = float(np.hypot(offset[0], offset[1])), float(np.linalg.norm(offset))
    pixel = distance / scene.frame.camera.fx
    grazing = max(float(offset[2]) / max(level, 1e-9), 1e-9)
    sigma = float(scene.frame.noise.sigma(distance))
    return min(float(np.hypot(_EDGE_PX * pixel / grazing, sigma)), _MOST)
