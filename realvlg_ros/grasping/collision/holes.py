"""What may stand where the depth has no reading.

A hole in the depth is not free space: black, shiny and transparent things give no reading. What
stands in a hole hides the support behind it, so that the support's place at the hole's lower rim
is the nearest one at which it may stand; it is taken to begin there, as a vertical wall. A hole in
the object itself is taken to be closed at the depth of the object's readings around it.
"""

from __future__ import annotations

import cv2
import numpy as np

from ...arrays import BoolArray, Float32Array, IndexArray, Int32Array
from ...image_region import nearest_pixel
from ..observation.scene import Scene

# What stands in a hole may overhang the place at which it meets the support by so much, m. Chosen:
# the rim of a bowl over its foot.
_OVERHANG = 0.03
# Directions of view about the vertical that are told apart, rad. Chosen: a few pixels.
_AZIMUTH = np.radians(0.5)


def hole_walls(scene: Scene) -> Float32Array:
    """Depth (height, width) from which on deep holes may be occupied, m; infinite elsewhere.

    Without a support nothing is known of what stands beside the object.
    """
    holes = scene.deep_holes
    walls = np.full(holes.shape, np.inf, np.float32)
    own, beside = holes & scene.mask, holes & ~scene.mask
    if own.any():
        x, y, width, height = cv2.boundingRect(scene.mask.astype(np.uint8))
        part = np.s_[y : y + height, x : x + width]
        around = nearest_own_depth(scene.frame.depth[part], scene.mask[part])
        walls[part][own[part]] = around[own[part]]
    if scene.plane is not None and beside.any():
        walls[beside] = _standing(scene, beside)
    return walls


def nearest_own_depth(depth: Float32Array, mask: BoolArray) -> Float32Array:
    """Depth (height, width) of the object's reading nearest in the image, m; 0 without any.

    Args:
        depth: (height, width) m, 0 without a reading.
        mask: (height, width) the object's pixels.
    """
    own = mask & (depth > 0)
    if not own.any():
        return np.zeros_like(depth)
    _, index = nearest_pixel(own)
    return np.asarray(depth.ravel()[index])


def _standing(scene: Scene, holes: BoolArray) -> Float32Array:
    """Depth (n,) at the pixels of holes from which on they may be occupied, m."""
    _, label = cv2.connectedComponents(holes.astype(np.uint8))
    x, y = scene.frame.camera.rays[holes].astype(np.float32).T
    turn = scene.camera2support[:3, :3].astype(np.float32)
    directions = np.stack([row[0] * x + row[1] * y + row[2] for row in turn], axis=1)
    level = np.hypot(directions[:, 0], directions[:, 1])
    place = _place(label[holes], directions)
    foot = np.full(place.max() + 1, np.inf, np.float32)
    down = np.minimum(directions[:, 2], np.float32(-1e-9))
    to_support = np.where(
        directions[:, 2] < 0, np.float32(scene.camera_position[2]) / -down, np.float32(np.inf)
    )
    np.minimum.at(foot, place, to_support * level)
    wall = np.maximum(foot[place] - _OVERHANG, 0) / np.maximum(level, 1e-9)
    return np.asarray(np.minimum(wall, to_support), np.float32)


def _place(label: Int32Array, directions: Float32Array) -> IndexArray:
    """Numbers (n,) that tell apart holes, and the directions about the vertical of their rays."""
    azimuth = np.arctan2(directions[:, 1], directions[:, 0]) + np.pi
    return label * (int(2 * np.pi / _AZIMUTH) + 2) + (azimuth / _AZIMUTH).astype(np.intp)
