"""What the object hides behind itself.

A thing that is seen beside the object's outline, and behind the object, does not end at that
outline: the object hides the rest. It is taken to go on behind it, at its height above the
support, as far as it looks wide. So is a narrow part of the object itself, such as a handle.
"""

from __future__ import annotations

import cv2
import numpy as np

from ...arrays import BoolArray, Float32Array
from ...image_region import nearest_pixel, window_around
from ..observation.scene import Scene
from .holes import nearest_own_depth
from .visible_width import JUMP, visible_width

# A thing is behind the object where it is farther by more than this, m. Chosen: what is nearer
# touches it.
_BEHIND_M = 0.01
# Parts of the object that look narrower than this, such as handles, go on behind it, m. Chosen:
# the inside of a cup, of which the rim hides a part, looks wider.
_NARROW_M = 0.02
# A jump of depth is looked for in a window of so many pixels, and is steeper than any surface that
# gives readings: metres of depth for one across. Chosen: the blur of an edge on both of its sides,
# and 76 degrees.
_JUMP_WINDOW = np.ones((7, 7), np.uint8)
_STEEPEST = 4.0
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
    scene: Scene, beyond: BoolArray, reach: Float32Array, own_parts: bool
) -> tuple[Float32Array, Float32Array]:
    """Where things, and parts of the object itself, go on behind the object.

    Args:
        scene: the frame, the object's mask and the support, which must be known.
        beyond: (height, width) where other things are seen behind the object.
        reach: (height, width) how far things extend behind their surface, m.
        own_parts: whether parts of the object itself count.

    Returns:
        (height, width) depth from which on they do, m, infinite elsewhere; (height, width) reach
        with that of those parts, m.
    """
    near = _around(scene, 0.0)
    square = np.ones((2 * _GAP_PX + 1,) * 2, np.uint8)
    beside = beyond[near] & (cv2.dilate(scene.mask[near].astype(np.uint8), square) > 0)
    # Of a thing beside the object only what is seen of it behind the object counts.
    focal, depth = scene.frame.camera.fx, scene.frame.depth
    width = visible_width(beyond, depth, focal, connectivity=8)[near]
    hidden, grown = _continued(scene, near, beside, np.minimum(width, reach[near]))
    if own_parts:
        own_hidden, own_grown = _continued(scene, near, *_narrow_parts(scene, near))
        hidden, grown = np.minimum(hidden, own_hidden), np.maximum(grown, own_grown)
    result = np.full(beyond.shape, np.inf, np.float32)
    result[near] = hidden
    extent = reach.copy()
    extent[near] = np.maximum(extent[near], grown)
    return result, extent


def _narrow_parts(scene: Scene, near: tuple[slice, slice]) -> tuple[BoolArray, Float32Array]:
    """Where narrow parts of the object show beside nearer ones, and how wide they look, m.

    Args:
        scene: the frame and the object's mask.
        near: rows and columns that are looked at.
    """
    own, depth, focal = scene.mask & scene.frame.valid, scene.frame.depth, scene.frame.camera.fx
    far = _far_edges(depth[near], own[near], focal)
    # At a jump no width is known: that of the surface beside it holds.
    width = np.where(far, visible_width(own, depth, focal)[near], np.float32(0))
    width = np.asarray(cv2.dilate(width, _JUMP_WINDOW), np.float32)
    return far & (width > 0) & (width < _NARROW_M), width


def _far_edges(depth: Float32Array, own: BoolArray, focal: float) -> BoolArray:
    """The object's surface (height, width) beside which a part of it is nearer by a jump."""
    nearest = cv2.erode(np.where(own, depth, np.float32(np.inf)), _JUMP_WINDOW)
    slope = _STEEPEST * (len(_JUMP_WINDOW) // 2) / np.float32(focal) * depth
    far = own & (depth > nearest + np.maximum(slope, JUMP))
    # Flying pixels along the outline are no surface.
    opened = cv2.morphologyEx(far.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return np.asarray(opened > 0)


def _continued(
    scene: Scene, near: tuple[slice, slice], source: BoolArray, width: Float32Array
) -> tuple[Float32Array, Float32Array]:
    """Where what is seen beside nearer parts of the object goes on behind them.

    Args:
        scene: the frame, the object's mask and the support.
        near: rows and columns that are looked at.
        source: (rows, columns) where it is seen.
        width: (rows, columns) how wide it looks, m.

    Returns:
        (rows, columns) depth from which on it does, m, infinite elsewhere; its reach there, m, 0
        elsewhere.
    """
    inside, depth = scene.mask[near], scene.frame.depth[near]
    hidden = np.full(inside.shape, np.inf, np.float32)
    reach = np.zeros(inside.shape, np.float32)
    if not source.any():
        return hidden, reach
    distance, index = nearest_pixel(source)
    nearest = index[inside]
    beside, wide = depth.ravel()[nearest], width.ravel()[nearest]
    behind = distance[inside] < wide * scene.frame.camera.fx / beside + _GAP_PX
    behind &= beside > depth[inside] + _BEHIND_M
    # Where the ray of the pixel comes down to the thing's height.
    rays = scene.frame.camera.rays[near][inside]
    fall = -(rays @ scene.camera2support[2, :2] + scene.camera2support[2, 2])
    drop = scene.camera_position[2] - scene.heights[near].ravel()[nearest]
    with np.errstate(divide='ignore', invalid='ignore'):
        from_top = np.where(fall > 0, drop / fall, np.inf)
    from_top[drop <= 0] = 0.0
    hidden[inside] = np.where(behind, np.maximum(from_top, depth[inside]), np.inf)
    reach[inside] = np.where(behind, wide, 0)
    return hidden, reach


def _around(scene: Scene, distance: float) -> tuple[slice, slice]:
    """Rows and columns of the object and so far around it, m, and a little more."""
    margin = 2 * _GAP_PX + int(distance * scene.frame.camera.fx / scene.distance)
    return window_around(scene.mask, margin)
