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
from .visible_width import visible_width

# A thing is behind the object where it is farther by more than this, m. Chosen: what is nearer
# touches it.
_BEHIND_M = 0.01
# Between the outline and what is seen beside it may be so many pixels that are neither. Chosen:
# the blur of an edge.
_GAP_PX = 6


def behind_object(mask: BoolArray, depth: Float32Array) -> BoolArray:
    """Readings (height, width) that are farther than the object's reading nearest in the image.

    Args:
        mask: (height, width) the object's pixels.
        depth: (height, width) m, 0 without a reading.
    """
    own = mask & (depth > 0)
    if not own.any():
        return np.zeros(mask.shape, bool)
    _, label = cv2.distanceTransformWithLabels(
        (~own).astype(np.uint8), cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    nearest = np.zeros(int(label.max()) + 1, np.float32)
    nearest[label[own]] = depth[own]
    return np.asarray(depth > nearest[label] + _BEHIND_M)


def hidden_parts(
    scene: Scene, solid: BoolArray, reach: Float32Array, limit: float
) -> tuple[Float32Array, Float32Array]:
    """Where things go on behind the object.

    Args:
        scene: the frame, the object's mask and the support, which must be known.
        solid: (height, width) where other things are seen.
        reach: (height, width) how far they extend behind their surface, m.
        limit: largest such extent, m.

    Returns:
        (height, width) depth from which on they do, m, infinite elsewhere; (height, width) reach
        with that of those parts, m.
    """
    hidden = np.full(solid.shape, np.inf, np.float32)
    focal = scene.frame.camera.fx
    x, y, width, height = cv2.boundingRect(scene.mask.astype(np.uint8))
    margin = _GAP_PX + int(limit * focal / scene.distance)
    part = np.s_[max(y - margin, 0) : y + height + margin, max(x - margin, 0) : x + width + margin]
    inside, depth = scene.mask[part], scene.frame.depth[part]
    beyond = solid[part] & behind_object(inside, depth)
    # Of a thing beside the object only what is seen of it behind the object counts.
    wide = np.minimum(visible_width(beyond, depth, focal), np.float32(limit))
    square = np.ones((2 * _GAP_PX + 1,) * 2, np.uint8)
    source = beyond & (cv2.dilate(inside.astype(np.uint8), square) > 0)
    if not source.any():
        return hidden, reach
    distance, label = cv2.distanceTransformWithLabels(
        (~source).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    index = np.zeros(int(label.max()) + 1, np.intp)
    index[label[source]] = np.flatnonzero(source)
    nearest = index[label[inside]]
    beside, wide = depth.ravel()[nearest], wide.ravel()[nearest]
    behind = distance[inside] < wide * focal / beside + _GAP_PX
    behind &= beside > depth[inside] + _BEHIND_M
    # Where the ray of the pixel comes down to the thing's height.
    rays = scene.frame.camera.rays[part][inside]
    fall = -(rays @ scene.camera2support[2, :2] + scene.camera2support[2, 2])
    drop = scene.camera_position[2] - scene.heights[part].ravel()[nearest]
    with np.errstate(divide='ignore', invalid='ignore'):
        from_top = np.where(fall > 0, drop / fall, np.inf)
    from_top[drop <= 0] = 0.0
    found = np.full(inside.shape, np.inf, np.float32)
    found[inside] = np.where(behind, np.maximum(from_top, depth[inside]), np.inf)
    hidden[part] = found
    grown = reach.copy()
    own = grown[part][inside]
    grown[part][inside] = np.where(behind, np.maximum(wide, own), own)
    return hidden, grown
