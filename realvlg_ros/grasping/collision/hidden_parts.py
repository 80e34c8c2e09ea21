"""What other things hide behind the object.

A thing that is seen beside the object's outline, and behind the object, does not end at that
outline: the object hides the rest. It is taken to go on behind it, at its height above the
support, as far as it looks wide.
"""

from __future__ import annotations

import cv2
import numpy as np

from ...arrays import BoolArray, Float32Array
from ...image_region import nearest_pixel
from ..observation.scene import Scene
from .holes import nearest_own_depth
from .visible_width import visible_width

# A thing is behind the object where it is farther by more than this, m. Chosen: what is nearer
# touches it.
_BEHIND_M = 0.01
# Between the outline and what is seen beside it may be so many pixels that are neither. Chosen:
# the blur of an edge.
_GAP_PX = 6


def behind_object(scene: Scene, limit: float) -> BoolArray:
    """Readings (height, width) that are farther than the object's reading nearest in the image.

    Args:
        scene: the frame and the object's mask.
        limit: readings farther from the object in the image are not looked at, m.
    """
    beyond = np.zeros(scene.mask.shape, bool)
    part = _around(scene, limit)
    depth = scene.frame.depth[part]
    nearest = nearest_own_depth(depth, scene.mask[part])
    beyond[part] = (nearest > 0) & (depth > nearest + _BEHIND_M)
    return beyond


def hidden_parts(
    scene: Scene, beyond: BoolArray, reach: Float32Array
) -> tuple[Float32Array, Float32Array]:
    """Where things go on behind the object.

    Args:
        scene: the frame, the object's mask and the support, which must be known.
        beyond: (height, width) where other things are seen behind the object.
        reach: (height, width) how far things extend behind their surface, m.

    Returns:
        (height, width) depth from which on they do, m, infinite elsewhere; (height, width) reach
        with that of those parts, m.
    """
    hidden = np.full(beyond.shape, np.inf, np.float32)
    focal = scene.frame.camera.fx
    near = _around(scene, 0.0)
    square = np.ones((2 * _GAP_PX + 1,) * 2, np.uint8)
    source = beyond[near] & (cv2.dilate(scene.mask[near].astype(np.uint8), square) > 0)
    if not source.any():
        return hidden, reach
    inside, depth = scene.mask[near], scene.frame.depth[near]
    # Of a thing beside the object only what is seen of it behind the object counts.
    width = visible_width(beyond, scene.frame.depth, focal, connectivity=8)[near]
    width = np.minimum(width, reach[near])
    distance, index = nearest_pixel(source)
    nearest = index[inside]
    beside, wide = depth.ravel()[nearest], width.ravel()[nearest]
    behind = distance[inside] < wide * focal / beside + _GAP_PX
    behind &= beside > depth[inside] + _BEHIND_M
    # Where the ray of the pixel comes down to the thing's height.
    rays = scene.frame.camera.rays[near][inside]
    fall = -(rays @ scene.camera2support[2, :2] + scene.camera2support[2, 2])
    drop = scene.camera_position[2] - scene.heights[near].ravel()[nearest]
    with np.errstate(divide='ignore', invalid='ignore'):
        from_top = np.where(fall > 0, drop / fall, np.inf)
    from_top[drop <= 0] = 0.0
    found = np.full(inside.shape, np.inf, np.float32)
    found[inside] = np.where(behind, np.maximum(from_top, depth[inside]), np.inf)
    hidden[near] = found
    grown = reach.copy()
    own = grown[near][inside]
    grown[near][inside] = np.where(behind, np.maximum(wide, own), own)
    return hidden, grown


def _around(scene: Scene, distance: float) -> tuple[slice, slice]:
    """Rows and columns of the object and so far around it, m, and a little more."""
    x, y, width, height = cv2.boundingRect(scene.mask.astype(np.uint8))
    margin = 2 * _GAP_PX + int(distance * scene.frame.camera.fx / scene.distance)
    return (
        slice(max(y - margin, 0), y + height + margin),
        slice(max(x - margin, 0), x + width + margin),
    )
