"""What other things hide behind the object.

A thing that is seen beside the object's outline, and behind the object, does not end at that
outline: the object hides the rest. It is taken to go on behind it, at its height above the
support, as far as it looks wide.
"""

from __future__ import annotations

import cv2
import numpy as np

from ...arrays import BoolArray, Float32Array
from ..observation.scene import Scene

# A thing is behind the object where it is farther by more than this, m. Chosen: what is nearer
# touches it.
_BEHIND_M = 0.01
# Between the outline and what is seen beside it may be so many pixels that are neither. Chosen:
# the blur of an edge.
_GAP_PX = 6


def hidden_parts(
    scene: Scene, solid: BoolArray, reach: Float32Array
) -> tuple[Float32Array, Float32Array]:
    """Where things go on behind the object.

    Args:
        scene: the frame, the object's mask and the support, which must be known.
        solid: (height, width) where other things are seen.
        reach: (height, width) how wide they look, m.

    Returns:
        (height, width) depth from which on they do, m, infinite elsewhere; (height, width) reach
        with that of those parts, m.
    """
    hidden = np.full(solid.shape, np.inf, np.float32)
    focal = scene.frame.camera.fx
    margin = _GAP_PX + 1
    x, y, width, height = cv2.boundingRect(scene.mask.astype(np.uint8))
    part = np.s_[max(y - margin, 0) : y + height + margin, max(x - margin, 0) : x + width + margin]
    if not solid[part].any():
        return hidden, reach
    distance, label = cv2.distanceTransformWithLabels(
        (~solid[part]).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    source = np.zeros(int(label.max()) + 1, np.intp)
    source[label[solid[part]]] = np.flatnonzero(solid[part])
    inside = scene.mask[part]
    nearest = source[label[inside]]
    depth, heights = scene.frame.depth[part], scene.heights[part]
    beside = depth.ravel()[nearest]
    wide = reach[part].ravel()[nearest]
    behind = distance[inside] < wide * focal / beside + _GAP_PX
    behind &= beside > depth[inside] + _BEHIND_M
    # Where the ray of the pixel comes down to the thing's height.
    rays = scene.frame.camera.rays[part][inside]
    fall = -(rays @ scene.camera2support[2, :2] + scene.camera2support[2, 2])
    drop = scene.camera_position[2] - heights.ravel()[nearest]
    with np.errstate(divide='ignore', invalid='ignore'):
        from_top = np.where(fall > 0, drop / fall, np.inf)
    found = np.full(inside.shape, np.inf, np.float32)
    found[inside] = np.where(behind, np.maximum(from_top, depth[inside]), np.inf)
    hidden[part] = found
    grown = reach.copy()
    grown[part][inside] = np.where(
        behind, np.maximum(wide, grown[part][inside]), grown[part][inside]
    )
    return hidden, grown
